"""The boxes of an agent: named lists, each with its condition, its first order, and its place in the navigation.

A room above adds its own with `add`, from its AppConfig.ready(); nothing else needs to know it:

    boxes.add(Box(name="audits", label=_("Audits"), icon="shield", condition=lambda viewer: Q(...)), after="escalated")
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from olmo.kernel.errors import Words
from olmo.people.models import Person
from olmo.people.queries import team_ids

from .models import ACTIVE, Mention, Reason, Status

INBOX, WORK, DESK, ELSEWHERE = "inbox", "work", "desk", ""  # groups of the navigation; ELSEWHERE: not in it
TO_DO = (Status.NEW, Status.OPEN)
FINISHED = (Status.RESOLVED, Status.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Box:
    """One named list. `before` and `word` name it in the sentence of a list: "Open tickets of" "me"."""

    name: str
    label: Words
    icon: str
    condition: Callable[[Person], Q]
    group: str = WORK
    before: Words = ""
    word: Words = ""
    sort: str = "updated"
    is_counted: bool = False  # the navigation counts it: somebody is expected to act
    is_open: bool = True  # it holds open work only, which can be put in the order of urgency


BOXES: dict[str, Box] = {}


def add(box: Box, *, after: str = "") -> None:
    """Put a box into the registry, behind another one or at the end."""
    known = list(BOXES.values())
    place = next((n + 1 for n, other in enumerate(known) if other.name == after), len(known))
    known.insert(place, box)
    BOXES.clear()
    BOXES.update({one.name: one for one in known})


def in_inbox(viewer: Person) -> Q:
    """What waits for this agent: their own, what nobody has taken in their teams, and what nobody at all was given."""
    return Q(assignee=viewer) | Q(assignee=None) & (Q(team_id__in=team_ids(viewer)) | Q(team=None))


_OPEN_OF = _("Open tickets of")

for _box in (
    Box(
        name="todo", label=_("To do"), icon="inbox", group=INBOX, sort="urgency", is_counted=True,
        before=_("Inbox:"), word=_("to do"),
        condition=lambda viewer: Q(status__in=TO_DO) & in_inbox(viewer),
    ),
    Box(
        name="snoozed", label=pgettext_lazy("bucket", "Waiting"), icon="waiting", group=INBOX, sort="urgency",
        before=_("Inbox:"), word=_("waiting"),
        condition=lambda viewer: Q(status=Status.WAITING) & in_inbox(viewer),
    ),
    Box(
        name="finished", label=pgettext_lazy("bucket", "Done"), icon="done", group=INBOX, is_open=False,
        before=_("Inbox:"), word=pgettext_lazy("bucket in a sentence", "done"),
        condition=lambda viewer: Q(status__in=FINISHED) & in_inbox(viewer),
    ),
    Box(
        name="mine", label=_("My work"), icon="user", sort="urgency", is_counted=True, before=_OPEN_OF, word=_("me"),
        condition=lambda viewer: Q(assignee=viewer, status__in=ACTIVE),
    ),
    Box(
        name="teams", label=_("Team work"), icon="users", sort="urgency", is_counted=True, before=_OPEN_OF,
        word=_("my teams"), condition=lambda viewer: Q(team_id__in=team_ids(viewer), status__in=ACTIVE),
    ),
    Box(
        name="escalated", label=_("Escalations"), icon="escalate", sort="urgency", is_counted=True,
        before=_("Escalated to"), word=_("my teams, not yet taken"),
        condition=lambda viewer: Q(standing__reason=Reason.ESCALATED, team_id__in=team_ids(viewer)),
    ),
    Box(
        name="unassigned", label=_("Unassigned"), icon="newcomer", sort="urgency", is_counted=True, before=_OPEN_OF,
        word=_("nobody"), condition=lambda _viewer: Q(assignee=None, status__in=ACTIVE),
    ),
    Box(
        name="callbacks", label=_("Call-backs"), icon="phone", sort="callback", is_counted=True, word=_("Promised call-backs"),
        condition=lambda viewer: Q(callback_at__isnull=False, status__in=ACTIVE) & in_inbox(viewer),
    ),
    Box(
        name="mentions", label=_("Mentions"), icon="at", is_open=False, word=_("Tickets that mention you"),
        condition=lambda viewer: Q(
            pk__in=Mention.objects.filter(person=viewer, message__withdrawn_at=None).values("ticket")
        ),
    ),
    Box(
        name="open", label=_("All open"), icon="todo", group=DESK, before=_OPEN_OF, word=_("anybody"),
        condition=lambda _viewer: Q(status__in=ACTIVE),
    ),
    Box(
        name="waiting", label=_("All waiting"), icon="waiting", group=ELSEWHERE, is_open=False, word=_("Waiting tickets"),
        condition=lambda _viewer: Q(status=Status.WAITING),
    ),
    Box(
        name="done", label=_("All done"), icon="done", group=ELSEWHERE, is_open=False, word=_("Finished tickets"),
        condition=lambda _viewer: Q(status__in=FINISHED),
    ),
    Box(
        name="all", label=_("All tickets"), icon="archive", group=DESK, is_open=False, word=_("All tickets"),
        condition=lambda _viewer: Q(),
    ),
):  # fmt: skip
    add(_box)
