"""Whose a ticket is: team, agent, requester, followers."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .base import Change, Talk, take

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class Assigned(Change):
    """The ticket belongs to a team, a person, both or nobody."""

    touches = frozenset({"team", "assignee"})
    is_public = True
    noun = pgettext_lazy("taken back", "assignment")
    words = _("%(by)s assigned the ticket to %(target)s")
    plan = pgettext_lazy("what would happen", "Assign to %(target)s")
    team: int | None = None
    assignee: int | None = None
    why: dict[str, Any] | None = None  # of one that went by itself: whom it chose, and who was left out

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.team_id, ticket.assignee_id = self.team, self.assignee
        if self.assignee:
            take(ticket)

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(handed_at=None if self.assignee else before.handed_at, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class Escalated(Change):
    """Functional escalation: handed to another team with a note for it."""

    touches = frozenset({"team", "assignee"})
    is_public = True
    has_words = True
    noun = pgettext_lazy("taken back", "escalation")
    words = _("%(by)s escalated the ticket to %(target)s")
    plan = pgettext_lazy("what would happen", "Escalate to %(target)s")
    team: int
    message: int
    from_team: int | None = None
    is_return: bool = False  # to a team that had given it away before: A, B, A
    tried: int = 0  # of what its team tries first
    tried_of: int = 0

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.team_id, ticket.assignee_id, ticket.last_message_id = self.team, None, self.message
        ticket.returns += self.is_return

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(handed_at=at, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class GivenBack(Change):
    """An escalation was refused, or its part is done: back to the team that it came from, with a reason."""

    touches = frozenset({"team", "assignee"})
    is_public = True
    has_words = True
    noun = pgettext_lazy("taken back", "return of an escalation")
    words = _("%(by)s gave the ticket back to %(target)s")
    plan = pgettext_lazy("what would happen", "Give back to %(target)s")
    team: int
    message: int
    from_team: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.team_id, ticket.assignee_id, ticket.last_message_id = self.team, None, self.message
        ticket.returns += 1

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(handed_at=at, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class HandedOver(Change):
    """Its agent gave it to a colleague or to a team, with a note: a shift ends. The first of several says how many."""

    touches = frozenset({"team", "assignee"})
    has_words = True
    noun = pgettext_lazy("taken back", "handover")
    words = _("%(by)s handed the ticket over to %(target)s")
    message: int
    team: int | None = None
    assignee: int | None = None
    count: int = 0

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.team_id, ticket.assignee_id, ticket.last_message_id = self.team, self.assignee, self.message
        if self.assignee:
            take(ticket)

    def talk(self, before: Talk, at: datetime) -> Talk:
        return before._replace(handed_at=None if self.assignee else at, moved_at=at)


@dataclass(frozen=True, kw_only=True)
class RequesterChanged(Change):
    """The ticket belongs to another requester, perhaps of another client."""

    touches = frozenset({"requester"})
    noun = pgettext_lazy("taken back", "requester")
    words = _("%(by)s made %(requester)s the requester")
    plan = pgettext_lazy("what would happen", "Make %(requester)s (%(client)s) the requester")
    requester: int
    client: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.requester_id, ticket.client_id = self.requester, self.client

    def moves_to(self) -> int | None:
        return self.client


@dataclass(frozen=True, kw_only=True)
class Watched(Change):
    """Somebody follows the ticket."""

    is_activity = False
    noun = pgettext_lazy("taken back", "follower added")
    words = _("%(by)s added %(person)s as a follower")
    plan = pgettext_lazy("what would happen", "Add %(person)s as a follower")
    person: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.watcher_ids = sorted({*ticket.watcher_ids, self.person})


@dataclass(frozen=True, kw_only=True)
class Unwatched(Change):
    """Somebody follows the ticket no more."""

    is_activity = False
    noun = pgettext_lazy("taken back", "follower removed")
    words = _("%(by)s removed %(person)s from the followers")
    plan = pgettext_lazy("what would happen", "Remove %(person)s from the followers")
    person: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        ticket.watcher_ids = [p for p in ticket.watcher_ids if p != self.person]
