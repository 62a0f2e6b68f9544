"""What is recorded inside an undoable block is collected here, so that it can be taken back (`undo`)."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .changes import Change
from .models import Event, Ticket

State = dict[str, Any]
# What no undo restores: identity, the place in the log, the secret of the mail thread.
KEPT = frozenset({"id", "number", "version", "updated_at", "opened_at", "reply_token"})


@dataclass
class Piece:
    """What one ticket went through without a break: events `seqs`, touched columns before and after. JSON types only."""

    ticket: int
    seqs: list[int]
    before: State
    after: State
    is_new: bool = False


@dataclass
class Collection:
    """All pieces of one block, in order. `is_final`: something was recorded that nobody can take back."""

    pieces: list[Piece] = field(default_factory=list)
    is_final: bool = False

    def add(self, piece: Piece) -> None:
        """Join a piece to the last one of its ticket when nothing lies between them."""
        last = next((known for known in reversed(self.pieces) if known.ticket == piece.ticket), None)
        if last is None or last.seqs[-1] + 1 != piece.seqs[0]:
            self.pieces.append(piece)
            return
        last.seqs += piece.seqs
        last.before = {**piece.before, **last.before}
        last.after = {**last.after, **piece.after}


_open: ContextVar[Collection | None] = ContextVar("collection", default=None)


def opened() -> Collection | None:
    """The collection of the block that is open, if there is one."""
    return _open.get()


def collecting(collection: Collection | None) -> Any:
    """Make this the open collection; returns the token for `ended`."""
    return _open.set(collection)


def ended(token: Any) -> None:
    """The former collection is the open one again."""
    _open.reset(token)


def collect(
    ticket: Ticket, events: list[Event], changes: list[Change], before: State, after: State, is_new: bool
) -> None:
    """Note what was recorded on one ticket, if a block is open. before, after: whole states of the row."""
    collection = _open.get()
    if collection is None:
        return
    collection.is_final |= any(change.is_final for change in changes)
    touched = [name for name in after if name not in KEPT and (is_new or before.get(name, ...) != after[name])]
    collection.add(
        Piece(
            ticket.pk, [event.seq for event in events], {} if is_new else _plain(before, touched), _plain(after, touched),
            is_new,
        )
    )  # fmt: skip


def plain(value: Any) -> Any:
    """A column's value in JSON types."""
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(state: State, names: list[str]) -> State:
    return {name: plain(state[name]) for name in names}
