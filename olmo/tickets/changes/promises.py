"""What was promised, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .base import Change

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class _Promise:
    """Something about one clock: a mark in the log, the ticket's row does not change."""

    is_activity = False
    is_final = True
    is_mark = True
    metric: str
    started_at: datetime  # with metric and agreement it names the clock
    agreement: int | None = None  # beside the service levels: with a team or a supplier
    team: int | None = None
    supplier: int | None = None

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row does not change."""


@dataclass(frozen=True, kw_only=True)
class Warned(_Promise, Change):
    """A share of the time promised is used up."""

    words = _("%(percent)s %% of the time for %(metric)s is used up")
    percent: int


@dataclass(frozen=True, kw_only=True)
class Breached(_Promise, Change):
    """The time promised was used up before the clock stopped. is_late: it is recorded long after it was true."""

    words = _("The promise of %(metric)s was broken: it was due %(breached_at)s")
    breached_at: datetime
    version: str
    is_late: bool = False


@dataclass(frozen=True, kw_only=True)
class Waived(_Promise, Change):
    """A breach does not count, for a reason that the waiver tells."""

    words = _("%(by)s waived the broken promise of %(metric)s")
    waiver: int


@dataclass(frozen=True, kw_only=True)
class Rejudged(_Promise, Change):
    """A correction of the terms changed a verdict; what was recorded before stays above in the log."""

    words = _("After a correction of the terms, %(metric)s was judged again: %(verdict)s")
    breached_at: datetime | None = None
    version: str = ""
