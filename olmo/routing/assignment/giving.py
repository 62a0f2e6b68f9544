"""Giving out: one ticket when it comes, the waiting ones of a team when somebody becomes free, and the next one for an agent."""

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from olmo.kernel.errors import Conflict, NotAllowed
from olmo.people.actions import robot
from olmo.people.models import Person, Team
from olmo.people.queries import team_ids
from olmo.tickets import actions
from olmo.tickets.changes import Opened, of_event
from olmo.tickets.models import Event, Ticket
from olmo.tickets.queries import visible_to

from . import gathering
from .choosing import Choice, choose
from .gathering import WORKED_ON, Crew
from .models import Method, TeamWay

DEPTH = 1000  # waiting tickets of a team that one look goes through, the most urgent first
_MATTERS = frozenset({"team", "assignee", "status"})


def follow(event: Event) -> None:
    """AFTER reaction: a ticket without an owner is given out; one that leaves its owner makes room for another.

    Idempotent: it looks at how the ticket is now.
    """
    change = of_event(event.kind, event.data)
    if not (isinstance(change, Opened) or change.fields_touched() & _MATTERS):
        return
    ticket = event.ticket
    if ticket.assignee_id is None and ticket.team_id and ticket.status in WORKED_ON:
        give_out(ticket.team_id, only=ticket)
    if not isinstance(change, Opened):
        wake_teams_of(former_owner(event))


@transaction.atomic
def give_out(team: int, *, only: Ticket | None = None) -> int:
    """Give the waiting tickets of a team (or `only` one of them) to its agents; returns how many were given.

    The row of the team's way is locked, so turns stay fair; a ticket that somebody else holds is passed over.
    """
    way = TeamWay.objects.select_for_update(of=("self",)).select_related("team").filter(pk=team).first()
    if way is None or way.method == Method.MANUAL or not way.team.is_active:
        return 0
    rows = waiting(way.team)
    if only is not None:
        rows = rows.filter(pk=only.pk)
    elif not rows.exists():
        return 0
    crew, by, given = Crew(way), robot("Olmo"), 0
    for ticket in rows[:DEPTH]:
        if not crew.has_room():
            break
        if crew.may_fit(ticket):  # what nobody can take now must not stand before what somebody can
            given += _give(ticket, crew, by)
    crew.keep()
    return given


def waiting(team: Team) -> QuerySet[Ticket]:
    """The tickets of a team that nobody has taken, the most urgent first."""
    return _urgent(Ticket.objects.filter(team=team))


def untaken(agent: Person) -> QuerySet[Ticket]:
    """The tickets of an agent's teams that nobody has taken, the most urgent first."""
    return _urgent(visible_to(agent).filter(team__in=team_ids(agent)))


def _urgent(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    rows = rows.filter(assignee=None, status__in=WORKED_ON)
    return rows.order_by(F("standing__act_by").asc(nulls_last=True), "priority", "pk")


def choice(ticket: Ticket, crew: Crew) -> Choice:
    """Whom the way of the crew's team would choose now for a ticket, and why."""
    history = gathering.history(ticket, crew.way, crew)
    return choose(crew.task(ticket), crew.candidates(ticket), gathering.as_way(crew.way), history)


def _give(waiting_one: Ticket, crew: Crew, by: Person) -> int:
    held = waiting(crew.way.team).filter(pk=waiting_one.pk).select_for_update(skip_locked=True, of=("self",))
    ticket = held.first()
    if ticket is None:  # somebody holds it, or has taken it
        return 0
    found = choice(ticket, crew)
    if found.person is None:
        return 0
    person = next(p for p in crew.people if p.pk == found.person)
    actions.assign(ticket, by=by, team=crew.way.team, assignee=person, why=found.why)
    crew.gave(person.pk, ticket)
    return 1


@transaction.atomic
def take_next(*, by: Person) -> Ticket:
    """Take the most urgent ticket of one's teams that nobody has taken. Two at once get two different ones.

    Raises NotAllowed (no agent), Conflict (there is none).
    """
    if not by.is_agent:
        raise NotAllowed
    ticket = untaken(by).select_for_update(skip_locked=True, of=("self",)).first()
    if ticket is None:
        raise Conflict(_("Nothing waits in your teams: everything is taken."))
    actions.assign(ticket, by=by, team=ticket.team, assignee=by)
    return ticket


def former_owner(event: Event) -> int | None:
    """Whose work this event ended: who owned the ticket before it, or who still does when it rests."""
    ticket = event.ticket
    if ticket.assignee_id and ticket.status not in WORKED_ON:
        return ticket.assignee_id
    before = Event.objects.filter(ticket=ticket, seq__lt=event.seq, data__has_key="assignee").order_by("-seq").first()
    owner: int | None = before.data["assignee"] if before else None
    return owner if owner != ticket.assignee_id else None


def wake_teams_of(person: int | None) -> None:
    """Somebody became free: look, soon, at what waits in their teams that give out by themselves."""
    if person is None:
        return
    ways = TeamWay.objects.filter(team__members=person, team__is_active=True).exclude(method=Method.MANUAL)
    for pk in ways.values_list("pk", flat=True):
        wake(pk)


def wake(team: int) -> None:
    """Queue a look at what waits in a team; one that is queued already is enough."""
    from .jobs import give

    try:
        with transaction.atomic():
            give.configure(queueing_lock=f"give-{team}").defer(team=team)
    except AlreadyEnqueued:
        pass


def sweep() -> int:
    """Give out what waits in every team: shifts began, absences ended, somebody is back. Returns how many were given."""
    ways = TeamWay.objects.exclude(method=Method.MANUAL).filter(team__is_active=True)
    return sum(give_out(pk) for pk in ways.order_by("pk").values_list("pk", flat=True))
