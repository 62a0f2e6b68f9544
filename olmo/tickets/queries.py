"""Reads of the tickets room; each starts from who looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import get_language

from olmo.kernel import prepared
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.prepared import Part, joined
from olmo.people.models import Person
from olmo.people.queries import by_ids, clients_of, team_ids
from olmo.tenancy.scope import EveryClient

from .boxes import BOXES, Box
from .changes import KINDS, Undone
from .models import Attachment, Bucket, Category, Event, Message, MessageKind, ReadMark, Ticket, Watch

# What a row of a list holds, beside id and excerpt.
ROW = (
    "number", "version", "subject", "status", "hold_reason", "wake_at", "priority", "channel", "kind", "opened_at", "updated_at",
    "due_at", "callback_at", "resolved_at", "client__name", "requester__name", "requester_id", "team_id", "team__name",
    "assignee_id", "assignee__name", "tags", "language", "category_id", "category__name", "bucket", "reason", "since", "act_by",
    "promised_at", "working_state__name", "supplier__name",
)  # fmt: skip

# Names come by subselects: as joins, under row security, planning them takes ten times as long as reading them.
_NAMES = {
    "client__name": "(select name from tenancy_client where id = t.client_id)",
    "requester__name": "(select name from people_person where id = t.requester_id)",
    "team__name": "(select name from people_team where id = t.team_id)",
    "assignee__name": "(select name from people_person where id = t.assignee_id)",
    "category__name": "(select coalesce(names ->> '{language}', name) from tickets_category where id = t.category_id)",
    "working_state__name": "(select coalesce(names ->> '{language}', name) from tickets_workingstate"
    " where id = t.working_state_id)",
    "supplier__name": "(select name from tickets_supplier where id = t.supplier_id)",
    "bucket": "s.bucket",
    "reason": "s.reason",
    "since": "s.since",
    "act_by": "s.act_by",
    "promised_at": "s.promised_at",
}
_LAST = "(select left(text, 120) from tickets_message where id = t.last_message_id)"
_LAST_PUBLIC = (
    "(select left(text, 120) from tickets_message where ticket_id = t.id and kind = 'public' order by at desc limit 1)"
)
_SEEN = "select ticket_id, seq from tickets_readmark where person_id = %s and ticket_id = any(%s)"
_KEYS = ("id", *ROW, "excerpt")
_ROWS = (
    f"select t.id, {', '.join(_NAMES.get(name, f't.{name}') for name in ROW)}, {{excerpt}} {{also}}"
    "from unnest(%s::bigint[]) with ordinality as wanted (id, place) join tickets_ticket t on t.id = wanted.id "
    "left join tickets_standing s on s.ticket_id = t.id order by wanted.place"
)

# sort name -> (column, descending); every one ends with the id, so that a page can be continued from its last row.
SORTS: dict[str, tuple[str, bool]] = {
    "updated": ("updated_at", True),
    "newest": ("opened_at", True),
    "oldest": ("opened_at", False),
    "priority": ("priority", False),
    "due": ("due_at", False),
    "urgency": ("standing__act_by", False),
    "callback": ("callback_at", False),
}
_NULLABLE = frozenset({"due_at", "standing__act_by", "callback_at"})
DEPTH = 20_000  # tickets that a condition without an index is tried on for one page


def visible_to(viewer: Person) -> QuerySet[Ticket]:
    """The tickets that a person may see: an agent those of their clients; a requester their own and those they follow."""
    tickets = Ticket.objects.all()
    if viewer.is_requester:
        tickets = tickets.filter(client=viewer.client_id)
        return tickets if viewer.sees_organisation else tickets.filter(_own(viewer))
    clients = clients_of(viewer)
    return tickets if isinstance(clients, EveryClient) else tickets.filter(client_id__in=list(clients))


def _own(viewer: Person) -> Q:
    """A requester's own tickets and those they follow; the latter are named, so that an index finds either half."""
    followed = list(Watch.objects.filter(person=viewer).values_list("ticket_id", flat=True))
    return Q(requester=viewer) | Q(pk__in=followed) if followed else Q(requester=viewer)


