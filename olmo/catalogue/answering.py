"""Answers to a form: which questions are asked, whether the answers fit, and how they are read. Pure but for people.

Answers are a mapping by key: a text for texts, numbers, dates, a choice and persons; a list of keys for several choices; a list
of rows (mappings by column) for a table; a list of ids for files. `check` gives them in their stored form.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line, whole_numbers

from .bilingual import said
from .definition import WITH_CHOICES, Field, FieldKind, Form, Test

type Answers = Mapping[str, Any]
type Names = Mapping[str, Mapping[int, str]]  # kind of field -> id -> name

LONGEST_LINE, LONGEST_TEXT, ROWS, FILES = 500, 20_000, 20, 10
LARGEST = 10**15


@dataclass(frozen=True)
class Known:
    """What the check asks beyond the form: a person or an asset by what was typed (raises Invalid), and what they are called.

    before: the answers that are being changed; a day that stands there may have passed meanwhile.
    """

    person: Callable[[str], int]
    names: Callable[[Sequence[int]], Mapping[int, str]] = lambda _ids: {}
    files: Callable[[Sequence[int]], Mapping[int, str]] = lambda _ids: {}
    asset: Callable[[str], int] | None = None
    assets: Callable[[Sequence[int]], Mapping[int, str]] = lambda _ids: {}
    before: Answers = field(default_factory=dict)


@dataclass
class Checked:
    """values: answers as they are stored; wrong: field -> reason; dropped: answers to questions that are not asked, and why."""

    values: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


def asked(form: Form, answers: Answers) -> set[str]:
    """The keys of the questions and sections that are asked, with these answers."""
    found: dict[str, bool] = {}
    return {one.key for one in form if _is_asked(form, one, answers, found)}


def _is_asked(form: Form, one: Field, answers: Answers, found: dict[str, bool]) -> bool:
    if one.key not in found:
        found[one.key] = True  # a form in force has no loop
        section = form.section_of(one)
        conditions = [given.when for given in (one, section) if given is not None and given.when is not None]
        found[one.key] = all(_holds(form, condition, answers, found) for condition in conditions)
    return found[one.key]


def _holds(form: Form, condition: Any, answers: Answers, found: dict[str, bool]) -> bool:
    other = form.field(condition.field)
    if other is None or not _is_asked(form, other, answers, found):
        return False
    given = _words(answers.get(other.key))
    if condition.test == Test.SET:
        return bool(given)
    wanted = {value.casefold() for value in condition.values}
    return any(value.casefold() in wanted for value in given)


def _words(value: Any) -> list[str]:
    each = value if isinstance(value, list | tuple) else [value]
    return [str(one).strip() for one in each if one is not None and str(one).strip()]


def check(form: Form, answers: Answers, known: Known) -> Checked:
    """Judge all answers at once. An answer to a question that is not asked is dropped, with the reason."""
    result, shown = Checked(), asked(form, answers)
    for one in form.questions:
        value = answers.get(one.key)
        if one.key not in shown:
            if _is_given(value):
                words = _("“%(field)s” was left out: with the other answers it is not asked.")
                result.dropped.append(words % {"field": one})
            continue
        try:
            _judge(one, value, known, result)
        except Invalid as refusal:
            result.wrong[one.key] = str(refusal.message)
    for one in form.questions:
        _compare(one, form, result)
    return result


def _compare(one: Field, form: Form, result: Checked) -> None:
    """A date that comes before the one that it follows is wrong; one that is not asked, or is wrong itself, says nothing."""
    day, other = result.values.get(one.key), result.values.get(one.not_before)
    if not one.not_before or day is None or other is None or day >= other:
        return
    words = {"other": form.field(one.not_before), "day": date_format(date.fromisoformat(other), "DATE_FORMAT")}
    result.wrong[one.key] = _("It comes before “%(other)s” (%(day)s).") % words


def _judge(one: Field, value: Any, known: Known, result: Checked) -> None:
    kept = _READERS[one.kind](one, value, known) if _is_given(value) else None
    if _is_given(kept):
        result.values[one.key] = kept
    elif one.is_required:
        raise Invalid(one.key, _("“%(field)s” is needed.") % {"field": one})


def _is_given(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_given(one) for one in value)
    if isinstance(value, Mapping):
        return any(_is_given(one) for one in value.values())
    return value is not None and str(value).strip() != ""


def _limited(one: Field, text: str, most: int) -> str:
    if len(text) > most:
        words = _("It is too long: %(length)d characters of at most %(most)d.")
        raise Invalid(one.key, words % {"length": len(text), "most": most})
    return text


def _text(one: Field, value: Any, _known: Known) -> str:
    return _limited(one, clean_line(str(value), 10**6), one.most or LONGEST_LINE)


def _long(one: Field, value: Any, _known: Known) -> str:
    return _limited(one, clean(str(value)).strip(), one.most or LONGEST_TEXT)


def _number(one: Field, value: Any, _known: Known) -> int | float:
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise Invalid(one.key, _("“%(value)s” is not a number.") % {"value": str(value)[:40]})
    if one.least is not None and number < one.least:
        raise Invalid(one.key, _("At least %(least)s.") % {"least": number_format(one.least)})
    if one.most is not None and number > one.most:
        raise Invalid(one.key, _("At most %(most)s.") % {"most": number_format(one.most)})
    return int(number) if number.is_integer() else number


def _date(one: Field, value: Any, known: Known) -> str:
    try:
        found = parse_date(str(value).strip())
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 2200:
        raise Invalid(one.key, _("“%(value)s” is not a date, such as 2026-09-01.") % {"value": str(value)[:40]})
    is_past = one.not_past and found < timezone.localdate(clock.now())
    if is_past and known.before.get(one.key) != found.isoformat():
        raise Invalid(one.key, _("This day has passed: choose today or a later one."))
    return found.isoformat()


def _choice(one: Field, value: Any, _known: Known) -> str:
    if one.choice(str(value)) is None:
        raise Invalid(one.key, _("“%(value)s” is not one of the choices.") % {"value": str(value)[:40]})
    return str(value)


def _choices(one: Field, value: Any, known: Known) -> list[str]:
    given = value if isinstance(value, list | tuple) else [value]
    return list(dict.fromkeys(_choice(one, each, known) for each in given if _is_given(each)))


def _asset(one: Field, value: Any, known: Known) -> int:
    return _found(one, value, known.asset)


def _person(one: Field, value: Any, known: Known) -> int:
    return _found(one, value, known.person)


def _found(one: Field, value: Any, find: Callable[[str], int] | None) -> int:
    if find is None:
        raise Invalid(one.key, _("“%(value)s” is not known here.") % {"value": str(value)[:40]})
    try:
        return find(str(value).strip())
    except Invalid as refusal:
        raise Invalid(one.key, refusal.message) from refusal


def _files(one: Field, value: Any, known: Known) -> list[int]:
    ids = whole_numbers(_words(value))
    found = known.files(ids)
    if len(found) > (one.most or FILES):
        raise Invalid(one.key, _("At most %(most)d files.") % {"most": one.most or FILES})
    return [pk for pk in dict.fromkeys(ids) if pk in found]


def _table(one: Field, value: Any, known: Known) -> list[dict[str, Any]]:
    rows = [row for row in value if isinstance(row, Mapping) and _is_given(row)] if isinstance(value, list) else []
    most = one.most or ROWS
    if len(rows) > most:
        words = ngettext(
            "There is %(n)d row, and at most %(most)d can be sent. Attach a long list as a file.",
            "There are %(n)d rows, and at most %(most)d can be sent. Attach a long list as a file.", len(rows),
        )  # fmt: skip
        raise Invalid(one.key, words % {"n": len(rows), "most": most})
    return [_row(one, n, row, known) for n, row in enumerate(rows, start=1)]


def _row(one: Field, n: int, row: Mapping[str, Any], known: Known) -> dict[str, Any]:
    result = Checked()
    for column in one.columns:
        try:
            _judge(column, row.get(column.key), known, result)
        except Invalid as refusal:
            words = {"n": n, "column": column, "reason": refusal.message}
            raise Invalid(one.key, _("Row %(n)d, %(column)s: %(reason)s") % words) from refusal
    return result.values


_READERS: Mapping[str, Callable[[Field, Any, Known], Any]] = {
    FieldKind.TEXT: _text, FieldKind.LONG: _long, FieldKind.NUMBER: _number, FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice, FieldKind.CHOICES: _choices, FieldKind.PERSON: _person, FieldKind.FILE: _files,
    FieldKind.ASSET: _asset,
    FieldKind.TABLE: _table,
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One answer as it is read. rows: of a table, with its heads; files: their ids."""

    label: str
    text: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    files: tuple[int, ...] = ()


