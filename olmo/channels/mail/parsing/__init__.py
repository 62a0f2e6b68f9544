"""Mail bytes to meaning: `parse(raw)` gives a ParsedMail, whatever the bytes are.

A pure library: no Django, no database, no network, no clock. It never raises on account of a message; what
it cuts, repairs or leaves raw it tells in `notes`. Every text is storable in PostgreSQL (no NUL, no lone
surrogate). Every step is linear in the message's size and bounded by `Limits`.

tree (which bytes are which part) -> headers, words, addresses, charsets (what they say) -> body,
attachments, html, htmltext (what is read and shown) -> trim (new text apart from history) -> automatic,
bounces, reports, people (what kind of message it is).
"""

from .export import to_json
from .marker import MARKER_EN, MARKER_IT, MARKERS
from .message import parse
from .model import DEFAULT, Address, Attachment, Bounce, Limits, Note, ParsedMail, Segment, Trimmed
from .trim import trim

__all__ = [
    "DEFAULT",
    "MARKERS",
    "MARKER_EN",
    "MARKER_IT",
    "Address",
    "Attachment",
    "Bounce",
    "Limits",
    "Note",
    "ParsedMail",
    "Segment",
    "Trimmed",
    "parse",
    "to_json",
    "trim",
]
