"""Text from outside, made safe to store and to put in one line; nothing here knows about tickets."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

# C0 and C1 controls except tab, line feed and carriage return; lone surrogates cannot be encoded at all.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = re.compile("[\\s\u2028\u2029]+")
# Marks that turn the direction of text: harmless in a body, a disguise in a subject or a file name.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def clean(text: str, limit: int | None = None) -> str:
    """Text that PostgreSQL can hold: no NUL, no other control, no lone surrogate, NFC, at most `limit` characters."""
    if text.isascii() and text.isprintable():  # most of what is written; nothing in it could be amiss
        return text[:limit]
    safe = unicodedata.normalize("NFC", _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return safe[:limit] if limit is not None else safe


def clean_line(text: str, limit: int = 255) -> str:
    """One line without breaks or direction marks: safe as a subject, a name, a header or a file name."""
    return _BREAKS.sub(" ", _DIRECTION.sub("", clean(text))).strip()[:limit].rstrip()


def whole_number(text: str, digits: int = 18) -> int | None:
    """A number of so many digits at most, as a form or an address sends it (18 fit a key); anything else is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Those of several texts that are numbers, in their order."""
    return [number for text in texts if (number := whole_number(text)) is not None]


def digest(text: str) -> str:
    """A short proof of a text that may have to be erased: the log keeps this and never the words (sha256, 32 hex)."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