@dataclass
class Part:
    """The answers of a section."""

    title: str
    lines: list[Line] = field(default_factory=list)


def readable(form: Form, values: Answers, known: Known) -> list[Part]:
    """The answers in the order of the form, in the reader's language; questions without an answer are left out."""
    parts = [Part("")]
    people: Names = {
        FieldKind.PERSON: known.names(_ids(form, values, FieldKind.PERSON)),
        FieldKind.ASSET: known.assets(_ids(form, values, FieldKind.ASSET)),
    }  # fmt: skip
    for one in form:
        if one.kind == FieldKind.SECTION:
            parts.append(Part(str(one)))
        elif _is_given(values.get(one.key)):
            parts[-1].lines.append(_line(one, values[one.key], people))
    return [part for part in parts if part.lines]


def _ids(form: Form, values: Answers, kind: str) -> list[int]:
    return [value for one in form.questions if one.kind == kind and isinstance(value := values.get(one.key), int)]


def _line(one: Field, value: Any, people: Names) -> Line:
    if one.kind == FieldKind.TABLE:
        rows = tuple(tuple(spoken(column, row.get(column.key), people) for column in one.columns) for row in value)
        return Line(str(one), heads=tuple(str(column) for column in one.columns), rows=rows)
    if one.kind == FieldKind.FILE:
        return Line(str(one), files=tuple(value))
    return Line(str(one), spoken(one, value, people))


def spoken(one: Field, value: Any, people: Names) -> str:
    """One value in words."""
    if value is None:
        return ""
    if one.kind in WITH_CHOICES:
        each = value if isinstance(value, list) else [value]
        return ", ".join(said(found.labels) if (found := one.choice(key)) else str(key) for key in each)
    if one.kind == FieldKind.DATE:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if one.kind == FieldKind.NUMBER:
        return number_format(value)
    return people[one.kind].get(value, "") if one.kind in people else str(value)
