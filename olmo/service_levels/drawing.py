"""The days of a clock as a drawing: what is worked, what counted, what was paused, and the instants that matter.

Each day is a strip of its own minutes, also where clocks change; beside it stands the same in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from olmo.kernel import spoken

from .engine.clock import Clock as Told
from .engine.working_time import Calendar, Span

MOST = 7  # days that are drawn
WIDTH = 288  # of a strip, in units of five minutes


@dataclass(frozen=True)
class Bar:
    """A period of a day. kind: work, counted, paused."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """An instant of a day. kind: start, warning, due, breach, stop, now."""

    kind: str
    x: float
    words: str


@dataclass(frozen=True)
class Day:
    """One day: its drawing, and the same in words."""

    name: str
    bars: list[Bar]
    marks: list[Mark]
    words: str


@dataclass(frozen=True)
class Days:
    """The days that are drawn, and how many were left out between them."""

    days: list[Day] = field(default_factory=list)
    left_out: int = 0
    zone: str = ""


def drawn(told: Told, counted: Iterable[Span], now: int) -> Days:
    """The days from the start of a clock until it is over, or due."""
    calendar = told.target.calendar
    zone = calendar.zone if isinstance(calendar, Calendar) else timezone.get_current_timezone()
    at = ZoneInfo(str(zone))
    instants = list(_instants(told, now))
    listed = _listed(told, instants, at)
    shown = listed if len(listed) <= MOST else [*listed[:3], *listed[-(MOST - 3) :]]
    spans = list(counted)
    return Days([_day(day, at, told, spans, instants, now) for day in shown], len(listed) - len(shown), at.key)


def _instants(told: Told, now: int) -> Iterator[tuple[int, str, str]]:
    yield told.started_at, "start", _("started")
    for percent, when in told.marks:
        if when is not None and (told.stopped_at is None or when <= told.stopped_at):
            yield when, "warning", _("%(percent)s %% used") % {"percent": percent}
    if told.due_at is not None:
        yield told.due_at, "due", _("due")
    if told.breached_at is not None and told.breached_at != told.due_at:
        yield told.breached_at, "breach", _("broken")
    if told.stopped_at is not None:
        yield told.stopped_at, "stop", _("stopped")
    else:
        yield now, "now", _("now")


def _listed(told: Told, instants: list[tuple[int, str, str]], zone: ZoneInfo) -> list[date]:
    """The days between the first and the last instant on which something counts or happens."""
    days = sorted({datetime.fromtimestamp(when, zone).date() for when, _kind, _words in instants})
    found, day = list[date](), days[0]
    while day <= days[-1] and len(found) <= 60:
        start, end = _ends(day, zone)
        if day in days or told.target.calendar.worked(start, end):
            found.append(day)
        day += timedelta(days=1)
    return sorted({*found, *days})


def _ends(day: date, zone: ZoneInfo) -> Span:
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return int(start.timestamp()), int(end.timestamp())


def _day(
    day: date, zone: ZoneInfo, told: Told, counted: list[Span], instants: list[tuple[int, str, str]], now: int
) -> Day:
    start, end = _ends(day, zone)
    work = list(told.target.calendar.within(start, end))
    used, held = _cut(counted, start, end), _cut(_paused(told, now), start, end)
    marks = sorted((w for w in instants if start <= w[0] < end), key=lambda w: w[0])

    def at(when: int) -> float:
        return round(WIDTH * (when - start) / (end - start), 1)

    bars = [
        Bar(kind, at(a), round(at(b) - at(a), 1))
        for kind, spans in (("work", work), ("counted", used), ("paused", held))
        for a, b in spans
    ]
    return Day(
        name=spoken.short_weekday(day),
        bars=bars,
        marks=[Mark(kind, at(when), words) for when, kind, words in marks],
        words=_words(work, used, held, marks, zone),
    )


def _paused(told: Told, now: int) -> list[Span]:
    ends = [*(step.at for step in told.steps[1:]), told.stopped_at or now]
    return [(step.at, max(step.at, end)) for step, end in zip(told.steps, ends, strict=True) if step.hold]


def _cut(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    return [(max(a, start), min(b, end)) for a, b in spans if max(a, start) < min(b, end)]


def _words(
    work: list[Span], used: list[Span], held: list[Span], marks: list[tuple[int, str, str]], zone: ZoneInfo
) -> str:
    """The day in words: what is worked, what counted, what was paused, what happened when."""
    told = [_("worked %(periods)s") % {"periods": _periods(work, zone)} if work else _("no working time")]
    if used:
        told.append(_("%(time)s counted") % {"time": spoken.minutes(sum(b - a for a, b in used) // 60)})
    if held:
        told.append(_("paused %(periods)s") % {"periods": _periods(held, zone)})
    return "; ".join([*told, *(f"{_clock(when, zone)} {words}" for when, _kind, words in marks)])


def _periods(spans: list[Span], zone: ZoneInfo) -> str:
    return ", ".join(f"{_clock(a, zone)}–{_clock(b, zone, is_end=True)}" for a, b in spans)


def _clock(when: int, zone: ZoneInfo, *, is_end: bool = False) -> str:
    local = f"{datetime.fromtimestamp(when, zone):%H:%M}"
    return "24:00" if is_end and local == "00:00" else local
