"""Notices of failed or late delivery: is it one, whom does it name, is it final.

Evidence in falling order: status fields of RFC 3464; header fields that name failed recipients; a sender that
is a mail system together with words of failure; a subject that only mail systems use. Recipients come from the
first of these that names any, then from the prose, then from the returned mail itself.
"""

import re
from dataclasses import dataclass

from .. import addresses, tree
from .. import headers as header_block
from ..headers import Headers
from ..model import NO_BOUNCE, Address, Bounce, Limits
from ..tree import Part
from . import failed, permanence, status, wording

_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global",
                       "message/global-headers", "message/partial"})  # fmt: skip
# Addresses and names of mail systems. "System Administrator" is not among them: people sign so, too.
_DAEMON_ADDRESS = re.compile(
    r"(?i)mailer[-_. ]?daemon|^po+st[-_.]?master|mdaemon|^mail[-_.]delivery|^imss$|antivirus|^bounces?$"
)
_DAEMON_NAME = re.compile(r"(?i)mailer[-_. ]?daemon|mail delivery|delivery (?:sub)?system|^postmaster$")
_MESSAGE_ID = re.compile(r"(?im)^[>\s]*message-id:\s*<([^<>\s]{3,500})>")
_ENCLOSED_LIMIT = 200_000
_OPENING = 250  # characters in which a notice comes to its point


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
    seen = _Evidence(root, sender, subject, notice, status.recipients(root, text) or _enclosed_rows(root))
    if seen.rows and all(row.succeeded for row in seen.rows):
        return NO_BOUNCE
    return _from_status(seen) or _from_service(seen, text) or _from_prose(seen, text)


def _enclosed_rows(root: Part) -> list[status.Recipient]:
    """Status fields of a report that a gateway passed on inside its own notice (one level)."""
    for part in root.walk():
        if part.content_type == "message/rfc822" and b"delivery-status" in (content := part.content[:_ENCLOSED_LIMIT]):
            return status.recipients(tree.build(content, Limits(depth=5, parts=20), []), "")
    return []


def _worth_a_look(root: Part, sender: Address, subject: str, text: str) -> bool:
    """Cheap test that nearly every person's mail fails."""
    headers = root.headers
    if root.content_type == "multipart/report" or status.has_report(root) or "x-failed-recipients" in headers:
        return True
    if _is_daemon(sender) or _has_no_return(headers) or wording.names_failure(subject):
        return True
    return "bouncedRecipients" in text[:2000]


def _is_daemon(sender: Address) -> bool:
    if _DAEMON_ADDRESS.search(sender.email.rpartition("@")[0] or sender.email):
        return True
    return not sender.email or bool(_DAEMON_NAME.search(sender.name))


def _has_no_return(headers: Headers) -> bool:
    """Sent with the empty reverse path of RFC 5321 section 4.5.5: a notice of some kind, not always of failure."""
    return headers.raw("return-path").strip().lower() in ("<>", "<mailer-daemon>")


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
    late = _is_late(seen)
    if not (named or _is_notice(seen, late)):
        return NO_BOUNCE
    found = named or _from_words(seen) or _from_returned(seen, text)
    code = status.enhanced(seen.notice)
    return Bounce(
        failed=not late,
        delayed=late,
        recipients=tuple(dict.fromkeys(found)),
        permanent=None if late else permanence.is_permanent(code, seen.notice),
        status=code,
        original_message_id=_original_id(seen.root, text),
    )


def _is_late(seen: _Evidence) -> bool:
    if wording.names_delay(seen.subject):
        return True
    return not wording.names_failure(seen.subject) and wording.names_delay(seen.notice)


def _is_notice(seen: _Evidence, late: bool) -> bool:
    """People write about failed mail as well: their words count only with a sign that a mail system speaks."""
    headers = seen.root.headers
    if status.has_report(seen.root) or headers.content_type[1].get("report-type", "").lower() == "delivery-status":
        return True
    if wording.is_canonical(seen.subject):
        return True
    subject, opens = wording.names_failure(seen.subject), wording.opens_as_failure(seen.notice)
    if _is_daemon(seen.sender):
        return subject or late or wording.tells_failure(seen.notice) or _is_untyped_report(seen.root)
    if _has_no_return(headers):
        return subject or opens
    return (
        subject and wording.opens_as_failure(seen.notice.lstrip()[:_OPENING]) and bool(_from_words(seen, loosely=False))
    )


def _is_untyped_report(root: Part) -> bool:
    return root.headers.content_type[0] == "multipart/report" and "report-type" not in root.headers.content_type[1]


def _from_words(seen: _Evidence, *, loosely: bool = True) -> list[str]:
    """Failed addresses by the words. loosely: also from running sentences and the subject."""
    domain = seen.sender.email.rpartition("@")[2].lower()
    ours = {seen.sender.email.lower()}
    ours |= {address.email.lower() for address in addresses.parse(seen.root.headers.raw("to"), limit=5)}
    found = failed.from_text(seen.notice, domain, frozenset(ours), loosely=loosely)
    if loosely and not found and (inside := addresses.addresses_in(seen.subject)):
        found = [inside[0].lower()]
    return found


def _from_returned(seen: _Evidence, text: str) -> list[str]:
    """The recipients of the returned mail, when it was sent to one address only."""
    headers = _returned_headers(seen.root)
    if headers is None:
        headers, _ = header_block.parse(text[len(seen.notice) :].lstrip("-= \n")[:20_000].encode("utf-8"), 200)
    for name in ("x-rcpt-to", "x-original-to", "delivered-to", "to"):
        found = [
            address.email.lower() for address in addresses.parse(headers.raw(name), limit=3) if "@" in address.email
        ]
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
    return match.group(1) if match else ""
