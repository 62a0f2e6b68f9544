"""The MIME tree of a message: which bytes are which part (RFC 2046 section 5.1).

Parts are slices of the raw message, so nothing is copied or rewritten and an enclosed message keeps its exact
bytes. The standard library's parser was measured against the same bombs and left aside: it tests every line
against every open boundary and nests one generator per level. Here each level scans its own slice once,
levels and parts are bounded, and what lies beyond the bounds stays whole as one raw part.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from . import headers as header_block
from .headers import Headers
from .model import Limits, Note
from .transfer import undo

_GUESSED_BOUNDARY = re.compile(rb"^--([^\s][^\r\n]{0,198}?)[ \t]*\r?\n(?=content-)", re.MULTILINE | re.IGNORECASE)
_LINE_END = re.compile(rb"[ \t]*(\r?\n|\r|$)")


@dataclass(eq=False)
class Part:
    """One node: its header fields and the slice of the message that is its body."""

    headers: Headers
    data: bytes = field(repr=False)
    start: int
    end: int
    depth: int = 0
    parent: "Part | None" = field(default=None, repr=False)
    children: list["Part"] = field(default_factory=list, repr=False)
    raw_rest: bool = False  # holds unsplit parts beyond the limits
    default_type: str = "text/plain"

    @cached_property
    def content_type(self) -> str:
        """Media type in lower case. Nonsense counts as text/plain (RFC 2045 section 5.2)."""
        if self.raw_rest:
            return "application/octet-stream"
        value = self.headers.content_type[0].split(" ")[0].strip()
        if not value:
            return self.default_type
        if "/" not in value:
            return {"text": "text/plain", "html": "text/html"}.get(value, "text/plain")
        return value

    @property
    def charset(self) -> str:
        """The charset label as claimed, "" when none."""
        return self.headers.content_type[1].get("charset", "")

    @property
    def raw(self) -> bytes:
        """The body as it stands in the message."""
        return self.data[self.start : self.end]

    @cached_property
    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        return self.raw if self.raw_rest else undo(self.raw, self.headers.raw("content-transfer-encoding"))

    @property
    def is_multipart(self) -> bool:
        """It was split into parts."""
        return bool(self.children)

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the message."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.children))


def build(data: bytes, limits: Limits, notes: list[Note]) -> Part:
    """The tree of a whole message. Appends to `notes` what was cut or repaired."""
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
        notes.append(Note("line-ends", "lines ended in CR alone"))
    root = _read(data, header_block.skip_envelope(data), len(data), limits, notes)
    pending, count = deque([root]), 1
    while pending:
        part = pending.popleft()
        if part.content_type.startswith("multipart/"):
            count = _split(part, limits, notes, count)
            pending.extend(part.children)
    return root


def _read(data: bytes, start: int, end: int, limits: Limits, notes: list[Note]) -> Part:
    block, body = header_block.split(data, start, end, limits.header_bytes)
    headers, used = header_block.parse(block, limits.header_fields)
    if used < len(block) and len(headers.fields) < limits.header_fields:
        body = start + used
        notes.append(Note("header-ends-early", "a line without a field name ends the header"))
    elif used < len(block) or body - start > limits.header_bytes + 4:
        notes.append(Note("header-cut", "the header is longer than is read"))
    return Part(headers, data, body, end)


def _split(part: Part, limits: Limits, notes: list[Note], count: int) -> int:
    """Give a multipart its children. Returns the number of parts so far."""
    if part.depth >= limits.depth:
        part.raw_rest = True
        part.__dict__.pop("content_type", None)
        notes.append(Note("depth", f"parts below level {limits.depth} are kept raw"))
        return count
    slices = _slices(part, limits.parts - count)
    if not slices:
        notes.append(Note("no-boundary", "a multipart without its boundary is read as text"))
        part.__dict__["content_type"] = _fallback_type(part)
        return count
    for start, end, rest in slices:
        child = _read(part.data, start, end, limits, notes) if not rest else _raw(part.data, start, end, notes)
        child.depth, child.parent = part.depth + 1, part
        if part.content_type == "multipart/digest":
            child.default_type = "message/rfc822"
        part.children.append(child)
    return count + len(slices)


def _fallback_type(part: Part) -> str:
    return (
        "text/html" if re.match(rb"\s*<(?:!doctype|html|body|div)\b", part.raw[:200], re.IGNORECASE) else "text/plain"
    )


def _raw(data: bytes, start: int, end: int, notes: list[Note]) -> Part:
    notes.append(Note("parts", "the parts beyond the limit are kept raw in one attachment"))
    return Part(Headers([]), data, start, end, raw_rest=True)


def _slices(part: Part, room: int) -> list[tuple[int, int, bool]]:
    """(start, end, is the unsplit rest) of each part of a multipart; [] when no delimiter is found."""
    marks, closed = _delimiters(part, part.headers.content_type[1].get("boundary", ""), room)
    if not marks:
        guessed = _GUESSED_BOUNDARY.search(part.data, part.start, min(part.end, part.start + 20_000))
        if guessed:
            marks, closed = _delimiters(part, guessed.group(1).decode("latin-1"), room)
    if not marks:
        return []
    found: list[tuple[int, int, bool]] = []
    for (_, after), (before, _) in zip(marks, [*marks[1:], (part.end, 0)], strict=True):
        if after <= before:
            found.append((after, before, False))
    if closed >= 0 and found:
        found[-1] = (found[-1][0], max(found[-1][0], closed), False)
    if len(found) > room:
        found[room:] = [(found[room][0], part.end, True)]
    return found


def _delimiters(part: Part, boundary: str, room: int) -> tuple[list[tuple[int, int]], int]:
    """(end of what precedes, start of what follows) per delimiter line, and where the closing line cuts, or -1."""
    marks: list[tuple[int, int]] = []
    if not boundary:
        return marks, -1
    data, needle = part.data, b"--" + boundary.rstrip().encode("utf-8", "surrogateescape")
    position = part.start
    while (at := data.find(needle, position, part.end)) >= 0:
        position = at + len(needle)
        if at > part.start and data[at - 1 : at] not in (b"\n", b"\r"):
            continue
        closing = data.startswith(b"--", position)
        line_end = _LINE_END.match(data, position + 2 * closing, part.end)
        if closing and marks and line_end:
            return marks, _before(data, at, part.start)
        if line_end and not closing:
            marks.append((_before(data, at, part.start), line_end.end()))
            if len(marks) > room + 1:
                break
    return marks, -1


def _before(data: bytes, at: int, floor: int) -> int:
    """The line break before a delimiter belongs to the delimiter."""
    if data[at - 2 : at] == b"\r\n":
        return max(floor, at - 2)
    return max(floor, at - 1) if at > floor else floor
