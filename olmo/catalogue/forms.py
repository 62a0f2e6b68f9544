"""A request form as Django draws it: the questions that are asked with the answers so far, and nothing that judges them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from olmo.kernel.text import clean

from . import answering
from .definition import Field, FieldKind, Form

PREFIX, KEPT = "a_", "kept_"
FEW_CHOICES, LEAST_ROWS = 6, 3
MOST_PASTED = 400_000
# With scripts, an answer on which others hang fetches the questions anew.
FOLLOW = {"hx-target": "#questions", "hx-select": "#questions", "hx-swap": "outerMorph", "hx-vals": '{"act": "look"}'}


def answers_of(form: Form, data: MultiValueDict[str, Any]) -> dict[str, Any]:
    """What was typed, by key. An answer whose question was hidden meanwhile is kept beside and counts until it is asked again."""
    return {one.key: value for one in form.questions if (value := _answer(one, data)) not in (None, "", [])}


def _answer(one: Field, data: MultiValueDict[str, Any]) -> Any:
    name = PREFIX + one.key
    if one.kind == FieldKind.TABLE:
        return rows_of(one, data, name) or _rows_kept(one, str(data.get(KEPT + one.key, "")))
    if one.kind in (FieldKind.CHOICES, FieldKind.FILE):
        return data.getlist(name) or data.getlist(KEPT + one.key)
    return clean(str(data.get(name, data.get(KEPT + one.key, ""))), 10**6)


def _rows_kept(one: Field, text: str) -> list[dict[str, str]]:
    """The rows of a table that is hidden now; nothing of what cannot be read."""
    try:
        rows = json.loads(text[:MOST_PASTED])
    except (ValueError, RecursionError):
        return []
    known = {column.key for column in one.columns}
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [{key: clean(str(cell), 5000) for key, cell in row.items() if key in known} for row in rows]


_CELL = re.compile(r"-(\d{1,4})-([a-z0-9_-]+)")


def rows_of(one: Field, data: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    """The rows of a table: those in cells, then those that were pasted, a line each, cells between tabs or semicolons."""
    rows: dict[int, dict[str, str]] = {}
    known = {column.key for column in one.columns}
    for key in data:
        if key.startswith(name) and (match := _CELL.fullmatch(key, len(name))) and match[2] in known:
            rows.setdefault(int(match[1]), {})[match[2]] = clean(str(data[key]), 5000)
    typed = [rows[n] for n in sorted(rows) if any(cell.strip() for cell in rows[n].values())]
    pasted = clean(str(data.get(f"{name}-paste", "")), MOST_PASTED)
    return typed + [_cells(one, line) for line in pasted.splitlines() if line.strip()]


def _cells(one: Field, line: str) -> dict[str, str]:
    cells = [cell.strip() for cell in re.split(r"\t|;", line)]
    found = dict(zip((column.key for column in one.columns), cells, strict=False))
    for column in one.columns:  # a choice is pasted by its words
        by_words = {said.casefold(): choice.key for choice in column.choices for said in choice.labels.values()}
        if column.key in found:
            found[column.key] = by_words.get(found[column.key].casefold(), found[column.key])
    return found


class TableWidget(forms.Widget):
    """Rows of cells; empty ones at the end to be filled in, and a box into which a spreadsheet is pasted."""

    def __init__(self, one: Field, least: int) -> None:
        self.one, self.least = one, least
        super().__init__()

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """The rows that were typed."""
        return rows_of(self.one, data, name)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """As a table that a phone shows as cards."""
        most = self.one.most or answering.ROWS
        given = [row for row in value or () if isinstance(row, Mapping)]
        shown = given[:most]
        blank = max(0, min(most, max(len(shown) + 1, self.least)) - len(shown))
        rows = [self._row(name, n, row) for n, row in enumerate([*shown, *[{}] * blank])]
        rest = "\n".join("\t".join(str(row.get(column.key, "")) for column in self.one.columns) for row in given[most:])
        context = {"one": self.one, "name": name, "rows": rows, "rest": rest, "attrs": attrs or {}, "most": most}
        return SafeString(render_to_string("catalogue/table.html", context))

    def _row(self, name: str, n: int, row: Mapping[str, Any]) -> dict[str, Any]:
        cells = [
            {"column": column, "name": f"{name}-{n}-{column.key}", "value": row.get(column.key, "")}
            for column in self.one.columns
        ]
        return {"n": n + 1, "cells": cells}

    def id_for_label(self, id_: str) -> str:
        """A group of fields has no label of its own."""
        return ""


@dataclass(frozen=True)
class Group:
    """A section with its questions."""

    title: str
    hint: str
    fields: list[forms.BoundField]


class AnswersForm(forms.Form):
    """The questions that are asked with the answers so far.

    wrong: what is said at which question; follow_url: where a script asks anew when an answer changes what is asked.
    offered: by kind of question what can be chosen instead of typed, as (what is typed, what it is).
    """

    use_required_attribute = False

    def __init__(
        self, form: Form, answers: Mapping[str, Any], *, wrong: Mapping[str, str] | None = None, follow_url: str = "",
        more_rows: bool = False, offered: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> None:  # fmt: skip
        self.form, self.answers, self.offered = form, dict(answers), dict(offered or {})
        self.shown = answering.asked(form, self.answers)
        super().__init__(initial={PREFIX + key: value for key, value in self.answers.items()}, label_suffix="")
        self.more_rows, leaned_on = more_rows, {key for one in form for key in form.needs(one)}
        for one in form.questions:
            if one.key in self.shown:
                made = _field(one, self)
                if follow_url and one.key in leaned_on:
                    made.widget.attrs.update({"hx-post": follow_url, **FOLLOW})
                if self.offered.get(one.kind):
                    made.widget.attrs["list"] = f"offered-{one.kind}"
                self.fields[PREFIX + one.key] = made
        self.wrong = {PREFIX + key: reason for key, reason in (wrong or {}).items() if PREFIX + key in self.fields}
        self._errors = forms.utils.ErrorDict({name: self.error_class([reason]) for name, reason in self.wrong.items()})

    def groups(self) -> Iterator[Group]:
        """The questions by section."""
        group = Group("", "", [])
        for one in self.form:
            if one.key not in self.shown:
                continue
            if one.kind == FieldKind.SECTION:
                if group.fields or group.title:
                    yield group
                group = Group(str(one), one.hint, [])
            else:
                group.fields.append(self[PREFIX + one.key])
        yield group

    @property
    def asked_keys(self) -> str:
        """What the page asks, so that the next step knows what is new."""
        return " ".join(sorted(key for key in self.shown))

    def kept(self) -> Iterator[tuple[str, str]]:
        """Answers to questions that are hidden now, to be there when they are asked again."""
        for one in self.form.questions:
            value = self.answers.get(one.key)
            if one.key in self.shown or not value:
                continue
            if one.kind == FieldKind.TABLE:
                yield KEPT + one.key, json.dumps(value, ensure_ascii=False)
            else:
                yield from ((KEPT + one.key, str(each)) for each in (value if isinstance(value, list) else [value]))


def _field(one: Field, drawn: AnswersForm) -> forms.Field:
    common: dict[str, Any] = {"label": str(one), "help_text": one.hint, "required": one.is_required}
    if one.kind == FieldKind.CHOICE:
        return _choice(one, common)
    if one.kind == FieldKind.CHOICES:
        pairs = [(choice.key, str(choice)) for choice in one.choices]
        return forms.MultipleChoiceField(choices=pairs, widget=forms.CheckboxSelectMultiple, **common)
    if one.kind == FieldKind.TABLE:
        least = len(drawn.answers.get(one.key, ())) + LEAST_ROWS if drawn.more_rows else LEAST_ROWS
        return forms.Field(widget=TableWidget(one, least), **common)
    if one.kind == FieldKind.FILE:
        return forms.Field(widget=FilesWidget(), **common)
    return forms.CharField(widget=_widget(one), **common)


class FilesWidget(forms.Widget):
    """Files; the page around it draws them, because it knows where they go."""

    is_files = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Nothing by itself."""
        return SafeString("")


def _choice(one: Field, common: Mapping[str, Any]) -> forms.Field:
    pairs = [(choice.key, str(choice)) for choice in one.choices]
    if len(pairs) < FEW_CHOICES:
        return forms.ChoiceField(choices=pairs, widget=forms.RadioSelect, **common)
    return forms.ChoiceField(choices=[("", "–"), *pairs], **common)


def _widget(one: Field) -> forms.Widget:
    if one.kind == FieldKind.LONG:
        return forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    if one.kind == FieldKind.DATE:
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if one.kind == FieldKind.NUMBER:
        return forms.TextInput(attrs={"inputmode": "decimal"})
    if one.kind in (FieldKind.PERSON, FieldKind.ASSET):
        return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.TextInput(attrs={"dir": "auto"})


def first_answers(form: Form, known: Mapping[str, str]) -> dict[str, Any]:
    """What the fields hold at first, from what is known of the person."""
    return {one.key: known[one.source] for one in form.questions if one.source and known.get(one.source)}


def labels(form: Form, keys: Sequence[str]) -> list[str]:
    """What these questions are called."""
    return [str(one) for one in form.questions if one.key in set(keys)]
