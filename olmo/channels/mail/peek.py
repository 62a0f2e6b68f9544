"""The few header fields that intake needs before anybody parses the message. Cheap, and it never raises."""

import re

HEADER_LIMIT = 256 * 1024
_BLANK = re.compile(rb"\r?\n\r?\n")
_ID = re.compile(rb"<([^<>\s]{1,900})>")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
# Fields that a relay adds or changes on the way: two copies of one message differ in them.
_TRACE = re.compile(
    rb"(?i)^(?:received|return-path|delivered-to|x-original-to|envelope-to|delivery-date|authentication-results|"
    rb"received-spf|dkim-signature|arc-[\w-]+|x-spam[\w-]*|x-virus[\w-]*|x-received|x-google[\w-]*|x-ms-exchange[\w-]*|"
    rb"x-forefront[\w-]*|x-microsoft[\w-]*|status|x-status|x-uid|x-keywords):"
)


def parts(raw: bytes) -> tuple[bytes, bytes]:
    """Header block (unfolded, at most 256 KiB looked at) and body."""
    found = _BLANK.search(raw, 0, HEADER_LIMIT)
    end, start = (found.start(), found.end()) if found else (min(len(raw), HEADER_LIMIT), len(raw))
    return _FOLD.sub(b"", raw[:end]), raw[start:]


def field(raw: bytes, name: str) -> str:
    """The first field of that name as ASCII text, "" when there is none."""
    found = re.search(rb"(?im)^" + re.escape(name.encode()) + rb"[ \t]*:[ \t]*(.*?)\r?$", parts(raw)[0])
    return found.group(1).decode("ascii", "replace").replace("\x00", "").strip() if found else ""


def message_id(raw: bytes) -> str:
    """The Message-ID without its brackets, "" when there is none to be read."""
    found = re.search(rb"(?im)^message-id[ \t]*:(.*)$", parts(raw)[0])
    inner = _ID.search(found.group(1)) if found else None
    return inner.group(1).decode("ascii", "replace").replace("\x00", "") if inner else ""


def essence(raw: bytes) -> bytes:
    """The message without trace fields and with plain line ends: the same for every copy of it."""
    header, body = parts(raw)
    lines = [line.rstrip(b"\r") for line in header.split(b"\n")]
    kept = b"\n".join(line for line in lines if not _TRACE.match(line))
    return kept + b"\n\n" + body.replace(b"\r\n", b"\n").rstrip(b"\n")
