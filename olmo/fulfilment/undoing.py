"""Taking back what was done to tasks (`wiring.TAKEN_BACK`): each event gives its task the state that it had before."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict
from olmo.tickets.log import Log
from olmo.tickets.models import Event

from .actions.working import mark_line, open_again, require_unbegun
from .models import OPEN, Task, TaskState
from .settling import settle


def take_back(log: Log, events: list[Event]) -> None:
    """Undo the tasks' part of these events of one ticket, the newest first. Raises Conflict when others went on since."""
    found = [event for event in events if event.kind in _WAYS]
    for event in reversed(found):
        _WAYS[event.kind](log, event.data)
    if found:
        settle(log)


def _task(data: Mapping[str, Any], *states: str) -> Task:
    """The task as this event left it. Raises Conflict when it is not so any more."""
    row = Task.objects.select_related("person", "ended_by").filter(pk=data["task"]).first()
    if row is None or (states and row.state not in states):
        raise Conflict(_("Nothing was undone: the task “%(task)s” was changed since.") % {"task": row or "?"})
    return row


def _back(row: Task, was: str) -> None:
    """To the state before: one that was under way is again, whatever else is for `settle` to say."""
    begun = row.begun_at
    open_again(row)
    if was == TaskState.DOING:
        row.state, row.begun_at, row.ready_at = TaskState.DOING, begun, begun
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
    if (row.team_id, row.person_id) != (data.get("team"), data.get("person")):
        raise Conflict(_("Nothing was undone: the task “%(task)s” was changed since.") % {"task": row})
    row.team_id, row.person_id = data.get("from_team"), data.get("from_person")
    row.save()


def _dated(_log: Log, data: Mapping[str, Any]) -> None:
    row = _task(data, *OPEN)
    row.due_at, row.due_minutes = data.get("was_due_at"), data.get("was_minutes")
    row.save()


def _ticked(log: Log, data: Mapping[str, Any]) -> None:
    row = _task(data, *OPEN)
    mark_line(row, data["line"] - 1, None if data.get("is_done", True) else log.by)


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
