"""Reads of the tickets room; each starts from who looks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Left

from olmo.kernel.errors import Invalid, NotFound
from olmo.people.models import Person
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.scope import EveryClient

from . import search as words
from .changes import KINDS
from .models import ACTIVE, Attachment, Event, Message, MessageKind, ReadMark, Status, Ticket

ROW = (
    "number", "version", "subject", "status", "hold_reason", "wake_at", "priority", "channel", "kind", "opened_at", "updated_at",
    "due_at", "resolved_at", "client__name", "requester__name", "requester_id", "team_id", "team__name", "assignee_id",
    "assignee__name", "tags", "language",
)  # fmt: skip

MAX_CANDIDATES = 200

# sort name -> (column, descending); every one ends with the id, so that a page can be continued from its last row.
SORTS: dict[str, tuple[str, bool]] = {
    "updated": ("updated_at", True),
    "newest": ("opened_at", True),
    "oldest": ("opened_at", False),
    "priority": ("priority", False),
    "due": ("due_at", False),
}


def visible_to(viewer: Person) -> QuerySet[Ticket]:
    """The tickets that a person may see: an agent those of their clients; a requester their own and those they follow."""
    tickets = Ticket.objects.all()
    if viewer.is_requester:
        own = Q(requester=viewer) | Q(watcher_ids__contains=[viewer.pk])
        tickets = tickets.filter(client=viewer.client_id)
        return tickets if viewer.sees_organisation else tickets.filter(own)
    clients = clients_of(viewer)
    return tickets if isinstance(clients, EveryClient) else tickets.filter(client_id__in=list(clients))


def by_number(viewer: Person, number: int) -> Ticket:
    """The ticket with this number. Raises NotFound when there is none or the viewer may not know of it."""
    found = (
        visible_to(viewer)
        .select_related("client", "requester", "team", "assignee", "category", "merged_into")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise NotFound
    return found


BOXES = ("mine", "teams", "unassigned", "open", "waiting", "done", "all")


def box(viewer: Person, name: str) -> QuerySet[Ticket]:
    """A named list of an agent: mine, my teams', unassigned, all open, waiting, done, all. Raises Invalid."""
    tickets = visible_to(viewer)
    conditions = {
        "mine": lambda: Q(assignee=viewer, status__in=ACTIVE),
        "teams": lambda: Q(team_id__in=team_ids(viewer), status__in=ACTIVE),
        "unassigned": lambda: Q(assignee=None, status__in=ACTIVE),
        "open": lambda: Q(status__in=ACTIVE),
        "waiting": lambda: Q(status=Status.WAITING),
        "done": lambda: Q(status__in=[Status.RESOLVED, Status.CLOSED]),
        "all": lambda: Q(),  # noqa: PLW0108  (Q is untyped)
    }
    if name not in conditions:
        raise Invalid("box", f"{name}: {', '.join(BOXES)}")
    return tickets.filter(conditions[name]())


@dataclass(frozen=True)
class Page:
    """Up to `size` rows (dictionaries of ROW plus id and excerpt) and the key that continues after the last one."""

    rows: list[dict[str, Any]]
    after: str


def page(tickets: QuerySet[Ticket], *, sort: str = "updated", after: str = "", size: int = 25) -> Page:
    """One page by keyset: rows after the key `after` in the order of `sort`. Raises Invalid (sort or key unknown)."""
    if sort not in SORTS:
        raise Invalid("sort", f"{sort}: {', '.join(SORTS)}")
    column, descending = SORTS[sort]
    if after:
        tickets = tickets.filter(_beyond(column, descending, after))
    order = [F(column).desc() if descending else F(column).asc(), "-id" if descending else "id"]
    rows = list(tickets.order_by(*order).values("id", *ROW, excerpt=_excerpt())[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], _key(rows[size - 1], column) if more else "")


def search(viewer: Person, text: str, *, limit: int = 50) -> list[dict[str, Any]]:
    """Tickets that match `text`, best first, at most `limit`. Raises Invalid("q") naming a word that is not understood."""
    query = words.parse(text, viewer)
    tickets = visible_to(viewer).filter(query.conditions)
    rows = _with_words(viewer, tickets, query, limit) if query.has_words else _rows(tickets.order_by("-id")[:limit])
    return _numbered(viewer, query, rows)[:limit]


def unread(viewer: Person, rows: list[dict[str, Any]]) -> set[int]:
    """Ids among `rows` with something that the viewer has not seen."""
    seen = dict(
        ReadMark.objects.filter(person=viewer, ticket_id__in=[r["id"] for r in rows]).values_list("ticket_id", "seq")
    )
    return {row["id"] for row in rows if seen.get(row["id"], 0) < row["version"]}


