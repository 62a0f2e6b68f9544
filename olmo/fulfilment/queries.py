"""Reads of tasks and plans. Each starts from the viewer, who sees the tasks of the tickets that they see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import F, Q, QuerySet

from olmo.catalogue.definition import Form
from olmo.kernel import prepared
from olmo.kernel.errors import NotFound
from olmo.kernel.prepared import Part
from olmo.people.models import Person
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.scope import EveryClient
from olmo.tickets.models import ACTIVE, Ticket
from olmo.tickets.queries import branch, visible_to
from olmo.tickets.queries import counting as count_of

from . import conditions
from .models import IN_HAND, OPEN, Plan, Run, Task, TaskState


def of_ticket(ticket: Ticket) -> list[Task]:
    """The tasks of a ticket in their order. The caller has asked `tickets.queries` for the ticket."""
    rows = Task.objects.filter(ticket=ticket).select_related("team", "person", "ended_by", "run__version__plan")
    return list(rows)


def reason(task: Task, ticket: Ticket, form: Form | None = None) -> str:
    """Why it was skipped or cancelled; where a condition says so, in the reader's language and the words of the order's form.

    A condition on a property that changed since is told as it was written down then.
    """
    answers = task.run.answers if task.run else {}
    failed = conditions.unmet(task.conditions, ticket, answers) if task.by_condition else None
    return conditions.not_needed(failed, form) if failed else task.reason


def task(viewer: Person, pk: int) -> Task:
    """One task with its ticket. Raises NotFound."""
    rows = Task.objects.select_related(
        "ticket__client", "ticket__team", "ticket__requester", "team", "person", "ended_by"
    )
    found = rows.select_related("run__version__plan").filter(pk=pk, pk__in=_visible(viewer)).first()
    if found is None:
        raise NotFound
    return found


def run(viewer: Person, pk: int) -> Run:
    """One plan at work. Raises NotFound."""
    rows = Run.objects.select_related("ticket", "version__plan").filter(pk=pk, ticket__in=visible_to(viewer))
    found = rows.first()
    if found is None or viewer.is_requester:
        raise NotFound
    return found


def mine(viewer: Person) -> Q:
    """The condition of a task that is this agent's own."""
    return Q(person=viewer)


def named_to(teams: Sequence[int]) -> Q:
    """That nobody has taken, of these teams by name."""
    return Q(person=None, team__in=teams)


def left_to(teams: Sequence[int]) -> Q:
    """That nobody has taken and that are the ticket's own team's, where that is one of these."""
    return Q(person=None) & _of_ticket_of(teams)


def _of_ticket_of(teams: Sequence[int]) -> Q:
    """No open task outlives its ticket: that it is active says nothing more, but the tickets of a team are few then."""
    return Q(team=None, ticket__team__in=teams, ticket__status__in=ACTIVE)


def of_my_teams(viewer: Person) -> list[Q]:
    """That nobody has taken, of the viewer's teams: by name, each by itself, or as the team of the ticket."""
    teams = team_ids(viewer)
    return [named_to([team]) for team in teams] + ([left_to(teams)] if teams else [])


def led_by(viewer: Person) -> list[Q]:
    """Of the teams that the viewer leads, whoever has them."""
    teams = list(viewer.led_teams.values_list("pk", flat=True))
    return [Q(team=team) for team in teams] + ([_of_ticket_of(teams)] if teams else [])


def to_do(viewer: Person, whose: Q) -> QuerySet[Task]:
    """Tasks of somebody that can be worked on."""
    return _visible(viewer).filter(whose, state__in=IN_HAND)


def first(viewer: Person, parts: Sequence[Q], most: int) -> list[Task]:
    """What is due first of the tasks that can be worked on, those without a due time last.

    parts: whose, none of them in two; each is read in order by an index of its own up to `most`.
    """
    read = [_by_due(to_do(viewer, whose)).values("pk")[:most] for whose in parts]
    if not read:
        return []
    ids = read[0].union(*read[1:], all=True) if read[1:] else read[0]
    return list(
        _by_due(Task.objects.filter(pk__in=ids)).select_related("ticket__client", "team", "person", "ended_by")[:most]
    )


def all_of(viewer: Person, parts: Sequence[Q], *, with_waiting: bool = False) -> QuerySet[Task]:
    """The same without a limit, for a file. with_waiting: also the viewer's own that wait for others."""
    none = Q(pk__in=[])
    whose = Q(reduce(or_, parts, none) if all(parts) else Q(), state__in=IN_HAND)  # an empty condition: everybody’s
    waits = Q(mine(viewer), state=TaskState.WAITS) if with_waiting else none
    return _by_due(_visible(viewer).filter(whose | waits)).select_related("ticket__client", "team", "person")


def _by_due(rows: QuerySet[Task]) -> QuerySet[Task]:
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def counting(viewer: Person, limit: int) -> Part:
    """An expression that counts what is the viewer's and their teams', each by an index of its own, up to `limit` each."""
    teams = team_ids(viewer)
    parts = [count_of(to_do(viewer, whose), limit) for whose in (mine(viewer), named_to(teams), left_to(teams))]
    text = " + ".join(sql for sql, _values in parts)
    return prepared.settled((f"({text})", [value for _sql, values in parts for value in values]))


def _visible(viewer: Person) -> QuerySet[Task]:
    """An agent sees every task of the organisations that they work for; a requester none."""
    clients = clients_of(viewer)
    if viewer.is_requester:
        return Task.objects.none()
    return Task.objects.all() if isinstance(clients, EveryClient) else Task.objects.filter(client__in=list(clients))


def waiting(viewer: Person, most: int) -> list[Task]:
    """The viewer's own that wait for others."""
    rows = _visible(viewer).filter(mine(viewer), state=TaskState.WAITS).order_by("pk")
    return list(rows.select_related("ticket__client", "team", "person", "ended_by")[:most])


def open_count(ticket: Ticket) -> int:
    """How many tasks of a ticket are open."""
    return Task.objects.filter(ticket=ticket, state__in=OPEN).count()


@dataclass(frozen=True)
class Progress:
    """How far the tasks of a ticket are; skipped and cancelled ones do not count."""

    done: int
    all: int

    @classmethod
    def of(cls, tasks: Iterable[Task]) -> "Progress":
        """Counted from rows."""
        counted = [t.state for t in tasks if t.state not in (TaskState.SKIPPED, TaskState.CANCELLED)]
        return cls(sum(state == TaskState.DONE for state in counted), len(counted))


def shown_to_requester(ticket: Ticket) -> list[Task]:
    """The tasks that the requester may know of, in their order."""
    hidden = [TaskState.SKIPPED, TaskState.CANCELLED]
    return list(Task.objects.filter(ticket=ticket, is_internal=False).exclude(state__in=hidden))


def plans_for(ticket: Ticket) -> list[Plan]:
    """The plans that can be started on a ticket: those of its category (or one above it) first."""
    own = branch(ticket.category_id)
    rows = Plan.objects.filter(Q(client=None) | Q(client=ticket.client_id), is_active=True)
    return sorted(rows, key=lambda plan: (plan.category_id not in own, str(plan).lower()))


def fitting(ticket: Ticket, plans: Iterable[Plan]) -> set[int]:
    """The ids of those that hang on the ticket's category."""
    own = branch(ticket.category_id)
    return {plan.pk for plan in plans if plan.category_id in own}


def titles(ids: Iterable[int]) -> dict[int, str]:
    """What tasks are called, in the reader's language (`wiring.NAMES`)."""
    return {row.pk: str(row) for row in Task.objects.filter(pk__in=list(ids))}
