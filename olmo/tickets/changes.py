"""The kinds of change, one frozen dataclass each: the public schema of the log. Add optional fields only.

A change knows how to apply itself to the row, which fields it touches (for the clash of two people at one field), whether the
requester sees it, and its sentence. It never holds personal text: words are in Message, old words leave a digest.
"""

from dataclasses import MISSING, asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Words
from olmo.kernel.text import digest

from .models import OTHER_END, Status

if TYPE_CHECKING:
    from .models import Ticket

KINDS: dict[str, type["Change"]] = {}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that happened to a ticket."""

    kind: ClassVar[str] = ""
    touches: ClassVar[frozenset[str]] = frozenset()
    is_public: ClassVar[bool] = False  # the requester sees that it happened
    is_activity: ClassVar[bool] = True  # it moves the ticket up in lists and marks it unread
    words: ClassVar[Words] = ""  # "%(by)s ..." with names resolved by `sentences`

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.kind = "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")
        KINDS[cls.kind] = cls

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """Write this change into the row."""
        raise TypeError(f"{type(self).__name__} has no effect of its own")

    def as_data(self) -> dict[str, Any]:
        """What the event keeps: JSON types only; optional fields at their default are left out."""
        return {k: _plain(v) for k, v in asdict(self).items() if v != _default(type(self), k)}


def of_event(kind: str, data: dict[str, Any]) -> Change:
    """The typed change of a stored event; fields that this version does not know are ignored."""
    cls = KINDS[kind]
    known = {f.name: f.type for f in fields(cls)}
    return cls(**{k: _typed(known[k], v) for k, v in data.items() if k in known})


def loggable(values: dict[str, Any]) -> dict[str, Any]:
    """Custom field values as the log keeps them: words become digests, since they may be personal."""
    return {k: f"digest:{digest(v)}" if isinstance(v, str) else v for k, v in values.items()}


def _default(cls: type[Change], name: str) -> Any:
    default = cls.__dataclass_fields__[name].default
    return default if default is not MISSING else ...


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(kind: Any, value: Any) -> Any:
    is_moment = "datetime" in (kind if isinstance(kind, str) else str(kind))
    return datetime.fromisoformat(value) if is_moment and isinstance(value, str) else value


def _wake(ticket: "Ticket") -> None:
    ticket.status, ticket.hold_reason, ticket.wake_at = Status.OPEN, "", None


@dataclass(frozen=True, kw_only=True)
class Opened(Change):
    """The ticket came to be, with its first message (None for a ticket without words)."""

    is_public = True
    words = _("%(by)s opened the ticket")
    ticket_kind: str
    channel: str
    subject: str  # digest
    language: str
    client: int
    requester: int
    impact: int
    urgency: int
    priority: int
    message: int | None = None
    team: int | None = None
    assignee: int | None = None
    category: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.kind, ticket.channel, ticket.language = self.ticket_kind, self.channel, self.language
        ticket.client_id, ticket.requester_id = self.client, self.requester
        ticket.impact, ticket.urgency, ticket.priority = self.impact, self.urgency, self.priority
        ticket.team_id, ticket.assignee_id, ticket.category_id = self.team, self.assignee, self.category
        ticket.status = Status.OPEN if self.assignee else Status.NEW
        ticket.opened_at, ticket.last_message_id = at, self.message


@dataclass(frozen=True, kw_only=True)
class Replied(Change):
    """The desk wrote to the requester."""

    touches = frozenset({"messages"})
    is_public = True
    words = _("%(by)s replied")
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id, ticket.answered_at = self.message, ticket.answered_at or at
        if ticket.status == Status.NEW:
            ticket.status = Status.OPEN


@dataclass(frozen=True, kw_only=True)
class Received(Change):
    """The requester, or somebody else outside the desk, wrote. It wakes a ticket that waits."""

    touches = frozenset({"messages"})
    is_public = True
    words = _("%(by)s wrote")
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id = self.message
        if ticket.status == Status.WAITING:
            _wake(ticket)


@dataclass(frozen=True, kw_only=True)
class Noted(Change):
    """An internal note: never seen by the requester."""

    touches = frozenset({"messages"})
    words = _("%(by)s wrote an internal note")
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id = self.message


@dataclass(frozen=True, kw_only=True)
class Assigned(Change):
    """The ticket belongs to a team, a person, both or nobody."""

    touches = frozenset({"team", "assignee"})
    is_public = True
    words = _("%(by)s assigned the ticket to %(target)s")
    team: int | None = None
    assignee: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.team_id, ticket.assignee_id = self.team, self.assignee
        if ticket.status == Status.NEW and self.assignee:
            ticket.status = Status.OPEN


@dataclass(frozen=True, kw_only=True)
class Escalated(Change):
    """Functional escalation: handed to another team with a note for it."""

    touches = frozenset({"team", "assignee"})
    is_public = True
    words = _("%(by)s escalated the ticket to %(target)s")
    team: int
    message: int
    from_team: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.team_id, ticket.assignee_id, ticket.last_message_id = self.team, None, self.message


@dataclass(frozen=True, kw_only=True)
class Prioritised(Change):
    """Impact or urgency was judged anew; the client's matrix gave the priority."""

    touches = frozenset({"impact", "urgency"})
    words = _("%(by)s set impact to %(impact)s and urgency to %(urgency)s: priority %(priority)s")
    impact: int
    urgency: int
    priority: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.impact, ticket.urgency, ticket.priority = self.impact, self.urgency, self.priority


