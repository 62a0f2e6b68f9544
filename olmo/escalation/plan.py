"""When which step is due: a pure function of a policy, of what a clock says, and of the instant."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from olmo.service_levels.courses import Course, Wish

LONGEST_PAUSE = 240  # minutes to which pauses grow


@dataclass(frozen=True)
class Planned:
    """A step as the plan sees it. pk: its row; wish: where on the clock; respects_quiet: not in quiet hours."""

    pk: int
    wish: Wish
    respects_quiet: bool = False


@dataclass(frozen=True)
class Quiet:
    """Hours in which steps that respect them wait. They may go past midnight."""

    start: time
    end: time
    zone: str

    def after(self, at: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours in which it lies."""
        zone = ZoneInfo(self.zone)
        local = at.astimezone(zone)
        is_night = self.start > self.end
        clock = local.time()
        if not (self.start <= clock < self.end if not is_night else clock >= self.start or clock < self.end):
            return at
        day = local.date() + timedelta(days=int(is_night and clock >= self.start))
        return datetime.combine(day, self.end, zone).astimezone(at.tzinfo)


@dataclass(frozen=True)
class Line:
    """The steps of one policy. since: what was due before is not made up for."""

    steps: Sequence[Planned]
    since: datetime
    quiet: Quiet | None = None


@dataclass(frozen=True)
class Due:
    """A step that is to be taken now, and when it was due."""

    pk: int
    at: datetime


def due(line: Line, course: Course, now: datetime, taken: Collection[int] = ()) -> list[Due]:
    """The steps that are due by `now` and were not taken, in the order in which they were due."""
    return [Due(pk, at) for at, pk in _times(line, course, taken) if at <= now]


def next_at(line: Line, course: Course, now: datetime, taken: Collection[int] = ()) -> datetime | None:
    """When the next step is due; `now` or before when one is due already. None: nothing is to come."""
    return min((at for at, _pk in _times(line, course, taken)), default=None)


def pause(minutes: int, passes: int) -> timedelta:
    """How long nobody is asked after a line was gone through for the nth time: twice as long each time, up to four hours."""
    grown = minutes * 2 ** min(passes - 1, 10)
    return timedelta(minutes=max(minutes, min(grown, LONGEST_PAUSE)))


def _times(line: Line, course: Course, taken: Collection[int]) -> Iterable[tuple[datetime, int]]:
    if course.state == "stopped":
        return []
    found = []
    for place, step in enumerate(line.steps):
        at = course.reached.get(step.wish)
        if at is None or step.pk in taken or at < line.since:
            continue
        shifted = line.quiet.after(at) if step.respects_quiet and line.quiet else at
        found.append((shifted, place, step.pk))
    return [(at, pk) for at, _place, pk in sorted(found)]
