"""`parse`: bytes to ParsedMail. Everything here is a pure function of the bytes."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from . import addresses, automatic, body, bounces, people, reports, tree
from .charsets import one_line
from .headers import Headers
from .model import DEFAULT, NO_BOUNCE, Address, Attachment, Limits, Note, ParsedMail
from .trim import trim
from .words import decoded

_LONGEST_VALUE = 10_000
_ID = re.compile(r"<([^<>\s]{1,998})>")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_FOLDED_ID = re.compile(r"<([^<>]{1,998})>")
# Fields that callers outside need as they came: addressing, authentication, loops, threading of other desks.
_KEPT = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "x-forwarded-for",
         "x-rcpt-to", "return-path", "sender", "received-spf", "authentication-results", "arc-authentication-results",
         "dkim-signature", "auto-submitted", "precedence", "list-id", "x-auto-response-suppress", "x-loop",
         "x-mailer", "user-agent", "importance", "priority", "x-priority", "thread-index", "thread-topic",
         "content-language", "x-spam-status", "x-spam-flag", "resent-from", "resent-to", "received")  # fmt: skip


def parse(raw: bytes, limits: Limits = DEFAULT) -> ParsedMail:
    """Read a message.

    raw: the message as it came, any bytes at all. limits: bounds on its cost.
    Never raises on account of the bytes: what cannot be read is left raw and told in `notes`.
    """
    notes: list[Note] = []
    root = tree.build(raw, limits, notes)
    headers = root.headers
    content = body.extract(root, limits, notes)
    sender = _sender(headers)
    subject = _subject(headers, limits, notes)
    rendered = content.from_html
    trimmed = trim(content.text, rendered.quotes if rendered else (), rendered.text if rendered else "")
    delivery = bounces.find(root, sender, subject, content.text)
    report = reports.is_feedback(root, subject, content.text)
    delivery = NO_BOUNCE if report else delivery
    auto_reply = not (delivery.failed or report) and automatic.is_auto_reply(headers, subject)
    why = automatic.reason(headers, sender.email, own=delivery.failed or delivery.delayed or report or auto_reply)
    if _BIDI.search(subject) or _BIDI.search(sender.name):
        notes.append(Note("direction-override", "subject or sender name changes the direction of writing"))
    return ParsedMail(
        from_=sender,
        to=_people(headers, "to", limits, notes),
        cc=_people(headers, "cc", limits, notes),
        reply_to=_people(headers, "reply-to", limits, notes),
        subject=subject,
        message_id=next(iter(_ids(headers.raw("message-id"), 1)), ""),
        in_reply_to=tuple(_ids(headers.raw("in-reply-to"), 20)),
        references=_references(headers, limits, notes),
        date_claimed=_date(headers.text("date")),
        text=content.text,
        new_text=trimmed.new_text,
        quoted_text=trimmed.quoted_text,
        segments=trimmed.segments,
        html=content.html,
        attachments=tuple(_distinct(content.files)),
        delivery=delivery,
        auto_reply=auto_reply,
        is_automatic=bool(why),
        automatic_reason=why,
        feedback_report=report,
        spam=people.is_spam(headers),
        forwarded_from=people.forwarded_from(content.text, subject, headers),
        original_sender=people.original_sender(headers),
        headers={
            name: tuple(value[:_LONGEST_VALUE] for value in headers.all_text(name)) for name in _KEPT if name in headers
        },
        notes=tuple(notes),
    )


def _subject(headers: Headers, limits: Limits, notes: list[Note]) -> str:
    subject = headers.text("subject")
    if len(subject) > limits.subject_chars:
        notes.append(Note("subject-cut", f"the subject is longer than {limits.subject_chars} characters"))
    return subject[: limits.subject_chars].strip()


def _sender(headers: Headers) -> Address:
    for name in ("from", "sender", "resent-from", "return-path"):
        if headers.raw(name):
            found = addresses.parse(headers.raw(name), limit=5)
            best = next((address for address in found if address.email), None) or next(iter(found), None)
            if best:
                return best
    return Address("", "")


def _people(headers: Headers, name: str, limits: Limits, notes: list[Note]) -> tuple[Address, ...]:
    found: list[Address] = []
    for value in headers.raw_all(name, 50):
        found += addresses.parse(value, limits.recipients + 1 - len(found))
        if len(found) > limits.recipients:
            notes.append(Note("recipients", f"{name}: only the first {limits.recipients} addresses are read"))
            break
    return tuple(found[: limits.recipients])


def _ids(value: str, limit: int) -> list[str]:
    """Message ids of a field, without brackets. One without brackets counts, too (many senders)."""
    if "<" in value:
        found = _ID.findall(value) or [re.sub(r"\s+", "", one) for one in _FOLDED_ID.findall(value)]
    else:
        found = [word for word in re.split(r"[\s,]+", value) if "@" in word or word]
    return [one_line(decoded(one)) for one in found[: 5000 if limit > 100 else limit] if one]


def _references(headers: Headers, limits: Limits, notes: list[Note]) -> tuple[str, ...]:
    ids = [one for value in headers.raw_all("references", 20) for one in _ids(value, limits.references)]
    distinct = list(dict.fromkeys(ids))
    if len(distinct) > limits.references:
        notes.append(
            Note("references", f"of {len(distinct)} ids the first and the latest {limits.references - 1} are kept")
        )
        distinct = [distinct[0], *distinct[1 - limits.references :]]
    return tuple(distinct)


def _date(value: str) -> datetime | None:
    """The time that the sender claims, in UTC; None when there is none or it is no time between 1970 and 2100."""
    try:
        parsed = parsedate_to_datetime(value[:100])
        offset = parsed.utcoffset() or timedelta(0)
        moment = parsed.replace(tzinfo=UTC) - offset
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return None
    return moment if 1970 <= moment.year < 2100 else None


def _distinct(files: Iterable[Attachment]) -> Iterable[Attachment]:
    """Files in order; the same name twice is allowed, the same file counted twice is not."""
    seen: set[int] = set()
    for file in files:
        if id(file) not in seen:
            seen.add(id(file))
            yield file