@dataclass(frozen=True)
class Reader:
    """What the text of a read depends on that starts from an agent: who that is, their teams, their organisations.

    Building a statement costs more than answering it; those of each page are built once per reader and kept.
    """

    viewer: Person = field(compare=False)
    pk: int
    teams: tuple[int, ...]
    clients: tuple[int, ...] | None  # None: all of them

    @classmethod
    def of(cls, viewer: Person) -> "Reader":
        """The reader that an agent is today."""
        clients = clients_of(viewer)
        known = None if isinstance(clients, EveryClient) else tuple(clients)
        return cls(viewer, viewer.pk, tuple(team_ids(viewer)), known)


def by_number(viewer: Person, number: int) -> Ticket:
    """The ticket with this number, its client and people. Raises NotFound: there is none, or the viewer may not know."""
    text, values = _numbered_one(viewer) if viewer.is_requester else _numbered_of(Reader.of(viewer))
    found = next(iter(prepared.instances(Ticket, prepared.rows(text, [*values[:-1], number]))), None)
    if found is None:
        raise NotFound
    people = by_ids([found.requester_id, found.assignee_id])
    found.requester = people[found.requester_id]
    found.assignee = people[found.assignee_id] if found.assignee_id else None
    return found


def _numbered_one(viewer: Person) -> Part:
    """The statement that finds a ticket by its number, which is its last value."""
    return prepared.part(visible_to(viewer).filter(number=0).order_by())


@lru_cache(maxsize=512)
def _numbered_of(reader: Reader) -> Part:
    return _numbered_one(reader.viewer)


def box(viewer: Person, name: str) -> QuerySet[Ticket]:
    """A named list of an agent (see `boxes`). Raises Invalid."""
    if name not in BOXES:
        raise Invalid("box", f"{name}: {', '.join(BOXES)}")
    return visible_to(viewer).filter(BOXES[name].condition(viewer))


@dataclass(frozen=True)
class Page:
    """Up to `size` rows (dictionaries of ROW plus id and excerpt) and the key that continues after the last one.

    is_deep: the sieve let through less than a page of all that was looked at; the key continues the search.
    """

    rows: list[dict[str, Any]]
    after: str
    is_deep: bool = False


@dataclass(frozen=True)
class _Found:
    """Ids of one page; whether there are more; and the last ticket looked at, where looking ended before the page was full."""

    ids: list[int]
    goes_on: bool
    last: tuple[Any, int] | None = None


def page(
    tickets: QuerySet[Ticket], *, sort: str = "updated", after: str = "", size: int = 25, public_only: bool = False,
    sieve: Q | None = None,
) -> Page:  # fmt: skip
    """One page by keyset: rows after the key `after` in the order of `sort`. Raises Invalid (sort or key unknown).

    sieve: a condition without an index of its own. It is tried on DEPTH tickets in their order, and no more: a list that
    almost nothing fits costs no more than one that everything fits.
    public_only: the excerpt is of the last public message, for a page that a requester sees.
    """
    ordered = _ordered(tickets, sort, after)
    found = _sifted(ordered, sieve, SORTS[sort][0], size) if sieve else _first(ordered, size)
    return _printed(found, sort, public_only=public_only)


def first_page(viewer: Person, name: str, *, sort: str, size: int) -> Page:
    """The first page of a box that nothing narrows: `page` by a statement that is built once per reader. Raises Invalid."""
    text, values = _beginning(Reader.of(viewer), name, sort, size)
    ids = [pk for (pk,) in prepared.rows(text, values)]
    return _printed(_Found(ids[:size], len(ids) > size), sort, public_only=False)


@lru_cache(maxsize=1024)
def _beginning(reader: Reader, name: str, sort: str, size: int) -> Part:
    ordered = _ordered(box(reader.viewer, name), sort, "")
    return prepared.settled(prepared.part(ordered.values("id")[: size + 1]))


