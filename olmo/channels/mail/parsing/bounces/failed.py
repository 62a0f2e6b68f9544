"""Which addresses a notice of failed delivery speaks of, when no status fields say it."""

import json
import re

from .. import addresses
from ..headers import Headers
from . import wording

_LINE_START = re.compile(
    r"""^[\s>*•·\-|"'\[(<=~]{0,60}(?:(?:rfc822|smtp|mailto|e-?mail|sms|fax|x400)[:;=]\s?)?<?
    (?P<address>[^\s<>"',;:()\[\]]{1,64}@[^\s<>"',;:()\[\]]{1,200})
    [>"'\]]{0,3}(?:\s?[)\]])?(?P<rest>\s*$|\s*[:;,(<\[|=]|\s*\.\.\.|\s+(?:on|at|-|=|—)\b|\s+\(|\s{2,}|\s-|\s*=20$
        |\s[Rr]equest)""",
    re.VERBOSE,
)
_LABEL = re.compile(
    r"""(?i)(?:^|[\s(|])(?:
      (?P<first>original(?:ly)?\s(?:address(?:ed)?(?:\sto)?|recipient)|was\saddressed\sto|generated\sfrom
        |expanded\sfrom|final[-\s]recipient|original[-\s]recipient)
    | (?:failed|intended|invalid|unknown|bad|undeliverable|error|rejected|envelope|actual
        |attempted)?[-\s]?(?:recipient|user|address|addressee|mailbox|for|e-?mail|addresses|recipients
        |account)(?:\(s\)|\saddress)?(?:\sis)?
    | failed\s\d+\sattempts | not\sdelivered\sto | addressed\sto(?:\semail\saddress)? | rcpt(?:\sto)? | to
        | destinatario | empfänger | destinataire | 宛先 | 收件人 | あて先 | 送信先
    )(?:\s?[:：=]\s{0,3}|\s{1,3})["'<\[(]{0,3}(?:rfc822;\s?|smtp:\s?
        |mailto:)?(?P<address>[^\s<>"',;:()\[\]]{1,64}@[^\s<>"',;:()\[\]]{1,200})""",
    re.VERBOSE,
)
_PLAIN_LABEL = re.compile(
    r"(?i)(?:failed|invalid|unknown|undeliverable|rejected|intended)\s(?:recipient|address|user|mailbox)s?\s?:\s{0,3}<?"
    r"([^\s<>\"',;:()]{1,64}@[^\s<>\"',;:()]{1,200})"
)
_SMTP = re.compile(
    r"""(?i)(?:rcpt\sto|did\snot\slike\sour\srcpt\sto|recipient)\s?:\s?<?(?P<a>[^\s<>"',;:()]{1,64}@[^\s<>"',;:()]{1,200})
    | \b[45]\d\d(?:[\s-][45]\.\d{1,3}\.\d{1,3})?[\s-]{1,2}(?:\S{1,40}\s){0,3}?[<"'(]?
        (?P<b>[^\s<>"',;:()]{1,64}@[^\s<>"',;:()]{1,200})""",
    re.VERBOSE,
)
_BRACKETED = re.compile(r"\s<([^\s<>\"',;:()]{1,64}@[^\s<>\"',;:()]{1,200})>")
_PREFIX = re.compile(r"^(?:[\w;:]{0,20}[;:])?(?:smtp|mailto|rfc822)[=:;]")
_BARE_NAME = re.compile(r"^[ \t]{1,16}([A-Za-z0-9][\w.+-]{1,63})[ \t]*$")
_INTRO = re.compile(r"(?i)(?:recipient|address|user|mailbox|deliver)[^\n]{0,160}:\s*$")
_NEVER = re.compile(r"(?i)^(?:postmaster|mailer-daemon|abuse|hostmaster)@|\.(?:png|gif|jpe?g)$")
_HEADER_NAME = re.compile(
    r"(?i)^[\s>]{0,6}(?:from|to|cc|subject|date|sent|message-id|sender|reply-to|return-path|received|von|an|de|da|a)\s?:"
)


def from_headers(headers: Headers) -> list[str]:
    """Exim's, Google's and others' own header fields that name the failed recipients."""
    found: list[str] = []
    for name in ("x-failed-recipients", "x-failed-recipient", "x-sender-recipient-failed", "x-bounce-recipient"):
        for value in headers.raw_all(name, 20):
            found += [address.email for address in addresses.parse(value, limit=200) if "@" in address.email]
    return found


