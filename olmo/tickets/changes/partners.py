"""What goes on between the desk and a partner's. The requester sees none of it."""

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
class PartnerAsked(Change):
    """The desk wrote to a partner's desk."""

    has_words = True
    words = _("%(by)s wrote to the partner %(supplier)s")
    noun = pgettext_lazy("taken back", "message to a partner")
    message: int
    supplier: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id = self.message
        take(ticket)

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(moved_at=at)


@dataclass(frozen=True, kw_only=True)
class PartnerAnswered(Change):
    """A partner's desk wrote. wakes: a person did, so that a ticket that waits for a third party goes on."""

    is_final = True
    words = _("The partner %(supplier)s answered")
    message: int
    supplier: int
    wakes: bool = True

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.last_message_id = self.message
        if self.wakes and ticket.status == Status.WAITING and ticket.hold_reason == HoldReason.THIRD_PARTY:
            wake(ticket)

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(moved_at=at)


@dataclass(frozen=True, kw_only=True)
class PartnerReferenced(Change):
    """It is known what a partner calls the ticket. case: the row that keeps it."""

    is_activity = False
    words = _("%(by)s noted the reference of the partner %(supplier)s")
    noun = pgettext_lazy("taken back", "reference of a partner")
    supplier: int
    case: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row does not change."""
