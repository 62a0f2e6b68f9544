"""Files that grow row by row: CSV leaves as it is written; a workbook is written to a temporary file and leaves then."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .values import Style, cell

MOST_ROWS_OF_A_SHEET = 1_048_575  # below the header
PIECE = 64 * 1024
_WIDTHS = {"subject": 48.0, "requester": 24.0, "client": 24.0, "address": 30.0}
_USUAL_WIDTH = 18.0


class Sheet(Protocol):
    """A file being written. `add` returns what can leave already."""

    media_type: str
    ending: str

    def begin(self, keys: Sequence[str], labels: Sequence[str]) -> bytes:
        """The header."""
        ...

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Some rows."""
        ...

    def end(self) -> Iterator[bytes]:
        """What is left."""
        ...


class Csv:
    """Comma-separated values (RFC 4180), in UTF-8."""

    media_type, ending = "text/csv; charset=utf-8", "csv"

    def __init__(self, style: Style) -> None:
        self.style = style
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, delimiter=style.separator)

    def begin(self, keys: Sequence[str], labels: Sequence[str]) -> bytes:
        """The header, after the mark."""
        mark = "\ufeff" if self.style.has_mark else ""
        return mark.encode() + self.add([labels])

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Some rows, encoded."""
        self._writer.writerows([cell(value, self.style, is_sheet=False) for value in row] for row in rows)
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()

    def end(self) -> Iterator[bytes]:
        """Nothing is left."""
        return iter(())


class Xlsx:
    """A workbook of one sheet (ECMA-376)."""

    media_type, ending = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"

    def __init__(self, style: Style, title: str = "") -> None:
        self.style = style
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title[:31] or None)

    def begin(self, keys: Sequence[str], labels: Sequence[str]) -> bytes:
        """The header stays in sight when one scrolls."""
        self._sheet.freeze_panes = "A2"
        for place, key in enumerate(keys, 1):
            self._sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(key, _USUAL_WIDTH)
        head = []
        for label in labels:
            one = WriteOnlyCell(self._sheet, value=cell(label, self.style, is_sheet=True))
            one.font = Font(bold=True)
            head.append(one)
        self._sheet.append(head)
        return b""

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Some rows; they go to the temporary file."""
        for row in rows:
            self._sheet.append([cell(value, self.style, is_sheet=True) for value in row])
        return b""

    def end(self) -> Iterator[bytes]:
        """The whole workbook, piece by piece."""
        with tempfile.TemporaryFile() as file:
            self._book.save(file)
            file.seek(0)
            yield from _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