def _ordered(tickets: QuerySet[Ticket], sort: str, after: str) -> QuerySet[Ticket]:
    if sort not in SORTS:
        raise Invalid("sort", f"{sort}: {', '.join(SORTS)}")
    if sort == "urgency":
        tickets = tickets.filter(standing__bucket__in=[Bucket.TODO, Bucket.WAITING])
    if after:
        tickets = tickets.filter(_beyond(*SORTS[sort], after))
    return in_order(tickets, sort)


def _printed(found: _Found, sort: str, *, public_only: bool) -> Page:
    printed = rows(found.ids, public_only=public_only)
    last = found.last or (printed[-1][_row_column(sort)], printed[-1]["id"]) if found.goes_on else None
    return Page(printed, key(*last) if last else "", found.last is not None)


def in_order(tickets: QuerySet[Ticket], sort: str) -> QuerySet[Ticket]:
    """These tickets in the order of a list (a name of SORTS)."""
    column, descending = SORTS[sort]
    return tickets.order_by(F(column).desc() if descending else F(column).asc(), "-id" if descending else "id")


def _first(ordered: QuerySet[Ticket], size: int) -> _Found:
    ids = list(ordered.values_list("id", flat=True)[: size + 1])
    return _Found(ids[:size], len(ids) > size)


def _sifted(ordered: QuerySet[Ticket], sieve: Q, column: str, size: int) -> _Found:
    """Rows stream through the sieve in their order; the last row that may be looked at always comes through."""
    fits = Case(When(sieve, then=Value(True)), default=Value(False))
    seen = ordered.annotate(fits=fits, key=F(column)).values_list("id", "key", "fits")[:DEPTH]
    sql, params = prepared.part(seen)
    with connection.cursor() as cursor:
        cursor.execute(_SIFT.format(sql), [*params, DEPTH, size + 1])
        rows = cursor.fetchall()
    ids = [pk for pk, _at, fits, _n in rows if fits]
    if len(ids) <= size and rows and rows[-1][3] == DEPTH:
        return _Found(ids, True, (rows[-1][1], rows[-1][0]))
    return _Found(ids[:size], len(ids) > size)


_SIFT = (
    "select id, key, fits, n from (select s.*, row_number() over () as n from ({}) s(id, key, fits)) sifted "
    "where fits or n = %s limit %s"
)


def rows(ids: list[int], *, public_only: bool = False) -> list[dict[str, Any]]:
    """The rows of these tickets (which the reader sees), in this order. public_only: see `page`."""
    language = "it" if (get_language() or "").startswith("it") else "en"
    also = {} if public_only else _also()
    further = "".join([f", {expression} " for expression in also.values()])
    sql = _ROWS.format(excerpt=_LAST_PUBLIC if public_only else _LAST, language=language, also=further)
    return [dict(zip((*_KEYS, *also), row, strict=True)) for row in prepared.rows(sql, [ids])]


def _also() -> Mapping[str, str]:
    """What other rooms add to the rows that agents see: name -> expression over the ticket `t` (`wiring.IN_ROWS`)."""
    return cast("Mapping[str, str]", import_module(settings.OLMO_WIRING).IN_ROWS)


def unread(viewer: Person, rows: list[dict[str, Any]]) -> set[int]:
    """Ids among `rows` with something that the viewer has not seen."""
    seen: dict[int, int] = dict(prepared.rows(_SEEN, [viewer.pk, [row["id"] for row in rows]]))
    return {row["id"] for row in rows if seen.get(row["id"], 0) < row["version"]}


def unread_by(viewer: Person) -> Q:
    """The condition that a ticket holds something that the viewer has not seen."""
    read = ReadMark.objects.filter(person=viewer, ticket=OuterRef("pk"), seq__gte=OuterRef("version"))
    return Q(~Exists(read))


def mark_read(viewer: Person, ticket: Ticket) -> None:
    """Remember that the viewer has seen the ticket's log up to now."""
    ReadMark.objects.bulk_create(
        [ReadMark(person=viewer, ticket=ticket, seq=ticket.version)],
        update_conflicts=True, unique_fields=["person", "ticket"], update_fields=["seq"],
    )  # fmt: skip


