"""When a mail may reach somebody: at once, at the next of their chosen times, after their quiet hours."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from olmo.people.models import Person
from olmo.tickets.models import Priority, Ticket

from .models import Rhythm


def rhythms(people: Iterable[Person]) -> dict[int, Rhythm]:
    """The rhythms of those who chose one. One query."""
    return {rhythm.person_id: rhythm for rhythm in Rhythm.objects.filter(person__in=[person.pk for person in people])}


def moment(rhythm: Rhythm | None, person: Person, ticket: Ticket, now: datetime) -> datetime | None:
    """When a mail of this ticket may go to the person; None: at once. A critical ticket passes, unless they said no."""
    return None if _passes(rhythm, ticket) else later(rhythm, person, now)


def quiet_until(rhythm: Rhythm | None, person: Person, ticket: Ticket, now: datetime) -> datetime | None:
    """The same for what is never collected with other news: only quiet hours hold it back."""
    if rhythm is None or _passes(rhythm, ticket):
        return None
    at = _after_quiet(rhythm, now, ZoneInfo(person.time_zone))
    return at if at > now else None


def _passes(rhythm: Rhythm | None, ticket: Ticket) -> bool:
    return rhythm is not None and rhythm.urgent_passes and ticket.priority == Priority.CRITICAL


def later(rhythm: Rhythm | None, person: Person, now: datetime) -> datetime | None:
    """When something that is not urgent may reach the person outside the pages; None: at once."""
    if rhythm is None:
        return None
    zone = ZoneInfo(person.time_zone)
    at = _collected(rhythm.collect_at, now, zone) if rhythm.collect_at else now
    at = _after_quiet(rhythm, at, zone)
    return at if at > now else None


def _collected(times: list[time], now: datetime, zone: ZoneInfo) -> datetime:
    """The next of the chosen times of the day."""
    return min(_next(each, now, zone) for each in times)


def _next(each: time, now: datetime, zone: ZoneInfo) -> datetime:
    """When it is this time of the day again, after `now`. A time that a change of the clock skips is the one right after it."""
    today = now.astimezone(zone).date()
    for days in (0, 1, 2):
        found = datetime.combine(today + timedelta(days=days), each, zone).astimezone(now.tzinfo)
        if found > now:
            return found
    raise ValueError(each)


def _after_quiet(rhythm: Rhythm, at: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies. They may go past midnight."""
    start, end = rhythm.quiet_from, rhythm.quiet_until
    if start is None or end is None or start == end:
        return at
    local = at.astimezone(zone).time()
    is_quiet = start <= local < end if start < end else local >= start or local < end
    return _next(end, at, zone) if is_quiet else at
