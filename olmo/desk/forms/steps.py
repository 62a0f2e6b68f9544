"""The form of several changes at once, for many tickets and for macros: what is left empty stays as it is.

Its fields are those of the single changes, each with a choice that changes nothing.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from olmo.assets import queries as assets
from olmo.automation.steps import ME, NONE
from olmo.fulfilment.models import Plan
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line, whole_number
from olmo.people import queries as people
from olmo.people.models import Kind, Person
from olmo.tickets import suppliers, working
from olmo.tickets.actions.checklists import checked as checked_items
from olmo.tickets.actions.values import checked_tags
from olmo.tickets.models import CustomField, HoldReason, Impact, ResolutionCode, Status, Ticket, TicketKind, Urgency
from olmo.tickets.queries import visible_to

from .properties import custom_field
from .values import Moment, active_teams, categories, tree

_AS_IT_IS = ("", pgettext_lazy("bulk edit", "– stays as it is –"))
STATES = [
    _AS_IT_IS, ("hold", _("On hold")), ("resume", _("Resumed")), ("resolved", _("Resolved")), ("closed", _("Closed for good")),
    ("reopened", _("Reopened")),
]  # fmt: skip
PREFIX = "field_"
MOST_ASSETS = 20  # named at once


def _one_of(label: Any, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[_AS_IT_IS, *choices], required=False)


def words_field(label: Any, hint: Any, rows: int = 4) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=200_000, widget=area)


def _line(label: Any, hint: Any = "") -> forms.CharField:
    line = forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=500, widget=line)


def _number(label: Any) -> forms.CharField:
    line = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=20, widget=line)


TICKS = {"no_due": "due_at", "no_parent": "parent", "no_callback": "callback_at"}  # what each takes away
_EITHER = (
    ("no_due", ("due_at", "due_days"), _("Either set a due date or drop it.")),
    ("no_parent", ("parent",), _("Either choose a parent or take it away.")),
    ("no_callback", ("callback_at", "callback_hours"), _("Either promise a call or take it back.")),
)
_BOTH = (
    ("assets_add", "assets_remove", _("Either name an asset or take it off.")),
    ("checklist_add", "checklist_remove", _("Either add an item or remove it.")),
)


class StepsForm(forms.Form):
    """What is to change. `steps` gives it as data."""

    use_required_attribute = False
    groups: Any = (
        (_("Who works on it"), ("team", "assignee", "follow", "unfollow")),
        (_("Who asked"), ("requester", "callback_at", "callback_hours", "no_callback")),
        (_("What it is"), (
            "subject", "impact", "urgency", "category", "kind", "language", "tags_add", "tags_remove", "assets_add",
            "assets_remove", "due_at", "due_days", "no_due",
        )),
        (_("Words"), ("reply", "note")),
        (_("Tasks"), ("plan", "checklist_add", "checklist_remove", "checklist_required")),
        (_("How work stands"), ("state", "reason", "supplier", "wake_at", "days", "code", "working_state")),
        (_("Other tickets"), ("parent", "no_parent", "merge")),
    )  # fmt: skip

    team = _one_of(_("Team"))
    assignee = _one_of(_("Owner"))
    follow = _one_of(_("Add as a follower"))
    unfollow = _one_of(_("Remove from the followers"))
    no_callback = forms.BooleanField(label=_("Take promised call-backs back"), required=False)
    subject = forms.CharField(
        label=_("Subject"), required=False, max_length=255, widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("The same for all; each former one is kept in an internal note."),
    )  # fmt: skip
    impact = _one_of(_("Impact"), Impact.choices)
    urgency = _one_of(_("Urgency"), Urgency.choices)
    category = _one_of(_("Category"))
    kind = _one_of(_("Kind"), TicketKind.choices)
    language = _one_of(_("Answer in"), settings.LANGUAGES)
    tags_add = forms.CharField(label=_("Add tags"), required=False, max_length=500, help_text=_("Separated by spaces."))
    tags_remove = forms.CharField(label=_("Remove tags"), required=False, max_length=500)
    assets_add = _line(_("Name assets"), _("Tags or serial numbers, separated by commas."))
    assets_remove = _line(_("Take assets off"))
    no_due = forms.BooleanField(label=_("Drop the due date"), required=False)
    plan = _one_of(_("Start the plan"))
    checklist_add = words_field(
        _("Add to the checklist"), _("One item in each line; what is on it already stays as it is.")
    )
    checklist_remove = words_field(_("Remove from the checklist"), _("One item in each line, to the letter."))
    checklist_required = _one_of(
        _("Before it is resolved"),
        [("yes", _("The whole checklist must be done")), ("no", _("The checklist may be open"))],
    )
    note = words_field(_("Internal note"), _("Written on each ticket; agents only."))
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    reason = forms.ChoiceField(
        label=_("It waits"),
        required=False,
        choices=[("", "–"), *(one for one in HoldReason.choices if one[0] != HoldReason.APPROVAL)],
        help_text=_("Only for “On hold”."),
    )
    supplier = forms.ChoiceField(
        label=_("Supplier"), required=False,
        help_text=_("Only for a third party: its contract counts while the ticket waits."),
    )  # fmt: skip
    code = forms.ChoiceField(
        label=_("How it was resolved"), required=False, choices=[("", "–"), *ResolutionCode.choices],
        help_text=_("Only for “Resolved”."),
    )  # fmt: skip

    working_state = _one_of(_("Working state"))
    parent = _number(_("Make it a child of ticket number"))
    no_parent = forms.BooleanField(label=_("Take it away from its parent"), required=False)

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
        known = [(str(one.pk), one.name) for one in suppliers.offered()]
        self.fields["supplier"].choices = [("", gettext("No one named")), *known]  # type: ignore[attr-defined]
        own = [(str(one.pk), f"{Status(one.status).label} · {one}") for one in working.in_order(only_active=True)]
        self._choose("working_state", [(NONE, str(_("No working state"))), *own])
        for definition in self._custom():
            self.fields[PREFIX + definition.key] = custom_field(definition)
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
        if custom := [self[name] for name in self.fields if name.startswith(PREFIX)]:
            yield {"title": gettext("More about it"), "fields": [*custom, self["emptied"]]}

    def clean_assets_add(self) -> list[str]:
        return self._called("assets_add")

    def clean_assets_remove(self) -> list[str]:
        return self._called("assets_remove")

    def _called(self, field: str) -> list[str]:
        """The tags or serial numbers that a field names; each is one of an asset that the agent may see."""
        typed = [clean_line(part, 80) for part in self.cleaned_data[field].split(",")]
        found = list({text.casefold(): text for text in typed if text}.values())
        if len(found) > MOST_ASSETS:
            raise forms.ValidationError(gettext("At most %(most)d assets at once.") % {"most": MOST_ASSETS})
        unknown = next((text for text in found if not assets.exactly(self.by, text).exists()), None)
        if unknown:
            words = gettext("No asset has the tag or serial number “%(text)s”.")
            raise forms.ValidationError(words % {"text": unknown})
        return found

    def clean_checklist_add(self) -> list[str]:
        return self._lines("checklist_add")

    def clean_checklist_remove(self) -> list[str]:
        return self._lines("checklist_remove")

    def _lines(self, field: str) -> list[str]:
        lines = [line for line in self.cleaned_data[field].splitlines() if line.strip()]
        try:
            return [text for _new, text in checked_items([(None, line) for line in lines])]
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal.message)) from refusal

    def clean_parent(self) -> int | None:
        number = _digits(self.cleaned_data["parent"])
        if number is not None and not visible_to(self.by).filter(number=number).exists():
            raise forms.ValidationError(gettext("There is no ticket %(number)s.") % {"number": number})
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        state = data.get("state")
        if state == "hold" and not data.get("reason"):
            self.add_error("reason", gettext("Say what the ticket waits for."))
        if state == "hold" and data.get("reason") == HoldReason.DATE and not (data.get("wake_at") or data.get("days")):
            self.add_error(
                "wake_at" if "wake_at" in self.fields else "days", gettext("Say until when the ticket waits.")
            )
        if data.get("supplier") and (state != "hold" or data.get("reason") != HoldReason.THIRD_PARTY):
            self.add_error("supplier", gettext("Only a third party that the ticket waits for has a name."))
        if state == "resolved" and not data.get("code"):
            self.add_error("code", gettext("Say how it was resolved."))
        for tick, names, words in _EITHER:
            if data.get(tick) and any(data.get(name) for name in names):
                self.add_error(tick, words)
        for add, remove, words in _BOTH:
            if {*map(str.casefold, data.get(add, ()))} & {*map(str.casefold, data.get(remove, ()))}:
                self.add_error(remove, words)
        if [key for key in data.get("emptied", []) if data.get(PREFIX + key)]:
            self.add_error("emptied", _("Either fill a field in or empty it."))
        return data

    @property
    def steps(self) -> dict[str, Any]:
        """What was filled in, as automation.steps reads it."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if value in ("", None) or name in (*TICKS, "emptied"):
                continue
            if name.startswith(PREFIX):
                found.setdefault("fields", {})[name.removeprefix(PREFIX)] = value
            elif plain := _plain(name, value):
                found[name] = plain
        found |= {step: NONE for tick, step in TICKS.items() if self.cleaned_data.get(tick)}
        if emptied := self.cleaned_data.get("emptied"):
            found["fields"] = {**found.get("fields", {}), **dict.fromkeys(emptied)}
        return found


