"""The life of a ticket: opened, waiting, resolved, reopened, closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import Channel, Status
from .base import Change, Talk, enter, wake

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class Opened(Change):
    """The ticket came to be, with its first message (None for a ticket without words)."""

    is_public = True
    noun = pgettext_lazy("taken back", "opening")
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
    template: int | None = None
    service: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.kind, ticket.channel, ticket.language = self.ticket_kind, self.channel, self.language
        ticket.client_id, ticket.requester_id = self.client, self.requester
        ticket.impact, ticket.urgency, ticket.priority = self.impact, self.urgency, self.priority
        ticket.team_id, ticket.assignee_id, ticket.category_id = self.team, self.assignee, self.category
        ticket.template_id, ticket.service_id = self.template, self.service
        enter(ticket, Status.OPEN if self.assignee else Status.NEW)
        ticket.opened_at, ticket.last_message_id = at, self.message

    def talk(self, before: Talk, at: datetime) -> Talk:
        """Whoever called or stood at the counter was spoken to already."""
        is_asked = self.message is not None and self.channel not in (Channel.PHONE, Channel.COUNTER)
        return Talk(asked_at=at if is_asked else None, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class PutOnHold(Change):
    """Work waits for somebody or for a date. supplier: the third party, when it is one that is known."""

    touches = frozenset({"status"})
    is_public = True
    noun = pgettext_lazy("taken back", "hold")
    words = _("%(by)s put the ticket on hold: %(hold_reason)s")
    plan = pgettext_lazy("what would happen", "Put on hold: %(hold_reason)s")
    reason: str
    wake_at: datetime | None = None
    supplier: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        enter(ticket, Status.WAITING, hold_reason=self.reason, wake_at=self.wake_at, supplier=self.supplier)

    def talk(self, before: Talk, at: datetime) -> Talk:
        """Whoever puts it off has read what was written."""
        return before._replace(wrote_at=None, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class Resumed(Change):
    """Work goes on after a hold."""

    touches = frozenset({"status"})
    is_public = True
    noun = pgettext_lazy("taken back", "resuming")
    words = _("%(by)s resumed work")
    plan = pgettext_lazy("what would happen", "Resume work")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        wake(ticket)


@dataclass(frozen=True, kw_only=True)
class Resolved(Change):
    """A solution was given; the requester may still say that it does not hold.

    on_first_contact: while the requester was still on the phone or at the counter for the first time.
    """

    touches = frozenset({"status", "messages"})
    is_public = True
    has_words = True
    noun = pgettext_lazy("taken back", "resolution")
    words = _("%(by)s resolved the ticket: %(code)s")
    plan = pgettext_lazy("what would happen", "Resolve: %(code)s")
    code: str
    message: int | None = None
    on_first_contact: bool = False

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        enter(ticket, Status.RESOLVED)
        ticket.resolution_code, ticket.resolved_at = self.code, at
        ticket.is_first_contact = self.on_first_contact
        if self.message:
            ticket.last_message_id, ticket.answered_at = self.message, ticket.answered_at or at

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(asked_at=None, handed_at=None, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class Reopened(Change):
    """Resolved or closed, and yet not solved."""

    touches = frozenset({"status"})
    is_public = True
    noun = pgettext_lazy("taken back", "reopening")
    words = _("%(by)s reopened the ticket")
    plan = pgettext_lazy("what would happen", "Reopen")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        wake(ticket)
        ticket.resolution_code, ticket.resolved_at, ticket.closed_at = "", None, None
        ticket.is_first_contact = False


@dataclass(frozen=True, kw_only=True)
class Closed(Change):
    """The end: by hand, or by itself some days after it was resolved."""

    touches = frozenset({"status"})
    is_public = True
    is_activity = False
    noun = pgettext_lazy("taken back", "closure")
    words = _("%(by)s closed the ticket")
    plan = pgettext_lazy("what would happen", "Close for good")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        enter(ticket, Status.CLOSED)
        ticket.closed_at = at


@dataclass(frozen=True, kw_only=True)
class ChainStopped(Change):
    """Automatic changes caused one another too often and were stopped (depth over 8)."""

    words = _("A chain of automatic changes was stopped")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """A mark for people; the row does not change."""
