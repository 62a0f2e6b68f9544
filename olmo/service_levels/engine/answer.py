"""What `olmo sla explain` answers: the clocks of a case as JSON types, and the lines that explain them to people."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from .case import Case, one_line
from .clock import Clock, Step, clocks
from .working_time import EPOCH, FIRST, LAST, Calendar, WorkingTime

NAMES = {"first_response": "First response", "next_response": "Next response", "resolution": "Resolution"}
WAITS = {"requester": "the requester", "third_party": "a third party", "scheduled": "a scheduled date"}


LAST_SECOND = 253_402_300_799  # of the year 9999


def answer(case: Case) -> dict[str, Any]:
    """The whole answer to a case."""
    found = clocks(case.events, case.terms, case.until)
    return {"clocks": [as_data(clock) for clock in found], "explanation": [*explanation(case, found)]}


def as_data(clock: Clock) -> dict[str, Any]:
    """One clock as JSON types."""
    seconds = clock.target.seconds
    return {
        "metric": clock.metric.value,
        "started_at": instant(clock.started_at),
        "state": clock.state,
        "stopped_at": instant(clock.stopped_at),
        "used_seconds": clock.used,
        "target_minutes": None if seconds is None else seconds // 60,
        "remaining_seconds": clock.remaining,
        "due_at": instant(clock.due_at),
        "breached_at": instant(clock.breached_at),
    }


def instant(at: int | None) -> str | None:
    """An instant as RFC 3339 in UTC; None where a date cannot say it."""
    if at is None or at > LAST_SECOND:
        return None
    return (EPOCH + timedelta(seconds=at)).isoformat()[:-6] + "Z"


def explanation(case: Case, found: list[Clock]) -> Iterator[str]:
    """Lines for people: what started, paused, changed, and why it is due then."""
    opened = case.events[0]
    first = found[0].steps[0]
    when = said(opened.at, first.target.calendar)
    yield f"Opened {when} with priority {opened.priority}, under terms {one_line(first.version)}."
    for clock in found:
        yield from told(clock)


def told(clock: Clock) -> Iterator[str]:
    """One clock in a few lines."""
    name, calendar = NAMES[clock.metric], clock.target.calendar
    began, *rest = clock.steps
    yield f"{name}: started {said(clock.started_at, calendar)}, {promise(began)}, terms {one_line(began.version)}."
    for before, step in zip(clock.steps, rest, strict=False):
        yield f"{name}: {changed(before, step)} {said(step.at, calendar)}, {length(step.used)} used."
    yield f"{name}: {verdict(clock)}"


def changed(before: Step, step: Step) -> str:
    """What one step changed."""
    what = []
    if step.version != before.version:
        what.append(f"terms {one_line(step.version)} took over")
    if step.priority != before.priority:
        what.append(f"priority {step.priority}")
    if step.target != before.target:
        what.append(promise(step))
    if (step.state, step.hold) != (before.state, before.hold):
        what.append(
            f"paused, waiting for {WAITS[step.hold]},"
            if step.hold
            else "stopped"
            if step.state == "stopped"
            else "runs on"
        )
    return ", ".join(what) or "went on"


def promise(step: Step) -> str:
    """What is promised, and when time counts."""
    seconds = step.target.seconds
    where = f"{one_line(step.target.calendar_name)} ({zone_of(step.target.calendar)})"
    return f"no promise, counted by {where}" if seconds is None else f"{length(seconds)} of {where}"


def verdict(clock: Clock) -> str:
    """Due when, and whether that was kept."""
    calendar = clock.target.calendar
    if clock.target.seconds is None and clock.due_at is None:
        return "nothing is promised, so it is never due."
    kept = f"; breached {said(clock.breached_at, calendar)}" if clock.breached_at is not None else ""
    if clock.due_at is not None:
        total = (
            "" if clock.target.seconds is None else f", when {length(clock.target.seconds)} of working time are used up"
        )
        return f"due {said(clock.due_at, calendar)}{total}{kept}."
    if clock.state == "paused":
        return f"it has no due time while it is paused, {length(clock.remaining or 0)} are left{kept}."
    return f"not due within 1,000 days{kept}."


def said(at: int, calendar: WorkingTime) -> str:
    """An instant in the calendar's own zone."""
    if not FIRST < at < LAST:
        return instant(at) or "later than any date"
    moment = EPOCH + timedelta(seconds=at)
    if isinstance(calendar, Calendar):
        return f"{moment.astimezone(calendar.zone):%a %Y-%m-%d %H:%M:%S} {calendar.zone.key}"
    return f"{moment:%a %Y-%m-%d %H:%M:%S} UTC"


def zone_of(calendar: WorkingTime) -> str:
    """The name of the zone in which a calendar is written."""
    return calendar.zone.key if isinstance(calendar, Calendar) else "several zones"


def length(seconds: int) -> str:
    """A length of working time: 4 h, 1 h 30 min, 45 s."""
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (left, "s")) if n]
    return ("-" if seconds < 0 else "") + (" ".join(parts) or "0 min")