class ManyForm(StepsForm):
    """For many tickets: with moments and a merge, and without words to the requesters."""

    requester = forms.CharField(
        label=_("Requester"), required=False, max_length=254,
        help_text=_("Name or mail address. A person of another organisation takes the tickets there."),
    )  # fmt: skip
    callback_at = Moment(label=_("Promise a call-back at"), required=False)
    due_at = Moment(label=_("Due"), required=False)
    wake_at = Moment(label=_("Wake it at"), required=False, help_text=_("Only for “On hold”."))
    merge = _number(_("Merge all into ticket number"))

    def clean_requester(self) -> int | None:
        text = self.cleaned_data["requester"].strip()
        if not text:
            return None
        known = people.visible_to(self.by).filter(is_active=True).exclude(kind=Kind.ROBOT)
        named = people.by_address(text)
        found = list(known.filter(pk=named.pk)) if named else list(known.filter(name__iexact=text)[:2])
        if len(found) == 1:
            return found[0].pk
        words = gettext("More than one person is called “%(name)s”: write the address.")
        words = words if found else gettext("Nobody has the name or address “%(name)s”.")
        raise forms.ValidationError(words % {"name": text})

    def clean_merge(self) -> int | None:
        return _digits(self.cleaned_data["merge"])


def _digits(typed: str) -> int | None:
    """The number of a ticket, as it was typed."""
    digits = typed.strip().removeprefix("#")
    if digits and whole_number(digits) is None:
        raise forms.ValidationError(gettext("“%(number)s” is not a ticket’s number.") % {"number": digits[:30]})
    return int(digits) if digits else None


_IDS = frozenset({
    "team", "assignee", "follow", "unfollow", "category", "impact", "urgency", "working_state", "plan", "supplier",
})  # fmt: skip


def _plain(name: str, value: Any) -> Any:
    """One value in JSON types."""
    if name in ("tags_add", "tags_remove"):
        return checked_tags(value.replace(",", " ").split())
    if name in ("due_at", "wake_at", "callback_at"):
        return value.isoformat()
    return int(value) if name in _IDS and value.isdecimal() else value
