"""Notices of failed or late delivery: is it one, whom does it name, is it final.

Evidence in falling order: status fields of RFC 3464; header fields that name failed recipients; a sender that
is a mail system together with words of failure; a subject that only mail systems use. Recipients come from the
first of these that names any, then from the prose, then from the returned mail itself.
"""

import re
from dataclasses import dataclass

from .. import addresses
from .. import headers as header_block
from ..charsets import decode
from ..headers import Headers
from ..model import NO_BOUNCE, Address, Bounce
from ..tree import Part
from . import failed, permanence, status, wording

_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global",
                       "message/global-headers", "message/partial"})  # fmt: skip
_DAEMON = re.compile(r"(?i)mailer-?daemon|postmaster|mail\s?(?:delivery|system|administrator|router)|delivery\s?(?:sub)?system|"
                     r"mdaemon|system administrator|^<?>?$|antivirus|imss|mail-?delivery")  # fmt: skip
_MESSAGE_ID = re.compile(r"(?im)^[>\s]*message-id:\s*<([^<>\s]{3,500})>")
_ANSWER = re.compile(r"(?i)^\s*(?:re|aw|sv|antw|r|fwd?|wg|tr)\s?(?:\[\d+\])?:")


@dataclass(slots=True)
class _Evidence:
    root: Part
    sender: Address
    subject: str
    notice: str
    rows: list[status.Recipient]


def find(root: Part, sender: Address, subject: str, text: str) -> Bounce:
    """What the message says about a failed delivery; NO_BOUNCE when it says nothing.

    text: the readable body. Cost: linear in the first 60,000 characters of it.
    """
    if not _worth_a_look(root, sender, subject, text):
        return NO_BOUNCE
    notice = wording.notice(text)
    seen = _Evidence(root, sender, subject, notice, status.recipients(root, text))
    return _from_status(seen) or _from_service(seen, text) or _from_prose(seen, text)


def _worth_a_look(root: Part, sender: Address, subject: str, text: str) -> bool:
    """Cheap test that nearly every person's mail fails."""
    headers = root.headers
    if root.content_type == "multipart/report" or status.has_report(root) or "x-failed-recipients" in headers:
        return True
    if _is_daemon(sender, headers) or wording.names_failure(subject):
        return True
    if _ANSWER.match(subject):
        return False
    return wording.opens_as_failure(text) or "bouncedRecipients" in text[:2000]


def _is_daemon(sender: Address, headers: Headers) -> bool:
    if _DAEMON.search(sender.email.split("@")[0] if sender.email else "<>") or _DAEMON.search(sender.name or "-"):
        return True
    return headers.raw("return-path").strip() in ("<>", "<MAILER-DAEMON>")


def _from_status(seen: _Evidence) -> Bounce | None:
    rows = [row for row in seen.rows if row.failed]
    late = [row for row in seen.rows if row.delayed]
    if not rows and not late:
        return None
    chosen = rows or late
    found = [row.address.lower() for row in chosen if row.address] or _from_words(seen)
    code = next((row.status for row in chosen if row.status), "")
    said = next((row.diagnostic for row in chosen if row.diagnostic), "")
    return Bounce(
        failed=bool(rows),
        delayed=not rows,
        recipients=tuple(dict.fromkeys(found)),
        permanent=permanence.is_permanent(code, f"{said} {seen.notice}") if rows else None,
        status=code,
        diagnostic=said[:1000],
        original_message_id=_original_id(seen.root, seen.notice),
    )


def _from_service(seen: _Evidence, text: str) -> Bounce | None:
    told = failed.from_notification(text)
    if told is None:
        return None
    people, code = told
    return Bounce(True, False, tuple(address.lower() for address in people), permanence.is_permanent(code, text), code)


def _from_prose(seen: _Evidence, text: str) -> Bounce:
    named = [address.lower() for address in failed.from_headers(seen.root.headers)]
    report = status.has_report(seen.root) or seen.root.headers.content_type[1].get("report-type") == "delivery-status"
    words = wording.tells_failure(seen.notice)
    daemon = _is_daemon(seen.sender, seen.root.headers)
    subject = wording.names_failure(seen.subject)
    late = wording.names_delay(seen.subject) or (not subject and wording.names_delay(seen.notice))
    if not (named or subject or report or (daemon and (words or late)) or (words and wording.opens_as_failure(seen.notice))):
        return NO_BOUNCE
    found = named or _from_words(seen) or _from_returned(seen, text)
    code = status.enhanced(seen.notice)
    return Bounce(
        failed=not late,
        delayed=late,
        recipients=tuple(dict.fromkeys(found)),
        permanent=None if late else permanence.is_permanent(code, seen.notice),
        status=code,
        diagnostic="",
        original_message_id=_original_id(seen.root, text),
    )


def _from_words(seen: _Evidence) -> list[str]:
    domain = seen.sender.email.rpartition("@")[2].lower()
    ours = {seen.sender.email.lower()}
    ours |= {address.email.lower() for address in addresses.parse(seen.root.headers.raw("to"), limit=5)}
    found = failed.from_text(seen.notice, domain, frozenset(ours))
    if not found and (inside := addresses.addresses_in(seen.subject)):
        found = [inside[0].lower()]
    return found


def _from_returned(seen: _Evidence, text: str) -> list[str]:
    """The recipients of the returned mail, when it was sent to one address only."""
    headers = _returned_headers(seen.root)
    if headers is None:
        headers, _ = header_block.parse(text[len(seen.notice) :].lstrip("-= \n")[:20_000].encode("utf-8"), 200)
    for name in ("x-rcpt-to", "x-original-to", "delivered-to", "to"):
        found = [address.email.lower() for address in addresses.parse(headers.raw(name), limit=3) if "@" in address.email]
        if len(found) == 1:
            return found
    return []


def _returned_headers(root: Part) -> Headers | None:
    for part in root.walk():
        if part.content_type in _RETURNED:
            content = part.content[:200_000]
            block, _ = header_block.split(content, 0, len(content), 100_000)
            return header_block.parse(block, 300)[0]
    return None


def _original_id(root: Part, text: str) -> str:
    headers = _returned_headers(root)
    if headers is not None and (found := re.search(r"<([^<>\s]{3,500})>", headers.raw("message-id"))):
        return found.group(1)
    match = _MESSAGE_ID.search(text[:100_000])
    return match.group(1) if match else decode(b"", "")
