"""What the verbs of tasks share: the ticket is locked, then the task is read anew, so that of two at once the second sees it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean
from olmo.people.models import Kind, Person, Team
from olmo.tickets import policy
from olmo.tickets.log import Log, changing
from olmo.tickets.models import Ticket

from .. import steps
from ..models import OPEN, Task, TaskState

LONGEST_REASON = 500


@contextmanager
def at_work(task: Task, by: Person) -> Iterator[tuple[Log, Task]]:
    """The open log of the task's ticket, and the task as it is now. Raises NotFound, NotAllowed."""
    with changing(task.ticket, by=by) as log:
        policy.require_work(by, log.ticket)
        row = Task.objects.select_related("run", "team", "person", "ended_by").filter(pk=task.pk).first()
        if row is None:
            raise NotFound
        row.ticket = log.ticket
        yield log, row


def require_open(task: Task) -> None:
    """Raise Conflict when it is over, saying by whom and when: two people may be at it at once."""
    if task.is_open:
        return
    words = {
        "by": task.ended_by.name if task.ended_by else "Olmo",
        "at": spoken.near(task.ended_at or task.made_at),
        "task": task,
    }
    said = {
        TaskState.DONE: _("%(by)s finished “%(task)s” already (%(at)s)."),
        TaskState.SKIPPED: _("%(by)s skipped “%(task)s” already (%(at)s)."),
        TaskState.CANCELLED: _("%(by)s cancelled “%(task)s” already (%(at)s)."),
    }
    raise Conflict(said[TaskState(task.state)] % words)


def require_ready(task: Task) -> None:
    """Raise Conflict when it is over or still waits, naming what for."""
    require_open(task)
    if task.state == TaskState.WAITS:
        needed = Task.objects.filter(pk__in=task.needs, state__in=OPEN)
        names = ", ".join(f"“{one}”" for one in needed)
        raise Conflict(_("“%(task)s” waits for %(others)s.") % {"task": task, "others": names})


def checked_reason(text: str) -> str:
    """Why, in some words. Raises Invalid."""
    said = clean(text).strip()
    if not said:
        raise Invalid("reason", _("Say why."))
    if len(said) > LONGEST_REASON:
        raise Invalid("reason", _("It is too long: at most %(most)s characters.") % {"most": LONGEST_REASON})
    return said


def require_takers(ticket: Ticket, team: Team | None, person: Person | None) -> None:
    """Raise Invalid unless both take tasks, and the person may work on this ticket."""
    if team is not None and not team.is_active:
        raise Invalid("team", steps.no_team(team))
    if person is not None and not (person.is_active and person.kind == Kind.AGENT):
        raise Invalid("person", steps.no_person(person))
    if person is not None and not policy.may_work(person, ticket):
        raise Invalid("person", steps.no_access(person))


def active(team: Team | None) -> Team | None:
    """The team, where it still takes tasks."""
    return team if team and team.is_active else None
