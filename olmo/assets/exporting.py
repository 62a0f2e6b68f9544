"""Assets as rows of a file, in the columns that an import reads."""

from array import array
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from .importing import COLUMNS
from .models import Asset, State

LABELS = list(COLUMNS.values())


def ids(rows: QuerySet[Asset]) -> "array[int]":
    """Ids of these assets by tag."""
    return array("q", rows.order_by("tag_key", "pk").values_list("pk", flat=True).iterator(chunk_size=10_000))


def rows_of(some: Sequence[int]) -> list[list[Any]]:
    """The cells of some assets, in this order. Who has it is told by the address, which an import finds again."""
    found = Asset.objects.select_related("kind", "person").in_bulk(list(some))
    return [_cells(found[pk]) for pk in some if pk in found]


def _cells(one: Asset) -> list[Any]:
    person = (one.person.email or one.person.name) if one.person else ""
    days = [day.isoformat() if day else "" for day in (one.bought_on, one.warranty_until)]
    return [
        one.tag, one.name, str(one.kind), one.maker, one.model, one.serial, person, one.place, str(State(one.state).label), *days,
        one.note,
    ]  # fmt: skip
