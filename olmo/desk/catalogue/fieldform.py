"""One field of a request form, as a form of administration: what its kind needs, English and Italian side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.catalogue import actions, bilingual
from olmo.catalogue.definition import (
    ASKABLE,
    MOST_COLUMNS,
    OF_COLUMNS,
    WITH_CHOICES,
    Choice,
    Condition,
    Field,
    FieldKind,
    Form,
    Source,
    Test,
)
from olmo.kernel.errors import Invalid
from olmo.people.models import Person

from ..admin.forms import Group, Lines, SettingsForm, line, tick

_WITH_LIMITS = {
    FieldKind.TEXT: gettext_lazy("Characters at most"), FieldKind.LONG: gettext_lazy("Characters at most"),
    FieldKind.NUMBER: gettext_lazy("Largest"), FieldKind.FILE: gettext_lazy("Files at most"),
    FieldKind.TABLE: gettext_lazy("Rows at most"),
}  # fmt: skip
_SAME = ("key", "is_required", "source", "least", "most", "not_before", "not_past")  # as they are called in a field
_SOURCES = {FieldKind.TEXT: tuple(Source), FieldKind.PERSON: (Source.EMAIL, Source.MANAGER)}


class FieldForm(SettingsForm):
    """A field of the form that is being built. thing: (item, its form, the field or None, kind)."""

    labels_en = line(gettext_lazy("Question in English"), limit=200, required=False)
    labels_it = line(gettext_lazy("Question in Italian"), limit=200, required=False)
    hints_en = line(gettext_lazy("Help in English"), limit=500, required=False)
    hints_it = line(gettext_lazy("Help in Italian"), limit=500, required=False)
    key = line(
        gettext_lazy("Key"), limit=60, required=False, spellcheck="false",
        hint=gettext_lazy("For exports; empty: made from the English question."),
    )  # fmt: skip
    is_required = tick(gettext_lazy("Needed"), hint=gettext_lazy("Nothing is sent without it, while it is asked."))
    when_field = forms.ChoiceField(label=gettext_lazy("Asked only when"), required=False)
    when_test = forms.ChoiceField(label=gettext_lazy("its answer"), choices=Test.choices, required=False)
    when_values = Lines(
        label=gettext_lazy("of these"), help_text=gettext_lazy("One in each line, as the choices read.")
    )

    def prepare(self) -> None:
        """The fields that this kind needs."""
        _item, form, field, kind = self.thing
        self.kind, self.old = kind, field
        own = field.key if field else ""
        askable = [(one.key, str(one)) for one in form if one.kind in ASKABLE and one.key != own]
        self.fields["when_field"].choices = [("", _("Always")), *askable]  # type: ignore[attr-defined]
        groups: list[Group] = [("", "", [("labels_en", "labels_it"), ("hints_en", "hints_it"), "key"])]
        groups += self._own_groups()
        groups.append((gettext_lazy("Condition"), "", [("when_field", "when_test"), "when_values"]))
        if kind == FieldKind.SECTION:
            del self.fields["is_required"]
        self.groups = tuple(groups)  # type: ignore[misc]

    def _own_groups(self) -> list[Group]:
        rows: list[str | tuple[str, ...]] = ["is_required"]
        if self.kind in _SOURCES:
            known = [(one.value, one.label) for one in _SOURCES[self.kind]]
            self.fields["source"] = forms.ChoiceField(
                label=_("Filled in at first with"), required=False, choices=[("", _("Nothing")), *known],
                help_text=_("What is known of the person who asks for it."),
            )  # fmt: skip
            rows.append("source")
        if self.kind in _WITH_LIMITS:
            self.fields["most"] = forms.IntegerField(label=_WITH_LIMITS[self.kind], required=False)
            if self.kind == FieldKind.NUMBER:
                self.fields["least"] = forms.IntegerField(label=_("Least"), required=False)
            rows.append(("least", "most"))
        rows += self._days()
        groups: list[Group] = [("", "", rows)] if self.kind != FieldKind.SECTION else []
        if self.kind in WITH_CHOICES:
            for code in bilingual.CODES:
                self.fields[f"choices_{code}"] = Lines(label=_LANGUAGE[code], rows=6)
            note = gettext_lazy("One in each line, in the same order in both languages.")
            groups.append((gettext_lazy("Choices"), note, [tuple(f"choices_{code}" for code in bilingual.CODES)]))
        if self.kind == FieldKind.TABLE:
            groups.append(
                (gettext_lazy("Columns"), gettext_lazy("Those without a name are left out."), self._columns())
            )
        return groups

    def _days(self) -> list[str]:
        """What a date may not come before."""
        if self.kind != FieldKind.DATE:
            return []
        own = self.old.key if self.old else ""
        others = [(one.key, str(one)) for one in self.thing[1] if one.kind == FieldKind.DATE and one.key != own]
        self.fields["not_before"] = forms.ChoiceField(
            label=_("Not before"), required=False, choices=[("", _("Any day")), *others],
            help_text=_("Another date of this form."),
        )  # fmt: skip
        self.fields["not_past"] = tick(_("Not in the past"))
        return ["not_before", "not_past"]

    def _columns(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for n in range(1, MOST_COLUMNS + 1):
            words = {"n": n}
            self.fields[f"col{n}_en"] = line(_("Column %(n)d in English") % words, required=False)
            self.fields[f"col{n}_it"] = line(_("Column %(n)d in Italian") % words, required=False)
            kinds = [(kind.value, kind.label) for kind in OF_COLUMNS]
            self.fields[f"col{n}_kind"] = forms.ChoiceField(label=_("Kind of column %(n)d") % words, choices=kinds)
            self.fields[f"col{n}_choices_en"] = Lines(label=_("Choices of column %(n)d in English") % words)
            self.fields[f"col{n}_choices_it"] = Lines(label=_("Choices of column %(n)d in Italian") % words)
            self.fields[f"col{n}_required"] = tick(_("Column %(n)d is needed") % words)
            rows += [(f"col{n}_en", f"col{n}_it"), (f"col{n}_kind", f"col{n}_required")]
            rows.append((f"col{n}_choices_en", f"col{n}_choices_it"))
        return rows

    def shown(self) -> dict[str, Any]:
        """The field as it is."""
        field: Field | None = self.thing[2]
        if field is None:
            return {f"col{n}_kind": FieldKind.TEXT for n in range(1, MOST_COLUMNS + 1)}
        first: dict[str, Any] = {**bilingual.fields(field.labels, "labels"), **bilingual.fields(field.hints, "hints")}
        first |= {name: getattr(field, name) for name in _SAME}
        first |= _choices_shown(field, "choices")
        for n, column in enumerate(field.columns, start=1):
            first |= bilingual.fields(column.labels, f"col{n}")
            first |= {f"col{n}_kind": column.kind, f"col{n}_required": column.is_required}
            first |= _choices_shown(column, f"col{n}_choices")
        return {**first, **_condition_shown(self.thing[1], field)}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Field:
        """Add the field, or put it in the place of the one that was."""
        item, form, old, kind = self.thing
        made = Field(
            key=data["key"] or (old.key if old else "") or _key_of(data, form), kind=kind,
            labels=bilingual.taken(data, "labels"), hints=bilingual.taken(data, "hints"),
            is_required=bool(data.get("is_required")), source=data.get("source", ""), least=data.get("least"),
            most=data.get("most"), choices=self._choices(data), columns=self._taken_columns(data, old),
            when=_condition(form, data), not_before=data.get("not_before", ""), not_past=bool(data.get("not_past")),
        )  # fmt: skip
        actions.put_field(item, made, by=by, instead_of=old.key if old else "", seen=seen)
        return made

    def _choices(self, data: dict[str, Any]) -> tuple[Choice, ...]:
        return _paired(data, "choices", self.old) if self.kind in WITH_CHOICES else ()

    def _taken_columns(self, data: dict[str, Any], old: Field | None) -> tuple[Field, ...]:
        """A column is the one that had its English name, or stood at its place: so its key stays when its words change."""
        if self.kind != FieldKind.TABLE:
            return ()
        before = old.columns if old else ()
        named = {n: bilingual.taken(data, f"col{n}") for n in range(1, MOST_COLUMNS + 1)}
        named = {n: labels for n, labels in named.items() if any(labels.values())}
        by_name = {one.labels["en"]: one for one in before if one.labels.get("en")}
        found = {n: by_name[name] for n, labels in named.items() if (name := labels.get("en", "")) in by_name}
        found |= {n: one for n, one in enumerate(before, start=1) if n not in found and one not in found.values()}
        columns: list[Field] = []
        for n, labels in named.items():
            taken = {one.key for one in (*columns, *found.values())}
            columns.append(_column(data, n, {code: text for code, text in labels.items() if text}, found.get(n), taken))
        return tuple(columns)


def _column(data: dict[str, Any], n: int, labels: dict[str, str], old: Field | None, taken: set[str]) -> Field:
    """One column of a table; of the one that it was it keeps what this form does not ask."""
    kind = data[f"col{n}_kind"]
    choices = _paired(data, f"col{n}_choices", old) if kind == FieldKind.CHOICE else ()
    was = old or Field(key=_free(_slug(next(iter(labels.values()))), taken), kind=kind, labels=labels, hints={})
    return replace(was, kind=kind, labels=labels, choices=choices, is_required=data[f"col{n}_required"])


def _choices_shown(field: Field, name: str) -> dict[str, list[str]]:
    """Those of a language, line by line; none of one in which nothing is said, so that it is not taken for said."""
    said = [code for code in bilingual.CODES if any(choice.labels.get(code) for choice in field.choices)]
    return {f"{name}_{code}": [choice.labels.get(code, str(choice)) for choice in field.choices] for code in said}


def _paired(data: Mapping[str, Any], name: str, old: Field | None) -> tuple[Choice, ...]:
    """Choices in both languages, line by line. Keys stay with the words, so that former answers go on to mean the same."""
    listed = {code: data[f"{name}_{code}"] for code in bilingual.CODES}
    if len({len(words) for words in listed.values() if words}) > 1:
        words = {"n": len(listed["en"]), "m": len(listed["it"])}
        raise Invalid(f"{name}_it", _("There are %(n)d choices in English and %(m)d in Italian.") % words)
    known = {said: choice.key for choice in (old.choices if old else ()) for said in choice.labels.values()}
    rows = zip(*[words for words in listed.values() if words], strict=True)
    codes = [code for code, words in listed.items() if words]
    return tuple(_choice(dict(zip(codes, row, strict=True)), known) for row in rows)


_LANGUAGE = {"en": gettext_lazy("English"), "it": gettext_lazy("Italian")}


def _choice(labels: dict[str, str], known: dict[str, str]) -> Choice:
    key = next((known[said] for said in labels.values() if said in known), "") or _slug(next(iter(labels.values())))
    return Choice(key, labels)


def _slug(text: str) -> str:
    return slugify(text)[:50].strip("-_") or "x"


def _key_of(data: dict[str, Any], form: Form) -> str:
    """A key that the form does not have yet, from the words of the question."""
    return _free(_slug(data["labels_en"] or data["labels_it"]), {one.key for one in form})


def _free(first: str, taken: set[str]) -> str:
    key, n = first, 1
    while key in taken:
        n += 1
        key = f"{first}-{n}"
    return key


def _condition(form: Form, data: dict[str, Any]) -> Condition | None:
    """What was said of the condition; choices by their words or their keys."""
    if not data.get("when_field"):
        return None
    other = form.field(data["when_field"])
    by_words = {said.casefold(): one.key for one in (other.choices if other else ()) for said in one.labels.values()}
    test = data.get("when_test") or Test.SET
    given: Sequence[str] = data.get("when_values") or () if test != Test.SET else ()
    values = tuple(by_words.get(value.casefold(), value) for value in given)
    if test == Test.IS and len(values) > 1:
        raise Invalid("when_values", _("Name one answer, or choose “is one of”."))
    if test != Test.SET and not values:
        raise Invalid("when_values", _("Say which answers it hangs on."))
    if other is not None and other.kind in WITH_CHOICES and (lost := [v for v in values if other.choice(v) is None]):
        words = {"other": other, "value": lost[0]}
        raise Invalid("when_values", _("“%(other)s” has no choice “%(value)s”.") % words)
    return Condition(data["when_field"], test, values)


def _condition_shown(form: Form, field: Field) -> dict[str, Any]:
    if field.when is None:
        return {}
    other = form.field(field.when.field)
    words = [str((other.choice(value) if other else None) or value) for value in field.when.values]
    return {"when_field": field.when.field, "when_test": field.when.test, "when_values": words}


def condition_in_words(form: Form, field: Field) -> str:
    """When a field is asked, as a sentence; "" of one that always is."""
    if field.when is None:
        return ""
    other = form.field(field.when.field)
    found = _condition_shown(form, field)
    values = ", ".join(found["when_values"])
    if field.when.test == Test.SET:
        return _("asked when “%(other)s” is filled in") % {"other": other or field.when.field}
    return _("asked when “%(other)s” is %(values)s") % {"other": other or field.when.field, "values": values}


def days_in_words(form: Form, field: Field) -> str:
    """What a date may not come before, as a few words; "" of one that may be any day."""
    other = form.field(field.not_before) if field.not_before else None
    found = [_("not before “%(other)s”") % {"other": other}] if other else []
    return ", ".join([*found, *([_("not in the past")] if field.not_past else [])])
