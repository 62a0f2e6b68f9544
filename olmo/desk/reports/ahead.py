"""Numbers of this moment: what is late, what is due soon, what nobody took. Each is counted by the words of its own list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.safestring import SafeString

from olmo.people.models import Person
from olmo.tickets import queries

from ..lists import filters
from ..lists.filters import Filters
from ..lists.rows import listed
from ..shell import MOST_COUNTED, bounded

SHOWN = 6  # rows of a list on a report


@dataclass(frozen=True)
class Number:
    """How many tickets a list holds, counted up to a hundred, and where the list is."""

    n: int
    url: str

    def __str__(self) -> str:
        return bounded(self.n) or "0"

    def beyond(self) -> "Number | None":
        """Itself where the list has more than the rows that are shown."""
        return self if self.n > SHOWN else None


def counted(viewer: Person, lists: Sequence[Filters]) -> tuple[list[Number], datetime | None]:
    """The numbers of these lists, and since when the oldest ticket of the last one waits; one query."""
    *found, oldest = filters.counted(viewer, lists, MOST_COUNTED, [queries.earliest(lists[-1].tickets(viewer))])
    return [Number(n, one.url()) for n, one in zip(found, lists, strict=True)], oldest


def late(of: Filters) -> tuple[Filters, Filters]:
    """Those of a list on which somebody had to act before now, and those within a day."""
    return replace(of, due="late"), replace(of, due="day")


def first(viewer: Person, of: Filters, order: str) -> SafeString | None:
    """The first rows of a list; None when it is empty."""
    ids = list(of.tickets(viewer).order_by(order, "pk").values_list("pk", flat=True)[:SHOWN])
    return listed(queries.rows(ids), set()) if ids else None
