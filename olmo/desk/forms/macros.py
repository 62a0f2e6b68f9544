"""The form of a macro: steps with a name, whose it is and where it is offered; and steps as a form shows them again."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from olmo.automation.steps import NONE
from olmo.people.queries import clients_seen_by
from olmo.tenancy.models import Client
from olmo.tickets.models import TicketKind

from .refusable import Refusable
from .steps import PREFIX, TICKS, ManyForm, StepsForm, words_field
from .values import CategoryChoice, active_teams, categories

_OF_MACRO = frozenset(
    [
        "name",
        "name_it",
        "name_en",
        "is_active",
        "goes_on",
        "whose",
        "client",
        "on_category",
        "on_kind",
        "on_language",
        "seen",
    ]  # not steps
)


class MacroForm(Refusable, StepsForm):
    """A macro: its name, who has it, where it is offered, and what it changes, in days from when it is used."""

    use_required_attribute = False
    groups = (
        (_("Name"), ("name", "name_it", "name_en", "is_active", "goes_on")),
        (_("Who has it, and where it is offered"), ("whose", "client", "on_category", "on_kind", "on_language")),
        *StepsForm.groups,
    )

    name = forms.CharField(label=_("Name"), max_length=80)
    name_it = forms.CharField(label=_("In Italian, when it differs"), max_length=80, required=False)
    name_en = forms.CharField(label=_("In English, when it differs"), max_length=80, required=False)
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)
    goes_on = forms.BooleanField(label=_("Go on to the next ticket afterwards"), required=False)
    whose = forms.ChoiceField(label=_("Who has it"))
    client = forms.ModelChoiceField(
        Client.objects.none(), label=_("Organisation"), required=False, empty_label=_("All organisations")
    )
    on_category = CategoryChoice(label=_("Tickets of the category"), empty_label=_("All categories"))
    on_kind = forms.ChoiceField(
        label=_("Tickets of the kind"), required=False, choices=[("", _("Any kind")), *TicketKind.choices]
    )
    on_language = forms.ChoiceField(
        label=_("Tickets in the language"), required=False, choices=[("", _("Any language")), *settings.LANGUAGES]
    )
    callback_hours = forms.IntegerField(
        label=_("Promise a call-back in hours"), required=False, min_value=1, max_value=24 * 30
    )
    due_days = forms.IntegerField(label=_("Due in days"), required=False, min_value=1, max_value=365)
    days = forms.IntegerField(
        label=_("Wake it after days"), required=False, min_value=1, max_value=365, help_text=_("Only for “On hold”.")
    )
    reply = words_field(_("Reply to the requester"), _("Shown before it is sent, and can be changed then."), 6)
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def _offer(self) -> None:
        super()._offer()
        mine = [("own", gettext("Only me"))]
        shared = [("desk", gettext("The whole desk")), *((f"team-{t.pk}", t.name) for t in active_teams())]
        whose: Any = self.fields["whose"]
        whose.choices = [*shared, *mine] if self.by.is_administrator else mine
        client: Any = self.fields["client"]
        chosen = Client.objects.filter(pk=self.initial.get("client") or 0)
        client.queryset = clients_seen_by(self.by) | chosen
        plant: Any = self.fields["on_category"]
        plant.plant(categories())

    @property
    def steps(self) -> dict[str, Any]:
        return {name: value for name, value in super().steps.items() if name not in _OF_MACRO}


_JOINED = {"tags_add": " ", "tags_remove": " ", "assets_add": ", ", "assets_remove": ", "} | {
    "checklist_add": "\n", "checklist_remove": "\n"
}  # fmt: skip


def as_typed(steps: dict[str, Any]) -> dict[str, Any]:
    """Steps as the form shows them again."""
    found = dict(steps)
    values = found.pop("fields", {})
    for name, mark in _JOINED.items():
        if name in found:
            found[name] = mark.join(found[name])
    for tick, name in TICKS.items():
        found[tick] = found.get(name) == NONE and bool(found.pop(name))
    fields = {f"{PREFIX}{key}": value for key, value in values.items() if value is not None}
    return {**found, **fields, "emptied": [key for key, value in values.items() if value is None]}


def named(steps: dict[str, Any]) -> list[str]:
    """The names of what steps change, in the reader's words."""
    fields = {**ManyForm.base_fields, **MacroForm.base_fields}
    found = [
        str(fields[name].label)
        for name in steps
        if name in fields and name not in ("reason", "supplier", "wake_at", "days", "code")
    ]
    return [*found, *([gettext("More about it")] if "fields" in steps else [])]
