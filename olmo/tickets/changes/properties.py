"""What a ticket is judged and described to be."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .base import Change, filled

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class Prioritised(Change):
    """Impact or urgency was judged anew; the client's matrix gave the priority."""

    touches = frozenset({"impact", "urgency"})
    noun = pgettext_lazy("taken back", "impact and urgency")
    words = _("%(by)s set impact to %(impact)s and urgency to %(urgency)s: priority %(priority)s")
    plan = pgettext_lazy(
        "what would happen", "Set impact to %(impact)s and urgency to %(urgency)s: priority %(priority)s"
    )
    impact: int
    urgency: int
    priority: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.impact, ticket.urgency, ticket.priority = self.impact, self.urgency, self.priority


@dataclass(frozen=True, kw_only=True)
class Categorised(Change):
    """The category was set or taken away."""

    touches = frozenset({"category"})
    noun = pgettext_lazy("taken back", "category")
    words = _("%(by)s set the category to %(category)s")
    plan = pgettext_lazy("what would happen", "Set the category to %(category)s")
    category: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.category_id = self.category


@dataclass(frozen=True, kw_only=True)
class Classified(Change):
    """An incident turned out to be a service request, or the reverse."""

    touches = frozenset({"kind"})
    noun = pgettext_lazy("taken back", "kind")
    words = _("%(by)s made it: %(ticket_kind)s")
    plan = pgettext_lazy("what would happen", "Make it: %(ticket_kind)s")
    ticket_kind: str

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.kind = self.ticket_kind


@dataclass(frozen=True, kw_only=True)
class Retitled(Change):
    """The subject was reworded; the former one is kept in an internal note."""

    touches = frozenset({"subject"})
    is_public = True
    has_words = True
    noun = pgettext_lazy("taken back", "subject")
    words = _("%(by)s changed the subject")
    plan = pgettext_lazy("what would happen", "Change the subject")
    subject: str  # digest
    message: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row gets the words from the verb; the log proves them by their digest."""


@dataclass(frozen=True, kw_only=True)
class FieldsSet(Change):
    """Custom fields were filled in; words appear as digests."""

    touches = frozenset({"fields"})
    noun = pgettext_lazy("taken back", "fields")
    words = _("%(by)s filled in %(fields)s")
    plan = pgettext_lazy("what would happen", "Change %(fields)s")
    values: dict[str, Any]

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.fields = filled(ticket.fields, self.values)


@dataclass(frozen=True, kw_only=True)
class DueSet(Change):
    """A due date was agreed or dropped."""

    touches = frozenset({"due_at"})
    is_public = True
    noun = pgettext_lazy("taken back", "due date")
    words = _("%(by)s set the due date to %(due_at)s")
    plan = pgettext_lazy("what would happen", "Set the due date to %(due_at)s")
    due_at: datetime | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.due_at = self.due_at


@dataclass(frozen=True, kw_only=True)
class LanguageSet(Change):
    """The language in which the requester is answered."""

    touches = frozenset({"language"})
    noun = pgettext_lazy("taken back", "language")
    words = _("%(by)s set the language to %(language)s")
    plan = pgettext_lazy("what would happen", "Set the language to %(language)s")
    language: str

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.language = self.language


@dataclass(frozen=True, kw_only=True)
class WorkingStateSet(Change):
    """How work stands, in the desk's own words, was said or taken back."""

    touches = frozenset({"working_state"})
    noun = pgettext_lazy("taken back", "working state")
    words = _("%(by)s set the working state to %(working_state)s")
    plan = pgettext_lazy("what would happen", "Set the working state to %(working_state)s")
    working_state: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.working_state_id = self.working_state


@dataclass(frozen=True, kw_only=True)
class AssetsNamed(Change):
    """Assets that the ticket is about were named, or no longer."""

    touches = frozenset({"assets"})
    is_activity = False
    noun = pgettext_lazy("taken back", "assets")
    words = _("%(by)s changed the assets: %(assets)s")
    plan = pgettext_lazy("what would happen", "Change the assets: %(assets)s")
    assets_added: list[int] | None = None
    assets_removed: list[int] | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.asset_ids = sorted({*ticket.asset_ids, *(self.assets_added or [])} - {*(self.assets_removed or [])})


@dataclass(frozen=True, kw_only=True)
class Tagged(Change):
    """Tags were added or removed."""

    touches = frozenset({"tags"})
    is_activity = False
    noun = pgettext_lazy("taken back", "tags")
    words = _("%(by)s changed the tags: %(tags)s")
    plan = pgettext_lazy("what would happen", "Change the tags: %(tags)s")
    added: list[str] | None = None
    removed: list[str] | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.tags = sorted({*ticket.tags, *(self.added or [])} - {*(self.removed or [])})
