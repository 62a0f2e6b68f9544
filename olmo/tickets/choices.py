"""The fixed words of tickets and messages: kinds, reasons, levels, channels; what each is called is in the catalogue."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TicketKind(models.TextChoices):
    INCIDENT = "incident", _("Incident")
    SERVICE_REQUEST = "service_request", _("Service request")


class HoldReason(models.TextChoices):
    REQUESTER = "requester", _("Waiting for the requester")
    THIRD_PARTY = "third_party", _("Waiting for a third party")
    DATE = "date", _("Waiting until a date")
    APPROVAL = "approval", _("Waiting for an approval")


class ResolutionCode(models.TextChoices):
    FIXED = "fixed", _("Fixed")
    WORKAROUND = "workaround", _("Workaround given")
    FULFILLED = "fulfilled", _("Request fulfilled")
    ANSWERED = "answered", _("Question answered")
    DUPLICATE = "duplicate", _("Duplicate")
    NOT_REPRODUCIBLE = "not_reproducible", _("Could not be reproduced")
    WITHDRAWN = "withdrawn", _("Withdrawn by the requester")
    MISTAKE = "mistake", _("Opened by mistake")
    DECLINED = "declined", _("Declined")


class Score(models.IntegerChoices):
    """What the requester thinks of the help, in five steps. The last two are called satisfied."""

    VERY_POOR = 1, pgettext_lazy("rating", "Very poor")
    POOR = 2, pgettext_lazy("rating", "Poor")
    FAIR = 3, pgettext_lazy("rating", "Fair")
    GOOD = 4, pgettext_lazy("rating", "Good")
    VERY_GOOD = 5, pgettext_lazy("rating", "Very good")


SATISFIED = 4  # from this score on


class FollowUpReason(models.TextChoices):
    """Why somebody looks at a finished ticket once more."""

    RATING = "rating", _("a bad rating")
    CHECK = "check", _("does the solution hold?")


class FollowUpOutcome(models.TextChoices):
    """What became of a follow-up."""

    SOLVED = "solved", _("It holds")
    REOPENED = "reopened", _("It does not hold: reopened")
    UNREACHED = "unreached", _("Nobody was reached")
    SPOKEN = "spoken", _("Spoken with the requester")
    CHANGED = "changed", _("Something was changed at the desk")
    NOTHING = "nothing", _("Nothing to be done")


class Bucket(models.TextChoices):
    """The three plain places where a ticket can be."""

    TODO = "todo", _("To do")
    WAITING = "waiting", pgettext_lazy("bucket", "Waiting")
    DONE = "done", pgettext_lazy("bucket", "Done")


class Reason(models.TextChoices):
    """Why a ticket is in its bucket, as one would say it."""

    FIRST_RESPONSE = "first_response", _("Needs first response")
    NEXT_RESPONSE = "next_response", _("Needs next response")
    ESCALATED = "escalated", _("Escalated, not yet taken")
    UNTAKEN = "untaken", _("Nobody has taken it")
    IN_PROGRESS = "in_progress", _("In progress")
    REQUESTER = "requester", _("Waiting for the requester")
    THIRD_PARTY = "third_party", _("Waiting for a third party")
    DATE = "date", _("Waiting until a date")
    APPROVAL = "approval", _("Waiting for an approval")
    RESOLVED = "resolved", _("Resolved, to be confirmed")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")


class LinkKind(models.TextChoices):
    RELATED = "related", _("related to")
    DUPLICATE = "duplicate", _("duplicate of")
    DUPLICATED = "duplicated", _("duplicated by")
    CAUSED_BY = "caused_by", _("caused by")
    CAUSES = "causes", _("cause of")
    FOLLOWS = "follows", _("follow-up of")
    FOLLOWED = "followed", _("followed up by")
    CHILD = "child", _("child of")
    PARENT = "parent", _("parent of")


OTHER_END = {
    "related": "related", "duplicate": "duplicated", "duplicated": "duplicate", "caused_by": "causes", "causes": "caused_by",
    "follows": "followed", "followed": "follows", "child": "parent", "parent": "child",
}  # fmt: skip


# Kinds of event that give a ticket a value of a property or take one back: few in any log, however long its talk.
VALUE_KINDS = (
    "opened", "assigned", "escalated", "handed_over", "categorised", "classified", "prioritised", "working_state_set", "tagged",
    "watched", "undone",
)  # fmt: skip


class Channel(models.TextChoices):
    MAIL = "mail", _("E-mail")
    PORTAL = "portal", _("Portal")
    PHONE = "phone", _("Phone")
    COUNTER = "counter", _("Counter")
    DESK = "desk", _("Desk")
    API = "api", _("API")


class CallDirection(models.TextChoices):
    IN = "in", _("Incoming call")
    OUT = "out", _("Outgoing call")


class CallOutcome(models.TextChoices):
    REACHED = "reached", _("Reached")
    NOT_REACHED = "not_reached", _("Not reached")
    RESCHEDULED = "rescheduled", _("Another time was agreed")


class Impact(models.IntegerChoices):
    """How many, or how much of the business, are hit."""

    HIGH = 1, pgettext_lazy("impact", "High")
    MEDIUM = 2, pgettext_lazy("impact", "Medium")
    LOW = 3, pgettext_lazy("impact", "Low")


class Urgency(models.IntegerChoices):
    """How soon it must be solved."""

    HIGH = 1, pgettext_lazy("urgency", "High")
    MEDIUM = 2, pgettext_lazy("urgency", "Medium")
    LOW = 3, pgettext_lazy("urgency", "Low")


class Priority(models.IntegerChoices):
    CRITICAL = 1, _("Critical")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


class MessageKind(models.TextChoices):
    PUBLIC = "public", _("Reply")
    INTERNAL = "internal", _("Internal note")
