"""What a ticket is and how much it matters."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from olmo.tickets import actions, working
from olmo.tickets.actions.values import fields_for
from olmo.tickets.models import CustomField, Impact, Ticket, TicketKind, Urgency
from olmo.tickets.models import WorkingState as State

from .base import ChangeForm
from .values import CategoryChoice, Moment, categories


class Priority(ChangeForm):
    """Impact and urgency; the organisation's matrix gives the priority."""

    noun, title, button = "priority", _("Impact and urgency"), _("Save")
    said = _("Impact and urgency changed.")

    impact = forms.TypedChoiceField(
        label=_("Impact"),
        choices=Impact.choices,
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("How many are hit."),
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"),
        choices=Urgency.choices,
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("How long it can wait."),
    )

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"impact": ticket.impact, "urgency": ticket.urgency}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.prioritise(self.ticket, by=self.by, impact=data["impact"], urgency=data["urgency"], seen=seen)


class Category(ChangeForm):
    """What the ticket is about."""

    noun, title, button = "category", _("Category"), _("Save")
    said = _("Category changed.")

    category = CategoryChoice(label=_("Category"), empty_label=_("No category"))

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"category": ticket.category_id}

    def prepare(self) -> None:
        self.fields["category"].plant(categories(self.ticket))  # type: ignore[attr-defined]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.categorise(self.ticket, by=self.by, category=data["category"], seen=seen)


class WorkingState(ChangeForm):
    """How work stands, in the desk's own words for the ticket's present status."""

    noun, title, button = "working_state", _("Working state"), _("Save")
    said = _("Working state changed.")

    working_state = forms.TypedChoiceField(
        label=_("Working state"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"working_state": ticket.working_state_id or ""}

    def prepare(self) -> None:
        own = working.offered(self.ticket.status, self.ticket.working_state_id)
        field: Any = self.fields["working_state"]
        field.choices = [("", _("No working state")), *((one.pk, str(one)) for one in own)]
        if not own:
            field.help_text = _("There are none for tickets of this status. Administrators define them.")

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        state = State.objects.filter(pk=data["working_state"]).first() if data["working_state"] else None
        return actions.set_working_state(self.ticket, by=self.by, state=state, seen=seen)


class Kind(ChangeForm):
    """Incident or service request."""

    noun, title, button = "kind", _("Kind"), _("Save")
    said = _("Kind changed.")

    kind = forms.ChoiceField(label=_("Kind"), choices=TicketKind.choices, widget=forms.RadioSelect)

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"kind": ticket.kind}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.classify(self.ticket, by=self.by, kind=data["kind"], seen=seen)


class Tags(ChangeForm):
    """Words to find it again. Only what was typed or taken out here changes; others' tags stay."""

    noun, title, button = "tags", _("Tags"), _("Save")
    said = _("Tags changed.")

    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=500, help_text=_("Separated by spaces, such as: vpn home-office"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    shown_tags = forms.CharField(required=False, widget=forms.HiddenInput)

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"tags": " ".join(ticket.tags), "shown_tags": " ".join(ticket.tags)}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        wanted, before = (set(data[name].replace(",", " ").split()) for name in ("tags", "shown_tags"))
        return actions.tag(self.ticket, by=self.by, add=sorted(wanted - before), remove=sorted(before - wanted))


class Due(ChangeForm):
    """A date that was agreed."""

    noun, title, button = "due", _("Due date"), _("Save")
    said = _("Due date changed.")

    due_at = Moment(label=_("Due"), required=False, help_text=_("Leave it empty for no date."))

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"due_at": ticket.due_at}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.set_due(self.ticket, by=self.by, due_at=data["due_at"], seen=seen)


class Language(ChangeForm):
    """The language in which the requester is answered."""

    noun, title, button = "language", _("Language"), _("Save")
    said = _("Language changed.")

    language = forms.ChoiceField(label=_("Answer in"), choices=settings.LANGUAGES, widget=forms.RadioSelect)

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"language": ticket.language}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.set_language(self.ticket, by=self.by, language=data["language"], seen=seen)


class Subject(ChangeForm):
    """The subject in other words."""

    noun, title, button = "subject", _("Subject"), _("Save")
    said = _("Subject changed.")
    hint = _("The former subject is kept in an internal note.")

    subject = forms.CharField(label=_("Subject"), max_length=255, widget=forms.TextInput(attrs={"dir": "auto"}))

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"subject": ticket.subject}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.retitle(self.ticket, by=self.by, subject=data["subject"], seen=seen)


class Fields(ChangeForm):
    """The custom fields that tickets of this organisation and category have."""

    noun, title, button = "fields", _("More about it"), _("Save")
    said = _("Fields changed.")

    def prepare(self) -> None:
        for definition in fields_for(self.ticket.client_id, self.ticket.category_id):
            self.fields[definition.key] = custom_field(definition)
            self.initial[definition.key] = as_typed(definition, self.ticket.fields.get(definition.key))

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        values = {key: value for key, value in data.items() if key != "seen"}
        return actions.set_fields(self.ticket, by=self.by, values=values, seen=seen)


def custom_field(definition: CustomField, *, is_needed: bool = False) -> forms.Field:
    """The form field of a custom field. Its value is checked by the verb, which names the field when it does not fit."""
    label = str(definition)
    if definition.kind == CustomField.Kind.CHOICE:
        choices = [("", "–"), *((choice, choice) for choice in definition.choices)]
        return forms.ChoiceField(label=label, choices=choices, required=is_needed)
    if definition.kind == CustomField.Kind.BOOLEAN:
        yes_no = [("", "–"), ("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(label=label, choices=yes_no, required=is_needed)
    kind = {CustomField.Kind.DATE: "date", CustomField.Kind.NUMBER: "text"}.get(
        CustomField.Kind(definition.kind), "text"
    )
    attributes = {"type": kind, "dir": "auto"}
    if definition.kind == CustomField.Kind.NUMBER:
        attributes["inputmode"] = "decimal"
    return forms.CharField(label=label, required=is_needed, max_length=5000, widget=forms.TextInput(attrs=attributes))


def as_typed(definition: CustomField, value: Any) -> str:
    """A stored value as the form field shows it."""
    if value is None:
        return ""
    return str(value).lower() if definition.kind == CustomField.Kind.BOOLEAN else str(value)
