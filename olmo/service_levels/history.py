"""A ticket's log as the engine reads it: what happened to the row, whichever kinds of change did it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from olmo.tickets.changes import of_event
from olmo.tickets.models import Event, HoldReason, Status, Ticket

from .engine.clock import Happening
from .engine.terms import Hold
from .promises import Governing

_HOLDS = {
    HoldReason.REQUESTER: Hold.REQUESTER,
    HoldReason.THIRD_PARTY: Hold.THIRD_PARTY,
    HoldReason.DATE: Hold.SCHEDULED,
}


@dataclass(frozen=True, slots=True)
class _State:
    """What of a ticket's row concerns its clocks. A merged ticket is done: the one it went into has the promise."""

    priority: int
    hold: str
    is_done: bool
    is_closed: bool
    governing: int | None


def happenings(ticket: Ticket, events: Sequence[Event], governing: Governing) -> list[Happening]:
    """What the log says, in order. Whatever took a row back (undo, unmerge) reads like any other change of it."""
    row, found, before = Ticket(pk=ticket.pk), list[Happening](), None
    for event in events:
        of_event(event.kind, event.data).apply(row, event.at)
        state = _state(row, governing)
        at = int(event.at.timestamp())
        if before is None:
            found.append(Happening(at, "opened", state.priority, terms=governing.terms_of(state.governing)))
        else:
            found += _changed(at, event.kind, before, state, governing)
        before = state
    return found


def _state(row: Ticket, governing: Governing) -> _State:
    is_merged = row.merged_into_id is not None
    return _State(
        priority=row.priority,
        hold=_HOLDS.get(HoldReason(row.hold_reason), "") if row.status == Status.WAITING and row.hold_reason else "",
        is_done=is_merged or row.status in (Status.RESOLVED, Status.CLOSED),
        is_closed=row.status == Status.CLOSED,
        governing=governing.of(row.client_id, row.category_id, row.kind),
    )


def _changed(at: int, kind: str, before: _State, state: _State, governing: Governing) -> Iterator[Happening]:
    if state.governing != before.governing:
        yield Happening(at, "governed", terms=governing.terms_of(state.governing))
    if state.priority != before.priority:
        yield Happening(at, "prioritised", state.priority)
    if before.is_done and not state.is_done:
        yield Happening(at, "reopened")
    if kind in ("replied", "received"):
        yield Happening(at, kind)
    if state.is_done:
        if not before.is_done or (state.is_closed and not before.is_closed):
            yield Happening(at, "closed" if state.is_closed else "resolved")
    elif state.hold != before.hold:
        yield Happening(at, "held" if state.hold else "resumed", reason=state.hold)
