"""Taking back what was done to tasks (`wiring.TAKEN_BACK`): each event gives its task the state that it had before."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict
from olmo.tickets.changes import (
    Change,
    PlanStarted,
    TaskAdded,
    TaskBegun,
    TaskCancelled,
    TaskDated,
    TaskDone,
    TaskGiven,
    TaskSkipped,
    TaskTicked,
    of_event,
)
from olmo.tickets.log import Log
from olmo.tickets.models import Event

from .actions.working import mark_line, open_again, require_unbegun
from .models import IN_HAND, OPEN, Task, TaskState
from .settling import due, settle


def take_back(log: Log, events: list[Event]) -> None:
    """Undo the tasks' part of these events of one ticket, the newest first. Raises Conflict when others went on since."""
    changes = [of_event(event.kind, event.data) for event in events]
    found = [change for change in changes if type(change) in _WAYS]
    if log.ticket.is_done and not any("status" in change.touches for change in changes):
        _require_none_open_again(found)
    for change in reversed(found):
        _WAYS[type(change)](log, change)
    if found:
        settle(log)


def _require_none_open_again(changes: Sequence[Change]) -> None:
    """A ticket that stays done gets no open task. Raises Conflict."""
    if any(isinstance(change, TaskDone | TaskCancelled) or _is_by_hand(change) for change in changes):
        raise Conflict(_("This ticket is done; reopen it first."))


def _is_by_hand(change: Change) -> bool:
    return isinstance(change, TaskSkipped) and not change.by_condition


def _task(pk: int, *states: str) -> Task:
    """The task as the event left it. Raises Conflict when it is not so any more."""
    row = Task.objects.select_related("person", "ended_by").filter(pk=pk).first()
    if row is None:
        raise Conflict(_("This can no longer be undone."))
    _require(not states or row.state in states, row)
    return row


def _require(is_same: bool, row: Task) -> None:
    """Raise Conflict when somebody changed it since."""
    if not is_same:
        raise Conflict(_("Nothing was undone: the task “%(task)s” was changed since.") % {"task": row})


def _back(row: Task, was: str) -> None:
    """To the state before, with the time that it had: its hour goes on from where it was. What waited, `settle` looks at."""
    ready_at, is_overdue = row.ready_at, row.is_overdue
    begun_at = row.begun_at if was == TaskState.DOING else None
    open_again(row)
    if was in IN_HAND:
        row.state, row.begun_at, row.ready_at, row.is_overdue = was, begun_at, ready_at, is_overdue
        row.save()


def _done(_log: Log, change: TaskDone) -> None:
    _open(change.task, TaskState.DONE, change.was)


def _cancelled(_log: Log, change: TaskCancelled) -> None:
    _open(change.task, TaskState.CANCELLED, change.was)


def _skipped(_log: Log, change: TaskSkipped) -> None:
    if not change.by_condition:  # else it follows from the others
        _open(change.task, TaskState.SKIPPED, change.was)


def _open(pk: int, state: TaskState, was: str) -> None:
    row = _task(pk, state)
    require_unbegun(row)
    _back(row, was)


def _begun(_log: Log, change: TaskBegun) -> None:
    row = _task(change.task, TaskState.DOING)
    row.state, row.begun_at, row.person_id = TaskState.TODO, None, change.from_person
    row.save()


def _given(_log: Log, change: TaskGiven) -> None:
    row = _task(change.task, *OPEN)
    _require((row.team_id, row.person_id) == (change.team, change.person), row)
    row.team_id, row.person_id = change.from_team, change.from_person
    row.save()


def _dated(log: Log, change: TaskDated) -> None:
    """A moment is the same in every zone; where minutes were given it is not compared: it comes when the task can be begun."""
    row, minutes = _task(change.task, *OPEN), change.minutes
    _require(row.due_minutes == minutes and (minutes is not None or row.due_at == change.due_at), row)
    row.due_minutes, row.due_at = change.was_minutes, change.was_due_at
    if row.due_minutes is not None:
        row.due_at = (row.due_at or due(log.ticket, row.ready_at, row.due_minutes)) if row.ready_at else None
    row.save()


def _ticked(log: Log, change: TaskTicked) -> None:
    row = _task(change.task, *OPEN)
    line = change.line - 1
    left = row.checklist[line].get("by") if line < len(row.checklist) else ...
    _require(left == (log.by.pk if change.is_done else None), row)
    mark_line(row, line, None if change.is_done else log.by)


def _added(log: Log, change: TaskAdded) -> None:
    _never(log, _task(change.task, TaskState.WAITS, TaskState.TODO))


def _started(log: Log, change: PlanStarted) -> None:
    for pk in change.tasks:
        row = Task.objects.filter(pk=pk).first()
        if row is not None and row.state != TaskState.SKIPPED:
            _never(log, _task(pk, TaskState.WAITS, TaskState.TODO))


def _never(log: Log, row: Task) -> None:
    """It was made by mistake: it stays in the log's words, and is over."""
    row.state, row.ended_at, row.ended_by, row.reason = TaskState.CANCELLED, clock.now(), log.by, _("Taken back.")
    row.save()


_WAYS: Mapping[type[Change], Callable[[Log, Any], None]] = {
    TaskBegun: _begun, TaskDone: _done, TaskSkipped: _skipped, TaskCancelled: _cancelled, TaskGiven: _given,
    TaskDated: _dated, TaskTicked: _ticked, TaskAdded: _added, PlanStarted: _started,
}  # fmt: skip
