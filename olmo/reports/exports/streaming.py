"""An export under way: ids first (8 bytes for each ticket), then the rows of some hundred tickets at a time.

Each piece opens a scope of its own and gives its connection back, so a reader on a slow line holds none.
"""

import json
from array import array
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid, Words
from olmo.people import audit
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.tenancy.scope import scope
from olmo.tickets import finding, queries
from olmo.tickets.models import Ticket

from .columns import Column, field_of, offered, saying
from .sheets import MOST_ROWS_OF_A_SHEET, Csv, Sheet, Xlsx
from .values import Style

AT_A_TIME = 1000
MOST_FOUND = 5000  # of a search, best first
_ROWS = (
    "select {columns} from unnest(%s::bigint[]) with ordinality as wanted (id, place)"
    " join tickets_ticket t on t.id = wanted.id order by wanted.place"
)


@dataclass(frozen=True)
class Export:
    """Which things, in which order, as which columns, for whom. rows: the cells of those with these ids."""

    viewer: Person
    ids: "array[int]"
    columns: Mapping[str, Words]
    rows: Callable[[Sequence[int]], Iterable[Sequence[Any]]]
    sheet: Sheet
    language: str
    zone: tzinfo

    def pieces(self) -> Iterator[bytes]:
        """The file. Between two pieces no transaction and no connection is held."""
        with translation.override(self.language):
            head = self.sheet.begin(list(self.columns), list(map(str, self.columns.values())))
        yield head
        for start in range(0, len(self.ids), AT_A_TIME):
            with in_own_scope(self.viewer, self.language, self.zone):
                piece = self.sheet.add(self.rows(self.ids[start : start + AT_A_TIME]))
            if piece:
                yield piece
        if rest := self.sheet.end():
            yield rest


@contextmanager
def in_own_scope(viewer: Person, language: str, zone: tzinfo) -> Iterator[None]:
    """What the request had around it is gone when a piece is made: scope, language, zone. The connection goes back at the end."""
    with translation.override(language), timezone.override(zone):
        try:
            with scope(clients_of(viewer)):
                yield
        finally:
            if not connection.in_atomic_block:  # a test's own transaction stays
                connection.close()


def of_tickets(viewer: Person, tickets: QuerySet[Ticket], *, sort: str) -> "array[int]":
    """Ids of these tickets (which the viewer sees) in the order of a list."""
    return array("q", queries.in_order(tickets, sort).values_list("id", flat=True).iterator(chunk_size=10_000))


def of_search(viewer: Person, text: str) -> "array[int]":
    """Ids of the tickets that match `text`, best first, at most MOST_FOUND. Raises Invalid("q")."""
    return array("q", finding.search_ids(viewer, text, limit=MOST_FOUND))


def export(viewer: Person, ids: "array[int]", *, chosen: Sequence[str], ending: str, style: Style, what: str) -> Export:
    """Begin an export and write it into the change log: who took what out, and how many rows.

    what: the list in words; ending: "csv" or "xlsx". Raises Invalid (columns, format), NotAllowed.
    """
    known = offered()
    columns = {key: known[key] for key in chosen if key in known}
    if not columns:
        raise Invalid("columns", _("Choose at least one column."))
    labels = {key: column.label for key, column in columns.items()}
    read = _reading(columns)
    kind = Things(str(_("Tickets")), labels, lambda some: map(read, _rows(columns, some)))
    return begin(viewer, ids, kind, ending=ending, style=style, what=what)


@dataclass(frozen=True)
class Things:
    """What a file holds a row of: what they are called, the columns, and the cells of those with these ids."""

    title: str
    columns: Mapping[str, Words]
    rows: Callable[[Sequence[int]], Iterable[Sequence[Any]]]


def begin(viewer: Person, ids: "array[int]", things: Things, *, ending: str, style: Style, what: str) -> Export:
    """Begin an export of anything and write it into the change log. Raises Invalid (format), NotAllowed."""
    if ending == "xlsx" and len(ids) > MOST_ROWS_OF_A_SHEET:
        raise Invalid("format", _("A workbook holds 1,048,575 rows; this list has more. Choose CSV."))
    sheet: Sheet = Xlsx(style, things.title, len(ids)) if ending == "xlsx" else Csv(style)
    columns = list(things.columns)
    audit.exported(viewer, what, {"rows": [None, len(ids)], "format": [None, ending], "columns": [None, columns]})
    language = translation.get_language() or "en"
    return Export(viewer, ids, things.columns, things.rows, sheet, language, style.zone)


async def in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces for an asynchronous server, which would otherwise gather all of them first."""
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def _rows(columns: dict[str, Column], ids: Sequence[int]) -> list[tuple[Any, ...]]:
    own = [column for column in columns.values() if column.kind != "field"]
    selected = ", ".join([*(column.sql for column in own), "t.fields"])
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(columns=selected), [list(ids)])
        return list(cursor.fetchall())


def _reading(columns: dict[str, Column]) -> Callable[[tuple[Any, ...]], list[Any]]:
    """What makes a row of the file of a row of the database, whose last column holds the custom fields."""
    own = [saying(column) for column in columns.values() if column.kind != "field"]
    if len(own) == len(columns):
        return lambda row: [say(value) for say, value in zip(own, row[:-1], strict=True)]

    def read(row: tuple[Any, ...]) -> list[Any]:
        said = iter([say(value) for say, value in zip(own, row[:-1], strict=True)])
        held = json.loads(str(row[-1]))  # a plain cursor of Django's gives JSON as it is written
        return [
            held.get(field_of(key), "") if column.kind == "field" else next(said) for key, column in columns.items()
        ]

    return read
