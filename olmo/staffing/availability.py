"""Whether an agent can be given work at an instant, as a pure function of what is known of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from . import hours
from .hours import Week

AHEAD = timedelta(days=15)  # so far somebody's next shift is looked for


class Reason(StrEnum):
    """Why somebody can, or cannot, be given work."""

    HERE = "here"
    EXTRA = "extra"  # outside their shifts, because they said so
    LEFT = "left"
    ABSENT = "absent"
    OFF = "off"
    AWAY = "away"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Pattern:
    """A week of shifts in a zone, from one local day to another (its last; None: until further notice)."""

    week: Week
    zone: ZoneInfo
    valid_from: date
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether shifts that begin on this local day are by this pattern."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Away:
    """An absence. deputy: who takes over meanwhile."""

    person: int
    starts_at: datetime
    ends_at: datetime
    deputy: int | None = None

    def covers(self, at: datetime) -> bool:
        """Whether they are absent at this instant."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one agent. Without any pattern they have no fixed hours."""

    is_active: bool = True
    presence: str = "active"
    until: datetime | None = None  # how long the presence holds; None: until they change it
    patterns: tuple[Pattern, ...] = ()
    absences: tuple[Away, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The answer. until: when it changes by itself, as far as one can tell."""

    is_yes: bool
    reason: Reason
    until: datetime | None = None
    deputy: int | None = None


def available(facts: Facts, at: datetime) -> Verdict:
    """Whether somebody can be given work at `at`, and why. An absence goes before presence, and that before shifts."""
    if not facts.is_active:
        return Verdict(False, Reason.LEFT)
    if absence := next((a for a in facts.absences if a.covers(at)), None):
        return Verdict(False, Reason.ABSENT, absence.ends_at, absence.deputy)
    holds = facts.until is None or at < facts.until
    if holds and facts.presence in (Reason.AWAY, Reason.OFF):
        return Verdict(False, Reason(facts.presence), facts.until)
    return _by_shifts(facts.patterns, at, facts.until if holds else None)


def _by_shifts(patterns: tuple[Pattern, ...], at: datetime, extra: datetime | None) -> Verdict:
    """extra: until when they said that they work, also outside their shifts."""
    shift = shift_at(patterns, at)
    if shift or not patterns:
        return Verdict(True, Reason.HERE, shift[1] if shift else None)
    if extra is not None:
        return Verdict(True, Reason.EXTRA, extra)
    return Verdict(False, Reason.OUTSIDE, next_shift(patterns, at))


def shift_at(patterns: Iterable[Pattern], at: datetime) -> hours.Span | None:
    """The shift in which an instant lies."""
    return next((span for span in shifts(patterns, at, at + timedelta(seconds=1)) if span[0] <= at < span[1]), None)


def next_shift(patterns: Iterable[Pattern], at: datetime) -> datetime | None:
    """When the next shift begins, if within two weeks."""
    return min((start for start, _end in shifts(patterns, at, at + AHEAD) if start > at), default=None)


def shifts(patterns: Iterable[Pattern], start: datetime, end: datetime) -> list[hours.Span]:
    """All shifts that touch a time, in order and uncut."""
    found = [
        span
        for pattern in patterns
        for span in hours.between(pattern.week, pattern.zone, start, end)
        if pattern.covers(span[0].astimezone(pattern.zone).date())
    ]
    return sorted(found)
