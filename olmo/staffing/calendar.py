"""An agent's on-call turns and shifts as an iCalendar object (RFC 5545), all times in UTC."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from olmo.people.models import Person

from . import availability, queries, rotation
from .models import Schedule

if TYPE_CHECKING:
    from icalendar import Event

BEHIND, AHEAD = timedelta(days=30), timedelta(days=180)
SHIFTS_AHEAD = timedelta(days=56)


def of_agent(person: Person, now: datetime, domain: str) -> bytes:
    """The calendar of the last month and the next six: on-call turns, and the shifts of eight weeks. domain: for the ids."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Olmo//Staffing//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Olmo: on call and shifts"))
    calendar.add("refresh-interval;value=duration", "PT1H")
    for schedule, stretch in turns(person, now - BEHIND, now + AHEAD):
        words = _("On call: %(name)s (%(team)s)") % {"name": schedule.name, "team": schedule.team.name}
        uid = f"oncall-{schedule.pk}-{stretch.start:%Y%m%dT%H%M%SZ}@{domain}"
        calendar.add_component(_event(uid, stretch.start, stretch.end, words, now))
    facts = queries.facts([person], now - BEHIND, now + SHIFTS_AHEAD)[person.pk]
    for start, end in availability.shifts(facts.patterns, now - BEHIND, now + SHIFTS_AHEAD):
        if not any(away.starts_at <= start and end <= away.ends_at for away in facts.absences):
            uid = f"shift-{person.pk}-{start:%Y%m%dT%H%M%SZ}@{domain}"
            calendar.add_component(_event(uid, start, end, _("Shift"), now))
    return bytes(calendar.to_ical())


def turns(person: Person, start: datetime, end: datetime) -> list[tuple[Schedule, rotation.Stretch]]:
    """When somebody is on call, for whichever schedule, the earliest first."""
    rows = list(queries.with_layers(start, end).filter(team__is_active=True))
    found = [
        (row, stretch)
        for row, facts in zip(rows, queries.facts_of(rows, start, end), strict=True)
        for stretch in rotation.stretches(facts, start, end)
        if stretch.duty is not None and stretch.duty.person == person.pk
    ]
    return sorted(found, key=lambda one: one[1].start)


def _event(uid: str, start: datetime, end: datetime, words: str, now: datetime) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", words)
    event.add("transp", "TRANSPARENT")
    return event
