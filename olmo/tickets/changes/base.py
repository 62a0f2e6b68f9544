"""What every kind of change is: typed data that applies itself to a ticket's row and becomes an event."""

from copy import deepcopy
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from olmo.kernel.errors import Words
from olmo.kernel.text import digest

from ..models import Status

if TYPE_CHECKING:
    from ..models import Ticket

KINDS: dict[str, type["Change"]] = {}
MOVES = frozenset({"messages", "status", "assignee"})  # a change of one of these is work on the ticket


class Talk(NamedTuple):
    """What the log says about the talk, beside what the row knows.

    asked_at: since when somebody waits for the desk's words; handed_at: when it was escalated, until somebody takes it;
    moved_at: when somebody last worked on it or wrote; wrote_at: when somebody wrote although it waits for a third party.
    """

    asked_at: datetime | None = None
    handed_at: datetime | None = None
    moved_at: datetime | None = None
    wrote_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that happened to a ticket."""

    kind: ClassVar[str] = ""
    touches: ClassVar[frozenset[str]] = frozenset()
    is_public: ClassVar[bool] = False  # the requester sees that it happened
    is_felt: ClassVar[bool] = False  # not in the requester's history, but their page shows what came of it
    is_activity: ClassVar[bool] = True  # it moves the ticket up in lists and marks it unread
    is_final: ClassVar[bool] = False  # nobody can take it back: words came from outside, or were erased
    is_mark: ClassVar[bool] = False  # only told: neither the row, nor the talk, nor a clock changes by it
    has_words: ClassVar[bool] = False  # `message` was written with it, and is withdrawn when it is taken back
    noun: ClassVar[Words] = ""  # what it is called when it is taken back
    words: ClassVar[Words] = ""  # "%(by)s ..." with names resolved by `sentences`
    plan: ClassVar[Words] = ""  # the same before it is done, for kinds that a preview shows: "Close for good"

    triage: float | None = None  # how sure it was (0 to 1), where triage acted alone
    rule: str = ""  # the name of the routing rule that did it
    rule_id: int = 0
    rule_version: int = 0
    rule_met: list[int] | None = None  # the places of its conditions that were met, in that version

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.kind = "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")
        KINDS[cls.kind] = cls

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """Write this change into the row."""
        raise TypeError(f"{type(self).__name__} has no effect of its own")

    def talk(self, before: Talk, at: datetime) -> Talk:
        """What the log says about the talk after this change."""
        return before._replace(moved_at=at) if self.touches & MOVES else before

    def fields_touched(self) -> frozenset[str]:
        """Which fields this very change touched: what its kind touches, unless its data tell."""
        return self.touches

    def moves_to(self) -> int | None:
        """The client to which the ticket goes with it, with everything that other rooms keep of it; None: it stays."""
        return None

    def as_data(self) -> dict[str, Any]:
        """What the event keeps: JSON types only; optional fields at their default are left out."""
        defaults = _defaults(type(self))  # type: ignore[arg-type]
        return {k: _plain(v) for k, v in vars(self).items() if v != defaults.get(k, ...)}


def of_event(kind: str, data: dict[str, Any]) -> Change:
    """The typed change of a stored event; fields that this version does not know are ignored."""
    cls = KINDS[kind]
    known = {f.name: f.type for f in fields(cls)}
    return cls(**{k: _typed(known[k], v) for k, v in data.items() if k in known})


def loggable(values: dict[str, Any]) -> dict[str, Any]:
    """Custom field values as the log keeps them: words become digests, since they may be personal."""
    return {k: f"digest:{digest(v)}" if isinstance(v, str) else v for k, v in values.items()}


def filled(present: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Custom fields with these values; words that are there already (the same by digest) are kept as words."""
    kept = dict(present)
    for key, value in values.items():
        if loggable({key: kept.get(key)})[key] != value:
            kept[key] = value
    return {key: value for key, value in kept.items() if value is not None}


def enter(
    ticket: "Ticket",
    status: str,
    *,
    hold_reason: str = "",
    wake_at: datetime | None = None,
    supplier: int | None = None,
) -> None:
    """The one way in which a change sets the status. The working state belongs to a status and falls away with it.

    A hold has its reason, the date on which it ends, and the supplier for whom the ticket waits.
    """
    if status != ticket.status:
        ticket.working_state_id = None
    ticket.status, ticket.hold_reason, ticket.wake_at, ticket.supplier_id = status, hold_reason, wake_at, supplier


def wake(ticket: "Ticket") -> None:
    """End a hold: the ticket is open again."""
    enter(ticket, Status.OPEN)


def take(ticket: "Ticket") -> None:
    """Somebody works on it: a new ticket is open from now on."""
    if ticket.status == Status.NEW:
        enter(ticket, Status.OPEN)


@lru_cache
def _defaults(cls: type[Change]) -> dict[str, Any]:
    return {f.name: f.default for f in fields(cls) if f.default is not MISSING}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return deepcopy(value) if isinstance(value, list | dict | tuple) else value


def _typed(kind: Any, value: Any) -> Any:
    is_moment = "datetime" in (kind if isinstance(kind, str) else str(kind))
    return datetime.fromisoformat(value) if is_moment and isinstance(value, str) else value
