"""What happens to a procedure that is run on a ticket. The ticket's row does not change; what was recorded is not in the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .base import Change

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class _OfRun:
    """Something about a run. title: the procedure's at that time."""

    is_activity = False
    is_mark = True
    is_final = True
    run: int
    title: str

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row does not change."""


@dataclass(frozen=True, kw_only=True)
class ProcedureStarted(_OfRun, Change):
    """It was begun."""

    words = _("%(by)s began the procedure “%(title)s”")


@dataclass(frozen=True, kw_only=True)
class ProcedureStepped(_OfRun, Change):
    """A step was done. is_ok: it went as expected."""

    words = _("%(by)s did step %(step)s of “%(title)s”%(how)s")
    step: int
    is_ok: bool = True


@dataclass(frozen=True, kw_only=True)
class ProcedurePaused(_OfRun, Change):
    """It was interrupted."""

    words = _("%(by)s interrupted the procedure “%(title)s” at step %(step)s")
    step: int


@dataclass(frozen=True, kw_only=True)
class ProcedureResumed(_OfRun, Change):
    """Somebody goes on with it."""

    words = _("%(by)s went on with the procedure “%(title)s” at step %(step)s")
    step: int


@dataclass(frozen=True, kw_only=True)
class ProcedureEnded(_OfRun, Change):
    """It is over. outcome: done, failed (a step did not go as expected, and no other way was left) or stopped."""

    words = _("%(by)s ended the procedure “%(title)s”: %(outcome_of_run)s")
    outcome: str
