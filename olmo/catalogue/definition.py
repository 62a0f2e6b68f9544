"""A request form as data: fields in order, read from JSON and checked; every refusal names the field and the reason.

    [{"key": "model", "kind": "choice", "labels": {"en": "Model", "it": "Modello"}, "is_required": true,
      "choices": [{"key": "light", "labels": {...}}, ...], "when": {"field": "kind", "test": "is", "values": ["laptop"]}}]

A section is a field of its kind: those after it, up to the next section, belong to it and are hidden with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from olmo.kernel.errors import Invalid, Words

from .bilingual import said

MOST_FIELDS, MOST_CHOICES, MOST_COLUMNS, MOST_ROWS = 100, 200, 6, 200


class FieldKind(models.TextChoices):
    TEXT = "text", gettext_lazy("Text")
    LONG = "long", gettext_lazy("Long text")
    NUMBER = "number", gettext_lazy("Number")
    CHOICE = "choice", gettext_lazy("Choice of one")
    CHOICES = "choices", gettext_lazy("Choice of several")
    DATE = "date", gettext_lazy("Date")
    PERSON = "person", gettext_lazy("Person")
    ASSET = "asset", gettext_lazy("Asset")
    FILE = "file", gettext_lazy("Files")
    TABLE = "table", gettext_lazy("Table")
    SECTION = "section", gettext_lazy("Section")


OF_COLUMNS = (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.CHOICE, FieldKind.DATE)
WITH_CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)
ASKABLE = (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.DATE, FieldKind.PERSON)


class Test(models.TextChoices):
    """What a condition asks of another field."""

    IS = "is", pgettext_lazy("condition", "is")
    IN = "in", pgettext_lazy("condition", "is one of")
    SET = "set", pgettext_lazy("condition", "is filled in")


class Source(models.TextChoices):
    """What of the person a field is filled in with at first."""

    NAME = "name", gettext_lazy("Name")
    EMAIL = "email", gettext_lazy("E-mail address")
    PHONE = "phone", gettext_lazy("Phone number")
    ORGANISATION = "organisation", gettext_lazy("Organisation")
    TITLE = "title", gettext_lazy("Role or department")
    LOCATION = "location", gettext_lazy("Location")
    MANAGER = "manager", gettext_lazy("Manager")
    COST_CENTRE = "cost_centre", gettext_lazy("Cost centre")


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen."""

    key: str
    labels: Mapping[str, str]

    def __str__(self) -> str:
        return said(self.labels) or self.key

    def as_data(self) -> dict[str, Any]:
        return {"key": self.key, "labels": dict(self.labels)}


@dataclass(frozen=True)
class Condition:
    """A field is asked only when another one has such an answer."""

    field: str
    test: str = Test.SET
    values: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {"field": self.field, "test": self.test, "values": list(self.values)}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question, or a section. most: characters of a text, rows of a table, files; least, most: of a number.

    not_before: the key of another date that a date does not come before; not_past: it is today or later.
    """

    key: str
    kind: str
    labels: Mapping[str, str]
    hints: Mapping[str, str]
    is_required: bool = False
    choices: tuple[Choice, ...] = ()
    columns: tuple["Field", ...] = ()
    when: Condition | None = None
    source: str = ""
    least: int | None = None
    most: int | None = None
    not_before: str = ""
    not_past: bool = False

    def __str__(self) -> str:
        return said(self.labels) or self.key

    @property
    def hint(self) -> str:
        return said(self.hints)

    def choice(self, key: str) -> Choice | None:
        return next((one for one in self.choices if one.key == key), None)

    def as_data(self) -> dict[str, Any]:
        """As JSON; what is not said is left out."""
        data: dict[str, Any] = {
            "key": self.key,
            "kind": self.kind,
            "labels": dict(self.labels),
            "hints": dict(self.hints),
        }
        data |= {"is_required": self.is_required, "source": self.source, "least": self.least, "most": self.most}
        data |= {"not_before": self.not_before, "not_past": self.not_past}
        data["choices"] = [choice.as_data() for choice in self.choices]
        data["columns"] = [column.as_data() for column in self.columns]
        data["when"] = self.when.as_data() if self.when else None
        return {name: value for name, value in data.items() if value not in ("", None, [], {}, False)}


@dataclass(frozen=True)
class Form:
    """The fields of a form in order."""

    fields: tuple[Field, ...]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def field(self, key: str) -> Field | None:
        return next((one for one in self.fields if one.key == key), None)

    @property
    def questions(self) -> list[Field]:
        return [one for one in self.fields if one.kind != FieldKind.SECTION]

    def section_of(self, field: Field) -> Field | None:
        """The section that a field stands in."""
        found = None
        for one in self.fields:
            if one.key == field.key:
                return found if field.kind != FieldKind.SECTION else None
            found = one if one.kind == FieldKind.SECTION else found
        return None

    def needs(self, field: Field) -> list[str]:
        """The fields on whose answers it hangs whether this one is asked: by its own condition and its section's."""
        section = self.section_of(field)
        conditions = [field.when, section.when if section else None]
        return [one.field for one in conditions if one is not None]

    def leaning_on(self, key: str) -> list[Field]:
        """The fields whose condition names this one, and the dates that do not come before it."""
        by_condition = [one for one in self.fields if one.when is not None and one.when.field == key]
        return by_condition + [one for one in self.fields if one.not_before == key and one not in by_condition]

    def as_data(self) -> list[dict[str, Any]]:
        return [one.as_data() for one in self.fields]


