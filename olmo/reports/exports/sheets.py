"""Files that grow row by row and leave as they are written: CSV, and a workbook of one sheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from .values import Cells, Style
from .workbook import Workbook

MOST_ROWS_OF_A_SHEET = 1_048_575  # below the header


class Sheet(Protocol):
    """A file being written. Each step returns what can leave already."""

    media_type: str
    ending: str

    def begin(self, keys: Sequence[str], labels: Sequence[str]) -> bytes:
        """The header."""
        ...

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Some rows."""
        ...

    def end(self) -> bytes:
        """What is left."""
        ...


class Csv:
    """Comma-separated values (RFC 4180), in UTF-8."""

    media_type, ending = "text/csv; charset=utf-8", "csv"

    def __init__(self, style: Style) -> None:
        self.style = style
        self._cell = Cells(style, is_sheet=False)
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, delimiter=style.separator)

    def begin(self, keys: Sequence[str], labels: Sequence[str]) -> bytes:
        """The header, after the mark."""
        mark = "\ufeff" if self.style.has_mark else ""
        return mark.encode() + self.add([labels])

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Some rows, encoded."""
        self._writer.writerows([list(map(self._cell, row)) for row in rows])
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()

    def end(self) -> bytes:
        """Nothing is left."""
        return b""


class Xlsx:
    """A workbook of one sheet, whose header stays in sight when one scrolls."""

    media_type, ending = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"

    def __init__(self, style: Style, title: str, most_rows: int) -> None:
        self._cell = Cells(style, is_sheet=True)
        self._book = Workbook(title, most_rows)

    def begin(self, keys: Sequence[str], labels: Sequence[str]) -> bytes:
        """The header."""
        return self._book.begin(keys, list(map(self._cell, labels)))

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Some rows, as far as they are packed."""
        return self._book.add(list(map(self._cell, row)) for row in rows)

    def end(self) -> bytes:
        """The rows that were not packed yet, and the table of contents."""
        return self._book.end()
