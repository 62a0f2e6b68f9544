"""On the phone, and what is done step by step: a call, a call-back and what became of it, the checklist, minutes of work."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from olmo.escalation import slots
from olmo.kernel import spoken
from olmo.tickets import actions
from olmo.tickets.actions.checklists import words_of
from olmo.tickets.models import CallDirection, CallOutcome, Ticket
from olmo.worklog import actions as worklog
from olmo.worklog import queries as work
from olmo.worklog.models import Activity

from .base import ChangeForm
from .values import Moment


def minutes_field(*, required: bool = False) -> forms.IntegerField:
    """A field for minutes."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "step": "1"})
    least = 1 if required else 0
    return forms.IntegerField(label=_("Minutes"), required=required, min_value=least, max_value=24 * 60, widget=widget)


class Call(ChangeForm):
    """A call about this ticket, with its minutes of work."""

    noun, title, button = "call", _("Note a call"), _("Note the call")
    said = _("The call was noted.")

    direction = forms.ChoiceField(
        label=_("Who called"), initial=CallDirection.IN, widget=forms.RadioSelect,
        choices=[(CallDirection.IN, _("the requester called")), (CallDirection.OUT, _("we called"))],
    )  # fmt: skip
    text = forms.CharField(
        label=_("What was said"), help_text=_("Agents only."), widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    )
    minutes = minutes_field()

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        spent = data["minutes"] or 0
        event = actions.log_call(
            self.ticket, by=self.by, text=data["text"], direction=data["direction"], minutes=spent
        )  # fmt: skip
        _enter(self, spent)
        return event


class Callback(ChangeForm):
    """A call that is promised."""

    noun, title, button = "callback", _("Promise a call-back"), _("Promise the call")
    said = _("Promised. You are reminded before it is time.")

    slot = forms.ChoiceField(
        label=_("When somebody is free"), required=False, widget=forms.RadioSelect,
        help_text=_("By shifts, absences and the calls that are promised already."),
    )  # fmt: skip
    at = Moment(label=_("When"), required=False)
    note = forms.CharField(
        label=_("What about"), required=False, help_text=_("For whoever calls. Agents only."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )  # fmt: skip

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"at": ticket.callback_at}

    def prepare(self) -> None:
        """Offer the next half hours in which somebody could call."""
        free = slots.free(self.ticket)
        self.fields["slot"].choices = [(at.isoformat(), spoken.near(at)) for at in free]  # type: ignore[attr-defined]
        if not free:
            del self.fields["slot"]

    def clean(self) -> dict[str, Any]:
        """A free half hour, or a time of one's own."""
        data = super().clean() or {}
        chosen = data.get("slot")
        if chosen:
            data["at"] = datetime.fromisoformat(chosen)
        elif data.get("at") is None and "at" not in self.errors:
            self.add_error("at", gettext("Choose when the call is promised."))
        return data

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return actions.promise_callback(self.ticket, by=self.by, at=data["at"], note=data["note"], seen=seen)


class Outcome(ChangeForm):
    """What became of a promised call."""

    noun, title, button = "outcome", _("Call back"), _("Save")

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=CallOutcome.choices, initial=CallOutcome.REACHED, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What was said"), required=False, help_text=_("Agents only. Needed when somebody was reached."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )  # fmt: skip
    minutes = minutes_field()
    again_at = Moment(label=_("Try again at"), required=False, help_text=_("Needed when another time was agreed."))

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        spent = data["minutes"] or 0
        event = actions.complete_callback(
            self.ticket, by=self.by, outcome=data["outcome"], note=data["note"], minutes=spent, again_at=data["again_at"],
            seen=seen,
        )  # fmt: skip
        _enter(self, spent)
        return event


class Checklist(ChangeForm):
    """The items in their order, one in each line. A line that stays as it is keeps its tick."""

    noun, title, button = "checklist", _("Checklist"), _("Save")

    items = forms.CharField(
        label=_("Items"), required=False, max_length=20_000, help_text=_("One in each line."),
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
    )  # fmt: skip
    is_required = forms.BooleanField(label=_("All must be done before resolving"), required=False)

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"items": "\n".join(words_of(ticket).values()), "is_required": bool(ticket.checklist.get("is_required"))}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        ids: dict[str, list[int]] = {}
        for pk, text in words_of(self.ticket).items():
            ids.setdefault(text, []).append(pk)
        lines = [line.strip() for line in data["items"].splitlines() if line.strip()]
        items = [(ids[line].pop(0) if ids.get(line) else None, line) for line in lines]
        return actions.set_checklist(self.ticket, by=self.by, items=items, is_required=data["is_required"], seen=seen)


class Work(ChangeForm):
    """Minutes that were worked without a timer."""

    noun, title, button = "work", _("Enter time"), _("Enter it")

    minutes = minutes_field(required=True)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    activity = forms.ModelChoiceField(
        Activity.objects.none(), label=_("Activity"), required=False, empty_label=_("No activity")
    )
    billing = forms.ChoiceField(
        label=_("Billable"), required=False, choices=[("", _("as the activity is")), ("yes", _("Yes")), ("no", _("No"))]
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"day": worklog.today(self.by)}

    def prepare(self) -> None:
        self.fields["activity"].queryset = work.activities()  # type: ignore[attr-defined]
        step = work.rules().step_minutes
        if step > 1:
            self.fields["minutes"].help_text = _("Rounded up to %(step)d minutes.") % {"step": step}

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        return worklog.log_work(self.ticket, work_of(data), by=self.by)


def work_of(data: dict[str, Any]) -> worklog.Work:
    """What the fields of an entry say."""
    billable = {"yes": True, "no": False}.get(data.get("billing") or "")
    return worklog.Work(
        minutes=data["minutes"], day=data["day"], activity=data["activity"], is_billable=billable, note=data["note"]
    )


def _enter(form: ChangeForm, minutes: int) -> None:
    """The minutes of a call as an entry of work, which belongs to the message that says what was spoken."""
    if minutes:
        spoken = form.ticket.last_message
        activity, day = work.call_activity(), worklog.today(form.by)
        worklog.log_work(
            form.ticket, worklog.Work(minutes=minutes, day=day, activity=activity, message=spoken), by=form.by
        )
