"""A task as pages show it: whose it is, when it is due, what it waits for, and what can be done with it."""

from collections.abc import Collection, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from olmo.fulfilment import queries
from olmo.fulfilment.conditions import ask_for_answers
from olmo.fulfilment.models import OPEN, Task, TaskState
from olmo.kernel import clock, spoken
from olmo.requests.queries import form_of
from olmo.tickets.models import Ticket

BADGES: Mapping[str, tuple[str, str]] = {
    TaskState.WAITS: ("slate", "pause"), TaskState.TODO: ("", "todo"), TaskState.DOING: ("elm", "play"),
    TaskState.DONE: ("", "check"), TaskState.SKIPPED: ("", "minus"), TaskState.CANCELLED: ("", "x"),
}  # fmt: skip


def row(task: Task, known: Mapping[int, Task] | None = None) -> dict[str, Any]:
    """known: the other tasks of its ticket, for what it waits for."""
    tone, icon = BADGES[task.state]
    waits = [known[pk] for pk in task.needs if known and pk in known and known[pk].state in OPEN]
    return {
        "task": task, "url": reverse("desk:task", args=[task.pk]), "title": str(task), "whose": whose(task),
        "state": TaskState(task.state).label, "tone": tone, "icon": icon, "is_late": is_late(task),
        "due_at": task.due_at if task.is_open else None, "waits": waits, "ended": _ended(task), "ticks": ticks(task),
        "may_begin": task.state == TaskState.TODO, "may_finish": task.is_in_hand,
    }  # fmt: skip


def rows(tasks: Collection[Task], ticket: Ticket) -> list[dict[str, Any]]:
    """All tasks of one ticket."""
    known, why = {task.pk: task for task in tasks}, reasons(tasks, ticket)
    return [{**row(task, known), "reason": why.get(task.pk, "")} for task in known.values()]


def reasons(tasks: Collection[Task], ticket: Ticket) -> dict[int, str]:
    """Why tasks of a ticket are over, by their ids; the form of its order is read only where an answer says so."""
    over = [task for task in tasks if task.reason]
    is_asked = any(task.by_condition and ask_for_answers(task.conditions) for task in over)
    form = form_of(ticket) if is_asked else None
    return {task.pk: queries.reason(task, ticket, form) for task in over}


def whose(task: Task) -> str:
    """The person, the team, or that it is the ticket's team's."""
    if task.person_id and task.person:
        return task.person.name
    return task.team.name if task.team_id and task.team else _("the ticket’s team")


def is_late(task: Task) -> bool:
    """Whether its time has passed and it is still open."""
    return task.is_open and task.due_at is not None and task.due_at <= clock.now()


def ticks(task: Task) -> str:
    """How far its checklist is, in words; "" without one."""
    if not task.checklist:
        return ""
    done = sum(1 for line in task.checklist if line.get("by"))
    return _("%(done)d of %(all)d done") % {"done": done, "all": len(task.checklist)}


def _ended(task: Task) -> str:
    """By whom and when it was ended."""
    if task.ended_at is None:
        return ""
    name = task.ended_by.name if task.ended_by else "Olmo"
    return f"{name}, {spoken.near(task.ended_at)}"
