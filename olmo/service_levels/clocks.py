"""The clocks of tickets as rows: made by the engine from the log inside the transaction that changes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Min

from olmo.kernel import clock as kernel_clock
from olmo.tickets import standing
from olmo.tickets.changes import Breached, Change, Rejudged, Waived, Warned
from olmo.tickets.models import Event, Ticket

from .engine.clock import Clock as Told
from .engine.clock import clocks
from .engine.terms import Metric
from .history import told
from .models import PENDING, Agreement, AgreementKind, Clock, Waiver
from .promises import Governing, governing

COLUMNS = tuple(f.attname for f in Clock._meta.concrete_fields if f.attname != "id")
RECORDED = frozenset({Breached.kind, Warned.kind, Rejudged.kind})
METRICS = tuple(Metric)
OF_SUPPLIERS = (Metric.FIRST_RESPONSE, Metric.RESOLUTION)  # nobody writes to requesters while a supplier has the ticket
LATE_SECONDS = 600

type Key = tuple[
    int, str, int
]  # agreement (0: the service level one), metric, start: names a clock in its ticket's log


def keep(ticket: Ticket, events: list[Event], changes: list[Change]) -> None:
    """INSIDE reaction: clocks and waivers follow the ticket, and its standing names the next instant that was promised.

    What the verbs of this room record changes no clock; they store what they made themselves.
    """
    if all(change.is_mark for change in changes):
        return
    if any(change.moves_to() for change in changes):
        Waiver.objects.filter(ticket=ticket).update(client=ticket.client_id)
    is_new = events[0].seq == 1
    found = governing({ticket.client_id})
    if not found.agreements and (is_new or not Clock.objects.filter(ticket=ticket).exists()):
        return
    log = events if is_new else list(Event.objects.filter(ticket=ticket).order_by("seq"))
    store(ticket, made(ticket, log, every(found, log), log[-1].at), is_new=is_new)


def store(ticket: Ticket, rows: list[Clock], *, is_new: bool = False) -> None:
    """Put these in the place of the ticket's clocks."""
    if not is_new:
        Clock.objects.filter(ticket=ticket).delete()
    Clock.objects.bulk_create(rows)
    first = _first_due(rows)
    if first or not is_new:
        standing.promise(ticket, first)


def store_all(made: Mapping[Ticket, Sequence[Clock]]) -> None:
    """The same for several tickets at once; a standing is touched only where it names another instant than before."""
    kept = Clock.objects.filter(ticket__in=made)
    before = dict(kept.filter(PENDING).order_by().values_list("ticket").annotate(first=Min("due_at")))
    kept.delete()
    Clock.objects.bulk_create(row for rows in made.values() for row in rows)
    for ticket, rows in made.items():
        if (first := _first_due(rows)) != before.get(ticket.pk):
            standing.promise(ticket, first)


def _first_due(rows: Iterable[Clock]) -> datetime | None:
    return min((row.due_at for row in rows if row.is_pending and row.due_at), default=None)


def name_next(ticket: Ticket) -> None:
    """Tell the ticket's standing the next instant that was promised and still counts."""
    pending = Clock.objects.filter(PENDING, ticket=ticket)
    standing.promise(ticket, pending.aggregate(first=Min("due_at"))["first"])


def made(ticket: Ticket, log: Sequence[Event], found: Governing, until: datetime) -> list[Clock]:
    """The clocks of a ticket as its log says at `until`; only those of which something was promised."""
    return rows_of(ticket, replayed(ticket, log, found, until), log, found, until)


def rows_of(
    ticket: Ticket, told: Sequence[Told], log: Sequence[Event], found: Governing, until: datetime
) -> list[Clock]:
    """What the engine said, as rows; only clocks of which something was promised."""
    given, forgiven = recorded(log), waived(log)
    return [
        _row(ticket, place, each, pk, until, given, forgiven, found)
        for place, each in enumerate(told)
        if (pk := each.agreement or each.version.agreement)
        and (each.target.seconds is not None or each.due_at is not None or each.breached_at is not None)
    ]


def replayed(ticket: Ticket, log: Sequence[Event], found: Governing, until: datetime) -> list[Told]:
    """What the engine says: the clocks of the service level agreement, then those of each agreement beside it."""
    seen = told(ticket, log, found)
    seconds = max(int(until.timestamp()), seen.events[-1].at)
    answer = clocks(seen.events, seen.events[0].terms, seconds, metrics=METRICS)
    for agreement, events in sorted(seen.beside.items()):
        metrics = OF_SUPPLIERS if found.kind_of(agreement) == AgreementKind.UNDERPINNING else METRICS
        ran = clocks(events, events[0].terms, seconds, metrics=metrics)
        answer += [replace(each, agreement=agreement) for each in ran]
    return answer


def recorded(log: Iterable[Event]) -> set[tuple[Key, int]]:
    """What the log has told of which clock, at which percent; a breach is 100, and none once a correction took it back."""
    found: set[tuple[Key, int]] = set()
    for event in log:
        if event.kind in RECORDED:
            told_of = of_data(event.data), event.data.get("percent", 100)
            is_taken_back = event.kind == Rejudged.kind and not event.data.get("breached_at")
            (found.discard if is_taken_back else found.add)(told_of)
    return found


def waived(log: Iterable[Event]) -> set[Key]:
    """The clocks whose breach was waived."""
    return {of_data(e.data) for e in log if e.kind == Waived.kind}


