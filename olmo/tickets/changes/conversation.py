"""What is said on a ticket, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import HoldReason, Status
from .base import Change, Talk, take, wake

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class Replied(Change):
    """The desk wrote to the requester."""

    touches = frozenset({"messages"})
    is_public = True
    has_words = True
    noun = pgettext_lazy("taken back", "reply")
    words = _("%(by)s replied")
    plan = pgettext_lazy("what would happen", "Send the reply")
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id, ticket.answered_at = self.message, ticket.answered_at or at
        take(ticket)

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(asked_at=None, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class Received(Change):
    """The requester, or somebody else outside the desk, wrote. It wakes a ticket that waits, but not one for an approval.

    keeps_hold: it waits for a third party, who has it still: only the desk or that party ends this hold.
    """

    touches = frozenset({"messages"})
    is_public = True
    is_final = True
    words = _("%(by)s wrote")
    message: int
    keeps_hold: bool = False

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id = self.message
        keeps = self.keeps_hold or ticket.hold_reason == HoldReason.APPROVAL
        if ticket.status == Status.WAITING and not keeps:
            wake(ticket)

    def talk(self, before: Talk, at: datetime) -> Talk:
        wrote_at = at if self.keeps_hold else before.wrote_at
        return before._replace(asked_at=before.asked_at or at, wrote_at=wrote_at, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class Noted(Change):
    """An internal note: never seen by the requester."""

    touches = frozenset({"messages"})
    has_words = True
    noun = pgettext_lazy("taken back", "internal note")
    words = _("%(by)s wrote an internal note")
    plan = pgettext_lazy("what would happen", "Write the internal note")
    message: int
    mentioned: tuple[int, ...] = ()  # persons

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id = self.message


@dataclass(frozen=True, kw_only=True)
class Redacted(Change):
    """The words and files of a message were erased; that it was there stays known."""

    is_public = True
    is_final = True
    words = _("%(by)s erased the content of a message")
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The message is erased by the verb; the row does not change."""


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(Change):
    """A message did not reach somebody; why is kept with the envelope."""

    is_final = True
    words = _("A message could not be delivered")
    message: int
    envelope: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """Nothing changes in the row: the ticket becomes unread, and its page says what failed."""
