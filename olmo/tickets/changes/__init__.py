"""The kinds of change, one frozen dataclass each: the public schema of the log. Add optional fields only.

A change knows how to apply itself to the row, which fields it touches (for the clash of two people at one field), whether the
requester sees it, and its sentence. It never holds personal text: words are in Message, old words leave a digest.
"""

from .base import KINDS, Change, Talk, filled, loggable, of_event
from .calls import CallbackDone, CallbackDropped, CallbackMissed, CallbackPromised, Called
from .checklists import ChecklistSet, ItemTicked, ItemUnticked
from .conversation import DeliveryFailed, Noted, Received, Redacted, Replied
from .drafting import (
    ApprovalAsked,
    ApprovalGiven,
    ApprovalWithdrawn,
    DraftReturned,
    SendCancelled,
    SendScheduled,
    SendStopped,
)
from .escalations import (
    EscalationTaken,
    EscalationUnanswered,
    MajorDeclared,
    MajorEnded,
    MajorUpdated,
    PolicyStepped,
)
from .life import ChainStopped, Closed, Opened, PutOnHold, Reopened, Resolved, Resumed
from .ownership import Assigned, Escalated, GivenBack, HandedOver, RequesterChanged, Unwatched, Watched
from .partners import PartnerAnswered, PartnerAsked, PartnerReferenced
from .promises import Breached, Rejudged, Waived, Warned
from .properties import (
    AssetsNamed,
    Categorised,
    Classified,
    DueSet,
    FieldsSet,
    LanguageSet,
    Prioritised,
    Retitled,
    Tagged,
    WorkingStateSet,
)
from .relations import Absorbed, Linked, Merged, Released, SplitOff, Unlinked, Unmerged
from .surveys import CommentErased, FollowUpDone, FollowUpDropped, FollowUpPlanned, Rated, RatingAsked
from .undoing import Undone

__all__ = [
    "KINDS",
    "Absorbed",
    "ApprovalAsked",
    "ApprovalGiven",
    "ApprovalWithdrawn",
    "AssetsNamed",
    "Assigned",
    "Breached",
    "CallbackDone",
    "CallbackDropped",
    "CallbackMissed",
    "CallbackPromised",
    "Called",
    "Categorised",
    "ChainStopped",
    "Change",
    "ChecklistSet",
    "Classified",
    "Closed",
    "CommentErased",
    "DeliveryFailed",
    "DraftReturned",
    "DueSet",
    "Escalated",
    "EscalationTaken",
    "EscalationUnanswered",
    "FieldsSet",
    "FollowUpDone",
    "FollowUpDropped",
    "FollowUpPlanned",
    "GivenBack",
    "HandedOver",
    "ItemTicked",
    "ItemUnticked",
    "LanguageSet",
    "Linked",
    "MajorDeclared",
    "MajorEnded",
    "MajorUpdated",
    "Merged",
    "Noted",
    "Opened",
    "PartnerAnswered",
    "PartnerAsked",
    "PartnerReferenced",
    "PolicyStepped",
    "Prioritised",
    "PutOnHold",
    "Rated",
    "RatingAsked",
    "Received",
    "Redacted",
    "Rejudged",
    "Released",
    "Reopened",
    "Replied",
    "RequesterChanged",
    "Resolved",
    "Resumed",
    "Retitled",
    "SendCancelled",
    "SendScheduled",
    "SendStopped",
    "SplitOff",
    "Tagged",
    "Talk",
    "Undone",
    "Unlinked",
    "Unmerged",
    "Unwatched",
    "Waived",
    "Warned",
    "Watched",
    "WorkingStateSet",
    "filled",
    "loggable",
    "of_event",
]