def mark_all(viewer: Person, numbers: Sequence[int], *, is_read: bool) -> int:
    """Mark tickets as read up to now, or as unread; those that the viewer may not see are passed over. Returns how many."""
    tickets = list(visible_to(viewer).filter(number__in=numbers).only("id", "version"))
    if is_read:
        marks = [ReadMark(person=viewer, ticket=ticket, seq=ticket.version) for ticket in tickets]
        ReadMark.objects.bulk_create(
            marks, update_conflicts=True, unique_fields=["person", "ticket"], update_fields=["seq"]
        )
    else:
        ReadMark.objects.filter(person=viewer, ticket__in=tickets).delete()
    return len(tickets)


def counts(viewer: Person, names: Sequence[str], limit: int = 100, also: Sequence[Part] = ()) -> list[Any]:
    """How many tickets each box holds, counted up to `limit` so that a large desk costs no more; one query.

    also: further expressions that the same statement answers, behind the counts.
    """
    reader = Reader.of(viewer)
    parts = [_counting(reader, BOXES[name], limit) for name in names] + list(also)
    return list(prepared.rows(*joined(parts))[0])


@lru_cache(maxsize=2048)
def _counting(reader: Reader, counted: Box, limit: int) -> Part:
    return prepared.settled(counting(visible_to(reader.viewer).filter(counted.condition(reader.viewer)), limit))


def counting(tickets: QuerySet[Any], limit: int = 100, sieve: Q | None = None) -> Part:
    """An expression that counts up to `limit` rows, among the first DEPTH when there is a sieve."""
    text, values = prepared.part((_through(tickets, sieve) if sieve else tickets.order_by().values("id"))[:limit])
    return f"(select count(*) from ({text}) c)", values  # noqa: S608  (the ORM's own text)


def earliest(tickets: QuerySet[Any]) -> Part:
    """An expression that says when the oldest of them was opened."""
    text, values = prepared.part(tickets.order_by("opened_at").values("opened_at")[:1])
    return f"({text})", values


def _through(tickets: QuerySet[Ticket], sieve: Q) -> QuerySet[Ticket, Any]:
    looked_at = tickets.order_by().values("id")[:DEPTH]
    return Ticket.objects.filter(sieve, pk__in=looked_at).values("id")


def messages(viewer: Person, ticket: Ticket) -> QuerySet[Message]:
    """The messages of a ticket and of those merged into it, oldest first; a requester sees the public ones."""
    found = (
        Message.objects.filter(ticket_id__in=[ticket.pk, *absorbed(ticket)])
        .select_related("author")
        .order_by("at", "pk")
    )
    return found.filter(kind=MessageKind.PUBLIC) if viewer.is_requester else found


def events(viewer: Person, ticket: Ticket) -> list[Event]:
    """The log of a ticket; a requester sees the public kinds, and not what was taken back."""
    found = list(Event.objects.filter(ticket=ticket).select_related("by").order_by("seq"))
    if not viewer.is_requester:
        return found
    undone = {seq for event in found if event.kind == Undone.kind for seq in event.data["seqs"]}
    return [e for e in found if KINDS[e.kind].is_public and e.seq not in undone]


def branch(category: int | None) -> list[int]:
    """Ids of a category and of all above it, from itself up to its root; nothing for none."""
    above = dict(Category.objects.values_list("pk", "parent_id")) if category else {}
    found: list[int] = []
    while category and category not in found:
        found.append(category)
        category = above.get(category)
    return found


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


def _row_column(sort: str) -> str:
    return SORTS[sort][0].removeprefix("standing__")


def key(value: Any, pk: int) -> str:
    return f"{value.isoformat() if isinstance(value, datetime) else '' if value is None else value}~{pk}"


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
    return bounded | Q(**{f"{column}__isnull": True}) if column in _NULLABLE else bounded
