"""What the requester thinks of the help, and what is asked again some days later. Marks in the log: the row does not change."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .base import Change

if TYPE_CHECKING:
    from ..models import Ticket


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """Something about a finished ticket that moves it nowhere."""

    is_activity = False
    is_mark = True

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """The row does not change."""


@dataclass(frozen=True, kw_only=True)
class RatingAsked(_Mark, Change):
    """The requester was asked about the solution, in a mail of its own."""

    is_final = True
    words = _("%(by)s asked how the help was")


@dataclass(frozen=True, kw_only=True)
class Rated(_Mark, Change):
    """The requester judged the solution. score: 1 to 5 (`choices.Score`); solution: seq of the event that they judged.

    by_link: from a mail, without signing in; was: the score before, when an answer was changed.
    """

    is_public = True
    is_final = True
    words = _("%(by)s rated the help: %(score)s")
    score: int
    solution: int
    by_link: bool = False
    was: int | None = None


@dataclass(frozen=True, kw_only=True)
class CommentErased(_Mark, Change):
    """The words beside a rating were erased; the rating stays."""

    is_final = True
    words = _("%(by)s erased the comment of a rating")


@dataclass(frozen=True, kw_only=True)
class FollowUpPlanned(_Mark, Change):
    """After the solution somebody looks at it once more. why: "rating" or "check" (`choices.FollowUpReason`); at: by when."""

    noun = pgettext_lazy("taken back", "follow-up")
    words = _("%(by)s planned a follow-up for %(callback_at)s: %(follow_up)s")
    why: str
    at: datetime
    person: int | None = None


@dataclass(frozen=True, kw_only=True)
class FollowUpDone(_Mark, Change):
    """What became of it. outcome: see `choices.FollowUpOutcome`. message: an internal note about it."""

    has_words = True
    is_final = True
    words = _("%(by)s followed up: %(follow_up)s")
    why: str
    outcome: str
    message: int | None = None


@dataclass(frozen=True, kw_only=True)
class FollowUpDropped(_Mark, Change):
    """It is no longer needed."""

    noun = pgettext_lazy("taken back", "follow-up")
    words = _("%(by)s took the planned follow-up back")
