"""Taking back what was done to tasks (`wiring.TAKEN_BACK`): each event gives its task the state that it had before."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict
from olmo.tickets.changes import KINDS
from olmo.tickets.log import Log
from olmo.tickets.models import Event

from .actions.working import mark_line, open_again, require_unbegun
from .models import IN_HAND, OPEN, Task, TaskState
from .settling import due, settle


def take_back(log: Log, events: list[Event]) -> None:
    """Undo the tasks' part of these events of one ticket, the newest first. Raises Conflict when others went on since."""
    found = [event for event in events if event.kind in _WAYS]
    if log.ticket.is_done and not any("status" in KINDS[event.kind].touches for event in events):
        _require_none_open_again(found)
    for event in reversed(found):
        _WAYS[event.kind](log, event.data)
    if found:
        settle(log)


def _require_none_open_again(events: list[Event]) -> None:
    """A ticket that stays done gets no open task. Raises Conflict."""
    if any(event.kind in _ENDS and not event.data.get("by_condition") for event in events):
        raise Conflict(_("This ticket is done; reopen it first."))


def _task(data: Mapping[str, Any], *states: str) -> Task:
    """The task as this event left it. Raises Conflict when it is not so any more."""
    row = Task.objects.select_related("person", "ended_by").filter(pk=data["task"]).first()
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


def _ended(state: TaskState) -> Callable[[Log, Mapping[str, Any]], None]:
    def undo(_log: Log, data: Mapping[str, Any]) -> None:
        if data.get("by_condition"):
            return  # follows from the others
        row = _task(data, state)
        require_unbegun(row)
        _back(row, data["was"])

    return undo


def _begun(_log: Log, data: Mapping[str, Any]) -> None:
    row = _task(data, TaskState.DOING)
    row.state, row.begun_at, row.person_id = TaskState.TODO, None, data.get("from_person")
    row.save()


def _given(_log: Log, data: Mapping[str, Any]) -> None:
    row = _task(data, *OPEN)
    _require((row.team_id, row.person_id) == (data.get("team"), data.get("person")), row)
    row.team_id, row.person_id = data.get("from_team"), data.get("from_person")
    row.save()


def _dated(log: Log, data: Mapping[str, Any]) -> None:
    """A moment is the same in every zone; where minutes were given it is not compared: it comes when the task can be begun."""
    row, minutes = _task(data, *OPEN), data.get("minutes")
    _require(row.due_minutes == minutes and (minutes is not None or row.due_at == _moment(data.get("due_at"))), row)
    row.due_minutes, row.due_at = data.get("was_minutes"), _moment(data.get("was_due_at"))
    if row.due_minutes is not None:
        row.due_at = (row.due_at or due(log.ticket, row.ready_at, row.due_minutes)) if row.ready_at else None
    row.save()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _ticked(log: Log, data: Mapping[str, Any]) -> None:
    row = _task(data, *OPEN)
    line, is_done = data["line"] - 1, data.get("is_done", True)
    left = row.checklist[line].get("by") if line < len(row.checklist) else ...
    _require(left == (log.by.pk if is_done else None), row)
    mark_line(row, line, None if is_done else log.by)


def _added(log: Log, data: Mapping[str, Any]) -> None:
    _never(log, _task(data, TaskState.WAITS, TaskState.TODO))


def _started(log: Log, data: Mapping[str, Any]) -> None:
    for pk in data["tasks"]:
        row = Task.objects.filter(pk=pk).first()
        if row is not None and row.state != TaskState.SKIPPED:
            _never(log, _task({"task": pk}, TaskState.WAITS, TaskState.TODO))


def _never(log: Log, row: Task) -> None:
    """It was made by mistake: it stays in the log's words, and is over."""
    row.state, row.ended_at, row.ended_by, row.reason = TaskState.CANCELLED, clock.now(), log.by, _("Taken back.")
    row.save()


_WAYS: Mapping[str, Callable[[Log, Mapping[str, Any]], None]] = {
    "task_begun": _begun, "task_done": _ended(TaskState.DONE), "task_skipped": _ended(TaskState.SKIPPED),
    "task_cancelled": _ended(TaskState.CANCELLED), "task_given": _given, "task_dated": _dated, "task_ticked": _ticked,
    "task_added": _added, "plan_started": _started,
}  # fmt: skip
_ENDS = frozenset({"task_done", "task_skipped", "task_cancelled"})