def from_notification(text: str) -> tuple[list[str], str] | None:
    """Addresses and status of a relay service's notification sent as JSON, or None when the text is none."""
    start = text.find("{")
    if not 0 <= start < 200 or "bounce" not in text[:_JSON_LIMIT].lower():
        return None
    data = _json(text[start:_JSON_LIMIT])
    if isinstance(data, dict) and isinstance(data.get("Message"), str):
        data = _json(data["Message"][:_JSON_LIMIT])
    bounce = data.get("bounce") if isinstance(data, dict) else None
    people = bounce.get("bouncedRecipients") if isinstance(bounce, dict) else None
    if not isinstance(people, list):
        return None
    rows = [row for row in people[:200] if isinstance(row, dict)]
    found = [str(row["emailAddress"]) for row in rows if "@" in str(row.get("emailAddress", ""))]
    return found, next((str(row["status"]) for row in rows if row.get("status")), "")


_JSON_LIMIT = 200_000


def _json(text: str) -> object:
    # Such mail is often wrapped at 998 octets with "!" and a line break; JSON strings hold neither.
    text = re.sub(r"!\r?\n ", "", text)
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def from_text(text: str, sender_domain: str, own: frozenset[str], *, loosely: bool = True) -> list[str]:
    """Addresses that the words of a notice name as failed.

    text: the notice without the copy of the mail. sender_domain: domain of the reporting system, for local
    names without one. own: addresses that are ours or the reporter's, and never the failed ones unless
    nothing else is named. loosely: take also labelled ones, those within failing sentences, and local names.
    """
    lines = [line[:2000] for line in text.split("\n")[:800]]
    for rule in (_at_line_start, _preferred, _labelled) if loosely else (_at_line_start, _preferred, _plainly_labelled):
        found = [address for address in _unique(rule(lines)) if address not in own]
        if found:
            return found
    if not loosely:
        return []
    found = _bare_names(lines, sender_domain) or _in_failing_sentence(lines)
    return [address for address in _unique(found) if address not in own] or _unique(_at_line_start(lines))


def _unique(found: list[str]) -> list[str]:
    cleaned = (_PREFIX.sub("", address.strip(".'`*!?|>").lower()).removesuffix("=20") for address in found)
    return list(dict.fromkeys(a for a in cleaned if "@" in a.strip("@") and not _NEVER.search(a)))


def _preferred(lines: list[str]) -> list[str]:
    """ "generated from a@b" and the like name the address that the sender had used."""
    matches = (_LABEL.search(line) for line in lines if "@" in line)
    return [match.group("address") for match in matches if match and match.group("first")]


def _at_line_start(lines: list[str]) -> list[str]:
    found = []
    for line in lines:
        if "@" in line and (match := _LINE_START.match(line)):
            behind = _BRACKETED.match(line, match.end("address"))  # an address as the display name of another
            found.append(behind.group(1) if behind else match.group("address"))
    return found


def _plainly_labelled(lines: list[str]) -> list[str]:
    return [match.group(1) for line in lines if "@" in line and (match := _PLAIN_LABEL.search(line))]


def _labelled(lines: list[str]) -> list[str]:
    """Addresses after "recipient:" and the like, and in the lines of an SMTP dialogue."""
    found = []
    for line in lines:
        if "@" not in line or _HEADER_NAME.match(line):
            continue
        if match := _LABEL.search(line):
            found.append(match.group("address"))
        elif match := _SMTP.search(line):
            found.append(match.group("a") or match.group("b"))
    return found


def _bare_names(lines: list[str], domain: str) -> list[str]:
    """A local name alone on a line below "... the following recipients:" is at the reporter's domain."""
    found: list[str] = []
    for index, line in enumerate(lines):
        if domain and found_name(line) and index and _INTRO.search(" ".join(lines[max(0, index - 3) : index]).rstrip()):
            found.append(f"{found_name(line)}@{domain}")
    return found


def found_name(line: str) -> str:
    """The local name that stands alone and indented on a line, or ""."""
    match = _BARE_NAME.match(line)
    return match.group(1) if match else ""


def _in_failing_sentence(lines: list[str]) -> list[str]:
    found: list[str] = []
    for index, line in enumerate(lines):
        if "@" in line and not _HEADER_NAME.match(line):
            around = " ".join(lines[max(0, index - 2) : index + 2])
            if wording.tells_failure(around):
                found += addresses.addresses_in(line, limit=3)
    return found[:1]