def of_data(data: dict[str, Any]) -> Key:
    """The clock that an event of this room names."""
    start = int(datetime.fromisoformat(data["started_at"]).timestamp())
    return data.get("agreement", 0), data["metric"], start


def key(each: Told) -> Key:
    """The name of a clock in its ticket's log."""
    return each.agreement, each.metric.value, each.started_at


def differences(ticket: Ticket, log: Sequence[Event], kept: Sequence[Clock]) -> dict[str, tuple[Any, Any]]:
    """Where rows and replay disagree: {place: (kept, made)}; empty when they are true."""
    until = max((row.as_of for row in kept), default=log[-1].at)
    anew = made(ticket, log, every(governing({ticket.client_id}), log), until)
    before, after = ({row.place: _values(row) for row in rows} for rows in (kept, anew))
    return {
        str(p): (before.get(p), after.get(p)) for p in before.keys() | after.keys() if before.get(p) != after.get(p)
    }


def every(found: Governing, log: Sequence[Event]) -> Governing:
    """With the agreements of other clients that the ticket belonged to."""
    clients = {e.data["client"] for e in log if "client" in e.data}
    return governing(clients) if len(clients) > 1 else found


def _row(
    ticket: Ticket, place: int, told: Told, agreement: int, until: datetime, given: set[tuple[Key, int]],
    forgiven: set[Key], found: Governing,
) -> Clock:  # fmt: skip
    # Without a promise nothing is kept, and the promise of a merged ticket is kept by the one it went into.
    stopped = None if told.target.seconds is None or ticket.merged_into_id else told.stopped_at
    settled = [at for at in (told.breached_at, stopped) if at is not None]
    return Clock(
        client_id=ticket.client_id,
        ticket_id=ticket.pk,
        place=place,
        agreement_id=agreement,
        kind=found.kind_of(told.agreement) if told.agreement else AgreementKind.SERVICE_LEVEL,
        metric=told.metric.value,
        priority=told.priority,
        version=told.version.name,
        started_at=datetime.fromtimestamp(told.started_at, UTC),
        state=told.state,
        stopped_at=moment(told.stopped_at),
        used_seconds=told.used,
        target_seconds=told.target.seconds,
        calendar_id=found.calendars.get(told.target.calendar_name),
        due_at=moment(told.due_at),
        breached_at=moment(told.breached_at),
        settled_at=moment(min(settled, default=None)),
        is_waived=key(told) in forgiven,
        next_at=moment(next_at(told, given)),
        as_of=until,
    )


def next_at(told: Told, given: set[tuple[Key, int]]) -> int | None:
    """When something is to be recorded of a clock: a warning, or its breach; None when nothing is to come."""
    is_told = (key(told), 100) in given
    if told.breached_at is not None and not is_told:
        return told.breached_at
    if told.state == "stopped":
        return None
    last = _highest(told, given)
    times = [at for percent, at in told.marks if at is not None and percent > last]
    return min([*times, *([told.due_at] if told.due_at is not None and not is_told else [])], default=None)


def _highest(told: Told, given: set[tuple[Key, int]]) -> int:
    """The highest level that was told of a clock; those below it are past, told or overtaken."""
    return max((percent for name, percent in given if name == key(told)), default=0)


def due_changes(log: Sequence[Event], told: Iterable[Told], at: datetime, governing: Governing) -> list[Change]:
    """What is to be recorded by `at`: breaches, and of each clock that runs its highest warning, below or beyond its breach."""
    now, given, found = int(at.timestamp()), recorded(log), list[tuple[int, Change]]()
    for each in told:
        if each.breached_at is not None and (key(each), 100) not in given:
            is_late = now - each.breached_at > LATE_SECONDS
            found.append((each.breached_at, _breach(each, governing, is_late=is_late)))
        if each.state != "stopped":
            least = max(_highest(each, given), 100 if each.breached_at is not None else 0)
            passed = [(when, p) for p, when in each.marks if when is not None and when <= now and p > least]
            if passed:
                when, percent = passed[-1]
                found.append((when, Warned(percent=percent, **named(each, governing))))
    return [change for _, change in sorted(found, key=lambda pair: pair[0])]


def _breach(told: Told, governing: Governing, *, is_late: bool) -> Breached:
    broken = moment(told.breached_at)
    assert broken is not None
    return Breached(breached_at=broken, version=told.version.name, is_late=is_late, **named(told, governing))


def named(told: Told, governing: Governing) -> dict[str, Any]:
    """What names a clock in an event."""
    start = datetime.fromtimestamp(told.started_at, UTC)
    return naming(told.metric.value, start, governing.named(told.agreement))


def naming(metric: str, started_at: datetime, agreement: Agreement | None) -> dict[str, Any]:
    """The fields of an event that name a clock. agreement: the one beside the service levels, with its team or supplier."""
    found: dict[str, Any] = {"metric": metric, "started_at": started_at}
    if agreement is not None:
        found |= {"agreement": agreement.pk, "team": agreement.team_id, "supplier": agreement.supplier_id}
    return found


def moment(at: int | None) -> datetime | None:
    """Seconds as a moment of the database; None where there is none or no date can say it."""
    return None if at is None or at > 253_000_000_000 else datetime.fromtimestamp(at, UTC)


def _values(row: Clock) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)


def now() -> datetime:
    """The present instant in whole seconds."""
    return kernel_clock.now().replace(microsecond=0)
