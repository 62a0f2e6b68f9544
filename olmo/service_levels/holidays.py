"""Days that are different: public holidays of countries and regions, and the days of an iCalendar file."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid

FIRST_YEAR, AHEAD = (
    2020,
    10,
)  # public holidays are written into a calendar for these years, so that no release changes a promise
MOST_DAYS, MOST_BYTES = 2000, 1_000_000


@lru_cache(maxsize=1)
def countries() -> list[tuple[str, str]]:
    """Countries whose holidays are known: code and English name, by name."""
    from holidays.registry import COUNTRIES

    named = [(names[1], _spaced(names[0])) for names in COUNTRIES.values()]
    return sorted(named, key=lambda pair: pair[1])


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


@lru_cache(maxsize=50)
def regions(country: str) -> list[tuple[str, str]]:
    """The regions of a country that have holidays of their own: code and name, by name."""
    import holidays

    if country not in dict(countries()):
        return []
    aliases = holidays.country_holidays(country).get_subdivision_aliases()
    return sorted(((code, names[0] if names else code) for code, names in aliases.items()), key=lambda pair: pair[1])


@lru_cache(maxsize=100)
def public(country: str, region: str, last_year: int) -> dict[str, str]:
    """Public holidays from `FIRST_YEAR` to a year: ISO date -> name in the country's language. Raises Invalid."""
    import holidays

    if country not in dict(countries()):
        raise Invalid("country", _("The holidays of this country are not known."))
    if region and region not in dict(regions(country)):
        raise Invalid("region", _("This region does not belong to the country."))
    found = holidays.country_holidays(country, subdiv=region or None, years=range(FIRST_YEAR, last_year + 1))
    return {day.isoformat(): name for day, name in sorted(found.items())}


def of_file(content: bytes, first_year: int, last_year: int) -> list[tuple[date, str]]:
    """The whole days that an iCalendar file names (RFC 5545), with their names. Raises Invalid."""
    from icalendar import Calendar

    if len(content) > MOST_BYTES:
        raise Invalid("file", _("The file is larger than 1 MB."))
    try:
        events = list(Calendar.from_ical(content).walk("VEVENT"))
        found = sorted({pair for event in events for pair in _days(event, first_year, last_year)})
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise Invalid("file", _("This is no iCalendar file that can be read.")) from None
    if not found:
        raise Invalid("file", _("The file names no whole day of these years."))
    if len(found) > MOST_DAYS:
        raise Invalid("file", _("The file names more than 2,000 days."))
    return found


def _days(event: Any, first_year: int, last_year: int) -> Iterator[tuple[date, str]]:
    start = event["DTSTART"].dt
    if isinstance(start, datetime):  # an appointment closes no day
        return
    end = event["DTEND"].dt if "DTEND" in event else start + timedelta(days=1)
    length, name = min(max((end - start).days, 1), 366), " ".join(str(event.get("SUMMARY", "")).split())[:80]
    for first in _starts(event, start, first_year, last_year):
        for i in range(length):
            day = first + timedelta(days=i)
            if first_year <= day.year <= last_year:
                yield day, name


def _starts(event: Any, start: date, first_year: int, last_year: int) -> Iterator[date]:
    if "RRULE" not in event:
        yield start
        return
    from dateutil.rrule import rrulestr

    begin = datetime(start.year, start.month, start.day, tzinfo=UTC)
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=begin)
    for count, at in enumerate(rule.xafter(datetime(first_year - 1, 1, 1, tzinfo=UTC), inc=True)):
        if at.year > last_year or count > MOST_DAYS:
            return
        yield at.date()
