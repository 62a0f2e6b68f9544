"""Working time of a calendar: which instants count, how many there are between two, and when a number of them is used up.

A calendar's rule is about local wall-clock time; sums are about instants. Between two changes of a zone's offset the two
differ by a constant, so each stretch of constant offset is laid over the calendar's days and cut to instants. A repeated hour
therefore counts twice and a skipped one not at all, whatever the hour or the date at which clocks change.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
BLOCK = 16 * DAY  # spans are worked out and summed by blocks, each only when asked for
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = -62_135_596_800 + 2 * DAY, 253_402_300_799 - 2 * DAY  # what a date can say in every zone
MONDAY = 4  # day 0 of the epoch was a Thursday, so day 4 was a Monday
_DAY_ZERO = EPOCH.toordinal()

type Span = tuple[int, int]  # [start, end) in seconds, of the epoch or of a day
type Periods = tuple[Span, ...]
type Block = tuple[list[int], list[int], list[int], int]  # starts, ends, seconds before each, seconds in all


def day_of(day: date) -> int:
    """The number of a date: days since 1970-01-01."""
    return day.toordinal() - _DAY_ZERO


class WorkingTime:
    """When time counts. What a subclass adds is `spans`, for one block."""

    def __init__(self) -> None:
        self._blocks: dict[int, Block] = {}

    def spans(self, start: int, end: int) -> Iterable[Span]:
        """The working spans within [start, end), in order and apart from one another."""
        raise NotImplementedError

    def worked(self, start: int, end: int) -> int:
        """How many seconds count in [start, end)."""
        first, last = start // BLOCK, end // BLOCK
        total = self._before(last, end) - self._before(first, start)
        for number in range(first, last):
            total += self._block(number)[3]
        return total

    def reach(self, start: int, seconds: int, limit: int) -> int | None:
        """The first instant, at most `limit`, up to which `seconds` (> 0) count from `start` on; None if there is none."""
        first = start // BLOCK
        needed = seconds + self._before(first, start)
        for number in range(first, limit // BLOCK + 1):
            starts, _, before, total = self._block(number)
            if needed <= total:
                i = bisect_right(before, needed - 1) - 1
                found = starts[i] + needed - before[i]
                return found if found <= limit else None
            needed -= total
        return None

    def within(self, start: int, end: int) -> Iterator[Span]:
        """The working spans between two instants, cut to them."""
        for number in range(start // BLOCK, end // BLOCK + 1):
            starts, ends, _, _ = self._block(number)
            for a, b in zip(starts, ends, strict=True):
                if a < end and b > start:
                    yield max(a, start), min(b, end)

    def counts(self, at: int) -> bool:
        """Whether the second that begins at this instant counts."""
        return self.worked(at, at + 1) == 1

    def _before(self, number: int, at: int) -> int:
        starts, ends, before, _ = self._block(number)
        i = bisect_right(starts, at) - 1
        return before[i] + min(at, ends[i]) - starts[i] if i >= 0 else 0

    def _block(self, number: int) -> Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = summed(self.spans(number * BLOCK, (number + 1) * BLOCK))
        return block


class Calendar(WorkingTime):
    """Weekly hours in a zone, with holidays and days that are different.

    weekly: the periods of each weekday, Monday first, in seconds of the day; days: periods of single dates, by their day
    since 1970-01-01, which replace the weekday's (none on a holiday).
    """

    def __init__(self, zone: str, weekly: Sequence[Periods], days: Mapping[int, Periods] | None = None) -> None:
        super().__init__()
        self.zone, self.weekly, self.days = ZoneInfo(zone), tuple(weekly), dict(days or {})

    def periods(self, day: int) -> Periods:
        """What is worked on a local date."""
        special = self.days.get(day)
        return self.weekly[(day - MONDAY) % 7] if special is None else special

    def spans(self, start: int, end: int) -> Iterator[Span]:
        for since, until, offset in offsets(self.zone.key, start, end):
            for day in range((since + offset) // DAY, (until - 1 + offset) // DAY + 1):
                midnight = day * DAY - offset
                for opens, closes in self.periods(day):
                    a, b = max(midnight + opens, since), min(midnight + closes, until)
                    if a < b:
                        yield a, b


class Union(WorkingTime):
    """Follow the sun: time counts whenever it counts in one of several calendars."""

    def __init__(self, parts: Sequence[WorkingTime]) -> None:
        super().__init__()
        self.parts = tuple(parts)

    def spans(self, start: int, end: int) -> Iterable[Span]:
        return joined(sorted(span for part in self.parts for span in part.spans(start, end)))


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order of their start, with those that touch or overlap made one."""
    whole: list[Span] = []
    for a, b in spans:
        if whole and a <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(b, whole[-1][1]))
        else:
            whole.append((a, b))
    return whole


def summed(spans: Iterable[Span]) -> Block:
    """Spans as a table that can be searched."""
    starts, ends, before, total = [], [], [], 0
    for a, b in spans:
        starts.append(a)
        ends.append(b)
        before.append(total)
        total += b - a
    return starts, ends, before, total


@lru_cache(maxsize=20_000)
def offsets(zone: str, start: int, end: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches of [start, end) with a constant offset from UTC, as (since, until, seconds east)."""
    found, since, east = [], start, offset_at(zone, start)
    for at in range(start + DAY, end + 1, DAY):  # no zone changed twice within a day and came back
        if (now := offset_at(zone, at)) != east:
            change = change_between(zone, at - DAY, at, now)
            found.append((since, change, east))
            since, east = change, now
    return (*found, (since, end, east))


def change_between(zone: str, early: int, late: int, new: int) -> int:
    """The first second of (early, late] at which the zone's offset is the new one."""
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (early, middle) if offset_at(zone, middle) == new else (middle, late)
    return late


def offset_at(zone: str, at: int) -> int:
    """Seconds east of UTC at an instant."""
    moment = EPOCH + timedelta(seconds=min(max(at, FIRST), LAST))
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
