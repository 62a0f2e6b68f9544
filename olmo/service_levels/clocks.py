"""The clocks of tickets as rows: made by the engine from the log inside the transaction that changes it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from olmo.kernel import clock as kernel_clock
from olmo.tickets import standing
from olmo.tickets.changes import Breached, Change, Rejudged, Warned
from olmo.tickets.models import Event, Ticket

from .engine.clock import Clock as Told
from .engine.clock import clocks
from .engine.terms import Metric
from .history import happenings
from .models import Clock
from .promises import MARKS, Governing, governing

COLUMNS = tuple(f.attname for f in Clock._meta.concrete_fields if f.attname != "id")
RECORDED = frozenset({Breached.kind, Warned.kind, Rejudged.kind})
LATE_SECONDS = 600


def keep(ticket: Ticket, events: list[Event], changes: list[Change]) -> None:
    """INSIDE reaction: the clocks follow the ticket, and its standing names the next instant that was promised.

    What the verbs of this room record changes no clock; they store what they made themselves.
    """
    if all(change.is_mark for change in changes):
        return
    is_new = events[0].seq == 1
    found = governing({ticket.client_id})
    if not found.agreements and (is_new or not Clock.objects.filter(ticket=ticket).exists()):
        return
    log = events if is_new else list(Event.objects.filter(ticket=ticket).order_by("seq"))
    store(ticket, made(ticket, log, _every(found, log), log[-1].at), is_new=is_new)


def store(ticket: Ticket, rows: list[Clock], *, is_new: bool = False) -> None:
    """Put these in the place of the ticket's clocks."""
    if not is_new:
        Clock.objects.filter(ticket=ticket).delete()
    Clock.objects.bulk_create(rows)
    pending = [row.due_at for row in rows if row.due_at and row.state != "stopped"]
    if pending or not is_new:
        standing.promise(ticket, min(pending, default=None))


def made(ticket: Ticket, log: Sequence[Event], found: Governing, until: datetime) -> list[Clock]:
    """The clocks of a ticket as its log says at `until`; only those of which something was promised."""
    return rows_of(ticket, replayed(ticket, log, found, until), log, found, until)


def rows_of(
    ticket: Ticket, told: Sequence[Told], log: Sequence[Event], found: Governing, until: datetime
) -> list[Clock]:
    """What the engine said, as rows; only clocks of which something was promised."""
    agreement = found.of(ticket.client_id, ticket.category_id, ticket.kind)
    given = recorded(log)
    return [
        _row(ticket, place, each, agreement, until, given)
        for place, each in enumerate(told)
        if agreement and (each.target.seconds is not None or each.due_at is not None or each.breached_at is not None)
    ]


def replayed(ticket: Ticket, log: Sequence[Event], found: Governing, until: datetime) -> list[Told]:
    """What the engine says."""
    events = happenings(ticket, log, found)
    seconds = max(int(until.timestamp()), events[-1].at)
    return clocks(events, events[0].terms, seconds, metrics=tuple(Metric), marks=MARKS)


def recorded(log: Iterable[Event]) -> set[tuple[str, int, int]]:
    """What the log has told already: (metric, start, percent); a breach is 100."""
    return {
        (e.data["metric"], _seconds(e.data["started_at"]), e.data.get("percent", 100))
        for e in log
        if e.kind in RECORDED
    }


def differences(ticket: Ticket, log: Sequence[Event], kept: Sequence[Clock]) -> dict[str, tuple[Any, Any]]:
    """Where rows and replay disagree: {place: (kept, made)}; empty when they are true."""
    until = max((row.as_of for row in kept), default=log[-1].at)
    anew = made(ticket, log, _every(governing({ticket.client_id}), log), until)
    before, after = ({row.place: _values(row) for row in rows} for rows in (kept, anew))
    return {
        str(p): (before.get(p), after.get(p)) for p in before.keys() | after.keys() if before.get(p) != after.get(p)
    }


def _every(found: Governing, log: Sequence[Event]) -> Governing:
    """With the agreements of other clients that the ticket belonged to."""
    clients = {e.data["client"] for e in log if "client" in e.data}
    return governing(clients) if len(clients) > 1 else found


def _row(
    ticket: Ticket, place: int, told: Told, agreement: int, until: datetime, given: set[tuple[str, int, int]]
) -> Clock:
    return Clock(
        client_id=ticket.client_id,
        ticket_id=ticket.pk,
        place=place,
        agreement_id=agreement,
        metric=told.metric.value,
        version=told.version.name,
        started_at=datetime.fromtimestamp(told.started_at, UTC),
        state=told.state,
        stopped_at=moment(told.stopped_at),
        used_seconds=told.used,
        target_seconds=told.target.seconds,
        due_at=moment(told.due_at),
        breached_at=moment(told.breached_at),
        next_at=moment(next_at(told, given)),
        as_of=until,
    )


def next_at(told: Told, given: set[tuple[str, int, int]]) -> int | None:
    """When something is to be recorded of a clock: a warning, or its breach; None when nothing is to come."""
    key = told.metric.value, told.started_at
    if (*key, 100) in given:
        return None
    if told.breached_at is not None:
        return told.breached_at
    if told.state == "stopped":
        return None
    times = [
        at for percent, at in zip(MARKS, told.marks, strict=True) if at is not None and (*key, percent) not in given
    ]
    return min([*times, *([told.due_at] if told.due_at is not None else [])], default=None)


def due_changes(log: Sequence[Event], told: Iterable[Told], at: datetime) -> list[Change]:
    """What is to be recorded by `at`: breaches, and for a clock that is not breached its highest warning."""
    now, given, found = int(at.timestamp()), recorded(log), list[tuple[int, Change]]()
    for each in told:
        start = datetime.fromtimestamp(each.started_at, UTC)
        if (each.metric.value, each.started_at, 100) in given:
            continue
        if each.breached_at is not None:
            broken = datetime.fromtimestamp(each.breached_at, UTC)
            late = now - each.breached_at > LATE_SECONDS
            version = each.version.name
            change = Breached(
                metric=each.metric.value, started_at=start, breached_at=broken, version=version, is_late=late
            )
            found.append((each.breached_at, change))
        elif each.state != "stopped":
            passed = [(when, p) for p, when in zip(MARKS, each.marks, strict=True) if when is not None and when <= now]
            if passed and (each.metric.value, each.started_at, passed[-1][1]) not in given:
                when, percent = passed[-1]
                found.append((when, Warned(metric=each.metric.value, started_at=start, percent=percent)))
    return [change for _, change in sorted(found, key=lambda pair: pair[0])]


def moment(at: int | None) -> datetime | None:
    """Seconds as a moment of the database; None where there is none or no date can say it."""
    return None if at is None or at > 253_000_000_000 else datetime.fromtimestamp(at, UTC)


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _values(row: Clock) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)


def now() -> datetime:
    """The present instant in whole seconds."""
    return kernel_clock.now().replace(microsecond=0)
