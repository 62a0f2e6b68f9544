"""What was done by mistake is taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from .base import KINDS, Change, Talk, enter, filled

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class Undone(Change):
    """Earlier events of this ticket were taken back: these columns have again these values.

    seqs: the events that were taken back. restored: column -> value in JSON types; of custom fields each key by itself, words as
    digests. subject: the digest of the restored subject. undone: the kinds of the events, for the sentence. stay: those of the
    events whose words had left already. stood: what the log says about the talk without the others (`Talk`).
    """

    words = _("%(by)s took back: %(undone)s")
    seqs: list[int]
    restored: dict[str, Any]
    undone: list[str] | None = None
    fields: dict[str, Any] | None = None
    subject: str | None = None
    stay: list[int] | None = None
    stood: dict[str, str | None] | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row gets words (subject, custom fields) from the verb; the log proves them by their digest."""
        if "status" in self.restored:
            held: dict[str, Any] = {
                "hold_reason": ticket.hold_reason,
                "wake_at": ticket.wake_at,
                "supplier": ticket.supplier_id,
            }
            enter(ticket, self.restored["status"], **held)
        for column, value in self.restored.items():
            setattr(ticket, column, _typed(ticket, column, value))
        if self.fields:
            ticket.fields = filled(ticket.fields, self.fields)

    def talk(self, before: Talk, at: datetime) -> Talk:
        """As if what was taken back had not been."""
        if self.stood is None:
            return before
        return Talk(**{name: datetime.fromisoformat(value) if value else None for name, value in self.stood.items()})

    def moves_to(self) -> int | None:
        """Back to the client that it had."""
        return self.restored.get("client_id")

    @property
    def is_about_words(self) -> bool:
        """Whether the subject changed, or messages were withdrawn."""
        return bool(self.subject) or any(KINDS[kind].has_words for kind in self.undone or [] if kind in KINDS)

    def fields_touched(self) -> frozenset[str]:
        """What the events touched that were taken back, as far as columns tell."""
        found = {column.removesuffix("_id") for column in self.restored}
        return frozenset(found | ({"fields"} if self.fields else set()) | ({"subject"} if self.subject else set()))


def _typed(ticket: "Ticket", column: str, value: Any) -> Any:
    field: Any = ticket._meta.get_field(column)
    return field.to_python(value)
