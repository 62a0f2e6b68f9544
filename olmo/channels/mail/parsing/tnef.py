"""Outlook's container winmail.dat (MS-OXTNEF): its files and its body.

The library for it, tnefparse, was measured and left aside: it believes every count that the bytes name and
slices the rest of the stream for each object, so thirty bytes can ask for four thousand million turns and
gigabytes of memory. Here no count is believed beyond the bytes that are there.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from .charsets import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
# Attributes of the stream (MS-OXTNEF section 2.1.3.3).
_BODY, _TITLE, _DATA, _RENDER = 0x800C, 0x8010, 0x800F, 0x9002
_MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES, _CODE_PAGE = 0x9003, 0x9005, 0x9007
# MAPI properties (MS-OXPROPS).
_PR_BODY, _PR_HTML, _PR_CODE_PAGE = 0x1000, 0x1013, 0x3FDE
_PR_NAME, _PR_LONG_NAME, _PR_DISPLAY_NAME, _PR_OBJECT = 0x3704, 0x3707, 0x3001, 0x3701
_PR_MIME_TAG, _PR_CONTENT_ID = 0x370E, 0x3712
# Types of values: octets of the fixed ones; the others carry their length.
_FIXED = {1: 0, 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = frozenset({0, 0xD, 0x1E, 0x1F, 0x102})
_UNICODE, _STRING, _MULTIPLE, _NAMED = 0x1F, 0x1E, 0x1000, 0x8000
_EMBEDDED_MESSAGE = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
_MOST_OBJECTS = 20_000


@dataclass(slots=True)
class File:
    """A file of the container. Names in the order in which they are preferred."""

    data: bytes = b""
    long_name: str = ""
    title: str = ""
    short_name: str = ""
    display_name: str = ""
    content_type: str = ""
    content_id: str = ""

    @property
    def name(self) -> str:
        """The best name that the container gives."""
        return self.long_name or self.title or self.short_name or self.display_name


@dataclass(slots=True)
class Container:
    """What a container holds."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""
    code_page: str = "cp1252"


def unpack(content: bytes) -> Container | None:
    """Read a container as far as it goes; None when the bytes are none. Never raises; linear in its length."""
    if content[:4] != SIGNATURE:
        return None
    container = Container()
    for level, name, data in _objects(memoryview(content)):
        if name == _RENDER:
            container.files.append(File())
        elif level == 2 and container.files:
            _read_file(container, container.files[-1], name, data)
        else:
            _read_message(container, name, data)
    return container


def _objects(view: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    offset = 6
    for _ in range(_MOST_OBJECTS):
        if offset + 11 > len(view):
            return
        level, name, _, length = struct.unpack_from("<BHHI", view, offset)
        yield level, name, view[offset + 9 : offset + 9 + length]
        offset += 11 + length


def _read_file(container: Container, file: File, name: int, data: memoryview) -> None:
    if name == _TITLE:
        file.title = _string(bytes(data[:1000]), container.code_page)
    elif name == _DATA:
        file.data = bytes(data)
    elif name == _ATTACHMENT_PROPERTIES:
        for number, kind, value in _properties(data):
            _read_file_property(container, file, number, kind, value)


def _read_file_property(container: Container, file: File, number: int, kind: int, value: memoryview) -> None:
    if number == _PR_OBJECT:
        data = bytes(value)
        file.data = data.removeprefix(_EMBEDDED_MESSAGE)
        return
    target = {_PR_LONG_NAME: "long_name", _PR_NAME: "short_name", _PR_DISPLAY_NAME: "display_name",
              _PR_MIME_TAG: "content_type", _PR_CONTENT_ID: "content_id"}.get(number)  # fmt: skip
    if target:
        setattr(file, target, _value(value[:2000], kind, container.code_page))


def _read_message(container: Container, name: int, data: memoryview) -> None:
    if name == _CODE_PAGE and len(data) >= 4:
        container.code_page = f"cp{int.from_bytes(data[:4], 'little')}"
    elif name == _BODY:
        container.text = _string(bytes(data), container.code_page)
    elif name == _MESSAGE_PROPERTIES:
        _read_bodies(container, data)


def _read_bodies(container: Container, data: memoryview) -> None:
    html: tuple[int, memoryview] | None = None
    page = container.code_page
    for number, kind, value in _properties(data):
        if number == _PR_BODY:
            container.text = _value(value, kind, container.code_page)
        elif number == _PR_HTML:
            html = kind, value
        elif number == _PR_CODE_PAGE and len(value) >= 4:
            page = _page_name(int.from_bytes(value[:4], "little"))
    if html:
        container.html = _value(html[1], html[0], page)


def _page_name(number: int) -> str:
    return {65001: "utf-8", 20127: "ascii", 28591: "cp1252", 50220: "iso-2022-jp", 20866: "koi8-r"}.get(
        number, f"cp{number}"
    )


def _value(value: memoryview, kind: int, page: str) -> str:
    return _string(bytes(value), "utf-16-le" if kind == _UNICODE else page)


def _string(data: bytes, page: str) -> str:
    return decode(data, page).rstrip("\x00")


def _properties(view: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """(property, type, first value) of a MAPI property list, until it ends or makes no sense."""
    if len(view) < 4:
        return
    offset = 4
    while offset + 4 <= len(view):
        kind, number = struct.unpack_from("<HH", view, offset)
        offset += 4
        if number >= _NAMED:
            offset = _after_name(view, offset)
        value, offset = _first_value(view, offset, kind)
        if value is None:
            return
        yield number, kind & ~_MULTIPLE, value


def _after_name(view: memoryview, offset: int) -> int:
    """Skip the property set and the name or number that a named property carries."""
    if offset + 24 > len(view):
        return len(view)
    by_name, length = struct.unpack_from("<II", view, offset + 16)
    return offset + 24 + (_padded(length) if by_name else 0)


def _first_value(view: memoryview, offset: int, kind: int) -> tuple[memoryview | None, int]:
    base, count = kind & ~_MULTIPLE, 1
    if (kind & _MULTIPLE or base in _VARIABLE) and offset + 4 <= len(view):
        count = int.from_bytes(view[offset : offset + 4], "little")
        offset += 4
    if base in _FIXED:
        size = _FIXED[base]
        return view[offset : offset + size], offset + _padded(size * count)
    if base not in _VARIABLE:
        return None, offset
    first: memoryview = view[0:0]
    for index in range(count):
        if offset + 4 > len(view):
            break
        length = int.from_bytes(view[offset : offset + 4], "little")
        first = view[offset + 4 : offset + 4 + length] if index == 0 else first
        offset += 4 + _padded(length)
    return first, offset


def _padded(length: int) -> int:
    return length + -length % 4
