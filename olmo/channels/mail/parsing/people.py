"""Who wrote a mail and to whom, when the plain fields do not say it all: forwards, groups, spam marks."""

import re

from . import addresses, attribution
from .headers import Headers

_FORWARD_SUBJECT = re.compile(r"(?i)^\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vs|vb|pd|転送|转发|轉寄|f)\s?:")
_SPAM_STATUS = re.compile(r"(?i)^\s*(?:yes|true|spam)\b")


def forwarded_from(text: str, subject: str, headers: Headers) -> str:
    """Address of the person whose mail was forwarded to us, "" when this is no forward.

    From Resent-From is no evidence (the From field then still is the author), so the quoted header block
    of a forward is read: after a "forwarded message" separator, or under a forward's subject.
    """
    lines = text.split("\n", 400)[:400]
    forward = bool(_FORWARD_SUBJECT.match(subject))
    for index, line in enumerate(lines):
        separated = attribution.is_separator(line) and re.search(
            r"(?i)forward|fwd|weitergeleit|inoltr|transf|reenvi|encaminh", line
        )
        if (separated or forward) and (found := _from_in(lines, index + bool(separated))):
            return found
    return ""


def _from_in(lines: list[str], index: int) -> str:
    for position in range(index, min(index + 3, len(lines))):
        size = attribution.header_block(lines, position)
        for line in lines[position : position + size]:
            if attribution.header_kind(line) == "from":
                found = addresses.addresses_in(line)
                return found[0].lower().removeprefix("mailto:") if found else ""
    return ""


def original_sender(headers: Headers) -> str:
    """The address behind a group or list that rewrote From (X-Original-Sender, X-Original-From), or ""."""
    for name in ("x-original-sender", "x-original-from", "x-original-reply-to"):
        found = addresses.parse(headers.raw(name), limit=1)
        if found and found[0].email:
            return found[0].email
    return ""


def is_spam(headers: Headers) -> bool:
    """Whether a filter before us marked the message (X-Spam-Flag, X-Spam-Status, X-Spam, Exchange's SCL)."""
    if any(_SPAM_STATUS.match(headers.text(name)) for name in ("x-spam-flag", "x-spam-status", "x-spam")):
        return True
    level = headers.text("x-ms-exchange-organization-scl")
    return level.isdigit() and int(level) >= 5
