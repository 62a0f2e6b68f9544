"""What happens to a reply before it is sent. The row does not change; who asked whom stays known."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

from .base import Change

if TYPE_CHECKING:
    from ..models import Ticket


class _BeforeSending:
    """Something about a reply that has not left."""

    is_activity: ClassVar[bool] = False

    def apply(self, ticket: "Ticket", at: datetime) -> None:
        """Nothing changes in the row."""


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(_BeforeSending, Change):
    """An author asks a colleague to approve a reply."""

    words = _("%(by)s asked %(person)s to approve a reply")
    person: int


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(_BeforeSending, Change):
    """The author took the reply back from the approver."""

    words = _("%(by)s took back the reply that %(person)s was to approve")
    person: int


@dataclass(frozen=True, kw_only=True)
class ApprovalGiven(_BeforeSending, Change):
    """The reply leaves in its author's name; this says who approved it."""

    words = _("%(by)s approved the reply of %(person)s")
    person: int


@dataclass(frozen=True, kw_only=True)
class DraftReturned(_BeforeSending, Change):
    """The approver gave the reply back to its author, with a word."""

    words = _("%(by)s gave the reply back to %(person)s")
    person: int


@dataclass(frozen=True, kw_only=True)
class SendScheduled(_BeforeSending, Change):
    """A reply will leave at a moment that its author chose."""

    words = _("%(by)s scheduled a reply for %(send_at)s")
    send_at: datetime


@dataclass(frozen=True, kw_only=True)
class SendCancelled(_BeforeSending, Change):
    """The author took a scheduled reply back."""

    words = _("%(by)s took a scheduled reply back")


@dataclass(frozen=True, kw_only=True)
class SendStopped(_BeforeSending, Change):
    """A reply that waited was not sent; its author has it again as a draft."""

    is_activity: ClassVar[bool] = True
    words = _("A waiting reply of %(person)s was not sent; it is a draft again")
    person: int
