"""Hours of a week in a zone, as people write them and as instants. A period may end on the next day: 22:00-06:00."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
_PERIOD = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})\s*[-–]\s*([0-9]{1,2})[:.]([0-9]{2})")
_WEEK, _MIDNIGHT = 7 * 24 * 60, 24 * 60

type Periods = Sequence[Sequence[str]]
type Week = Mapping[str, Periods]
type Span = tuple[datetime, datetime]


def periods(text: str, field: str) -> list[list[str]]:
    """Periods of a day such as "08:00-12:30, 22:00-06:00". Raises Invalid, which names the field and the reason."""
    found = [_period(part, field) for part in map(str.strip, re.split(r"[,;\n]", text)) if part]
    return sorted(found)


def _period(part: str, field: str) -> list[str]:
    match = _PERIOD.fullmatch(part)
    if match is None:
        raise Invalid(field, _("“%(part)s” is no period. Write it as 08:00-12:30.") % {"part": part[:40]})
    start, end = (f"{int(h):02}:{m}" for h, m in (match.group(1, 2), match.group(3, 4)))
    if start >= "24:00" or end > "24:00" or start[3:] > "59" or end[3:] > "59":
        raise Invalid(field, _("“%(part)s” is no time of a day.") % {"part": part[:40]})
    return [start, end]


def in_words(found: Periods) -> str:
    """Periods as the text that `periods` reads."""
    return ", ".join("-".join(pair) for pair in found)


def checked(week: Week, prefix: str = "hours_") -> dict[str, list[list[str]]]:
    """A week without empty days. Raises Invalid at the day (`prefix` and its name) where two periods meet."""
    kept = {day: [list(pair) for pair in week[day]] for day in WEEKDAYS if week.get(day)}
    placed = sorted(
        (_minutes(day, start), _minutes(day, start) + length(start, end), day, f"{start}-{end}")
        for day, found in kept.items()
        for start, end in found
    )
    around = [*placed, *((a + _WEEK, b + _WEEK, day, words) for a, b, day, words in placed[:1])]
    for one, other in pairwise(around):
        if len(placed) > 1 and other[0] < one[1]:
            raise Invalid(
                f"{prefix}{other[2]}", _("%(one)s and %(other)s overlap.") % {"one": one[3], "other": other[3]}
            )
    return kept


def length(start: str, end: str) -> int:
    """How many minutes of the clock a period has; one that does not end after its start ends on the next day."""
    minutes = _of_day(end) - _of_day(start)
    return minutes if minutes > 0 else minutes + _MIDNIGHT


def starting(week: Week, zone: ZoneInfo, day: date) -> list[Span]:
    """The periods that begin on a local day, as instants. Where clocks jump, a period is as long as it really lasts."""
    found = [
        (instant(day, start, zone), instant(day + (DAY if end <= start else timedelta()), end, zone))
        for start, end in week.get(WEEKDAYS[day.weekday()], ())
    ]
    return [(start, end) for start, end in found if start < end]


def between(week: Week, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Span]:
    """The periods that touch the time from `start` until before `end`, in order and uncut."""
    day, last = start.astimezone(zone).date() - DAY, end.astimezone(zone).date()
    while day <= last:
        yield from ((a, b) for a, b in starting(week, zone, day) if a < end and b > start)
        day += DAY


def instant(day: date, text: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a time of a local day; "24:00" is the next midnight. A time that is skipped counts as after the gap,
    one that comes twice as the first."""
    hour, minute = int(text[:2]), int(text[3:])
    day, hour = (day + DAY, 0) if hour == 24 else (day, hour)
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def _of_day(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _minutes(day: str, start: str) -> int:
    return WEEKDAYS.index(day) * _MIDNIGHT + _of_day(start)
