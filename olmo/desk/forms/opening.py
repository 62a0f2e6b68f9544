"""The form of a new ticket: who asks, what it is about, and what became of it while they were still there."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import NotFound
from olmo.kernel.text import whole_number
from olmo.people import actions as people
from olmo.people import queries
from olmo.people.models import Kind, Person, Team
from olmo.tenancy.models import Client
from olmo.tickets import actions, preparing
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import (
    CallDirection,
    Channel,
    Impact,
    Message,
    ResolutionCode,
    Template,
    Ticket,
    TicketKind,
    Urgency,
)
from olmo.worklog import actions as worklog
from olmo.worklog import queries as work

from ..lists.filters import clients
from .assets import choices
from .values import CategoryChoice, active_teams, categories

_CHANNELS = [(c.value, c.label) for c in (Channel.PHONE, Channel.COUNTER, Channel.DESK)]
LONGEST_CALL = timedelta(hours=12)


class Opening(forms.Form):
    """The ticket, and who asks: somebody known, or a new person with their organisation."""

    requester = forms.IntegerField(required=False, widget=forms.HiddenInput)
    template = forms.IntegerField(required=False, widget=forms.HiddenInput)
    began_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=320, widget=forms.EmailInput)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    client = forms.ModelChoiceField(Client.objects.none(), label=gettext_lazy("Organisation"), required=False)

    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=255, widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": gettext_lazy("A ticket needs a subject: one line that says what it is about.")},
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"})
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"), choices=_CHANNELS, initial=Channel.PHONE, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=TicketKind.choices, initial=TicketKind.INCIDENT, widget=forms.RadioSelect
    )
    impact = forms.TypedChoiceField(
        label=gettext_lazy("Impact"), choices=Impact.choices, coerce=int, initial=Impact.MEDIUM
    )
    urgency = forms.TypedChoiceField(
        label=gettext_lazy("Urgency"), choices=Urgency.choices, coerce=int, initial=Urgency.MEDIUM
    )
    category = CategoryChoice(label=gettext_lazy("Category"), empty_label=gettext_lazy("No category"))
    team = forms.ModelChoiceField(
        Team.objects.none(), label=gettext_lazy("Team"), required=False, empty_label=gettext_lazy("The category’s team")
    )
    take = forms.BooleanField(label=gettext_lazy("I take it myself"), required=False)
    checklist = forms.CharField(
        label=gettext_lazy("Checklist"), required=False, max_length=20_000,
        help_text=gettext_lazy("One item in each line."), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )  # fmt: skip
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Separated by spaces or commas."),
    )
    assets = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What it is about"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), required=False, min_value=0, max_value=24 * 60,
        help_text=gettext_lazy("Empty: as measured since this page was opened. 0: none."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    solution = forms.CharField(
        label=gettext_lazy("Solution"), required=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=gettext_lazy("Words for the requester; they are sent by mail too."),
    )  # fmt: skip
    code = forms.ChoiceField(
        label=gettext_lazy("How it was resolved"),
        choices=ResolutionCode.choices,
        initial=ResolutionCode.FIXED,
        required=False,
    )

    def __init__(self, data: Any = None, *, by: Person, **more: Any) -> None:
        self.by = by
        more["initial"] = {"began_at": clock.now().isoformat(), **more.get("initial", {})}
        super().__init__(data, label_suffix="", **more)
        self.fields["client"].queryset = clients(by)  # type: ignore[attr-defined]
        self.fields["team"].queryset = active_teams()  # type: ignore[attr-defined]
        chosen = data.getlist("assets") if data else [*self.initial.get("assets", ()), self.initial.get("asset")]
        if not data:
            self.initial["assets"] = [pk for pk in map(_number, chosen) if pk]
        offered = choices(by, self.known(), [pk for pk in map(_number, chosen) if pk])
        self.fields["assets"].choices = offered  # type: ignore[attr-defined]
        self.fields["category"].plant(categories())  # type: ignore[attr-defined]

    def known(self) -> Person | None:
        """The chosen requester, as far as the agent may know them."""
        pk = _number(self["requester"].value())
        people_ = queries.visible_to(self.by).filter(pk=pk or 0, kind=Kind.REQUESTER, is_active=True)
        return people_.select_related("client").first() if pk else None

    def begun_from(self) -> Template | None:
        """The template that was used last."""
        pk = _number(self["template"].value())
        return preparing.usable(self.by).filter(pk=pk).first() if pk else None

    def began(self) -> datetime:
        """When the call began, as the page says; never later than now, nor longer ago than a long call."""
        now = clock.now()
        try:
            began = parse_datetime(str(self["began_at"].value() or "")) or now
        except ValueError:
            began = now
        if began.tzinfo is None or not now - LONGEST_CALL <= began <= now:
            return now
        return began

    def spent(self) -> int:
        """Minutes of this call: those that were typed, else those that passed, begun ones counted."""
        typed = _number(self["minutes"].value())
        return typed if typed is not None else -int(-(clock.now() - self.began()).total_seconds() // 60)

    def clean(self) -> dict[str, Any]:
        """Somebody must ask: a known person, or the name and organisation of a new one."""
        data = super().clean() or {}
        if self.known() is None:
            for name, reason in _MISSING.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, str(reason))
        return data

    def open(self, uploaded: list[int], *, is_solved: bool) -> Ticket:
        """Make the person if need be, the ticket, and the entry of time. Raises Invalid, Conflict."""
        data, spent = self.cleaned_data, self.spent()
        requester = self.known() or self._enrolled()
        if requester.client is None:
            raise NotFound
        is_call = data["channel"] == Channel.PHONE
        message = NewMessage(
            text=data["text"].strip() or data["subject"], channel=data["channel"], uploads=uploaded,
            call_direction=CallDirection.IN if is_call else "", call_minutes=spent if is_call else None,
        )  # fmt: skip
        template = self.begun_from()
        values: dict[str, Any] = {
            "by": self.by, "client": requester.client, "requester": requester, "subject": data["subject"], "message": message,
            "kind": data["kind"], "channel": data["channel"], "impact": data["impact"], "urgency": data["urgency"],
            "category": data["category"], "team": data["team"], "assignee": self.by if data["take"] else None,
            "template": template, "fields": preparing.fields_of(template, requester.client, data["category"]),
            "checklist": [line for line in data["checklist"].splitlines() if line.strip()],
            "assets": data["assets"],
            "tags": data["tags"].replace(",", " ").split(),
        }  # fmt: skip
        if is_solved:
            ticket = actions.open_solved(**values, code=data["code"], solution=data["solution"])
        else:
            ticket = actions.open_ticket(**values)
        self.enter(ticket, spent)
        return ticket

    def enter(self, ticket: Ticket, spent: int) -> None:
        """The minutes of this call as an entry of work, which belongs to the message that says what was spoken."""
        if spent:
            said = Message.objects.filter(ticket=ticket).exclude(call_direction="").order_by("-pk").first()
            day, activity = worklog.today(self.by), work.call_activity()
            entry = worklog.Work(minutes=spent, day=day, activity=activity, began_at=self.began(), message=said)
            worklog.log_work(ticket, entry, by=self.by)

    def _enrolled(self) -> Person:
        data = self.cleaned_data
        return people.enrol_requester(data["client"], data["name"], data["email"] or None, phone=data["phone"])


_MISSING = {
    "name": gettext_lazy("Choose who asks, or write the name of a new person."),
    "client": gettext_lazy("A new person needs an organisation."),
}


def _number(value: Any) -> int | None:
    text = str(value if value is not None else "")
    return whole_number(text, 9)
