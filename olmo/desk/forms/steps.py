"""The form of several changes at once, for many tickets and for macros: what is left empty stays as it is.

Its fields are those of the single changes, each with a choice that changes nothing.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from olmo.automation.steps import ME, NONE
from olmo.fulfilment.models import Plan
from olmo.people import queries as people
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets import working
from olmo.tickets.actions.values import checked_tags
from olmo.tickets.models import CustomField, HoldReason, Impact, ResolutionCode, Status, Ticket, TicketKind, Urgency

from .properties import custom_field
from .values import CategoryChoice, Moment, active_teams, categories, tree

_AS_IT_IS = ("", pgettext_lazy("bulk edit", "– stays as it is –"))
STATES = [
    _AS_IT_IS, ("hold", _("On hold")), ("resume", _("Resumed")), ("resolved", _("Resolved")), ("closed", _("Closed for good")),
    ("reopened", _("Reopened")),
]  # fmt: skip
_PREFIX = "field_"


def _one_of(label: Any, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[_AS_IT_IS, *choices], required=False)


def _words(label: Any, hint: Any, rows: int = 4) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=200_000, widget=area)


class StepsForm(forms.Form):
    """What is to change. `steps` gives it as data."""

    use_required_attribute = False
    groups: Any = (
        (_("Who works on it"), ("team", "assignee", "follow", "unfollow")),
        (
            _("What it is"),
            (
                "impact",
                "urgency",
                "category",
                "kind",
                "language",
                "tags_add",
                "tags_remove",
                "due_at",
                "due_days",
                "no_due",
            ),
        ),
        (_("Words"), ("reply", "note")),
        (_("Tasks"), ("plan",)),
        (_("How work stands"), ("state", "reason", "wake_at", "days", "code", "working_state", "merge")),
    )

    team = _one_of(_("Team"))
    assignee = _one_of(_("Owner"))
    follow = _one_of(_("Add as a follower"))
    unfollow = _one_of(_("Remove from the followers"))
    impact = _one_of(_("Impact"), Impact.choices)
    urgency = _one_of(_("Urgency"), Urgency.choices)
    category = _one_of(_("Category"))
    kind = _one_of(_("Kind"), TicketKind.choices)
    language = _one_of(_("Answer in"), settings.LANGUAGES)
    tags_add = forms.CharField(label=_("Add tags"), required=False, max_length=500, help_text=_("Separated by spaces."))
    tags_remove = forms.CharField(label=_("Remove tags"), required=False, max_length=500)
    no_due = forms.BooleanField(label=_("Drop the due date"), required=False)
    plan = _one_of(_("Start the plan"))
    note = _words(_("Internal note"), _("Written on each ticket; agents only."))
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    reason = forms.ChoiceField(
        label=_("It waits"),
        required=False,
        choices=[("", "–"), *(one for one in HoldReason.choices if one[0] != HoldReason.APPROVAL)],
        help_text=_("Only for “On hold”."),
    )
    code = forms.ChoiceField(
        label=_("How it was resolved"), required=False, choices=[("", "–"), *ResolutionCode.choices],
        help_text=_("Only for “Resolved”."),
    )  # fmt: skip

    working_state = _one_of(_("Working state"))

    def __init__(self, data: Any = None, *, by: Person, tickets: list[Ticket] | None = None, **more: Any) -> None:
        self.by, self.tickets = by, tickets
        super().__init__(data, label_suffix="", auto_id="steps-%s", **more)
        self._offer()

    def _offer(self) -> None:
        """Fill in the choices of this desk."""
        agents = [(str(pk), name) for pk, name in people.agents().values_list("pk", "name")]
        me = (ME, gettext("Me"))
        self._choose("team", [(NONE, gettext("No team")), *((str(t.pk), t.name) for t in active_teams())])
        self._choose("assignee", [(NONE, gettext("Nobody")), me, *agents])
        for name in ("follow", "unfollow"):
            self._choose(name, [me, *agents])
        self._choose(
            "category", [(NONE, gettext("No category")), *((str(pk), name) for pk, name in tree(categories()))]
        )
        self._choose("plan", [(str(one.pk), str(one)) for one in Plan.objects.filter(is_active=True)])
        own = [(str(one.pk), f"{Status(one.status).label} · {one}") for one in working.in_order(only_active=True)]
        self._choose("working_state", [(NONE, str(_("No working state"))), *own])
        for definition in self._custom():
            self.fields[_PREFIX + definition.key] = custom_field(definition)
        if custom := [(d.key, str(d)) for d in self._custom()]:
            self.fields["emptied"] = forms.MultipleChoiceField(
                label=_("Empty these fields"), choices=custom, required=False, widget=forms.CheckboxSelectMultiple
            )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [_AS_IT_IS, *choices]

    def _custom(self) -> list[CustomField]:
        """The custom fields that these tickets may have: those of their organisations and of every one."""
        clients = {ticket.client_id for ticket in self.tickets or []}
        known = CustomField.objects.all()
        return [f for f in known if f.client_id is None or f.client_id in clients][:40]

    def grouped(self) -> Iterator[dict[str, Any]]:
        """The groups with their bound fields, for the template."""
        for title, names in self.groups:
            yield {"title": title, "fields": [self[name] for name in names if name in self.fields]}
        if custom := [self[name] for name in self.fields if name.startswith(_PREFIX)]:
            yield {"title": gettext("More about it"), "fields": [*custom, self["emptied"]]}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        state = data.get("state")
        if state == "hold" and not data.get("reason"):
            self.add_error("reason", gettext("Say what the ticket waits for."))
        if state == "hold" and data.get("reason") == HoldReason.DATE and not (data.get("wake_at") or data.get("days")):
            self.add_error(
                "wake_at" if "wake_at" in self.fields else "days", gettext("Say until when the ticket waits.")
            )
        if state == "resolved" and not data.get("code"):
            self.add_error("code", gettext("Say how it was resolved."))
        if data.get("no_due") and (data.get("due_at") or data.get("due_days")):
            self.add_error("no_due", _("Either set a due date or drop it."))
        if [key for key in data.get("emptied", []) if data.get(_PREFIX + key)]:
            self.add_error("emptied", _("Either fill a field in or empty it."))
        return data

    @property
    def steps(self) -> dict[str, Any]:
        """What was filled in, as automation.steps reads it."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if value in ("", None) or name in ("no_due", "emptied"):
                continue
            if name.startswith(_PREFIX):
                found.setdefault("fields", {})[name.removeprefix(_PREFIX)] = value
            elif plain := _plain(name, value):
                found[name] = plain
        if self.cleaned_data.get("no_due"):
            found["due_at"] = NONE
        if emptied := self.cleaned_data.get("emptied"):
            found["fields"] = {**found.get("fields", {}), **dict.fromkeys(emptied)}
        return found


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


