"""How tickets stand to one another."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import OTHER_END, Status
from .base import Change, enter

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class Linked(Change):
    """This ticket stands in a relation to another (its id)."""

    noun = pgettext_lazy("taken back", "link")
    words = _("%(by)s linked the ticket: %(link_kind)s %(other)s")
    plan = pgettext_lazy("what would happen", "Link it: %(link_kind)s %(other)s")
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

    noun = pgettext_lazy("taken back", "link removed")
    words = _("%(by)s removed the link: %(link_kind)s %(other)s")
    plan = pgettext_lazy("what would happen", "Remove the link: %(link_kind)s %(other)s")
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
    noun = pgettext_lazy("taken back", "merge")
    words = _("%(by)s merged the ticket into %(other)s")
    plan = pgettext_lazy("what would happen", "Merge into %(other)s")
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        enter(ticket, Status.CLOSED)
        ticket.merged_into_id, ticket.closed_at = self.other, at


@dataclass(frozen=True, kw_only=True)
class Unmerged(Change):
    """A merge was taken back: the ticket is as it was before, down to its hold."""

    touches = frozenset({"status"})
    is_public = True
    noun = pgettext_lazy("taken back", "merge taken back")
    words = _("%(by)s took the merge into %(other)s back")
    other: int
    status: str
    hold_reason: str = ""
    wake_at: datetime | None = None
    closed_at: datetime | None = None
    working_state: int | None = None
    supplier: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        enter(ticket, self.status, hold_reason=self.hold_reason, wake_at=self.wake_at, supplier=self.supplier)
        ticket.merged_into_id, ticket.closed_at, ticket.working_state_id = None, self.closed_at, self.working_state


@dataclass(frozen=True, kw_only=True)
class Absorbed(Change):
    """Another ticket was merged into this one."""

    noun = pgettext_lazy("taken back", "merge")
    words = _("%(by)s merged %(other)s into this ticket")
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.absorbed_ids = sorted({*ticket.absorbed_ids, self.other})


@dataclass(frozen=True, kw_only=True)
class Released(Change):
    """A ticket that was merged into this one stands for itself again."""

    noun = pgettext_lazy("taken back", "merge taken back")
    words = _("%(by)s took %(other)s out of this ticket again")
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.absorbed_ids = [t for t in ticket.absorbed_ids if t != self.other]


@dataclass(frozen=True, kw_only=True)
class SplitOff(Change):
    """A message of this ticket became a ticket of its own."""

    noun = pgettext_lazy("taken back", "split")
    words = _("%(by)s made a message the new ticket %(other)s")
    message: int
    other: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The new ticket is linked by `Linked`; nothing else changes here."""
