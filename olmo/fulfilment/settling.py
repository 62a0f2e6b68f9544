"""What follows for the other tasks when one of them changed: which can be begun, which must wait again, which nobody needs."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.text import Truncator
from django.utils.translation import override

from olmo.kernel import clock
from olmo.tickets.changes import TaskReady, TaskSkipped, TaskWaits
from olmo.tickets.log import Log
from olmo.tickets.models import Ticket

from . import conditions, order
from .models import OPEN, Task, TaskState

type Over = Callable[[int], datetime]  # when so many working minutes from an instant are over


def settle(log: Log) -> list[Task]:
    """Let each task of the ticket wait, be to do, or be skipped, as the others say. Returns all tasks, as they are now."""
    tasks = {task.pk: task for task in Task.objects.filter(ticket=log.ticket).select_related("run", "team", "person")}
    now = clock.now()
    over = working_from(log.ticket, now)
    for pk in order.in_order({pk: task.needs for pk, task in tasks.items()}):
        _settle_one(log, tasks[pk], tasks, now, over)
    return list(tasks.values())


def _settle_one(log: Log, task: Task, tasks: Mapping[int, Task], now: datetime, over: Over) -> None:
    """A task that somebody began or ended stays as it is."""
    is_free = task.state in (TaskState.WAITS, TaskState.TODO) or (task.state == TaskState.SKIPPED and task.by_condition)
    if not is_free:
        return
    must_wait = any(tasks[need].state in OPEN for need in task.needs if need in tasks)
    if must_wait and task.state != TaskState.WAITS:
        wait(log, task)
    elif not must_wait and task.state == TaskState.WAITS:
        _make_ready(log, task, now, over)


def wait(log: Log, task: Task) -> None:
    """It waits (again), and with it the time that it has."""
    was = task.state
    task.state, task.ready_at, task.ended_at, task.ended_by = TaskState.WAITS, None, None, None
    task.by_condition, task.reason, task.is_overdue = False, "", False
    if task.due_minutes is not None:
        task.due_at = None
    task.save()
    log.record(TaskWaits(task=task.pk, was=was))


def _make_ready(log: Log, task: Task, now: datetime, over: Over) -> None:
    answers = task.run.answers if task.run else {}
    failed = conditions.unmet(task.conditions, log.ticket, answers)
    if failed is not None:
        with override(settings.LANGUAGE_CODE):
            said = conditions.not_needed(failed)
        task.state, task.by_condition, task.ended_at, task.ended_by = TaskState.SKIPPED, True, now, log.by
        task.reason = Truncator(said).chars(500)
        task.save()
        log.record(TaskSkipped(task=task.pk, was=TaskState.WAITS.value, by_condition=True))
        return
    task.state, task.ready_at = TaskState.TODO, now
    if task.due_minutes is not None:
        task.due_at = over(task.due_minutes)
    task.save()
    log.record(TaskReady(task=task.pk, was=TaskState.WAITS.value, person=task.person_id, team=task.team_id))


def due(ticket: Ticket, start: datetime, minutes: int) -> datetime:
    """When so many minutes of working time are over."""
    return working_from(ticket, start)(minutes)


def working_from(ticket: Ticket, start: datetime) -> Over:
    """The same of several numbers of minutes; the room of service levels knows the ticket's calendar (`wiring`)."""
    working: Any = getattr(import_module(settings.OLMO_WIRING), "WORKING_AFTER", None)
    return working(ticket, start) if working else lambda minutes: start + timedelta(minutes=minutes)
