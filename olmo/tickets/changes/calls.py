"""What happens on the phone: calls, and call-backs that were promised."""

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
class Called(Change):
    """Requester and desk spoke. It is an answer of the desk, and what the desk waited for from the requester."""

    touches = frozenset({"messages"})
    has_words = True
    words = _("%(by)s spoke on the phone: %(call)s")
    noun = pgettext_lazy("taken back", "call")
    message: int
    direction: str
    minutes: int = 0

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id, ticket.answered_at = self.message, ticket.answered_at or at
        take(ticket)
        if ticket.status == Status.WAITING and ticket.hold_reason == HoldReason.REQUESTER:
            wake(ticket)

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(asked_at=None, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class CallbackPromised(Change):
    """The desk promised to call at a time. message: an internal note about it."""

    touches = frozenset({"callback"})
    has_words = True
    words = _("%(by)s promised a call-back for %(callback_at)s")
    plan = pgettext_lazy("what would happen", "Promise a call-back for %(callback_at)s")
    noun = pgettext_lazy("taken back", "promised call-back")
    at: datetime
    message: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.callback_at = self.at
        if self.message:
            ticket.last_message_id = self.message


@dataclass(frozen=True, kw_only=True)
class CallbackDone(Change):
    """The promised call was made, or tried, or moved. at: when the next try was promised, if one was."""

    touches = frozenset({"callback"})
    has_words = True
    words = _("%(by)s called back: %(outcome)s")
    noun = pgettext_lazy("taken back", "call-back")
    outcome: str
    at: datetime | None = None
    message: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.callback_at = self.at
        if self.message:
            ticket.last_message_id = self.message


@dataclass(frozen=True, kw_only=True)
class CallbackMissed(Change):
    """The time of a promised call passed and nobody called. at: the time that was promised."""

    words = _("The call-back promised for %(callback_at)s was missed")
    at: datetime

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The promise stands: the row does not change, but the ticket becomes unread."""


@dataclass(frozen=True, kw_only=True)
class CallbackDropped(Change):
    """The call-back is no longer needed."""

    touches = frozenset({"callback"})
    words = _("%(by)s took the promised call-back back")
    plan = pgettext_lazy("what would happen", "Take the promised call-back back")
    noun = pgettext_lazy("taken back", "call-back")

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.callback_at = None
