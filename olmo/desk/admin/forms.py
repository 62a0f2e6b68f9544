"""What all forms of administration share: groups of fields, one verb, and a refusal shown at the field it names."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from olmo.kernel import placeholders, signatures
from olmo.kernel.errors import Conflict, Invalid, Words
from olmo.people.administration import mark_of
from olmo.people.forms import time_zones
from olmo.people.models import Person

from ..forms.refusable import Refusable

Group = tuple[Words, Words, Sequence[str | tuple[str, ...]]]


class SettingsForm(Refusable):
    """Settings of one thing. `groups`: (title, one sentence, names of fields; those in a tuple stand side by side)."""

    groups: ClassVar[Sequence[Group]] = ()
    button: ClassVar[Words] = _("Save")
    use_required_attribute = False

    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, data: Any = None, *, thing: Any = None, state: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        self.thing, self.state = thing, dict(state or {})
        first = self.shown() if thing is not None else {}
        self.typed: Any = data
        super().__init__(data, initial={**first, "seen": mark_of(self.state), **more}, label_suffix="")
        self.status, self.saved = 200, None
        self.prepare()

    def shown(self) -> dict[str, Any]:
        """What the fields show at first for `thing`; by default what the change log would say of it."""
        return self.state

    def prepare(self) -> None:
        """Fill in choices that depend on the desk."""

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Any:
        """Call the verb."""
        raise NotImplementedError

    def is_done(self, by: Person) -> bool:
        """Whether it was saved; otherwise the form shows why not, with `status` as the answer's, and what was typed."""
        self.status = 422
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                self.saved = self.save(self.cleaned_data, self.cleaned_data["seen"], by)
        except (Invalid, Conflict) as refusal:
            self.status = self.refuse(refusal)
            return False
        return True

    def grouped(self) -> list[dict[str, Any]]:
        """The groups with their bound fields, for the template."""
        return [
            {
                "title": title, "note": note,
                "rows": [self._bound((row,) if isinstance(row, str) else row) for row in rows],
            }
            for title, note, rows in self.groups
        ]  # fmt: skip

    def _bound(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]


class Lines(forms.CharField):
    """Several values, one in each line: a tuple without empty ones."""

    def __init__(self, *, rows: int = 3, **more: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "class": "lines-field"})
        super().__init__(widget=widget, max_length=20_000, **{"required": False, **more})

    def prepare_value(self, value: Any) -> Any:
        """A list as lines; what was typed as it was typed."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """The lines. Raises ValidationError."""
        return tuple(line.strip() for line in str(super().clean(value)).splitlines() if line.strip())


def line(label: Any, *, limit: int = 120, required: bool = True, hint: Any = "", **attributes: str) -> forms.CharField:
    """A field for one line of text."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
    return forms.CharField(label=label, max_length=limit, required=required, help_text=hint, widget=widget)


def paragraph(label: Any, *, hint: Any = "", rows: int = 4, limit: int = 5000) -> forms.CharField:
    """A field for some lines of plain text."""
    return forms.CharField(
        label=label, max_length=limit, required=False, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
    )


def signature(label: Any) -> forms.CharField:
    """A field for a signature in one language."""
    known = ", ".join(name for name, _words in placeholders.offered())
    hint = format_lazy("{} {}", _("Filled in by itself:"), known)
    return paragraph(label, hint=hint, limit=signatures.MOST)


def address(label: Any, *, hint: Any = "", required: bool = False) -> forms.EmailField:
    """A field for one e-mail address."""
    widget = forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.EmailField(label=label, required=required, help_text=hint, widget=widget, max_length=254)


def tick(label: Any, *, hint: Any = "") -> forms.BooleanField:
    """A yes or no."""
    return forms.BooleanField(label=label, required=False, help_text=hint)


def language(label: Any = _("Language")) -> forms.ChoiceField:
    """A field for one of Olmo's languages."""
    return forms.ChoiceField(label=label, choices=settings.LANGUAGES)


def time_zone() -> forms.ChoiceField:
    """A field for a time zone."""
    return forms.ChoiceField(label=_("Time zone"), choices=time_zones)


class OneOf(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """A choice of one row; what is switched off says so."""

    def label_from_instance(self, obj: Any) -> str:
        """The row's name."""
        return labelled(obj)


class SomeOf(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """A choice of several rows, as ticks."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        """The row's name."""
        return labelled(obj)


def labelled(row: Any) -> str:
    """A row by its name, with a word when it is switched off."""
    return str(row) if getattr(row, "is_active", True) else str(_("%(name)s (not active)")) % {"name": row}


def one_of(label: Any, rows: QuerySet[Any], nothing: Any = "", *, hint: Any = "") -> OneOf:
    """A choice of one row. nothing: what no choice is called; without it a choice is needed."""
    return OneOf(rows, label=label, required=not nothing, empty_label=nothing or _("Choose…"), help_text=hint)


def some_of(label: Any, rows: QuerySet[Any], *, hint: Any = "") -> SomeOf:
    """A choice of any number of rows."""
    return SomeOf(rows, label=label, required=False, help_text=hint)
