"""Writing a task by hand, or changing one that is under way. What was typed survives every refusal."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from olmo.fulfilment import actions, queries
from olmo.fulfilment.actions import TaskSettings
from olmo.fulfilment.models import Task
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.administration import mark_of
from olmo.people.models import Person, Team
from olmo.tickets import queries as tickets
from olmo.tickets.models import Ticket
from olmo.tickets.undo import undoable

from .. import places
from ..forms.refusable import Refusable
from ..forms.values import Moment, active_teams, colleagues
from ..shell import DeskRequest, SeeOther, agents, page
from ..undoing import say

DAY = 480  # working minutes
UNITS = [(1, gettext_lazy("minutes")), (60, gettext_lazy("hours")), (DAY, gettext_lazy("days of 8 hours"))]


def minutes(count: int | None, unit: Any) -> int | None:
    """So many of these, in minutes."""
    return count * int(unit or 1) if count is not None else None


def parted(total: int | None) -> tuple[int | None, int]:
    """Minutes as a number of the largest unit that fits."""
    if not total:
        return None, 60
    unit = next(size for size, _label in reversed(UNITS) if total % size == 0)
    return total // unit, unit


class TaskForm(Refusable):
    """A task of a ticket."""

    use_required_attribute = False
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("What is to be done"), max_length=200)
    instructions = forms.CharField(
        label=gettext_lazy("Instructions"), required=False, max_length=10_000,
        help_text=gettext_lazy("Markdown: lists, links, `commands`."), widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )  # fmt: skip
    team = forms.ModelChoiceField(
        Team.objects.none(), label=gettext_lazy("Team"), required=False, empty_label=gettext_lazy("The ticket’s own")
    )
    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=gettext_lazy("Person"),
        required=False,
        empty_label=gettext_lazy("Nobody in particular"),
    )
    count = forms.IntegerField(
        label=gettext_lazy("To be done within"), required=False, min_value=1, max_value=525_600,
        help_text=gettext_lazy("Working time from when it can be begun."),
    )  # fmt: skip
    unit = forms.TypedChoiceField(label=gettext_lazy("Of"), choices=UNITS, coerce=int, required=False, empty_value="60")
    due_at = Moment(label=gettext_lazy("Or at a date"), required=False)
    needs = forms.TypedMultipleChoiceField(
        label=gettext_lazy("It waits for"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    checklist = forms.CharField(
        label=gettext_lazy("Checklist"), required=False, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy("One line each; all are ticked off before it is done."),
    )  # fmt: skip
    is_internal = forms.BooleanField(
        label=gettext_lazy("Only for the desk: the requester does not see it"), required=False
    )

    def __init__(self, data: Any = None, *, ticket: Ticket, task: Task | None = None) -> None:
        first = _first(task) if task else {"unit": 60}
        super().__init__(data, initial=first, label_suffix="", auto_id="task-%s")
        fields: dict[str, Any] = self.fields
        fields["team"].queryset = active_teams(task.team_id if task else None)
        fields["person"].queryset = colleagues(ticket)
        others = [(one.pk, str(one)) for one in queries.of_ticket(ticket) if task is None or one.pk != task.pk]
        fields["needs"].choices = others
        if not others:
            del fields["needs"]

    def settings(self) -> TaskSettings:
        """What was typed."""
        given = self.cleaned_data
        return TaskSettings(
            title=given["title"], instructions=given["instructions"], team=given["team"], person=given["person"],
            needs=given.get("needs", []), checklist=given["checklist"].splitlines(), is_internal=given["is_internal"],
            due_minutes=minutes(given["count"], given["unit"]), due_at=given["due_at"],
        )  # fmt: skip

    def field_of(self, refusal: Invalid) -> str:
        """The minutes of a due time are a number and its unit here."""
        return {"due_minutes": "count"}.get(refusal.field, refusal.field)


def _first(task: Task) -> dict[str, Any]:
    count, unit = parted(task.due_minutes)
    return {
        "seen": mark_of(actions.state_of(task)),
        "title": str(task), "instructions": task.instructions, "team": task.team_id, "person": task.person_id,
        "needs": task.needs, "checklist": "\n".join(line["text"] for line in task.checklist), "is_internal": task.is_internal,
        "count": count, "unit": unit, "due_at": None if task.due_minutes else task.due_at,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest, number: int) -> HttpResponse:
    """One more task of a ticket."""
    ticket = tickets.by_number(request.person, number)
    form = TaskForm(request.POST if request.method == "POST" else None, ticket=ticket)
    if request.method == "POST" and form.is_valid():
        try:
            with undoable(request.person, gettext_lazy("Task added.")) as made:
                actions.add(ticket, form.settings(), by=request.person)
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal)
        else:
            say(request, gettext_lazy("Task added."), made.token)
            return SeeOther(places.ticket(number))
    return _form(request, form, ticket, gettext_lazy("One more task"), places.ticket(number))


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Other words, somebody else, another time; all of it or nothing."""
    task = queries.task(request.person, pk)
    form = TaskForm(request.POST if request.method == "POST" else None, ticket=task.ticket, task=task)
    if request.method == "POST" and form.is_valid():
        try:
            with undoable(request.person, gettext_lazy("Task changed.")) as made:
                _change(task, form, request.person)
        except (Conflict, Invalid) as refusal:
            form.refuse(refusal)
        else:
            say(request, gettext_lazy("Task changed."), made.token)
            return SeeOther(reverse("desk:task", args=[pk]))
    return _form(request, form, task.ticket, str(task), reverse("desk:task", args=[pk]))


def _change(task: Task, form: TaskForm, by: Person) -> None:
    wanted = form.settings()
    actions.change(task, wanted, by=by, seen=form.cleaned_data["seen"])
    actions.give(task, by=by, team=wanted.team, person=wanted.person)
    before = (task.due_minutes, None if task.due_minutes else _minute(task.due_at))
    if before != (wanted.due_minutes, _minute(wanted.due_at)):
        actions.set_due(task, by=by, due_at=wanted.due_at, minutes=wanted.due_minutes)


def _minute(at: datetime | None) -> datetime | None:
    """As the form shows it: without seconds."""
    return at.replace(second=0, microsecond=0) if at else None


def _form(request: DeskRequest, form: TaskForm, ticket: Ticket, title: Any, back_url: str) -> HttpResponse:
    context = {"form": form, "ticket": ticket, "title": title, "back_url": back_url}
    return page(request, "desk/fulfilment/edit.html", context, status=422 if form.errors else 200)