def read(content: Sequence[Mapping[str, Any]]) -> Form:
    """A form as it was stored."""
    return Form(tuple(_field(each) for each in content))


def require_sound(form: Form) -> None:
    """Raise Invalid unless every field can be asked: keys once, conditions that name fields and answers there are, no loop."""
    if not form.questions:
        raise Invalid("form", _("A form needs one question at least."))
    if len(form.fields) > MOST_FIELDS:
        raise Invalid("form", _("A form has at most %(most)d fields.") % {"most": MOST_FIELDS})
    keys = [field.key for field in form.fields]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise Invalid(twice, _("Two fields have the key “%(key)s”.") % {"key": twice})
    for field in form.fields:
        require_field(field)
        _require_condition(form, field)
        _require_dates(form, field)
    require_no_loop(form)


def require_field(field: Field) -> None:
    """Raise Invalid unless a field says all that its kind needs."""
    if field.kind in WITH_CHOICES and not field.choices:
        raise Invalid("choices", _("“%(field)s” needs choices.") % {"field": field})
    if len(field.choices) > MOST_CHOICES:
        raise Invalid("choices", _("A field has at most %(most)d choices.") % {"most": MOST_CHOICES})
    if twice := _twice([choice.key for choice in field.choices]):
        raise Invalid("choices", _("The choice “%(key)s” is there twice.") % {"key": twice})
    if field.kind == FieldKind.TABLE:
        _require_columns(field)
    if field.least is not None and field.most is not None and field.least > field.most:
        raise Invalid("most", _("The largest is smaller than the least."))


def _require_columns(field: Field) -> None:
    if not field.columns:
        raise Invalid("columns", _("“%(field)s” needs columns.") % {"field": field})
    if len(field.columns) > MOST_COLUMNS:
        raise Invalid("columns", _("A table has at most %(most)d columns.") % {"most": MOST_COLUMNS})
    if (field.most or 0) > MOST_ROWS:
        raise Invalid("most", _("A table has at most %(most)d rows.") % {"most": MOST_ROWS})
    if twice := _twice([column.key for column in field.columns]):
        raise Invalid("columns", _("The column “%(key)s” is there twice.") % {"key": twice})
    for column in field.columns:
        if column.kind not in OF_COLUMNS:
            raise Invalid("columns", _("A column is a text, a number, a date or a choice."))
        if column.kind == FieldKind.CHOICE and not column.choices:
            raise Invalid("columns", _("The column “%(column)s” needs choices.") % {"column": column})


def _twice(keys: Sequence[str]) -> str:
    return next((key for key in keys if keys.count(key) > 1), "")


