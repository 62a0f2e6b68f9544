"""Who works on it, and how work stands: assignment, escalation, hold, resolution."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import queries as tasks
from olmo.people import queries as people
from olmo.people.models import Person, Team
from olmo.surveys import following_up
from olmo.tickets import actions, family
from olmo.tickets.actions.values import checked_future
from olmo.tickets.models import HoldReason, ResolutionCode, Supplier, Ticket, TicketKind

from ..writing import moments
from .base import ChangeForm
from .values import Moment, active_teams, colleagues


class Assignment(ChangeForm):
    """The team and the agent who have the ticket."""

    noun, title, button = "assignment", _("Team and owner"), _("Assign")
    said = _("Assigned.")

    team = forms.ModelChoiceField(Team.objects.none(), required=False, label=_("Team"), empty_label=_("No team"))
    assignee = forms.ModelChoiceField(Person.objects.none(), required=False, label=_("Owner"), empty_label=_("Nobody"))

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"team": ticket.team_id, "assignee": ticket.assignee_id}

    def prepare(self) -> None:
        self.fields["team"].queryset = active_teams(self.ticket.team_id)  # type: ignore[attr-defined]
        self.fields["assignee"].queryset = colleagues(self.ticket)  # type: ignore[attr-defined]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.assign(self.ticket, by=self.by, team=data["team"], assignee=data["assignee"], seen=seen)


class Escalation(ChangeForm):
    """Functional escalation with its handover note."""

    noun, title, button = "escalation", _("Escalate"), _("Escalate")
    said = _("Escalated: the next team has your note.")
    is_said_always = True

    team = forms.ModelChoiceField(Team.objects.none(), label=_("To"), required=False, empty_label=None)
    tried = forms.MultipleChoiceField(
        label=_("What was tried"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("It stands below your note, also what was not tried."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Handover note"),
        help_text=_("What was tried, what you believe, what is needed. Agents only."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )

    def prepare(self) -> None:
        others = active_teams().exclude(tickets=self.ticket)
        self.fields["team"].queryset = others  # type: ignore[attr-defined]
        following = people.next_tier_team(self.ticket.team)
        self.initial["team"] = following.pk if following else None
        items = self.ticket.team.tried_first if self.ticket.team else []
        self.fields["tried"].choices = [(item, item) for item in items]  # type: ignore[attr-defined]
        if not items:
            del self.fields["tried"]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.escalate(
            self.ticket, by=self.by, note=data["note"], team=data["team"], tried=data.get("tried", []), seen=seen
        )


class Return(ChangeForm):
    """An escalation goes back where it came from, with a reason."""

    noun, title, button = "return", _("Give back"), _("Give back")
    said = _("Given back, with your reason.")
    is_said_always = True

    reason = forms.CharField(
        label=_("Why it goes back"),
        help_text=_("What they should do, or why it is theirs. Agents only."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    def prepare(self) -> None:
        origin = actions.came_from(self.ticket)
        if origin is not None:
            self.fields["reason"].label = gettext("Why it goes back to %(team)s") % {"team": origin.name}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.give_back(self.ticket, by=self.by, reason=data["reason"], seen=seen)


class Hold(ChangeForm):
    """Work waits for somebody or for a date."""

    noun, title, button = "hold", _("Put on hold"), _("Put on hold")
    said = _("On hold. Any answer from outside wakes it.")
    is_said_always = True

    reason = forms.ChoiceField(
        label=_("It waits"),
        choices=[
            (HoldReason.REQUESTER, _("for the requester")),
            (HoldReason.THIRD_PARTY, _("for a third party")),
            (HoldReason.DATE, _("until a date")),
        ],
        initial=HoldReason.REQUESTER,
        widget=forms.RadioSelect,
    )
    supplier = forms.ModelChoiceField(
        Supplier.objects.none(), required=False, label=_("Supplier"), empty_label=_("No one named"),
        help_text=_("Only for a third party: its contract counts while the ticket waits."),
    )  # fmt: skip
    soon = forms.DateTimeField(label=_("Comes back"), required=False, widget=forms.Select)
    wake_at = Moment(label=_("Or at"), required=False, help_text=_("It comes back by itself at this time."))

    def prepare(self) -> None:
        """Offer the usual moments; ask for the supplier where the desk has some."""
        self.fields["soon"].widget.choices = [("", _("when somebody answers")), *moments.wakings()]
        known = Supplier.objects.filter(is_active=True)
        if known.exists():
            self.fields["supplier"].queryset = known  # type: ignore[attr-defined]
        else:
            del self.fields["supplier"]

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.hold(
            self.ticket,
            by=self.by,
            reason=data["reason"],
            wake_at=data["wake_at"] or data["soon"],
            supplier=data.get("supplier"),
            seen=seen,
        )


class Resolution(ChangeForm):
    """How it was resolved, with words for the requester."""

    noun, title, button = "resolution", _("Resolve"), _("Resolve")
    said = _("Resolved. It closes by itself in some days; an answer reopens it.")
    is_said_always = True

    code = forms.ChoiceField(label=_("How it was resolved"), choices=ResolutionCode.choices)
    note = forms.CharField(
        label=_("Words for the requester"),
        required=False,
        help_text=_("They are sent to the requester. Leave this empty when your last reply said it already."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    look_at = Moment(
        label=_("Look at it again on"), required=False, help_text=_("On that day it stands among your follow-ups.")
    )
    tasks = forms.CharField(
        label=_("Why its open tasks are left out"), required=False, max_length=500,
        help_text=_("They are cancelled with this reason."), widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip

    children = forms.BooleanField(
        label=_("Resolve its open children too: %(numbers)s"),
        required=False,
        help_text=_("Their requesters get the same words."),
    )

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"code": usual_code(ticket)}

    def prepare(self) -> None:
        """Ask about tasks and children where there are some."""
        if not tasks.open_count(self.ticket):
            del self.fields["tasks"]
        found = family.open_children(self.by, self.ticket, most=9)
        if not found:
            del self.fields["children"]
            return
        numbers = ", ".join(f"#{child.number}" for child in found[:8]) + (" …" if len(found) > 8 else "")
        self.fields["children"].label = gettext("Resolve its open children too: %(numbers)s") % {"numbers": numbers}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        if data["look_at"]:
            checked_future("look_at", data["look_at"])
        resolve = actions.resolve_family if data.get("children") else actions.resolve
        with transaction.atomic():  # tasks ended, resolved and planned, or nothing
            if data.get("tasks"):
                fulfilment.cancel_open(self.ticket, by=self.by, reason=data["tasks"])
            done = resolve(self.ticket, by=self.by, code=data["code"], note=data["note"], seen=seen)
            if data["look_at"]:
                following_up.plan(self.ticket, by=self.by, at=data["look_at"])
        return done


def usual_code(ticket: Ticket) -> str:
    """The resolution code that is offered first."""
    return ResolutionCode.FULFILLED if ticket.kind == TicketKind.SERVICE_REQUEST else ResolutionCode.FIXED
