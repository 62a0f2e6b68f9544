"""How a component did, day by day and as a whole: pure calculations over the times in which something was the matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAYS = 90
RANK = {"info": 1, "warning": 2, "fault": 3}


@dataclass(frozen=True)
class Span:
    """From when until when something was the matter; end None: it goes on. level: info, warning or fault."""

    start: datetime
    end: datetime | None
    level: str


def strip(spans: Iterable[Span], today: date, days: int = DAYS) -> list[tuple[date, str]]:
    """The worst level of each day ("" where nothing was), the oldest first."""
    known = list(spans)
    return [_day(known, today - timedelta(days=n)) for n in reversed(range(days))]


def _day(spans: list[Span], day: date) -> tuple[date, str]:
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    levels = [span.level for span in spans if span.start < end and (span.end is None or span.end > start)]
    return day, max(levels, key=lambda level: RANK[level], default="")


def available(spans: Iterable[Span], now: datetime, days: int = DAYS) -> float:
    """The share of the last days in which it worked, from 0 to 1: faults count, and overlapping ones once."""
    begin = now - timedelta(days=days)
    lost, reached = timedelta(), begin
    for start, end in sorted((span.start, min(span.end or now, now)) for span in spans if span.level == "fault"):
        first = max(start, reached)
        if end > first:
            lost += end - first
            reached = end
    return 1 - lost / (now - begin)
