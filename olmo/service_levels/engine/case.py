"""A case of service levels read from JSON: calendars, terms, events. What breaks a rule is refused by the name of its field."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .clock import CASE_METRICS, Happening
from .terms import Hold, Target, Version, in_force
from .working_time import EPOCH, Calendar, Periods, WorkingTime, day_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = ("opened", "replied", "received", "held", "resumed", "prioritised", "resolved", "reopened", "closed")
INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.0+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(r"(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


class BadCase(ValueError):
    """The case breaks a rule; the text is one line and begins with the field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{one_line(field)}: {one_line(reason)}")


@dataclass(frozen=True, slots=True)
class Case:
    """A case that keeps all rules."""

    calendars: Mapping[str, Calendar]
    terms: tuple[Version, ...]
    events: tuple[Happening, ...]
    until: int


def one_line(text: str) -> str:
    """Text without characters that would end a line or hide something."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def parsed(text: bytes | str) -> Case:
    """The case of a JSON text. Raises BadCase."""
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise BadCase("case", "is nested too deeply") from None
    except ValueError as problem:
        raise BadCase("case", f"is not JSON: {problem}") from None
    return read(found)


def read(case: object) -> Case:
    """The case of an object read from JSON. Raises BadCase."""
    top = mapping(case, "case")
    named = mapping(needed(top, "calendars", ""), "calendars")
    calendars = {name: calendar(found, f"calendars.{name}") for name, found in named.items()}
    events = happenings(needed(top, "events", ""))
    until = instant(top["until"], "until") if "until" in top else events[-1].at
    if until < events[-1].at:
        raise BadCase("until", f"is before events[{len(events) - 1}].at")
    priorities = {
        e.priority: f"events[{i}].priority" for i, e in reversed([*enumerate(events)]) if e.kind in PRIORITISING
    }
    terms = versions(needed(top, "terms", ""), calendars, priorities)
    if in_force(terms, events[0].at) is None:
        raise BadCase("terms", "no version is in force when the ticket opens (events[0].at)")
    return Case(calendars, terms, events, until)


PRIORITISING = ("opened", "prioritised")


# --- calendars -----------------------------------------------------------------------------------------------------


def calendar(found: object, at: str) -> Calendar:
    """One calendar."""
    given = mapping(found, at)
    zone = zone_name(needed(given, "zone", at), f"{at}.zone")
    hours = mapping(needed(given, "hours", at), f"{at}.hours")
    for name in hours:
        if name not in WEEKDAYS:
            raise BadCase(f"{at}.hours.{name}", f"is no weekday ({', '.join(WEEKDAYS)})")
    weekly = [periods(hours[day], f"{at}.hours.{day}") if day in hours else () for day in WEEKDAYS]
    days: dict[int, Periods] = {}
    for i, holiday in enumerate(sequence(given.get("holidays", []), f"{at}.holidays")):
        days[day_number(holiday, f"{at}.holidays[{i}]")] = ()
    return Calendar(zone, weekly, days | exceptions(given.get("exceptions", []), f"{at}.exceptions"))


def exceptions(found: object, at: str) -> dict[int, Periods]:
    """Days that are worked otherwise, at most once each."""
    days: dict[int, Periods] = {}
    for i, each in enumerate(sequence(found, at)):
        given = mapping(each, f"{at}[{i}]")
        day = day_number(needed(given, "date", f"{at}[{i}]"), f"{at}[{i}].date")
        if day in days:
            raise BadCase(f"{at}[{i}].date", "has an exception already")
        days[day] = periods(needed(given, "hours", f"{at}[{i}]"), f"{at}[{i}].hours")
    return days


def periods(found: object, at: str) -> Periods:
    """The periods of a day, in order; none overlaps another."""
    spans = []
    for i, pair in enumerate(sequence(found, at)):
        ends = sequence(pair, f"{at}[{i}]")
        if len(ends) != 2:
            raise BadCase(f"{at}[{i}]", "must be a start and an end")
        start, end = time_of_day(ends[0], f"{at}[{i}][0]"), time_of_day(ends[1], f"{at}[{i}][1]")
        if start >= end:
            raise BadCase(f"{at}[{i}]", "must start before it ends")
        spans.append((start, end, i))
    spans.sort()
    for one, other in pairwise(spans):
        if other[0] < one[1]:
            raise BadCase(f"{at}[{max(one[2], other[2])}]", "overlaps another period of the day")
    return tuple((start, end) for start, end, _ in spans)


def time_of_day(found: object, at: str) -> int:
    """Seconds since midnight of HH:MM."""
    match = TIME.fullmatch(found) if isinstance(found, str) else None
    if match is None:
        raise BadCase(at, "must be a time as HH:MM, up to 24:00")
    return int(match[1]) * 3600 + int(match[2]) * 60 if match[1] else 86_400


def zone_name(found: object, at: str) -> str:
    """The name of a time zone that is known."""
    try:
        if isinstance(found, str) and found and found.isascii() and found.isprintable():
            return ZoneInfo(found).key
    except (OSError, ValueError, KeyError, ImportError):
        pass
    raise BadCase(at, "is not a known time zone")


def day_number(found: object, at: str) -> int:
    """The number of a date since 1970-01-01."""
    try:
        if isinstance(found, str) and DATE.fullmatch(found):
            return day_of(date.fromisoformat(found))
    except ValueError:
        pass
    raise BadCase(at, "must be a date as YYYY-MM-DD")


# --- terms ---------------------------------------------------------------------------------------------------------


def versions(found: object, calendars: Mapping[str, Calendar], priorities: Mapping[int, str]) -> tuple[Version, ...]:
    """All versions of the terms; no two are in force at one instant."""
    read = [version(each, f"terms[{i}]", calendars, priorities) for i, each in enumerate(sequence(found, "terms"))]
    if not read:
        raise BadCase("terms", "there must be at least one version")
    order = sorted(range(len(read)), key=lambda i: read[i].start)
    for i, j in pairwise(order):
        end = read[i].end
        if end is None or read[j].start < end:
            raise BadCase(f"terms[{max(i, j)}]", f"overlaps terms[{min(i, j)}]")
    return tuple(read)


def version(found: object, at: str, calendars: Mapping[str, Calendar], priorities: Mapping[int, str]) -> Version:
    """One version of the terms."""
    given = mapping(found, at)
    name = text(needed(given, "version", at), f"{at}.version")
    start = instant(needed(given, "from", at), f"{at}.from")
    to = needed(given, "to", at)
    end = None if to is None else instant(to, f"{at}.to")
    if end is not None and end <= start:
        raise BadCase(f"{at}.to", "must be after from")
    applies = one_of(needed(given, "applies", at), ("new", "running"), f"{at}.applies")
    where = calendar_named(needed(given, "calendar", at), f"{at}.calendar", calendars)
    own = Target(None, calendars[where], pauses(needed(given, "pauses", at), f"{at}.pauses"), where)
    listed = mapping(needed(given, "targets", at), f"{at}.targets")
    targets = {key: metrics(each, f"{at}.targets.{key}", own, calendars) for key, each in listed.items()}
    for priority, user in priorities.items():
        if str(priority) not in targets:
            raise BadCase(f"{at}.targets", f"has no priority {priority} ({user})")
    used = {priority: targets[str(priority)] for priority in priorities}
    return Version(name, start, end, applies == "running", used, own)


def metrics(found: object, at: str, own: Target, calendars: Mapping[str, WorkingTime]) -> dict[str, Target]:
    """The targets of one priority."""
    given = mapping(found, at)
    return {m.value: target(needed(given, m.value, at), f"{at}.{m.value}", own, calendars) for m in CASE_METRICS}


def target(found: object, at: str, own: Target, calendars: Mapping[str, WorkingTime]) -> Target:
    """One target: minutes, minutes with a calendar or pauses of its own, or no promise."""
    if found is None:
        return own
    if not isinstance(found, dict):
        return Target(minutes(found, at) * 60, own.calendar, own.pauses, own.calendar_name)
    seconds = minutes(needed(found, "minutes", at), f"{at}.minutes") * 60
    where, held = own.calendar_name, own.pauses
    if "calendar" in found:
        where = calendar_named(found["calendar"], f"{at}.calendar", calendars)
    if "pauses" in found:
        held = pauses(found["pauses"], f"{at}.pauses")
    return Target(seconds, calendars[where], held, where)


def calendar_named(found: object, at: str, calendars: Mapping[str, WorkingTime]) -> str:
    """The name of a calendar of the case."""
    name = text(found, at)
    if name not in calendars:
        raise BadCase(at, "names no calendar of the case")
    return name


def pauses(found: object, at: str) -> frozenset[str]:
    """The holds during which a clock pauses."""
    return frozenset(one_of(each, tuple(Hold), f"{at}[{i}]") for i, each in enumerate(sequence(found, at)))


def minutes(found: object, at: str) -> int:
    """Whole working minutes."""
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 10**15:
        raise BadCase(at, "must be whole minutes above zero, or null for no promise")
    return found


# --- events --------------------------------------------------------------------------------------------------------


def happenings(found: object) -> tuple[Happening, ...]:
    """The events, in order; the first, and only the first, opens the ticket, and nothing follows its closing."""
    read = [happening(each, f"events[{i}]") for i, each in enumerate(sequence(found, "events"))]
    if not read:
        raise BadCase("events", "there must be at least one, opened")
    for i, each in enumerate(read):
        if (each.kind == "opened") != (i == 0):
            raise BadCase(f"events[{i}].kind", "the first event, and only the first, must be opened")
        if i and each.at < read[i - 1].at:
            raise BadCase(f"events[{i}].at", f"is before events[{i - 1}].at")
        if i and read[i - 1].kind == "closed":
            raise BadCase(f"events[{i}]", "follows closed")
    return tuple(read)


def happening(found: object, at: str) -> Happening:
    """One event."""
    given = mapping(found, at)
    moment = instant(needed(given, "at", at), f"{at}.at")
    kind = one_of(needed(given, "kind", at), KINDS, f"{at}.kind")
    priority, reason = 0, ""
    if kind in PRIORITISING:
        priority = whole(needed(given, "priority", at), f"{at}.priority")
    if kind == "held":
        reason = one_of(needed(given, "reason", at), tuple(Hold), f"{at}.reason")
    return Happening(moment, kind, priority, reason)


# --- plain values --------------------------------------------------------------------------------------------------


def instant(found: object, at: str) -> int:
    """UTC seconds of an RFC 3339 instant of whole seconds."""
    match = INSTANT.fullmatch(found) if isinstance(found, str) else None
    try:
        if match is not None:
            day, clock, sign, hours, minutes_east = match.groups()
            moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)
            return round(((moment - _offset(sign, hours, minutes_east)) - EPOCH).total_seconds())
    except (ValueError, OverflowError):
        pass
    raise BadCase(at, "must be an RFC 3339 instant of whole seconds, like 2026-03-06T15:30:00Z")


def _offset(sign: str | None, hours: str | None, minutes_east: str | None) -> timedelta:
    if sign is None or hours is None or minutes_east is None:
        return timedelta()
    if int(hours) > 23 or int(minutes_east) > 59:
        raise ValueError("no offset is that large")
    offset = timedelta(hours=int(hours), minutes=int(minutes_east))
    return -offset if sign == "-" else offset


def whole(found: object, at: str) -> int:
    """A whole number."""
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) > 10**9:
        raise BadCase(at, "must be a whole number")
    return found


def text(found: object, at: str) -> str:
    """Text that is not empty."""
    if not isinstance(found, str) or not found:
        raise BadCase(at, "must be text")
    return found


def one_of[S: str](found: object, allowed: tuple[S, ...], at: str) -> str:
    """One of a few words."""
    if not isinstance(found, str) or found not in allowed:
        raise BadCase(at, f"must be one of {', '.join(allowed)}")
    return str(found)


def mapping(found: object, at: str) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(found, dict):
        raise BadCase(at, "must be an object")
    return found


def sequence(found: object, at: str) -> list[Any]:
    """A JSON array."""
    if not isinstance(found, list):
        raise BadCase(at, "must be a list")
    return found


def needed(given: Mapping[str, Any], key: str, at: str) -> Any:
    """A field that must be there."""
    if key not in given:
        raise BadCase(f"{at}.{key}" if at else key, "is missing")
    return given[key]


def _no_constant(name: str) -> Callable[[], object]:
    raise ValueError(f"{name} is no number of JSON")
