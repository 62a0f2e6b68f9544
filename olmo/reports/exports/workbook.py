"""A workbook of one sheet (ECMA-376, part 1) that leaves as it is written: a zip file that never looks back.

The small parts come first, then the sheet, packed row by row; texts stand in their cells instead of in a table of shared ones,
which could only be written when all are known. So nothing grows with the rows, neither memory nor a file on disk.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

_WIDTHS = {"subject": 48, "requester": 24, "client": 24, "address": 30}
_USUAL_WIDTH = 18
_LEVEL = 3  # of packing: the usual one takes twice as long for a tenth less
_BIG_ROWS = 200_000  # with more, a sheet may pass the 2 GB of the plain format
_DAY_NULL = datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet's days are counted from here, and have no zone)
_BOLD, _MOMENT, _DAY = 1, 2, 3  # places in cellXfs
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}  # fmt: skip
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name={title} sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<cols>{columns}</cols><sheetData>"
)
_COLUMN = '<col min="{0}" max="{0}" width="{1}" customWidth="1"/>'
# Text that a program would read as the name of a character (ECMA-376, part 1, 22.9.2.19), and characters that XML does not know.
_LIKE_ESCAPED, _UNKNOWN = re.compile("_(?=x[0-9A-Fa-f]{4}_)"), re.compile("[\ufffe\uffff]")
_BAD_TITLE = re.compile(r"[\[\]:*?/\\]")


class Workbook:
    """A workbook being written. most_rows: how many rows it may get."""

    def __init__(self, title: str, most_rows: int) -> None:
        self._title = _BAD_TITLE.sub(" ", title)[:31]
        self._out = _Pipe()
        self._zip = ZipFile(self._out, "w", ZIP_DEFLATED, compresslevel=_LEVEL)
        self._is_big = most_rows > _BIG_ROWS
        self._sheet: IO[bytes] | None = None
        self._letters: list[str] = []
        self._row = 0

    def begin(self, keys: Sequence[str], labels: Sequence[str]) -> bytes:
        """Everything before the rows, and the header. keys: names of the columns, some of which are wider."""
        for name, text in {**_PARTS, "xl/workbook.xml": _BOOK.format(title=quoteattr(self._title))}.items():
            self._zip.writestr(name, _HEAD + text)
        self._letters = [_letters(n) for n in range(1, len(labels) + 1)]
        columns = [_COLUMN.format(n, _WIDTHS.get(key, _USUAL_WIDTH)) for n, key in enumerate(keys, 1)]
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=self._is_big)
        self._sheet.write(f"{_HEAD}{_SHEET.format(columns=''.join(columns))}".encode())
        return self._write([self._line(labels, f' s="{_BOLD}"')])

    def add(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Some rows: texts, numbers, and moments and days without a zone."""
        return self._write(map(self._line, rows))

    def end(self) -> bytes:
        """The end of the sheet and of the file."""
        self._write(["</sheetData></worksheet>"])
        if self._sheet is not None:
            self._sheet.close()
        self._zip.close()
        return self._out.taken()

    def _write(self, lines: Iterable[str]) -> bytes:
        if self._sheet is not None:
            self._sheet.write("".join(lines).encode())
        return self._out.taken()

    def _line(self, values: Sequence[Any], style: str = "") -> str:
        self._row += 1
        row = self._row
        cells = [
            _cell(f"{at}{row}", value, style) for at, value in zip(self._letters, values, strict=True) if value != ""
        ]
        return f'<row r="{row}">{"".join(cells)}</row>'


def _cell(at: str, value: Any, style: str) -> str:
    kind = type(value)
    if kind is str:
        return f'<c r="{at}"{style} t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    if kind is datetime:
        return f'<c r="{at}" s="{_MOMENT}"><v>{_days(value):.10f}</v></c>'
    if kind is date:
        return f'<c r="{at}" s="{_DAY}"><v>{(value - _DAY_NULL.date()).days}</v></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def _text(text: str) -> str:
    """A text as XML has it."""
    if "_x" in text:
        text = _LIKE_ESCAPED.sub("_x005F_", text)
    return escape(text if text.isascii() else _UNKNOWN.sub("", text))


def _days(at: datetime) -> float:
    since = at - _DAY_NULL
    return since.days + since.seconds / 86_400


def _letters(number: int) -> str:
    """The name of a column: A, B, ... Z, AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class _Pipe(io.RawIOBase):
    """What the zip file writes, until it is taken away. It cannot be wound back, and the zip file knows that."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It is only written."""
        return True

    def write(self, piece: Any) -> int:
        """Keep a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What came since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken
