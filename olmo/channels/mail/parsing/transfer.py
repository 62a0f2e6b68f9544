"""Content-Transfer-Encoding undone (RFC 2045 section 6), with the damage that real mail shows."""

import binascii
import re

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)


def undo(data: bytes, encoding: str) -> bytes:
    """The bytes behind a transfer encoding. An unknown or damaged one gives what can be read; never raises."""
    name = encoding.strip().strip("\"'").lower()
    if name in ("", "7bit", "8bit", "binary"):
        return data
    if name in ("base64", "b"):
        return base64(data)
    if name in ("quoted-printable", "q"):
        return binascii.a2b_qp(data)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        blocks = uuencoded(data)
        return blocks[0][1] if blocks else data
    return data


def base64(data: bytes) -> bytes:
    """Decode base64 in spite of stray characters, missing padding and padding in the middle."""
    try:
        return binascii.a2b_base64(data) if b"=" not in data.rstrip(b"=\r\n \t-") else _base64_pieces(data)
    except (binascii.Error, ValueError):
        return _base64_pieces(data)


def _base64_pieces(data: bytes) -> bytes:
    decoded = []
    for piece in data.split(b"="):
        letters = piece.translate(None, _NOT_BASE64)
        whole = len(letters) - (len(letters) % 4 == 1)
        padded = letters[:whole] + b"=" * (-whole % 4)
        decoded.append(binascii.a2b_base64(padded))
    return b"".join(decoded)


def uuencoded(data: bytes, limit: int = 100) -> list[tuple[bytes, bytes, int, int]]:
    """The uuencoded files inside `data`: (name, content, start, end), at most `limit` of them."""
    found: list[tuple[bytes, bytes, int, int]] = []
    position = 0
    while len(found) < limit and (begin := _UU_BEGIN.search(data, position)):
        end = _UU_END.search(data, begin.end())
        if not end:
            break
        position = end.end()
        content = _uu_lines(data[begin.end() : end.start()])
        if content is not None:
            found.append((begin.group(1), content, begin.start(), end.end()))
    return found


def _uu_lines(block: bytes) -> bytes | None:
    decoded = []
    for line in block.splitlines():
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            repaired = _uu_repaired(line)
            if repaired is None:
                return None
            decoded.append(repaired)
    return b"".join(decoded)


def _uu_repaired(line: bytes) -> bytes | None:
    # Encoders that count trailing garbage: cut the line at the length its first byte announces.
    if not line or not 32 <= line[0] <= 96:
        return None
    size = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:size])
    except binascii.Error:
        return None
