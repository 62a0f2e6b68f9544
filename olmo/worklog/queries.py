"""Reads of the worklog; each starts from who looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from olmo.kernel import clock, prepared
from olmo.kernel.prepared import Part, as_json
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of, visible_to
from olmo.tenancy.scope import EveryClient
from olmo.tickets.models import Ticket

from .models import Activity, Entry, Rules, Timer

NEWEST = 5
_TOTALS = """
(select json_build_array(coalesce(sum(minutes), 0), coalesce(sum(minutes) filter (where is_billable), 0),
    coalesce(sum(minutes) filter (where person_id = %s), 0), count(*))
from worklog_entry where ticket_id = %s and removed_at is null)
"""
_CHOICES = """
(select json_build_array((select step_minutes from worklog_rules where id = 1),
    (select json_agg(json_build_array(id, name, names) order by position, name, id) from worklog_activity where is_active)))
"""
_RUNNING = """
(select json_build_array(t.number, t.subject, w.seconds, w.started_at)
from worklog_timer w join tickets_ticket t on t.id = w.ticket_id where w.person_id = %s)
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """Minutes of a ticket: all, the billable ones, the viewer's own; and how many entries they are."""

    minutes: int
    billable: int
    own: int
    entries: int

    @classmethod
    def read(cls, answer: Any) -> "Totals":
        """What the expression of `totals` answered."""
        return cls(*as_json(answer))


def rules() -> Rules:
    """How minutes are counted."""
    return Rules.objects.filter(pk=1).first() or Rules(pk=1)


def rounded(minutes: int) -> int:
    """Minutes rounded up to the step of the rule."""
    step = rules().step_minutes
    return -(-minutes // step) * step


def activities() -> QuerySet[Activity]:
    """The activities that can be chosen."""
    return Activity.objects.filter(is_active=True)


def timer_of(person: Person) -> Timer | None:
    """The timer of an agent, running or paused, or None. Its ticket is read when it is asked for: most agents have no timer."""
    return Timer.objects.filter(person=person).first()


def seconds_of(timer: Timer) -> int:
    """How long a timer has run by now, pauses left out."""
    running = (clock.now() - timer.started_at).total_seconds() if timer.started_at else 0
    return timer.seconds + max(0, int(running))


def is_idle(timer: Timer) -> bool:
    """Whether a timer runs for so long that somebody may have forgotten it."""
    return timer.started_at is not None and seconds_of(timer) >= rules().idle_minutes * 60


def entries(viewer: Person) -> QuerySet[Entry]:
    """Entries that count, of the clients that the viewer works for."""
    found = Entry.objects.filter(removed_at=None).select_related("activity", "person")
    clients = clients_of(viewer)
    return found if isinstance(clients, EveryClient) else found.filter(client_id__in=list(clients))


def of_ticket(viewer: Person, ticket: Ticket, *, limit: int | None = None) -> list[Entry]:
    """The entries of a ticket, newest first."""
    return list(entries(viewer).filter(ticket=ticket).order_by("-day", "-pk")[:limit])


def any_timer(person: Person) -> Part:
    """Whether an agent has a timer, as an expression of a statement that asks for more (see kernel.prepared)."""
    return "(select exists (select 1 from worklog_timer where person_id = %s))", [person.pk]


def running(person: Person) -> Part:
    """The timer of an agent as [number, subject, seconds before, since when], as such an expression; null without one."""
    return _RUNNING, [person.pk]


def choices() -> Part:
    """[step, [[activity, name, names], ...]] of what minutes are entered as, in the same way; null for what there is none of."""
    return _CHOICES, []


def summing(viewer: Person, ticket: Ticket) -> Part:
    """What a ticket has taken so far, as such an expression; `Totals.read` reads its answer."""
    return _TOTALS, [viewer.pk, ticket.pk]


def totals(viewer: Person, ticket: Ticket) -> Totals:
    """What a ticket has taken so far."""
    text, values = summing(viewer, ticket)
    return Totals.read(prepared.rows(f"select {text}", values)[0][0])


def between(viewer: Person, people: Sequence[Person], first: date, last: date) -> list[Entry]:
    """Entries of these people from one day to another, both included, with their tickets."""
    found = entries(viewer).filter(person__in=people, day__range=(first, last))
    return list(found.select_related("ticket__client", "activity", "person").order_by("day", "began_at", "pk"))


def may_see_week(viewer: Person, whose: Person) -> bool:
    """One's own, those of the teams that the viewer leads, and for administrators those of everybody who works here."""
    if viewer.pk == whose.pk:
        return True
    if viewer.is_administrator:
        return visible_to(viewer).filter(pk=whose.pk).exists()
    return Team.objects.filter(leads=viewer, members=whose).exists()


def teams_of_lead(viewer: Person) -> QuerySet[Team]:
    """The teams whose weeks the viewer may see: those that they lead; for administrators all."""
    teams = Team.objects.filter(is_active=True)
    return teams if viewer.is_administrator else teams.filter(leads=viewer)


def uses_of_activities() -> dict[int, Any]:
    """How many entries each activity has, counted up to 1,001."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.id, (select count(*) from (select from worklog_entry e where e.activity_id = a.id limit 1001) used)"
            " from worklog_activity a"
        )
        return dict(cursor.fetchall())


def call_activity() -> Activity | None:
    """What a call is entered as, when that is still in use."""
    found = Rules.objects.filter(pk=1).select_related("call_activity").first()
    activity = found.call_activity if found else None
    return activity if activity and activity.is_active else None
