"""What escalation policies did: steps, who was asked, who took it and who did not answer. Marks in the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .base import Change

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class _OfPolicy:
    """Something about one step of a policy (its name and place): the ticket's row does not change."""

    is_activity = False
    is_final = True
    is_mark = True
    policy: str
    step: int

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row does not change."""


@dataclass(frozen=True, kw_only=True)
class PolicyStepped(_OfPolicy, Change):
    """A step was taken. act: which; person, team: of whom; is_late: long after its time; is_joined: told with a later one."""

    words = _("Policy “%(policy)s”, step %(step)s: %(policy_act)s")
    act: str
    person: int | None = None
    team: int | None = None
    is_late: bool = False
    is_joined: bool = False


@dataclass(frozen=True, kw_only=True)
class EscalationTaken(_OfPolicy, Change):
    """Somebody who was asked takes care of it."""

    words = _("%(by)s takes care of it (policy “%(policy)s”, step %(step)s)")


@dataclass(frozen=True, kw_only=True)
class EscalationUnanswered(_OfPolicy, Change):
    """Who was asked did not answer in time. next: who is asked now; None: everybody was asked often enough."""

    words = _("Policy “%(policy)s”, step %(step)s: %(unanswered)s")
    person: int
    minutes: int
    next: int | None = None


@dataclass(frozen=True, kw_only=True)
class _OfMajor:
    """Something about the ticket as a major incident: its row does not change."""

    is_final = True
    is_mark = True

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row does not change."""


@dataclass(frozen=True, kw_only=True)
class MajorDeclared(_OfMajor, Change):
    """The ticket is a major incident; its children follow it. clients: whom it concerns, empty for all."""

    words = _("%(by)s declared a major incident")
    clients: tuple[int, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MajorUpdated(_OfMajor, Change):
    """One update for all. count: how many requesters were answered."""

    words = _("%(by)s answered %(count)s requesters at once")
    count: int


@dataclass(frozen=True, kw_only=True)
class MajorEnded(_OfMajor, Change):
    """It is over: resolved, or stood down since it was none."""

    words = _("%(by)s ended the major incident: %(ending)s")
    is_stood_down: bool = False
