"""The one door through which a ticket's row changes: lock, apply, append the event, tell the others.

    with changing(ticket, by=alma) as log:
        log.record(Resolved(code="fixed"))

Everything recorded in one block is one transaction: one UPDATE of the changed columns and one INSERT of its events, in
order; then the INSIDE reactions of `wiring` run, and one job for the AFTER reactions is queued with the data itself.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock, live
from olmo.kernel.errors import Conflict, NotFound
from olmo.people.models import Person

from . import reactions
from .changes import ChainStopped, Change, Undone, of_event
from .collecting import collect
from .models import Event, Ticket

MAX_DEPTH = 8
COLUMNS = tuple(f.attname for f in Ticket._meta.concrete_fields)

_rehearsed: ContextVar[list[Event] | None] = ContextVar("rehearsed", default=None)
_cause: ContextVar[Event | None] = ContextVar("cause", default=None)
_reason: ContextVar[dict[str, Any] | None] = ContextVar("reason", default=None)


class Stale(Conflict):
    """Somebody else changed the same thing since the page was read. `events` are theirs; nothing was written."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        super().__init__(_("Somebody changed this in the meantime. Nothing was overwritten; please look again."))


class ChainTooDeep(Exception):
    """Automatic changes cause one another without end; the runner of reactions stops them and records it."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        super().__init__(f"automatic changes of {ticket} are more than {MAX_DEPTH} deep")


class Log:
    """The open log of one locked ticket."""

    def __init__(self, ticket: Ticket, by: Person) -> None:
        self.ticket, self.by = ticket, by
        self.cause = _cause.get()
        self.depth = self.cause.depth + 1 if self.cause else 0
        self.events: list[Event] = []
        self.changes: list[Change] = []
        self._before = _state(ticket)

    def record(self, change: Change) -> Event:
        """Apply `change` to the row and append its event. Returns the event; its `seq` is final, its id comes at the end."""
        ticket, moment = self.ticket, clock.now()
        if reason := _reason.get():
            change = replace(change, **reason)
        at = max(moment, ticket.updated_at) if ticket.version else moment
        change.apply(ticket, at)
        ticket.version += 1
        if change.is_activity or ticket.version == 1:
            ticket.updated_at = at
        event = Event(
            ticket=ticket, seq=ticket.version, kind=change.kind, by=self.by, at=at, data=change.as_data(),
            caused_by=self.cause, depth=self.depth,
        )  # fmt: skip
        self.events.append(event)
        self.changes.append(change)
        return event

    def write(self) -> None:
        """Save what was recorded and tell who must know. Called once, at the end of the block."""
        if not self.events:
            return
        after = _state(self.ticket)
        changed = [name for name in COLUMNS if after[name] != self._before.get(name, ...)]
        Ticket.objects.filter(pk=self.ticket.pk).update(**{name: after[name] for name in changed})
        self.append()
        collect(self.ticket, self.events, self.changes, self._before, after, is_new=False)

    def append(self) -> None:
        """Insert the events and start the reactions."""
        Event.objects.bulk_create(self.events)
        if (rehearsed := _rehearsed.get()) is not None:
            rehearsed += self.events
            return
        reactions.inside(self.ticket, self.events, self.changes)
        reactions.queue_after(self.ticket, self.events)
        public = int(any(change.is_public or change.is_felt or isinstance(change, Undone) for change in self.changes))
        live.tell(client=self.ticket.client_id, ticket=self.ticket.pk, public=public)


@contextmanager
def changing(
    ticket: Ticket, *, by: Person, seen: int | None = None, touching: Iterable[str] = (), ends_chain: bool = False,
    is_held: bool = False,
) -> Iterator[Log]:  # fmt: skip
    """Lock `ticket`, refresh it, yield its log, and write what was recorded when the block ends without an error.

    seen: the version that the author had on the page; with it, events after it by others that touch one of `touching`
    raise Stale. Raises NotFound when the scope does not show the ticket, ChainTooDeep when automatic changes caused one
    another more than 8 times (`ends_chain` is for the event that says so). is_held: the caller read this row under its lock in
    this transaction, which ends as a whole if anything fails; so it is neither locked nor read again.
    """
    with transaction.atomic(savepoint=not is_held):
        if not is_held:
            _lock(ticket)
        log = Log(ticket, by)
        if log.depth > MAX_DEPTH and not ends_chain:
            raise ChainTooDeep(ticket)
        if seen is not None:
            _refuse_stale(log, seen, frozenset(touching))
        yield log
        log.write()


@contextmanager
def opening(ticket: Ticket, *, by: Person) -> Iterator[Log]:
    """Give a new ticket its log. The block records `Opened` (and what follows) before the row is inserted complete."""
    with transaction.atomic():
        log = Log(ticket, by)
        yield log
        ticket.save(force_insert=True)
        for event in log.events:
            event.ticket = ticket
        log.append()
        collect(ticket, log.events, log.changes, {}, _state(ticket), is_new=True)


@contextmanager
def caused_by(event: Event) -> Iterator[None]:
    """Everything recorded inside is an effect of `event` (a reaction's verbs)."""
    token = _cause.set(event)
    try:
        yield
    finally:
        _cause.reset(token)


@contextmanager
def because(**reason: Any) -> Iterator[None]:
    """Everything recorded inside says why it was done: see the fields of every `Change` (triage, or a rule and what was met)."""
    token = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(token)


@contextmanager
def rehearsing() -> Iterator[list[Event]]:
    """Try verbs and take everything back at once; yields the events that they would write. Nobody hears of it."""
    events: list[Event] = []
    token = _rehearsed.set(events)
    try:
        with transaction.atomic():
            yield events
            transaction.set_rollback(True)
    finally:
        _rehearsed.reset(token)


def stop_chain(ticket: Ticket, *, by: Person) -> None:
    """Record on the ticket that a chain of automatic changes was stopped."""
    with changing(ticket, by=by, ends_chain=True) as log:
        log.record(ChainStopped())


def touched_since(ticket: Ticket, seen: int, touching: frozenset[str], by: Person) -> list[Event]:
    """Events after version `seen`, by others than `by`, that touch one of `touching`."""
    newer = Event.objects.filter(ticket=ticket, seq__gt=seen).exclude(by=by).select_related("by").order_by("seq")
    return [event for event in newer if of_event(event.kind, event.data).fields_touched() & touching]


def _refuse_stale(log: Log, seen: int, touching: frozenset[str]) -> None:
    if log.ticket.version > seen:
        clashes = touched_since(log.ticket, seen, touching, log.by)
        if clashes:
            raise Stale(clashes)


def _lock(ticket: Ticket) -> None:
    """Take the row lock and bring the instance up to date, keeping related objects that are still the same."""
    row = Ticket.objects.select_for_update().filter(pk=ticket.pk).values_list(*COLUMNS).first()
    if row is None:
        raise NotFound
    for name, value in zip(COLUMNS, row, strict=True):
        setattr(ticket, name, value)


def _state(ticket: Ticket) -> dict[str, Any]:
    return {name: _copy(ticket.__dict__.get(name)) for name in COLUMNS} if ticket.pk else {}


def _copy(value: Any) -> Any:
    return list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
