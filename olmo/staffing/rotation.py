"""Who is on call at an instant, as a pure function of a schedule: overrides, then its layers in order, then nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from . import hours
from .availability import Away
from .hours import Week


@dataclass(frozen=True)
class Layer:
    """People who take turns of `days` days each; the next one begins at `handover` o'clock in the zone.

    starts_on: the day of the first handover; ends_on: the last day, whose next handover ends the layer (None: without end);
    week: the only hours in which the layer counts (empty: always).
    """

    id: int
    people: tuple[int, ...]
    starts_on: date
    days: int
    handover: str
    zone: ZoneInfo
    ends_on: date | None = None
    week: Week | None = None


@dataclass(frozen=True)
class Override:
    """Somebody put in for a while."""

    id: int
    person: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Schedule:
    """A schedule's facts. absences: of everybody in it, and of their deputies; left: who can be called no more."""

    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    absences: tuple[Away, ...] = ()
    left: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Duty:
    """Who is on call, by which layer or override, and in whose place while that one is absent."""

    person: int
    layer: int | None = None
    override: int | None = None
    instead_of: int | None = None


@dataclass(frozen=True)
class Stretch:
    """A time during which the same one is on call; without a duty nobody is.

    is_meant: whether somebody ought to be: where nobody is, it is a gap, else hours that the schedule leaves out.
    """

    start: datetime
    end: datetime
    duty: Duty | None
    is_meant: bool = True

    @property
    def is_gap(self) -> bool:
        """Whether nobody is on call, though somebody ought to be."""
        return self.duty is None and self.is_meant


def on_call(schedule: Schedule, at: datetime) -> Duty | None:
    """Who is on call at `at`. Who is absent is stood in for by their deputy; without one, the next layer is asked."""
    for override in schedule.overrides:
        if override.starts_at <= at < override.ends_at and (found := _reachable(schedule, override.person, at)):
            return Duty(found, override=override.id, instead_of=_other(override.person, found))
    for layer in schedule.layers:
        person = turn(layer, at)
        if person is not None and (found := _reachable(schedule, person, at)):
            return Duty(found, layer=layer.id, instead_of=_other(person, found))
    return None


def turn(layer: Layer, at: datetime) -> int | None:
    """Whose turn it is in a layer, whether or not they are absent."""
    day = _day(layer, at)
    if not layer.people or not _is_in_force(layer, day):
        return None
    if layer.week and not _counts(layer, at):
        return None
    return layer.people[(day - layer.starts_on).days // layer.days % len(layer.people)]


def stretches(schedule: Schedule, start: datetime, end: datetime) -> list[Stretch]:
    """The time from `start` until before `end` without gaps between: who is on call, and when nobody is."""
    edges = sorted({start, end, *(at for at in _edges(schedule, start, end) if start < at < end)})
    found: list[Stretch] = []
    for a, b in pairwise(edges):
        duty = on_call(schedule, a)
        each = Stretch(a, b, duty, duty is not None or is_meant(schedule, a))
        if found and (found[-1].duty, found[-1].is_meant) == (duty, each.is_meant):
            each = replace(each, start=found.pop().start)
        found.append(each)
    return found


def is_meant(schedule: Schedule, at: datetime) -> bool:
    """Whether somebody ought to be on call, by the hours of the layers in force; where none is, by those of all."""
    judged = [layer for layer in schedule.layers if _is_in_force(layer, _day(layer, at))] or schedule.layers
    return not judged or any(not layer.week or _counts(layer, at) for layer in judged)


def _is_in_force(layer: Layer, day: date) -> bool:
    return layer.starts_on <= day and (layer.ends_on is None or day <= layer.ends_on)


def _day(layer: Layer, at: datetime) -> date:
    """The local day on whose handover the turn of this instant began, counted in days of one."""
    day = at.astimezone(layer.zone).date()
    return day if at >= hours.instant(day, layer.handover, layer.zone) else day - hours.DAY


def _counts(layer: Layer, at: datetime) -> bool:
    found = hours.between(layer.week or {}, layer.zone, at, at + timedelta(seconds=1))
    return any(start <= at < end for start, end in found)


def _reachable(schedule: Schedule, person: int, at: datetime) -> int | None:
    """The person, or the one who stands in for them; None when there is nobody."""
    asked: set[int] = set()
    here: int | None = person
    away: Mapping[int, Away] = {absence.person: absence for absence in schedule.absences if absence.covers(at)}
    while here is not None and here not in asked:
        if here not in schedule.left and here not in away:
            return here
        asked.add(here)
        here = away[here].deputy if here in away else None
    return None


def _other(planned: int, found: int) -> int | None:
    return planned if planned != found else None


def _edges(schedule: Schedule, start: datetime, end: datetime) -> Iterator[datetime]:
    limited: tuple[Override | Away, ...] = (*schedule.overrides, *schedule.absences)
    for each in limited:
        yield from (each.starts_at, each.ends_at)
    for layer in schedule.layers:
        day, last = start.astimezone(layer.zone).date(), end.astimezone(layer.zone).date()
        while day <= last:
            yield hours.instant(day, layer.handover, layer.zone)
            day += hours.DAY
        for span in hours.between(layer.week or {}, layer.zone, start, end):
            yield from span