class MacroForm(StepsForm):
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
        Client.objects.all(), label=_("Organisation"), required=False, empty_label=_("All organisations")
    )
    on_category = CategoryChoice(label=_("Tickets of the category"), empty_label=_("All categories"))
    on_kind = forms.ChoiceField(
        label=_("Tickets of the kind"), required=False, choices=[("", _("Any kind")), *TicketKind.choices]
    )
    on_language = forms.ChoiceField(
        label=_("Tickets in the language"), required=False, choices=[("", _("Any language")), *settings.LANGUAGES]
    )
    due_days = forms.IntegerField(label=_("Due in days"), required=False, min_value=1, max_value=365)
    days = forms.IntegerField(
        label=_("Wake it after days"), required=False, min_value=1, max_value=365, help_text=_("Only for “On hold”.")
    )
    reply = _words(_("Reply to the requester"), _("Shown before it is sent, and can be changed then."), 6)
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def _offer(self) -> None:
        super()._offer()
        mine = [("own", gettext("Only me"))]
        shared = [("desk", gettext("The whole desk")), *((f"team-{t.pk}", t.name) for t in active_teams())]
        whose: Any = self.fields["whose"]
        whose.choices = [*shared, *mine] if self.by.is_administrator else mine
        plant: Any = self.fields["on_category"]
        plant.plant(categories())

    @property
    def steps(self) -> dict[str, Any]:
        return {name: value for name, value in super().steps.items() if name not in _OF_MACRO}


def _plain(name: str, value: Any) -> Any:
    """One value in JSON types."""
    if name in ("tags_add", "tags_remove"):
        return checked_tags(value.replace(",", " ").split())
    if name in ("due_at", "wake_at"):
        return value.isoformat()
    is_id = name in ("team", "assignee", "follow", "unfollow", "category", "impact", "urgency", "working_state", "plan")
    return int(value) if is_id and value.isdecimal() else value


class ManyForm(StepsForm):
    """For many tickets: with moments and a merge, and without words to the requesters."""

    due_at = Moment(label=_("Due"), required=False)
    wake_at = Moment(label=_("Wake it at"), required=False, help_text=_("Only for “On hold”."))
    merge = forms.CharField(
        label=_("Merge all into ticket number"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_merge(self) -> int | None:
        digits = str(self.cleaned_data["merge"]).strip().removeprefix("#")
        if digits and not (digits.isascii() and digits.isdecimal() and len(digits) < 19):
            raise forms.ValidationError(gettext("“%(number)s” is not a ticket’s number.") % {"number": digits[:30]})
        return int(digits) if digits else None


def named(steps: dict[str, Any]) -> list[str]:
    """The names of what steps change, in the reader's words."""
    fields = {**ManyForm.base_fields, **MacroForm.base_fields}
    found = [str(fields[name].label) for name in steps if name in fields and name not in ("reason", "wake_at", "code")]
    return [*found, *([gettext("More about it")] if "fields" in steps else [])]
