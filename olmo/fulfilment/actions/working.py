"""Working on tasks: begin, finish, skip, cancel, take up again, tick off; and telling of those whose time has passed."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotFound
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tickets import policy
from olmo.tickets.changes import (
    Change,
    TaskBegun,
    TaskCancelled,
    TaskDone,
    TaskOverdue,
    TaskReopened,
    TaskSkipped,
    TaskTicked,
)
from olmo.tickets.log import Log, changing
from olmo.tickets.models import Event, Ticket

from .. import order
from ..models import IN_HAND, OPEN, Task, TaskState
from ..settling import settle
from .base import at_work, checked_reason, require_open, require_ready

BATCH = 200


def begin(task: Task, *, by: Person) -> Event:
    """Take a task on; it is one's own from now on. Raises NotFound, NotAllowed, Conflict (over, waits, somebody else's)."""
    with at_work(task, by) as (log, row):
        require_ready(row)
        if row.state == TaskState.DOING:
            name = row.person.name if row.person else "?"
            raise Conflict(_("%(name)s works on “%(task)s” already.") % {"name": name, "task": row})
        event = log.record(TaskBegun(task=row.pk, was=row.state, from_person=row.person_id))
        row.state, row.begun_at = TaskState.DOING, clock.now()
        row.person = by if by.is_agent else row.person
        row.save()
    return event


def finish(task: Task, *, by: Person) -> Event:
    """It is done; what waited for it alone can be begun.

    Raises NotFound, NotAllowed, Conflict: it still waits, it is over (by whom), lines of its checklist are left.
    """
    with at_work(task, by) as (log, row):
        require_ready(row)
        if left := sum(1 for line in row.checklist if not line.get("by")):
            words = ngettext("%(n)d line of its checklist is left.", "%(n)d lines of its checklist are left.", left)
            raise Conflict(words % {"n": left})
        return _end(log, row, TaskState.DONE, TaskDone(task=row.pk, was=row.state))


def skip(task: Task, *, by: Person, reason: str) -> Event:
    """It is not needed here; those that wait for it go on. Raises NotFound, NotAllowed, Conflict (over), Invalid (no reason)."""
    said = checked_reason(reason)
    with at_work(task, by) as (log, row):
        require_open(row)
        return _end(log, row, TaskState.SKIPPED, TaskSkipped(task=row.pk, was=row.state), said)


def cancel(task: Task, *, by: Person, reason: str) -> Event:
    """It will not be done, nor will those that need it. Raises NotFound, NotAllowed, Conflict (over), Invalid (no reason)."""
    said = checked_reason(reason)
    with at_work(task, by) as (log, row):
        require_open(row)
        open_ones = {one.pk: one for one in Task.objects.filter(ticket=log.ticket, state__in=OPEN)}
        for pk in sorted(order.behind({pk: one.needs for pk, one in open_ones.items()}, [row.pk])):
            _close(log, open_ones[pk], TaskState.CANCELLED, TaskCancelled(task=pk, was=open_ones[pk].state), said)
        return _end(log, row, TaskState.CANCELLED, TaskCancelled(task=row.pk, was=row.state), said)


def cancel_open(ticket: Ticket, *, by: Person, reason: str) -> int:
    """Cancel every open task of a ticket, before it is resolved all the same. Returns how many. Raises as `cancel` does."""
    said = checked_reason(reason)
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        found = list(Task.objects.filter(ticket=ticket, state__in=OPEN).order_by("position", "pk"))
        for row in found:
            _close(log, row, TaskState.CANCELLED, TaskCancelled(task=row.pk, was=row.state), said)
    return len(found)


def reopen(task: Task, *, by: Person) -> Event:
    """It is to do again; what could be begun because of it waits again, unless somebody has begun it.

    Raises NotFound, NotAllowed, Conflict: it is open; the ticket is done; one that needs it was begun.
    """
    with at_work(task, by) as (log, row):
        if row.is_open:
            raise Conflict(_("“%(task)s” is open.") % {"task": row})
        if log.ticket.is_done:
            raise Conflict(_("This ticket is done; reopen it first."))
        require_unbegun(row)
        event = log.record(TaskReopened(task=row.pk, was=row.state))
        open_again(row)
        settle(log)
    return event


def require_unbegun(row: Task) -> None:
    """Raise Conflict when somebody has begun or ended one that needs this task."""
    later = Task.objects.filter(ticket=row.ticket_id, needs__contains=[row.pk])
    begun = later.filter(state__in=[TaskState.DOING, TaskState.DONE]).select_related("person", "ended_by").first()
    if begun is not None:
        who = begun.ended_by or begun.person
        words = {"task": begun, "name": who.name if who else "?"}
        raise Conflict(_("%(name)s has begun “%(task)s” since, which needs it.") % words)


def open_again(row: Task) -> None:
    """As if it had never been begun; whether it waits, `settle` says."""
    row.state, row.ended_at, row.ended_by, row.begun_at, row.ready_at = TaskState.WAITS, None, None, None, None
    row.reason, row.by_condition, row.is_overdue = "", False, False
    row.save()


def tick(task: Task, *, by: Person, line: int, is_done: bool = True) -> Event | None:
    """Tick a line of its checklist off (0, 1, ...), or take its tick away; None when it is so already.

    Raises NotFound (no such line), NotAllowed, Conflict (the task is over).
    """
    with at_work(task, by) as (log, row):
        require_open(row)
        if not 0 <= line < len(row.checklist):
            raise NotFound
        if bool(row.checklist[line].get("by")) == is_done:
            return None
        mark_line(row, line, by if is_done else None)
        return log.record(TaskTicked(task=row.pk, line=line + 1, is_done=is_done))


def mark_line(row: Task, line: int, by: Person | None) -> None:
    """Write a tick, or that there is none."""
    done = {"by": by.pk, "name": by.name, "at": clock.now().isoformat()} if by else {}
    row.checklist = [{"text": one["text"], **done} if n == line else one for n, one in enumerate(row.checklist)]
    row.save(update_fields=["checklist"])


def sweep(limit: int = BATCH) -> int:
    """Record those tasks whose time has passed, once each; returns how many were looked at. By many at once, at any time."""
    due = Task.objects.filter(state__in=IN_HAND, is_overdue=False, due_at__lte=clock.now()).order_by("due_at", "pk")
    found = list(due.select_related("ticket")[:limit])
    clockwork = robot("Olmo")
    for task in found:
        with at_work(task, clockwork) as (log, row):
            if row.is_in_hand and not row.is_overdue and row.due_at and row.due_at <= clock.now():
                row.is_overdue = True
                row.save(update_fields=["is_overdue"])
                log.record(TaskOverdue(task=row.pk, due_at=row.due_at, person=row.person_id, team=row.team_id))
    return len(found)


def _end(log: Log, row: Task, state: TaskState, change: Change, reason: str = "") -> Event:
    event = _close(log, row, state, change, reason)
    settle(log)
    return event


def _close(log: Log, row: Task, state: TaskState, change: Change, reason: str = "") -> Event:
    row.state, row.ended_at, row.ended_by, row.reason = state, clock.now(), log.by, reason
    row.save()
    return log.record(change)
