"""What a requester may read of tickets. Nothing here depends on internal notes: not an order, not a time, not a count."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from olmo.people.models import Person
from olmo.tickets import finding, queries
from olmo.tickets.models import ACTIVE, Event, Message, MessageKind, ReadMark, Ticket

PAGE = 20
MOST_HEARD = 200
ANSWERS = ("replied", "resolved")


@dataclass(frozen=True)
class Row:
    """A ticket in a list: the columns of `queries.ROW`, the last public message, and whether it is a new answer."""

    ticket: dict[str, Any]
    last: Message | None
    is_unread: bool


@dataclass(frozen=True)
class Rows:
    """Some rows, and the key that continues after them ("" at the end)."""

    rows: list[Row]
    after: str = ""


def tickets(viewer: Person, *, done: bool) -> "QuerySet[Ticket]":
    """The viewer's open tickets, or those that are done."""
    own = queries.visible_to(viewer)
    return own.exclude(status__in=ACTIVE) if done else own.filter(status__in=ACTIVE)


def listed(viewer: Person, *, done: bool, after: str = "", size: int = PAGE) -> Rows:
    """A page of tickets, the newest first. Raises Invalid("after")."""
    found = queries.page(tickets(viewer, done=done), sort="newest", after=after, size=size, public_only=True)
    return Rows(_with_talk(viewer, found.rows), found.after)


def searched(viewer: Person, text: str) -> Rows:
    """Tickets that match a search, best first. Raises Invalid("q")."""
    return Rows(_with_talk(viewer, finding.search(viewer, text)))


def heard(viewer: Person) -> list[int] | None:
    """The tickets (ids) whose changes this person's live stream tells; None: every one of their organisation."""
    if viewer.sees_organisation:
        return None
    return list(queries.visible_to(viewer).order_by("-updated_at").values_list("pk", flat=True)[:MOST_HEARD])


def _with_talk(viewer: Person, rows: list[dict[str, Any]]) -> list[Row]:
    ids = [row["id"] for row in rows]
    last = {message.ticket_id: message for message in _last_public(ids)}
    unread = _with_new_answers(viewer, ids)
    return [Row(row, last.get(row["id"]), row["id"] in unread) for row in rows]


def _last_public(ids: Iterable[int]) -> "QuerySet[Message]":
    return (
        Message.objects.filter(ticket_id__in=ids, kind=MessageKind.PUBLIC)
        .only("ticket_id", "at", "is_from_desk", "author__name")
        .select_related("author")
        .order_by("ticket_id", "-at", "-pk")
        .distinct("ticket_id")
    )


def _with_new_answers(viewer: Person, ids: list[int]) -> set[int]:
    """Ids of tickets that the desk answered since the viewer last looked."""
    seen = dict(ReadMark.objects.filter(person=viewer, ticket_id__in=ids).values_list("ticket_id", "seq"))
    answered = Event.objects.filter(ticket_id__in=ids, kind__in=ANSWERS).values_list("ticket_id").annotate(Max("seq"))
    return {pk for pk, seq in answered.order_by() if seq > seen.get(pk, 0)}