def mark_read(viewer: Person, ticket: Ticket) -> None:
    """Remember that the viewer has seen the ticket's log up to now."""
    ReadMark.objects.bulk_create(
        [ReadMark(person=viewer, ticket=ticket, seq=ticket.version)],
        update_conflicts=True, unique_fields=["person", "ticket"], update_fields=["seq"],
    )  # fmt: skip


def counts(viewer: Person, names: tuple[str, ...], limit: int = 100) -> dict[str, int]:
    """How many tickets each box holds, counted up to `limit` so that a large desk costs no more; one query."""
    parts = [box(viewer, name).values("id")[:limit] for name in names]
    sql: list[str] = []
    params: list[Any] = []
    for part in parts:
        text, values = part.query.sql_with_params()
        sql.append(f"(select count(*) from ({text}) c)")  # noqa: S608  (the ORM's own text)
        params += values
    with connection.cursor() as cursor:
        cursor.execute("select " + ", ".join(sql), params)
        return dict(zip(names, cursor.fetchone(), strict=True))


def messages(viewer: Person, ticket: Ticket) -> QuerySet[Message]:
    """The messages of a ticket and of those merged into it, oldest first; a requester sees the public ones."""
    found = (
        Message.objects.filter(ticket_id__in=[ticket.pk, *absorbed(ticket)])
        .select_related("author")
        .order_by("at", "pk")
    )
    return found.filter(kind=MessageKind.PUBLIC) if viewer.is_requester else found


def events(viewer: Person, ticket: Ticket) -> list[Event]:
    """The log of a ticket; a requester sees the public kinds."""
    found = Event.objects.filter(ticket=ticket).select_related("by").order_by("seq")
    return [e for e in found if KINDS[e.kind].is_public] if viewer.is_requester else list(found)


def absorbed(ticket: Ticket) -> list[int]:
    """Ids of all tickets merged into this one, at any depth."""
    found: list[int] = []
    layer = list(ticket.absorbed_ids)
    while layer:
        found += layer
        below = Ticket.objects.filter(pk__in=layer).values_list("absorbed_ids", flat=True)
        layer = [pk for ids in below for pk in ids if pk not in found]
    return found


def attachment(viewer: Person, pk: int) -> Attachment:
    """An attachment of a message that the viewer may see, or their own draft. Raises NotFound."""
    found = Attachment.objects.filter(pk=pk).select_related("message__ticket").first()
    if found is None or not _may_open(viewer, found):
        raise NotFound
    return found


def _may_open(viewer: Person, file: Attachment) -> bool:
    if file.message is None:
        return file.uploader_id == viewer.pk
    if viewer.is_requester and file.message.is_internal:
        return False
    return visible_to(viewer).filter(pk=file.message.ticket_id).exists() or (
        viewer.is_requester and visible_to(viewer).filter(absorbed_ids__contains=[file.message.ticket_id]).exists()
    )


def _with_words(viewer: Person, tickets: QuerySet[Ticket], query: words.Query, limit: int) -> list[dict[str, Any]]:
    """Rows in the order of the index. A requester's own tickets are few: they are searched by their ids."""
    own = list(tickets.order_by("-id").values_list("id", flat=True)[:5000]) if viewer.is_requester else None
    ids = words.candidates(query, limit=MAX_CANDIDATES, public_only=viewer.is_requester, tickets=own)
    if not query.conditions:
        ids = ids[:limit]
    place = {pk: n for n, pk in enumerate(ids)}
    return sorted(_rows(tickets.filter(pk__in=ids)), key=lambda row: place[row["id"]])


def _numbered(viewer: Person, query: words.Query, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if query.number is None:
        return rows
    exact = _rows(visible_to(viewer).filter(number=query.number))
    return exact + [row for row in rows if row["number"] != query.number]


def _rows(tickets: QuerySet[Ticket]) -> list[dict[str, Any]]:
    return list(tickets.values("id", *ROW, excerpt=_excerpt()))


def _excerpt() -> Any:
    return Left("last_message__text", 120)


def _key(row: dict[str, Any], column: str) -> str:
    value = row[column]
    return f"{value.isoformat() if isinstance(value, datetime) else '' if value is None else value}~{row['id']}"


def _beyond(column: str, descending: bool, after: str) -> Q:
    text, _tilde, pk = after.rpartition("~")
    try:
        value: Any = None if not text else int(text) if column == "priority" else datetime.fromisoformat(text)
        last = int(pk)
    except ValueError as error:
        raise Invalid("after", after[:80]) from error
    way = "lt" if descending else "gt"
    if value is None:  # NULLs come last in an ascending order
        return Q(**{f"{column}__isnull": True, f"id__{way}": last})
    later = Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": last})
    bounded = Q(**{f"{column}__{way}e": value}) & later  # the first half is what the index can use
    return bounded | Q(**{f"{column}__isnull": True}) if column == "due_at" else bounded