def _require_condition(form: Form, field: Field) -> None:
    if field.when is None:
        return
    asked = form.field(field.when.field)
    words = {"field": field, "other": asked or field.when.field}
    if asked is None or asked.kind not in ASKABLE:
        raise Invalid("when_field", _("“%(field)s” hangs on “%(other)s”, which cannot be asked for.") % words)
    if field.when.test != Test.SET and not field.when.values:
        raise Invalid("when_values", _("Say which answers of “%(other)s” it hangs on.") % words)
    if asked.kind in WITH_CHOICES:
        unknown = next((value for value in field.when.values if asked.choice(value) is None), None)
        if unknown is not None:
            words["value"] = unknown
            raise Invalid("when_values", _("“%(other)s” has no choice “%(value)s”.") % words)


def _require_dates(form: Form, field: Field) -> None:
    if not field.not_before:
        return
    other = form.field(field.not_before)
    if field.kind != FieldKind.DATE or other is None or other.kind != FieldKind.DATE or other.key == field.key:
        words = {"field": field, "other": other or field.not_before}
        raise Invalid("not_before", _("“%(field)s” cannot be compared with “%(other)s”: both must be dates.") % words)


def require_no_loop(form: Form) -> None:
    """Raise Invalid when whether a field is asked hangs, over others, on its own answer; the reason names the way round."""
    done: set[str] = set()
    for field in form.fields:
        if loop := _loop(form, field, (), done):
            names = " → ".join(str(form.field(key) or key) for key in loop)
            raise Invalid("when_field", _("These fields wait for one another without end: %(loop)s.") % {"loop": names})


def _loop(form: Form, field: Field, way: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    if field.key in way:
        return (*way[way.index(field.key) :], field.key)
    if field.key in done:
        return ()
    for key in form.needs(field):
        needed = form.field(key)
        if needed is not None and (found := _loop(form, needed, (*way, field.key), done)):
            return found
    done.add(field.key)
    return ()


def _field(data: Mapping[str, Any]) -> Field:
    when = data.get("when")
    return Field(
        key=data["key"], kind=data["kind"], labels=data.get("labels", {}), hints=data.get("hints", {}),
        is_required=data.get("is_required", False), source=data.get("source", ""), least=data.get("least"),
        most=data.get("most"), not_before=data.get("not_before", ""), not_past=data.get("not_past", False),
        choices=tuple(Choice(one["key"], one["labels"]) for one in data.get("choices", ())),
        columns=tuple(_field(one) for one in data.get("columns", ())),
        when=Condition(when["field"], when["test"], tuple(when.get("values", ()))) if when else None,
    )  # fmt: skip


def lacking(field: Field, code: str) -> list[Words]:
    """What of a field is not said in a language: the question, its help, its choices, columns and their choices, by name."""
    heading = _("heading") if field.kind == FieldKind.SECTION else _("question")
    found: list[Words] = [] if field.labels.get(code) else [heading]
    found += [_("help")] if field.hints and not field.hints.get(code) else []
    found += _lacking_choices(field, code, _("choices"))
    for column in field.columns:
        words = {"column": column}
        found += [] if column.labels.get(code) else [_("column “%(column)s”") % words]
        found += _lacking_choices(column, code, _("choices of “%(column)s”") % words)
    return found


def _lacking_choices(field: Field, code: str, all_of_them: Words) -> list[Words]:
    lost = [choice for choice in field.choices if not choice.labels.get(code)]
    return [all_of_them] if lost and len(lost) == len(field.choices) else [f"“{choice}”" for choice in lost]


def differences(before: Form, after: Form) -> list[Words]:
    """What a form asks otherwise than a former one, a sentence each."""
    found: list[Words] = []
    for field in after.questions:
        old = before.field(field.key)
        if old is None:
            found.append(_("“%(field)s” is asked now.") % {"field": field})
        elif old.kind != field.kind:
            found.append(_("“%(field)s” is answered in another way.") % {"field": field})
        else:
            found += _changed(old, field)
    gone = [old for old in before.questions if after.field(old.key) is None]
    return found + [_("“%(field)s” is not asked any more.") % {"field": old} for old in gone]


def _changed(old: Field, new: Field) -> Iterator[Words]:
    if new.is_required and not old.is_required:
        yield _("“%(field)s” is needed now.") % {"field": new}
    lost = [str(choice) for choice in old.choices if new.choice(choice.key) is None]
    if lost:
        yield _("“%(field)s” does not offer %(choices)s any more.") % {"field": new, "choices": ", ".join(lost)}
