"""What a list shows: a box, narrowed by a few words and put in an order. It lives in the address and reads as a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, Words
from olmo.kernel.prepared import Part
from olmo.kernel.text import clean_line, whole_number
from olmo.people.models import Person
from olmo.people.queries import clients_seen_by
from olmo.reports.queries import leads
from olmo.reports.selection import Selection
from olmo.service_levels.compliance import Behind
from olmo.tenancy.models import Client
from olmo.tickets import boxes, concerns, queries
from olmo.tickets.models import Bucket, Channel, Priority, Reason, Ticket, TicketKind
from olmo.tickets.search import tagged
from olmo.tickets.standing import ANSWERS

from . import belonging

SORTS: Mapping[str, Words] = {
    "urgency": gettext_lazy("what to do next"),
    "updated": gettext_lazy("what changed last"),
    "newest": gettext_lazy("what is new"),
    "oldest": gettext_lazy("what is oldest"),
    "priority": gettext_lazy("priority"),
    "due": gettext_lazy("what is due first"),
    "callback": gettext_lazy("who is called first"),
}
GROUPS: Mapping[str, Words] = {
    "": gettext_lazy("as the order suggests"),
    "due": gettext_lazy("when somebody must act"),
    "reason": gettext_lazy("reason"),
    "priority": gettext_lazy("priority"),
    "team": gettext_lazy("team"),
    "assignee": gettext_lazy("agent"),
    "client": gettext_lazy("organisation"),
    "category": gettext_lazy("category"),
    "none": gettext_lazy("nothing"),
}
NONE = "none"
LONGEST: Mapping[str, int] = {"only": 200}  # letters of a word; 60 where nothing is said
ME = "me"
LED = "led"  # a team: any that the reader leads
ANSWER = "answer"  # a reason: any for which somebody waits for an answer
DAYS = ("1d", "7d", "30d", "90d")
DUE = ("late", "day", "any")  # late already, within a day from now, at whatever time


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The state of a list. An empty word narrows nothing; an empty sort is the box's own.

    `client`, `category`, `requester`, `working_state`, `supplier`, `asset` and `view` are ids, `team` and `assignee` an id or
    "none" (an assignee also "me", a team "led"); `opened` and `updated` are a day (2026-03-01) or how long ago at most (7d).
    """

    box: str = "todo"
    sort: str = ""
    group: str = ""
    client: str = ""
    team: str = ""
    priority: str = ""
    kind: str = ""
    tag: str = ""
    category: str = ""
    assignee: str = ""
    requester: str = ""
    channel: str = ""
    language: str = ""
    reason: str = ""
    working_state: str = ""
    supplier: str = ""
    asset: str = ""
    opened: str = ""
    updated: str = ""
    due: str = ""
    unread: str = ""
    only: str = ""  # the tickets behind a number of a report
    promise: str = ""  # the tickets behind a number of a contract
    of: str = ""  # the tickets of something else that has a page with their number (see belonging)
    view: str = ""

    @classmethod
    def read(cls, data: QueryDict) -> "Filters":
        """The filters of an address. Raises Invalid naming the word that is not understood."""
        given = {
            f.name: clean_line(str(data[f.name]), LONGEST.get(f.name, 60)) for f in fields(cls) if data.get(f.name)
        }
        found = cls(**given)
        for name, known in _KNOWN.items():
            _check(name, getattr(found, name), known)
        for name in ("client", "category", "requester", "working_state", "supplier", "asset", "view"):
            _check_id(name, getattr(found, name))
        _check_id("team", "" if found.team in (NONE, LED) else found.team)
        _check_id("assignee", "" if found.assignee in (NONE, ME) else found.assignee)
        Selection.read(found.only)
        if found.promise:
            Behind.read(found.promise)
        belonging.check(found.of)
        since(found.opened, "opened")
        since(found.updated, "updated")
        return found

    @property
    def order(self) -> str:
        """The sort that is in force: only what is open has an urgency, only promised calls are in the order of the calls."""
        box = boxes.BOXES[self.box]
        return self.sort if self.sort in sorts_of(box) else box.sort

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the box, its order and its groups was chosen."""
        return self != Filters(box=self.box, sort=self.sort, group=self.group, view=self.view)

    def tickets(self, viewer: Person) -> QuerySet[Ticket]:
        """The tickets that the viewer sees through these filters."""
        return self.near(viewer).filter(self.sieve(viewer) or Q())

    def near(self, viewer: Person) -> QuerySet[Ticket]:
        """The box, narrowed by what an index finds."""
        found = queries.box(viewer, self.box)
        conditions: dict[str, Any] = {
            "client_id": self.client, "category_id": self.category, "requester_id": self.requester,
            "working_state_id": self.working_state, "supplier_id": self.supplier,
            "team_id": None if self.team == NONE else "" if self.team == LED else self.team,
            "assignee_id": None if self.assignee == NONE else str(viewer.pk) if self.assignee == ME else self.assignee,
        }  # fmt: skip
        found = found.filter(**{column: value for column, value in conditions.items() if value != ""})
        for condition in self._told(viewer):
            found = found.filter(condition)
        found = found.filter(tagged(self.tag)) if self.tag else found
        found = found.filter(concerns.about(int(self.asset))) if self.asset else found
        found = Behind.read(self.promise).among(found) if self.promise else found
        found = found.filter(belonging.condition(viewer, self.of)) if self.of else found
        return Selection.read(self.only).among(found) if self.only else found

    def _told(self, viewer: Person) -> Iterator[Q]:
        """The words among them that are more than the value of a column."""
        if self.team == LED and (led := leads(viewer)) is not None:
            yield Q(team_id__in=led)
        if self.reason:
            yield Q(standing__reason__in=ANSWERS) if self.reason == ANSWER else Q(standing__reason=self.reason)
        if self.due:
            yield _due(self.due)
        for column, word in (("opened_at", self.opened), ("updated_at", self.updated)):
            if word:
                yield Q(**{f"{column}__gte": since(word)})

    def sieve(self, viewer: Person) -> Q | None:
        """What is tried ticket by ticket, in the order of the list (see queries.page)."""
        words = {"kind": self.kind, "channel": self.channel, "language": self.language, "priority": self.priority}
        found = Q(**{column: value for column, value in words.items() if value})
        if self.unread:
            found &= queries.unread_by(viewer)
        return found or None

    def page(self, viewer: Person, after: str, size: int) -> queries.Page:
        """One page of the list."""
        if not (after or self.is_narrowed):
            return queries.first_page(viewer, self.box, sort=self.order, size=size)
        return queries.page(self.near(viewer), sort=self.order, after=after, size=size, sieve=self.sieve(viewer))

    def url(self, path: str = "", **changes: str) -> str:
        """The address of the list with some words changed (and from its beginning)."""
        given = replace(self, **changes).given()
        return f"{path or reverse('desk:list')}{'?' if given else ''}{urlencode(given)}"

    def given(self) -> dict[str, str]:
        """The words of the address. A list that began as a saved view always names its box: alone, the view's own words count."""
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) != f.default or (f.name == "box" and self.view)
        }

    def query(self) -> str:
        """The words as a saved view keeps them."""
        return urlencode(replace(self, view="").given())

    def hidden(self, *, but: str) -> list[tuple[str, str]]:
        """Name and value of everything but one word, for a form that sets that word."""
        return [(name, value) for name, value in self.given().items() if name != but]


