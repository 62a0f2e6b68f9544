"""Files of a message: safe names, TNEF (winmail.dat) and uuencoded files unpacked, enclosed messages kept whole."""

import mimetypes
import re
import unicodedata
from dataclasses import dataclass

from . import headers as header_block
from . import tnef
from .charsets import decode, one_line
from .model import Attachment, Limits, Note
from .transfer import uuencoded
from .tree import Part
from .words import decoded

_BAD = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_SPACES = re.compile(r"\s+")
_MEDIA_TYPE = re.compile(r"[a-zA-Z0-9.+-]{1,60}/[a-zA-Z0-9.+-]{1,100}\Z")
_RESERVED = re.compile(r"(?i)^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")
# Types that the standard table does not know or spells oddly.
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/feedback-report": ".txt",
    "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/octet-stream": ".bin",
}


def safe_name(name: str, content_type: str = "application/octet-stream", number: int = 1) -> str:
    """A file name that can be stored, shown and downloaded: NFC, one path-free component, 1 to 200 characters.

    Direction overrides are replaced so that "gpj.exe" cannot pose as "exe.jpg". An empty name becomes
    "attachment-<number>" with the ending of its type.
    """
    name = one_line(name)
    name = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    name = _SPACES.sub(" ", _BAD.sub("_", name)).strip(" .")
    while ".." in name:
        name = name.replace("..", ".")
    name = unicodedata.normalize("NFC", name)
    if not name.strip("_ ."):
        return f"attachment-{number}{_ending(content_type)}"
    name = f"_{name}" if _RESERVED.match(name) else name
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name) <= 200:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:180]}.{ending}" if dot and len(ending) <= 15 else name[:200]


def _ending(content_type: str) -> str:
    return _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"


def name_of(part: Part) -> str:
    """The name that a part claims, "" when it claims none."""
    disposition = part.headers.disposition[1]
    parameters = part.headers.content_type[1]
    return disposition.get("filename") or parameters.get("name") or disposition.get("name") or ""


def from_part(part: Part, number: int, inline: bool) -> Attachment:
    """The attachment that a leaf of the tree is."""
    if part.raw_rest:
        return Attachment("unread-parts.eml", "application/octet-stream", part.raw)
    kind = part.content_type
    name = name_of(part)
    if not name and kind in ("message/rfc822", "message/global"):
        name = f"{_subject(part.content) or 'message'}.eml"
    elif not name:
        name = (
            one_line(part.headers.text("content-description"))[:80]
            if "." in part.headers.raw("content-description")
            else ""
        )
    content_id = part.headers.text("content-id").strip("<> ")
    return Attachment(safe_name(name, kind, number), kind, part.content, content_id[:500], inline)


def _subject(content: bytes) -> str:
    block, _ = header_block.split(content, 0, len(content), 100_000)
    headers, _ = header_block.parse(block, 300)
    return re.sub(r"[/\\]", "_", headers.text("subject"))[:150].strip(" .")


def is_tnef(part: Part) -> bool:
    """Outlook's container: application/ms-tnef, or its name and signature under another type."""
    if part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef"):
        return True
    return name_of(part).lower() == "winmail.dat" or part.content[:4] == tnef.SIGNATURE


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a TNEF container held."""

    files: tuple[Attachment, ...]
    text: str
    html: str


def unpack_tnef(content: bytes, limits: Limits, notes: list[Note]) -> Unpacked | None:
    """Files and body of a TNEF container, or None (with a note) when it is none."""
    container = tnef.unpack(content)
    if container is None:
        notes.append(Note("tnef", "winmail.dat could not be read; it is kept as it came"))
        return None
    files: list[Attachment] = []
    room = limits.unpacked_bytes
    for number, file in enumerate(container.files[: limits.parts], start=1):
        room -= len(file.data)
        if room < 0:
            notes.append(Note("tnef", f"winmail.dat holds more than {limits.unpacked_bytes} bytes"))
            return None
        kind = _kind(file.content_type, file.name)
        files.append(
            Attachment(safe_name(file.name, kind, number), kind, file.data, one_line(file.content_id).strip("<>"))
        )
    return Unpacked(tuple(files), container.text, container.html)


def _kind(claimed: str, name: str) -> str:
    if _MEDIA_TYPE.match(claimed):
        return claimed.lower()
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def take_uuencoded(data: bytes) -> tuple[bytes, list[Attachment]]:
    """A text body without the files uuencoded into it, and those files."""
    if b"begin " not in data:
        return data, []
    blocks = uuencoded(data)
    files = []
    for number, (name, content, start, end) in reversed(list(enumerate(blocks, start=1))):
        data = data[:start] + data[end:]
        title = decoded(decode(name, ""))
        kind = mimetypes.guess_type(title)[0] or "application/octet-stream"
        files.append(Attachment(safe_name(title, kind, number), kind, content))
    return data, files[::-1]
