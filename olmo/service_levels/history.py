"""A ticket's log as the engine reads it: what happened to the row, whichever kinds of change did it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from olmo.tickets.changes import of_event
from olmo.tickets.models import Event, HoldReason, Status, Ticket

from .engine.clock import Happening
from .engine.terms import Hold
from .models import AgreementKind
from .promises import Governing, Under

_HOLDS = {
    HoldReason.REQUESTER: Hold.REQUESTER,
    HoldReason.THIRD_PARTY: Hold.THIRD_PARTY,
    HoldReason.DATE: Hold.SCHEDULED,
    HoldReason.APPROVAL: Hold.APPROVAL,
}


@dataclass(frozen=True, slots=True)
class _State:
    """What of a ticket's row concerns its clocks. A merged ticket is done: the one it went into has the promise.

    fitting: the agreements that are about such a ticket; beside: the one with the team that has it and the one with the supplier
    for whom it waits; of a done ticket none.
    """

    priority: int
    hold: str
    is_done: bool
    is_closed: bool
    fitting: frozenset[int]
    beside: frozenset[int]


@dataclass(slots=True)
class Told:
    """What of a log concerns the clocks: of the service level agreement, and of each agreement beside it.

    under: the service level terms that the ticket is under at its end; None of an empty log.
    """

    events: list[Happening] = field(default_factory=list)
    beside: dict[int, list[Happening]] = field(default_factory=dict)
    under: Under | None = None


def told(ticket: Ticket, events: Sequence[Event], governing: Governing) -> Told:
    """What the log says, in order. Whatever took a row back (undo, unmerge) reads like any other change of it."""
    row, found, before = Ticket(pk=ticket.pk), Told(), None
    under: Under | None = None
    for event in events:
        of_event(event.kind, event.data).apply(row, event.at)
        at = int(event.at.timestamp())
        state, was = _state(row, governing, at, before), under
        if before is None or was is None:
            first = governing.chosen(AgreementKind.SERVICE_LEVEL, state.fitting, at)
            under = Under.come(governing, state.fitting, at, first)
            found.events.append(Happening(at, "opened", state.priority, terms=under.terms))
        else:
            under = was.moved(governing, state.fitting, at)
            if under.terms is not was.terms:
                found.events.append(Happening(at, "governed", terms=under.terms))
            found.events += _changed(at, event.kind, before, state)
        for agreement in sorted(state.beside | found.beside.keys()):
            _beside(found.beside.setdefault(agreement, []), agreement, at, event.kind, before, state, governing)
        before = state
    found.under = under
    return found


def _state(row: Ticket, governing: Governing, at: int, before: _State | None) -> _State:
    is_merged = row.merged_into_id is not None
    is_done = is_merged or row.status in (Status.RESOLVED, Status.CLOSED)
    fitting = governing.fitting(row)
    nothing = frozenset[int]()
    current, known = (before.beside, before.fitting) if before and before.beside else (nothing, nothing)
    return _State(
        priority=row.priority,
        hold=_HOLDS.get(HoldReason(row.hold_reason), "") if row.status == Status.WAITING and row.hold_reason else "",
        is_done=is_done,
        is_closed=row.status == Status.CLOSED,
        fitting=fitting,
        beside=frozenset() if is_done else governing.beside(fitting, at, current, known),
    )


def _changed(at: int, kind: str, before: _State, state: _State) -> Iterator[Happening]:
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


def _beside(
    found: list[Happening],
    agreement: int,
    at: int,
    kind: str,
    before: _State | None,
    state: _State,
    governing: Governing,
) -> None:
    """Go on with the log as one agreement beside the service levels sees it: the ticket comes, stays, and goes."""
    was_in, is_in = before is not None and agreement in before.beside, agreement in state.beside
    is_supplier = governing.kind_of(agreement) == AgreementKind.UNDERPINNING
    if not found:
        found.append(Happening(at, "opened", state.priority, terms=governing.terms_of(agreement)))
    elif is_in and not was_in:
        found += [Happening(at, "prioritised", state.priority), Happening(at, "reopened")]
    elif before is not None and is_in and state.priority != before.priority:
        found.append(Happening(at, "prioritised", state.priority))
    if was_in and kind in ("replied", "received") and not is_supplier:
        found.append(Happening(at, kind))
    if was_in and not is_in:
        found.append(Happening(at, "closed" if state.is_closed else "resolved"))
    elif is_in and not is_supplier and state.hold != (before.hold if before is not None and was_in else ""):
        found.append(Happening(at, "held" if state.hold else "resumed", reason=state.hold))
