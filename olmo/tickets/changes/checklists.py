"""The checklist of a ticket: which items it has in which order, and which are done. Their words are in `ChecklistItem`."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .base import Change

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class ChecklistSet(Change):
    """The items (their ids) in their order. What is ticked stays ticked. is_required: all before the ticket is resolved."""

    touches = frozenset({"checklist"})
    is_activity = False
    words = _("%(by)s changed the checklist")
    plan = pgettext_lazy("what would happen", "Change the checklist")
    noun = pgettext_lazy("taken back", "checklist")
    items: list[int]
    is_required: bool = False

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        known = {item["id"]: item for item in ticket.checklist.get("items", [])}
        items = [known.get(pk, {"id": pk}) for pk in self.items]
        ticket.checklist = {"items": items, **({"is_required": True} if self.is_required else {})} if items else {}


@dataclass(frozen=True, kw_only=True)
class ItemTicked(Change):
    """An item of the checklist is done. person: who did it."""

    is_activity = False
    words = _("%(by)s ticked off: %(item)s")
    noun = pgettext_lazy("taken back", "checklist")
    item: int
    person: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        done = {"id": self.item, "by": self.person, "at": at.isoformat()}
        ticket.checklist = _with(ticket.checklist, done)


@dataclass(frozen=True, kw_only=True)
class ItemUnticked(Change):
    """An item of the checklist is not done after all."""

    is_activity = False
    words = _("%(by)s took the tick off: %(item)s")
    noun = pgettext_lazy("taken back", "checklist")
    item: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.checklist = _with(ticket.checklist, {"id": self.item})


def _with(checklist: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """The checklist with one item replaced."""
    items = [changed if item["id"] == changed["id"] else item for item in checklist.get("items", [])]
    return {**checklist, "items": items}
