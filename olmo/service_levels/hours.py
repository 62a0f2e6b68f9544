"""Questions of other rooms to the calendars, by `wiring`: whether time counts at an instant, when working minutes are over."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from olmo.tickets.models import Event, Ticket

from .clocks import every
from .engine.terms import Version, in_force
from .engine.working_time import LAST, WorkingTime
from .history import told
from .models import Calendar
from .promises import governing, working_calendar


def counting(pk: int) -> Callable[[datetime], bool] | None:
    """A question to this calendar, or None where it was removed."""
    kept = Calendar.objects.filter(pk=pk).first()
    if kept is None:
        return None
    working = working_calendar(json.dumps(kept.content), kept.name)
    return lambda at: working.counts(int(at.timestamp()))


def choices() -> list[tuple[int, str]]:
    """All calendars by their names."""
    return list(Calendar.objects.values_list("pk", "name"))


def after(ticket: Ticket, start: datetime) -> Callable[[int], datetime]:
    """When so many working minutes from `start` are over, by the terms the ticket is under, else in the desk's first calendar.

    Without any calendar every minute counts (`wiring.WORKING_AFTER`). The log is read when it is first asked, and once.
    """
    began = int(start.timestamp())
    calendar = cache(lambda: _calendar_of(ticket, began))

    def ended(minutes: int) -> datetime:
        counted = calendar() if minutes > 0 else None
        at = counted.reach(began, minutes * 60, LAST) if counted else None
        return start + timedelta(minutes=minutes) if at is None else datetime.fromtimestamp(at, UTC)

    return ended


def _calendar_of(ticket: Ticket, at: int) -> WorkingTime | None:
    terms = _terms_of(ticket, at)
    if terms is not None and terms.agreement:
        return terms.otherwise.calendar
    kept = Calendar.objects.order_by("pk").first()
    return working_calendar(json.dumps(kept.content), kept.name) if kept else None


def _terms_of(ticket: Ticket, at: int) -> Version | None:
    """What its log says that it is under at an instant; of a ticket without one, what it would open under."""
    log = list(Event.objects.filter(ticket=ticket).order_by("seq"))
    found = every(governing([ticket.client_id]), log)
    under = told(ticket, log, found).under if found.agreements else None
    return under.version(at) if under else in_force(found.terms_of(found.of(ticket, at)), at)