@dataclass(frozen=True, kw_only=True)
class Categorised(Change):
    """The category was set or taken away."""

    touches = frozenset({"category"})
    words = _("%(by)s set the category to %(category)s")
    category: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.category_id = self.category


@dataclass(frozen=True, kw_only=True)
class Classified(Change):
    """An incident turned out to be a service request, or the reverse."""

    touches = frozenset({"kind"})
    words = _("%(by)s made it: %(ticket_kind)s")
    ticket_kind: str

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.kind = self.ticket_kind


@dataclass(frozen=True, kw_only=True)
class Retitled(Change):
    """The subject was reworded; the former one is kept in an internal note."""

    touches = frozenset({"subject"})
    is_public = True
    words = _("%(by)s changed the subject")
    subject: str  # digest
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row gets the words from the verb; the log proves them by their digest."""


@dataclass(frozen=True, kw_only=True)
class FieldsSet(Change):
    """Custom fields were filled in; words appear as digests."""

    touches = frozenset({"fields"})
    words = _("%(by)s filled in %(fields)s")
    values: dict[str, Any]

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """Keep values that the row holds already (in words) when they are the same by digest."""
        kept = dict(ticket.fields)
        for key, value in self.values.items():
            if loggable({key: kept.get(key)})[key] != value:
                kept[key] = value
        ticket.fields = {k: v for k, v in kept.items() if v is not None}


@dataclass(frozen=True, kw_only=True)
class DueSet(Change):
    """A due date was agreed or dropped."""

    touches = frozenset({"due_at"})
    is_public = True
    words = _("%(by)s set the due date to %(due_at)s")
    due_at: datetime | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.due_at = self.due_at


@dataclass(frozen=True, kw_only=True)
class LanguageSet(Change):
    """The language in which the requester is answered."""

    touches = frozenset({"language"})
    words = _("%(by)s set the language to %(language)s")
    language: str

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.language = self.language


@dataclass(frozen=True, kw_only=True)
class PutOnHold(Change):
    """Work waits for somebody or for a date."""

    touches = frozenset({"status"})
    is_public = True
    words = _("%(by)s put the ticket on hold: %(hold_reason)s")
    reason: str
    wake_at: datetime | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.status, ticket.hold_reason, ticket.wake_at = Status.WAITING, self.reason, self.wake_at


@dataclass(frozen=True, kw_only=True)
class Resumed(Change):
    """Work goes on after a hold."""

    touches = frozenset({"status"})
    is_public = True
    words = _("%(by)s resumed work")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        _wake(ticket)


@dataclass(frozen=True, kw_only=True)
class Resolved(Change):
    """A solution was given; the requester may still say that it does not hold."""

    touches = frozenset({"status", "messages"})
    is_public = True
    words = _("%(by)s resolved the ticket: %(code)s")
    code: str
    message: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.status, ticket.hold_reason, ticket.wake_at = Status.RESOLVED, "", None
        ticket.resolution_code, ticket.resolved_at = self.code, at
        if self.message:
            ticket.last_message_id, ticket.answered_at = self.message, ticket.answered_at or at


@dataclass(frozen=True, kw_only=True)
class Reopened(Change):
    """Resolved or closed, and yet not solved."""

    touches = frozenset({"status"})
    is_public = True
    words = _("%(by)s reopened the ticket")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        _wake(ticket)
        ticket.resolution_code, ticket.resolved_at, ticket.closed_at = "", None, None


@dataclass(frozen=True, kw_only=True)
class Closed(Change):
    """The end: by hand, or by itself some days after it was resolved."""

    touches = frozenset({"status"})
    is_public = True
    is_activity = False
    words = _("%(by)s closed the ticket")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.status, ticket.hold_reason, ticket.wake_at, ticket.closed_at = Status.CLOSED, "", None, at


@dataclass(frozen=True, kw_only=True)
class RequesterChanged(Change):
    """The ticket belongs to another requester, perhaps of another client."""

    touches = frozenset({"requester"})
    words = _("%(by)s made %(requester)s the requester")
    requester: int
    client: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.requester_id, ticket.client_id = self.requester, self.client


@dataclass(frozen=True, kw_only=True)
class Watched(Change):
    """Somebody follows the ticket."""

    is_activity = False
    words = _("%(by)s added %(person)s as a follower")
    person: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.watcher_ids = sorted({*ticket.watcher_ids, self.person})


@dataclass(frozen=True, kw_only=True)
class Unwatched(Change):
    """Somebody follows the ticket no more."""

    is_activity = False
    words = _("%(by)s removed %(person)s from the followers")
    person: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.watcher_ids = [p for p in ticket.watcher_ids if p != self.person]


@dataclass(frozen=True, kw_only=True)
class Tagged(Change):
    """Tags were added or removed."""

    touches = frozenset({"tags"})
    is_activity = False
    words = _("%(by)s changed the tags: %(tags)s")
    added: list[str] | None = None
    removed: list[str] | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.tags = sorted({*ticket.tags, *(self.added or [])} - {*(self.removed or [])})


@dataclass(frozen=True, kw_only=True)
class Linked(Change):
    """This ticket stands in a relation to another (its id)."""

    words = _("%(by)s linked the ticket: %(link_kind)s %(other)s")
    link_kind: str
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        link = {"kind": self.link_kind, "ticket": self.other}
        ticket.links = [*(known for known in ticket.links if known != link), link]

    def seen_from_there(self, ticket_id: int) -> "Linked":
        return Linked(link_kind=OTHER_END[self.link_kind], other=ticket_id)


@dataclass(frozen=True, kw_only=True)
class Unlinked(Change):
    """A relation was taken back."""

    words = _("%(by)s removed the link: %(link_kind)s %(other)s")
    link_kind: str
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        link = {"kind": self.link_kind, "ticket": self.other}
        ticket.links = [known for known in ticket.links if known != link]

    def seen_from_there(self, ticket_id: int) -> "Unlinked":
        return Unlinked(link_kind=OTHER_END[self.link_kind], other=ticket_id)


@dataclass(frozen=True, kw_only=True)
class Merged(Change):
    """This ticket goes on inside another: what reaches it lands there."""

    touches = frozenset({"status"})
    is_public = True
    words = _("%(by)s merged the ticket into %(other)s")
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.merged_into_id, ticket.status, ticket.closed_at = self.other, Status.CLOSED, at
        ticket.hold_reason, ticket.wake_at = "", None


@dataclass(frozen=True, kw_only=True)
class Unmerged(Change):
    """A merge was taken back: the ticket is as it was before, down to its hold."""

    touches = frozenset({"status"})
    is_public = True
    words = _("%(by)s took the merge into %(other)s back")
    other: int
    status: str
    hold_reason: str = ""
    wake_at: datetime | None = None
    closed_at: datetime | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.merged_into_id, ticket.status, ticket.hold_reason = None, self.status, self.hold_reason
        ticket.wake_at, ticket.closed_at = self.wake_at, self.closed_at


@dataclass(frozen=True, kw_only=True)
class Absorbed(Change):
    """Another ticket was merged into this one."""

    words = _("%(by)s merged %(other)s into this ticket")
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.absorbed_ids = sorted({*ticket.absorbed_ids, self.other})


@dataclass(frozen=True, kw_only=True)
class Released(Change):
    """A ticket that was merged into this one stands for itself again."""

    words = _("%(by)s took %(other)s out of this ticket again")
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.absorbed_ids = [t for t in ticket.absorbed_ids if t != self.other]


@dataclass(frozen=True, kw_only=True)
class SplitOff(Change):
    """A message of this ticket became a ticket of its own."""

    words = _("%(by)s made a message the new ticket %(other)s")
    message: int
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The new ticket is linked by `Linked`; nothing else changes here."""


@dataclass(frozen=True, kw_only=True)
class Redacted(Change):
    """The words and files of a message were erased; that it was there stays known."""

    is_public = True
    words = _("%(by)s erased the content of a message")
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The message is erased by the verb; the row does not change."""


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(Change):
    """A message did not reach somebody; why is kept with the envelope."""

    words = _("A message could not be delivered")
    message: int
    envelope: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """Nothing changes in the row: the ticket becomes unread, and its page says what failed."""


@dataclass(frozen=True, kw_only=True)
class ChainStopped(Change):
    """Automatic changes caused one another too often and were stopped (depth over 8)."""

    words = _("A chain of automatic changes was stopped")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """A mark for people; the row does not change."""
