"""The header block of a message or part: found, unfolded and read lazily.

`email.policy.default` parses every structured field with a full grammar on access (milliseconds for one
message); the desk needs a dozen fields, so fields stay bytes until asked for.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from . import words
from .charsets import codec_for, decode

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:", re.DOTALL)
_FOLD = re.compile(rb"[\r\n]+[ \t]*")
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r")
_FOLDED_ON = re.compile(rb"[ \t]+[^ \t\r\n]")
_LOOKS_LIKE_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9\-]{0,79}:")
_COMMON_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]{2,30}|received|return-path|reply-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_MBOX = re.compile(rb"(?:\s*>?From [^\r\n]*\r?\n)+")


class Headers:
    """The fields of one header block in their order. Names are compared without case."""

    def __init__(self, fields: list[tuple[str, bytes]], charset: str = "") -> None:
        self.fields = fields
        self._charset = charset
        self._index: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._index.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._index

    def raw(self, name: str) -> str:
        """The first field `name` (lower case) unfolded, encoded words still in it; "" when absent."""
        values = self._index.get(name)
        return self._unfolded(values[0]) if values else ""

    def raw_all(self, name: str, limit: int = 1000) -> list[str]:
        """Every field of this name, unfolded, in order, at most `limit`."""
        return [self._unfolded(value) for value in self._index.get(name, ())[:limit]]

    def text(self, name: str) -> str:
        """The first field `name` as readable text on one line; "" when absent."""
        return words.decoded(self.raw(name))

    def all_text(self, name: str, limit: int = 100) -> list[str]:
        """Every field of this name as readable text."""
        return [words.decoded(value) for value in self.raw_all(name, limit)]

    def names(self) -> Iterator[str]:
        """The distinct field names present, in lower case."""
        return iter(self._index)

    @cached_property
    def content_type(self) -> tuple[str, dict[str, str]]:
        """Media type in lower case ("" when absent) and its parameters."""
        return words.parameters(self.raw("content-type"))

    @cached_property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition ("" when absent) and its parameters."""
        return words.parameters(self.raw("content-disposition"))

    def _unfolded(self, value: bytes) -> str:
        if b"\n" in value or b"\r" in value:
            value = _FOLD.sub(b" ", value)
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii").replace("\x00", "").strip()
        return decode(value, self._charset).strip()


def split(data: bytes, start: int, end: int, limit: int) -> tuple[bytes, int]:
    """Header bytes and where the body starts, for a block beginning at `start`.

    `limit`: at most this many header bytes are read; a longer block is cut at a line end.
    """
    if data[start : start + 1] in (b"\n", b"\r") and start < end:
        match = re.compile(rb"\r?\n|\r").match(data, start, end)
        return b"", match.end() if match else start
    match = _BLANK.search(data, start, end)
    while match and _FOLDED_ON.match(data, match.end(), end) and match.group().strip(b"\r\n"):
        match = _BLANK.search(data, match.end(), end)  # a line of spaces inside a folded field
    if match:
        return data[start : min(match.start(), start + limit)], match.end()
    return data[start : min(end, start + limit)], end


def parse(block: bytes, limit: int) -> tuple[Headers, int]:
    """The fields of a header block, at most `limit` of them, and the offset at which the block really ends.

    A line that is neither a field nor a continuation is skipped when fields follow it (relays leave such
    lines), else it begins the body: then the offset is smaller than the block.
    """
    fields: list[tuple[str, bytes]] = []
    position, last_common = 0, -2
    ending = b"\n" if b"\n" in block else b"\r"
    while position < len(block) and len(fields) < limit:
        stop = _logical_line_end(block, position, ending)
        match = _FIELD.match(block, position, stop)
        if match:
            name = match.group(1).decode("ascii").lower()
            fields.append((name, block[match.end() : stop]))
        elif not _LOOKS_LIKE_FIELD.match(block, stop) and not block.startswith((b"From ", b">From "), position):
            last_common = _last_common_field(block) if last_common == -2 else last_common
            if last_common < position:
                return Headers(fields, _charset_of(fields)), position
        position = stop
    return Headers(fields, _charset_of(fields)), position


def _last_common_field(block: bytes) -> int:
    """Offset of the last line that begins with a field every mail has, -1 when there is none."""
    last = -1
    for match in _COMMON_FIELD.finditer(block):
        last = match.start()
    return last


def _logical_line_end(block: bytes, position: int, ending: bytes) -> int:
    while True:
        found = block.find(ending, position)
        if found < 0:
            return len(block)
        position = found + 1
        if block[position : position + 1] not in (b" ", b"\t"):
            return position


def _charset_of(fields: list[tuple[str, bytes]]) -> str:
    """The charset that the part claims: raw 8-bit header bytes are most often in it too."""
    for name, value in fields:
        if name == "content-type" and (match := re.search(rb"charset\s*=\s*\"?([\w.\-:]{1,40})", value, re.IGNORECASE)):
            label = match.group(1).decode("ascii", "replace")
            return label if codec_for(label) else ""
    return ""


def skip_envelope(data: bytes) -> int:
    """Where the header really starts: after blank lines and an mbox "From " line."""
    match = _MBOX.match(data)
    position = match.end() if match else 0
    while data[position : position + 1] in (b"\n", b"\r", b"\x00"):
        position += 1
    return position if position < len(data) else 0
