"""RFC 2047 encoded words and RFC 2231 parameters, read as senders really write them.

Known damage that is understood here: characters split between two words, raw spaces and raw 8-bit bytes
inside a word, a missing closing "?=", words inside quotes, wrong padding, unknown charsets.
Everything scans forward once: the cost is linear in the length of the header.
"""

import binascii
import re
from urllib.parse import unquote_to_bytes

from .charsets import decode, one_line
from .transfer import base64

_START = re.compile(r"=\?([A-Za-z0-9_.:*+'\-]{1,60})\?([bBqQ])\?")
_PARAMETER = re.compile(r'\s*([^\s=;"]+)\s*=\s*("[^"\\]*(?:\\.[^"\\]*)*"?|[^;]*)\s*(?:;|$)|[^;]*;?', re.DOTALL)
_SECTION = re.compile(r"^([^*]+)(?:\*(\d{1,4}))?(\*)?$")

Piece = tuple[str, str, bytes]  # charset, "B" or "Q", the bytes behind the word


def decoded(text: str) -> str:
    """A header value with its encoded words read, on one line, storable. Plain text passes unchanged."""
    return one_line(_decoded(text)) if "=?" in text else one_line(text)


def _decoded(text: str) -> str:
    out: list[str] = []
    pending: Piece | None = None
    position = 0
    while match := _START.search(text, position):
        between = text[position : match.start()]
        if pending is None or between.strip():
            _flush(out, pending)
            pending = None
            out.append(between)
        content, position = _content(text, match.end())
        piece = (match.group(1), match.group(2).upper(), _bytes(match.group(2), content))
        pending = _joined(out, pending, piece)
    _flush(out, pending)
    out.append(text[position:])
    return "".join(out)


def _content(text: str, start: int) -> tuple[str, int]:
    end = text.find("?=", start)
    # In a Q word "?" may be followed by an "=XX" of its own only if the sender forgot to encode "?".
    while end >= 0 and re.match(r"[0-9A-Fa-f]{2}", text[end + 2 : end + 4]) and text.find("?=", end + 2) > 0:
        following = text.find("?=", end + 2)
        if "=?" in text[end + 2 : following]:
            break
        end = following
    if end < 0:
        return text[start:], len(text)
    return text[start:end], end + 2


def _bytes(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return base64(raw)
    return binascii.a2b_qp(raw.replace(b"\r", b"").replace(b"\n", b""), header=True)


def _joined(out: list[str], pending: Piece | None, piece: Piece) -> Piece:
    """Two neighbouring words of one charset are one run of bytes: senders cut characters in half."""
    if pending and pending[0].lower() == piece[0].lower():
        return (piece[0], piece[1], pending[2] + piece[2])
    _flush(out, pending)
    return piece


def _flush(out: list[str], pending: Piece | None) -> None:
    if pending:
        out.append(decode(pending[2], pending[0]))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured value such as `text/plain; charset=x; name*0*=...` as (main value, parameters).

    Names in lower case; RFC 2231 sections joined and percent-decoded; encoded words read as well, since
    most senders use them in parameters although RFC 2047 section 5 forbids it. At most 200 parameters.
    """
    main, _, rest = value.partition(";")
    if "=" in main and "/" not in main:  # a value without its type, as in "Content-Type: charset=utf-8"
        main, rest = "", value
    if not rest:
        return main.strip().lower(), {}
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, text in _pairs(rest):
        match = _SECTION.match(name)
        if match and ("*" in name):
            number = int(match.group(2) or 0)
            sections.setdefault(match.group(1), {})[number] = (bool(match.group(3)), text)
        else:
            plain.setdefault(name, decoded(text))
    for name, parts in sections.items():
        plain[name] = _extended(parts)
    return main.strip().lower(), plain


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(text) and len(pairs) < 200:
        match = _PARAMETER.match(text, position)
        if not match or match.end() == position:
            break
        position = match.end()
        if match.group(1):
            pairs.append((match.group(1).lower(), _unquoted(match.group(2).strip())))
    return pairs


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    inner = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    # Windows paths are written unescaped: only an escaped quote or backslash is an escape.
    return re.sub(r'\\(["\\])', r"\1", inner)


def _extended(parts: dict[int, tuple[bool, str]]) -> str:
    charset = ""
    encoded = b""
    for number in sorted(parts):
        percent, text = parts[number]
        if number == min(parts) and percent and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        encoded += unquote_to_bytes(text) if percent else text.encode("utf-8", "surrogateescape")
    return decoded(decode(encoded, charset))
