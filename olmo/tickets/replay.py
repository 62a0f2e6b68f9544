"""Proof that the log is complete: a ticket folded from its events equals its row."""

from typing import Any

from olmo.kernel.text import digest

from .changes import KINDS, Opened, Retitled, Undone, loggable, of_event
from .models import Event, Ticket

# What the log does not decide: identity, the secret of the mail thread, and words (proved by their digests).
UNDECIDED = {"id", "number", "reply_token", "subject"}
COLUMNS = tuple(f.attname for f in Ticket._meta.concrete_fields if f.attname not in UNDECIDED)


def replay(ticket: Ticket, until: int | None = None) -> Ticket:
    """A ticket as its events alone make it, up to `until` (a seq). It is not saved. Custom words are digests."""
    events = Event.objects.filter(ticket=ticket).order_by("seq")
    return fold(ticket.pk, list(events if until is None else events.filter(seq__lte=until)))


def fold(pk: int, events: list[Event]) -> Ticket:
    """Apply events in order to an empty ticket."""
    row = Ticket(pk=pk)
    for event in events:
        change = of_event(event.kind, event.data)
        change.apply(row, event.at)
        row.version = event.seq
        if KINDS[event.kind].is_activity or event.seq == 1:
            row.updated_at = event.at
    return row


def differences(ticket: Ticket, events: list[Event] | None = None) -> dict[str, tuple[Any, Any]]:
    """Columns where row and replay disagree: {column: (row, replay)}; empty when the log is complete and true."""
    events = events if events is not None else list(Event.objects.filter(ticket=ticket).order_by("seq"))
    folded = fold(ticket.pk, events)
    found = {name: (getattr(ticket, name), getattr(folded, name)) for name in COLUMNS if name != "fields"}
    found["fields"] = (loggable(ticket.fields), folded.fields)
    found["subject"] = (digest(ticket.subject), _subject(events))
    found["seq"] = (list(range(1, ticket.version + 1)), [event.seq for event in events])
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def _subject(events: list[Event]) -> str | None:
    kinds = (Opened.kind, Retitled.kind, Undone.kind)
    titled = [e.data["subject"] for e in events if e.kind in kinds and e.data.get("subject")]
    return titled[-1] if titled else None
