"""When somebody could call back: half hours in which agents of the team work who have no call promised then."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from olmo.kernel import clock
from olmo.people.models import Kind, Person
from olmo.staffing import availability
from olmo.staffing import queries as staffing
from olmo.tenancy.queries import desk_zone
from olmo.tickets import policy
from olmo.tickets.models import ACTIVE, Ticket

LENGTH = timedelta(minutes=30)
AHEAD = timedelta(days=4)
OPENS, CLOSES = time(9), time(18)  # on weekdays, for agents of whom no shifts are known
MOST = 6


def free(ticket: Ticket, *, most: int = MOST) -> list[datetime]:
    """The next half hours in which a call about this ticket could be promised, the earliest first."""
    people = _callers(ticket)
    if not people:
        return []
    now = clock.now()
    first = now.replace(minute=0, second=0, microsecond=0) + LENGTH
    while first < now + LENGTH / 2:
        first += LENGTH
    facts = staffing.facts(people, first, first + AHEAD)
    zone, taken = desk_zone(), _promised(people, ticket, first, first + AHEAD)
    found, at = list[datetime](), first
    while at < first + AHEAD and len(found) < most:
        hands = sum(_works(facts[person.pk], at, zone) for person in people)
        if hands > sum(at <= other < at + LENGTH for other in taken):
            found.append(at)
        at += LENGTH
    return found


def _callers(ticket: Ticket) -> list[Person]:
    """Who could call: the owner, else those of the team who work for the ticket's organisation."""
    if ticket.assignee is not None:
        return [ticket.assignee] if ticket.assignee.is_active else []
    if ticket.team_id is None:
        return []
    members = Person.objects.filter(teams=ticket.team_id, kind=Kind.AGENT, is_active=True)
    return [person for person in members.prefetch_related("clients") if policy.may_work(person, ticket)]


def _promised(people: list[Person], ticket: Ticket, start: datetime, end: datetime) -> list[datetime]:
    """The calls that these people have promised already."""
    ids = [person.pk for person in people]
    rows = Ticket.objects.filter(callback_at__gte=start - LENGTH, callback_at__lt=end, status__in=ACTIVE).exclude(
        pk=ticket.pk
    )
    mine = (
        rows.filter(assignee__in=ids)
        if ticket.assignee_id
        else rows.filter(assignee__in=ids) | rows.filter(assignee=None, team=ticket.team_id)
    )
    return [at for at in mine.values_list("callback_at", flat=True) if at is not None]


def _works(facts: availability.Facts, at: datetime, zone: ZoneInfo) -> bool:
    """Whether an agent works at an instant: by their shifts, else in the usual hours there; never while absent."""
    if not facts.is_active or any(away.covers(at) for away in facts.absences):
        return False
    if facts.patterns:
        return availability.shift_at(facts.patterns, at) is not None
    local = at.astimezone(zone)
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES
