"""Days of a calendar that somebody else publishes as an iCalendar feed: fetched again and again, the last good ones are kept.

A calendar that nothing uses yet takes the days of its feed over. One that terms or a union use stays as it is, since nothing but
an amendment changes what was promised: what its feed says differently is told, and becomes a new calendar by one press.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from olmo.kernel import clock, outside
from olmo.kernel.errors import Conflict, Invalid
from olmo.people import administration, audit
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions, calendars, holidays
from .models import Calendar, CalendarFeed

EVERY = timedelta(hours=12)
AGAIN = timedelta(hours=1)  # after a failure
ACCEPTED = {"Accept": "text/calendar", "User-Agent": "Olmo"}

type Days = list[tuple[str, str]]  # ISO date, name


@dataclass(frozen=True)
class News:
    """What a feed says of the days to come that its calendar, which is in use, does not."""

    added: list[str]
    gone: list[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone)


def follow(calendar: Calendar, url: str, *, by: Person) -> CalendarFeed | None:
    """Let a calendar follow a feed, or no longer ("" for none). It is fetched at the next round of the worker.

    Raises NotAllowed, Invalid("feed"): not https, or no public machine.
    """
    with transaction.atomic():
        administration.require_administrator(by)
        kept = CalendarFeed.objects.select_for_update().filter(calendar=calendar).first()
        if (kept.url if kept else "") == url:
            return kept
        if url:
            outside.checked(url, "feed")
        audit.record(by, f"calendar: {calendar.name}", {"feed": [kept.url if kept else None, url or None]})
        if kept is not None:
            kept.delete()
        return CalendarFeed.objects.create(calendar=calendar, url=url) if url else None


def due() -> list[int]:
    """The feeds that are to be fetched now."""
    now = clock.now()
    fine = Q(failure="") & (Q(tried_at=None) | Q(tried_at__lte=now - EVERY))
    failing = ~Q(failure="") & Q(tried_at__lte=now - AGAIN)
    return list(CalendarFeed.objects.filter(fine | failing).order_by("pk").values_list("pk", flat=True))


def refresh(pk: int) -> bool:
    """Fetch a feed and keep what it says; returns whether that worked. A failure is kept in words, with the last good days."""
    feed = CalendarFeed.objects.filter(pk=pk).first()
    if feed is None:
        return False
    try:
        found, failure = fetched(feed.url), ""
    except (Invalid, outside.Unreachable) as problem:
        found, failure = None, str(getattr(problem, "message", "") or problem)[:300]
    with scope(EVERY_CLIENT):  # terms of every client may use the calendar
        kept = CalendarFeed.objects.select_for_update(of=("self",)).select_related("calendar").filter(pk=pk).first()
        if kept is None or kept.url != feed.url:
            return False
        kept.tried_at, kept.failure = clock.now(), failure
        if found is not None:
            _take_over(kept, found)
            kept.days, kept.fetched_at = [list(day) for day in found], clock.now()
        kept.save()
    return found is not None


def fetched(url: str) -> Days:
    """The whole days that a feed names. Raises Invalid (not to be spoken to, or no calendar), Unreachable."""
    answer = outside.get(url, ACCEPTED, most=holidays.MOST_BYTES + 1)
    if answer.status != 200:
        raise outside.Unreachable(_("The other side answered with status %(status)d.") % {"status": answer.status})
    last = clock.now().year + holidays.AHEAD
    return [(day.isoformat(), name) for day, name in holidays.of_file(answer.content, holidays.FIRST_YEAR, last)]


def _take_over(feed: CalendarFeed, found: Days) -> None:
    """Give a calendar that nothing uses the days of its feed."""
    calendar = Calendar.objects.select_for_update().get(pk=feed.calendar_id)
    if "union" not in calendar.content and not calendars.used_by(calendar.name):
        calendar.content = merged(calendar.content, feed.days, found)
        calendar.save()


def merged(content: dict[str, Any], before: list[list[str]], found: Days) -> dict[str, Any]:
    """What a calendar keeps, with the days of its feed in the place of those that it said before; own days stay."""
    former = {day for day, _name in before}
    own = [day for day in calendars.others_of(content) if day.hours or day.date not in former]
    listed = {day.date: day for day in own}
    for day, name in found:
        listed.setdefault(day, calendars.Day(day, [], name))
    days = sorted(listed.values(), key=lambda each: each.date)
    names = {day.date: day.name for day in days if day.name}
    public = [day for day in content.get("holidays", []) if day in content.get("public", {}).get("names", {})]
    kept = {key: value for key, value in content.items() if key != "names"}
    kept |= {"holidays": public, "exceptions": [{"date": day.date, "hours": day.hours} for day in days]}
    return {**kept, **({"names": names} if names else {})}


def news(feed: CalendarFeed) -> News:
    """What the feed says differently of the days from today on."""
    today = clock.now().date()
    says = {day for day, _name in feed.days if date.fromisoformat(day) >= today}
    closed = {day.date for day in calendars.others_of(feed.calendar.content) if not day.hours}
    known = {day for day in closed if date.fromisoformat(day) >= today}
    named = known | set(feed.calendar.content.get("holidays", []))
    return News(sorted(says - named), sorted(known - says) if says else [])


def renew(feed: CalendarFeed, name: str, *, by: Person) -> Calendar:
    """Make a calendar of another name with what the feed says now; the feed goes over to it. Terms are amended from a date on.

    Raises NotAllowed, Invalid (name), Conflict (there is one of this name).
    """
    with transaction.atomic():
        administration.require_administrator(by)
        kept = CalendarFeed.objects.select_for_update(of=("self",)).select_related("calendar").get(pk=feed.pk)
        if Calendar.objects.filter(name=name).exists():
            raise Conflict(_("Another calendar has this name."))
        gone = [[day, ""] for day in news(kept).gone]
        content = merged(kept.calendar.content, gone, [(day, words) for day, words in kept.days])
        made = actions.set_calendar(name, content, by=by)
        kept.calendar = made
        kept.save(update_fields=["calendar"])
        return made
