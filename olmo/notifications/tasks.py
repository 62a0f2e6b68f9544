"""Notices of tasks: one can be done, is given to somebody, or is overdue. An overdue one is told to the lead of its team too."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from olmo.fulfilment.models import Task
from olmo.kernel import spoken
from olmo.people.models import Person
from olmo.tickets.changes import TaskGiven, TaskOverdue, TaskReady
from olmo.tickets.models import Event

from .noticing import members_of, notify


def ready(event: Event, change: TaskReady) -> None:
    """Reaction: nothing is waited for any more."""
    task = _task(change.task)
    if task is not None and task.is_in_hand:
        _tell_takers(event, task, gettext_noop("“%(task)s” can be done."))


def given(event: Event, change: TaskGiven) -> None:
    """Reaction: it is theirs now; of one that still waits they hear when it can be done."""
    task = _task(change.task)
    if task is not None and task.is_in_hand:
        _tell_takers(event, task, gettext_noop("%(by)s gave you the task “%(task)s”."))


def overdue(event: Event, change: TaskOverdue) -> None:
    """Reaction: its time has passed."""
    task = _task(change.task)
    if task is None or not task.is_in_hand:
        return
    words = gettext_noop("The task “%(task)s” is overdue: it was due %(at)s.")
    told = _tell_takers(event, task, words, kind="task_overdue")
    team = task.team_id or event.ticket.team_id
    leads = Person.objects.filter(led_teams=team, is_active=True).exclude(pk__in=told) if team else []
    notify(event, leads, lambda: _said(event, task, words), kind="task_overdue", why="task_lead")


def _tell_takers(event: Event, task: Task, words: str, *, kind: str = "task") -> list[int]:
    """Tell whoever has it, else the team. Returns who that is."""
    person = task.person
    people = [person] if person else list(members_of(task.team_id or event.ticket.team_id))
    notify(event, people, lambda: _said(event, task, words), kind=kind, why="task" if person else "task_team")
    return [one.pk for one in people]


def _said(event: Event, task: Task, words: str) -> str:
    at = spoken.moment(task.due_at) if task.due_at else ""
    return _(words) % {"by": event.by.name, "task": task, "at": at}


def _task(pk: int) -> Task | None:
    return Task.objects.select_related("person").filter(pk=pk).first()