def sorts_of(box: boxes.Box) -> list[str]:
    """The orders that a box can be put in."""
    without = {*([] if box.is_open else ["urgency"]), *([] if box.sort == "callback" else ["callback"])}
    return [name for name in SORTS if name not in without]


_KNOWN: Mapping[str, Any] = {
    "box": boxes.BOXES,
    "sort": ["", *SORTS],
    "group": GROUPS,
    "priority": ["", *map(str, Priority.values)],
    "kind": ["", *TicketKind.values],
    "channel": ["", *Channel.values],
    "language": ["", *(code for code, _name in settings.LANGUAGES)],
    "reason": ["", ANSWER, *Reason.values],
    "due": ["", *DUE],
    "unread": ["", "1"],
}


def since(word: str, name: str = "") -> datetime | None:
    """The moment that "7d" or "2026-03-01" means. Raises Invalid naming the field."""
    if not word:
        return None
    if word in DAYS:
        return clock.now() - timedelta(days=int(word[:-1]))
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(word), time()))
    except ValueError as error:
        raise _unknown(name, word) from error


def _due(word: str) -> Q:
    """That somebody must act by now (what is due this very moment is late, as the headings of a list have it), within a day
    from now, or ever; the buckets are what the index of these instants holds."""
    now = clock.now()
    when = {
        "late": Q(standing__act_by__lte=now),
        "day": Q(standing__act_by__gt=now, standing__act_by__lte=now + timedelta(days=1)),
        "any": Q(standing__act_by__isnull=False),
    }
    return Q(standing__bucket__in=[Bucket.TODO, Bucket.WAITING]) & when[word]


def counted(viewer: Person, lists: Sequence[Filters], limit: int, also: Sequence[Part] = ()) -> list[Any]:
    """How many tickets these lists hold, each counted up to `limit`, and what else is asked; one query for all of them."""
    parts = [*(queries.counting(one.near(viewer), limit, one.sieve(viewer)) for one in lists), *also]
    return queries.counts(viewer, [], also=parts) if parts else []


def clients(viewer: Person) -> QuerySet[Client]:
    """The organisations that an agent works for, by name."""
    return clients_seen_by(viewer).filter(is_active=True)


def _check(name: str, value: str, known: Any) -> None:
    if value not in known:
        raise _unknown(name, value)


def _check_id(name: str, value: str) -> None:
    if value and whole_number(value) is None:
        raise _unknown(name, value)


def _unknown(name: str, value: str) -> Invalid:
    return Invalid(name, _("“%(value)s” is not something that a list can show.") % {"value": value})
