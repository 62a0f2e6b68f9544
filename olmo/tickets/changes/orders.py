"""What becomes of an order from the catalogue: placed, asked about, decided. The words and answers are in the room `requests`."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

from ..models import HoldReason, Status
from .base import Change, wake

if TYPE_CHECKING:
    from ..models import Ticket


class _OfOrder:
    """A line of the trail: the row does not change."""

    is_final: ClassVar[bool] = True
    is_activity: ClassVar[bool] = False
    is_public: ClassVar[bool] = True

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """Nothing changes in the row."""


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(_OfOrder, Change):
    """It was ordered by a request form. item, version: of the catalogue."""

    words = _("%(by)s ordered it by a request form")
    order: int
    item: int = 0
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class OrderChanged(_OfOrder, Change):
    """The answers of the form were changed; what was approved before counts no more."""

    words = _("%(by)s changed the answers of the request form")
    revision: int


@dataclass(frozen=True, kw_only=True)
class OrderApprovalAsked(_OfOrder, Change):
    """Somebody is asked to approve. approval: the row that keeps it."""

    words = _("%(person)s was asked to approve the request")
    person: int
    approval: int
    round: int = 1


@dataclass(frozen=True, kw_only=True)
class OrderApprovalReminded(_OfOrder, Change):
    """They were reminded."""

    is_public = False
    words = _("%(person)s was reminded to approve the request")
    person: int
    approval: int


@dataclass(frozen=True, kw_only=True)
class OrderApproved(_OfOrder, Change):
    """An approver said yes; the author of the event is another one where a substitute did."""

    words = _("%(by)s approved the request%(in_place)s")
    person: int
    approval: int
    by_link: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderRejected(_OfOrder, Change):
    """An approver said no; why is kept with the approval."""

    words = _("%(by)s did not approve the request%(in_place)s")
    person: int
    approval: int
    by_link: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderSettled(_OfOrder, Change):
    """All is decided: the ticket goes on, or the reason is told by what follows."""

    touches = frozenset({"status"})
    is_activity = True
    words = _("The request was decided: %(order_outcome)s")
    outcome: str

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        if ticket.status == Status.WAITING and ticket.hold_reason == HoldReason.APPROVAL:
            wake(ticket)
