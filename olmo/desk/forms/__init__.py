"""The forms of the desk, one per change of a ticket; each knows its verb. A refusal of the verb becomes an error of its field."""

from .aftercare import FollowedUp, PlannedLook
from .assets import Assets
from .base import ChangeForm
from .calls import Call, Callback, Checklist, Outcome, Work
from .joining import Links, Merge, Split
from .partners import Reference
from .people import Following, Requester, Watchers
from .properties import Category, Due, Fields, Kind, Language, Priority, Subject, Tags, WorkingState
from .working import Assignment, Escalation, Hold, Resolution, Return

FORMS: dict[str, type[ChangeForm]] = {
    form.noun: form
    for form in (
        Assets, Assignment, Call, Callback, Category, Checklist, Due, Escalation, Fields, FollowedUp, Following, Hold, Kind,
        Language, Links, Merge, Outcome, PlannedLook, Priority, Reference, Requester, Resolution, Return, Subject, Tags,
        Watchers, Work, WorkingState,
    )
}  # fmt: skip

__all__ = ["FORMS", "ChangeForm", "Split"]
