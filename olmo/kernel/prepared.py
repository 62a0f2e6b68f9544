"""Reads that every page repeats, planned once for each connection instead of each time.

Under row security planning a read takes several times as long as answering it. What runs through `cursor()` is prepared on its
connection, and PostgreSQL keeps one plan of it as long as plans for the actual values are no better. Its text must not vary with
what people type: numbers and moments are values (%s), and so are lists of them (= any(%s)); words of the program stand in the
text (`settled`), since a partial index is only found by what the text says.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, models
from psycopg.sql import Literal

type Part = tuple[str, Sequence[Any]]  # a statement, or one expression of it, and its values


class _Cursor(psycopg.Cursor[Any]):
    """A cursor of the driver that prepares whatever it runs. Without a threshold (DATABASES) the driver prepares nothing."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_Cursor":
        return super().execute(query, params, prepare=True, **options)


@contextmanager
def cursor() -> Iterator[Any]:
    """Django's cursor, in its transaction and with its conversions, whose statements are prepared."""
    connection.ensure_connection()
    driver = connection.connection
    usual, driver.cursor_factory = driver.cursor_factory, _Cursor
    try:
        made = connection.cursor()
    finally:
        driver.cursor_factory = usual
    with made:
        yield made


def rows(sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
    """What a statement answers."""
    with cursor() as made:
        made.execute(sql, values)
        return list(made.fetchall())


def joined(parts: Iterable[Part]) -> Part:
    """One statement that answers several expressions."""
    return "select " + ", ".join([sql for sql, _values in parts]), [v for _sql, values in parts for v in values]


def part(found: "models.QuerySet[Any, Any]") -> Part:
    """A read of the ORM as a part. One that can find nothing (of somebody's teams, where there are none) is a text as well: the
    ORM, which would not ask at all, raises EmptyResultSet in its place."""
    text, values = found.query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False).as_sql()
    return text, values


def as_json(value: Any) -> Any:
    """JSON of a plain statement: Django leaves it as text, to be read by its fields."""
    return json.loads(value) if isinstance(value, str) else value


def settled(part: Part) -> Part:
    """The same with its words in the text. Only for words of the program: each other word makes a statement of its own."""
    pieces, kept = part[0].split("%s"), []
    text = pieces[0]
    for piece, value in zip(pieces[1:], part[1], strict=True):
        if isinstance(value, str):
            text += Literal(str(value)).as_string().replace("%", "%%") + piece
        else:
            text += "%s" + piece
            kept.append(value)
    return text, tuple(kept)


def columns(model: type[models.Model], table: str) -> str:
    """The columns of a model, as `instances` reads them."""
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)


def instances[M: models.Model](model: type[M], found: Sequence[Sequence[Any]]) -> list[M]:
    """Rows of a model's columns, in its order, as its instances."""
    names, converted = _shape(model)
    made = []
    for row in found:
        values = list(row)
        for place, convert in converted:
            values[place] = convert(values[place], None, connection)
        made.append(model.from_db(connection.alias, names, values))
    return made


@lru_cache
def _shape(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    fields = model._meta.concrete_fields
    converted = [(n, convert) for n, field in enumerate(fields) for convert in field.get_db_converters(connection)]
    return [field.attname for field in fields], converted
