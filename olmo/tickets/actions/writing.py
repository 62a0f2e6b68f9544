"""Words and files: reply, receive, note."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock, files
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean, clean_line
from olmo.people.models import Person

from .. import mentions, pictures, policy
from ..changes import DeliveryFailed, Noted, Received, Reopened, Replied, Watched
from ..log import Log, changing
from ..models import Attachment, Channel, Event, HoldReason, Mention, Message, MessageKind, Status, Ticket
from .values import checked_text


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A file whose content is in the store already."""

    name: str
    media_type: str
    content: files.Stored
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """Words to be added. text: the new part; quoted: history below it; html: sanitised; uploads: ids of draft attachments.

    call_direction, call_minutes: of words that were spoken on the phone.
    """

    text: str
    html: str = ""
    quoted: str = ""
    channel: str = Channel.DESK
    author: Person | None = None
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    mail_id: str = ""
    source_id: int | None = None
    is_markdown: bool = False
    is_verified: bool = True
    files: list[NewFile] = field(default_factory=list)
    uploads: list[int] = field(default_factory=list)
    call_direction: str = ""
    call_minutes: int | None = None


def reply(ticket: Ticket, *, by: Person, message: NewMessage, seen: int | None = None) -> Event:
    """Write to the requester (and the addresses of `message.cc`) as the desk.

    seen: the version on the author's page; a message by somebody else since then raises Stale, and nothing is sent.
    Raises NotFound, NotAllowed, Invalid (empty, too long, not an address), Conflict (merged elsewhere).
    """
    with changing(ticket, by=by, seen=seen, touching=["messages"]) as log:
        policy.require_work(by, ticket)
        require_whole(ticket)
        return log.record(Replied(message=_write(log, message, MessageKind.PUBLIC).pk))


def note(ticket: Ticket, *, by: Person, message: NewMessage) -> Event:
    """Write an internal note: agents see it, the requester never. Who is mentioned in it follows the ticket from then on.

    Raises NotFound, NotAllowed, Invalid (also: a mention of somebody who may not see the ticket).
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        people = mentions.checked(message.text, ticket, by=by)
        row = _write(log, message, MessageKind.INTERNAL)
        event = log.record(Noted(message=row.pk, mentioned=tuple(person.pk for person in people)))
        for person in people:
            if person.pk not in ticket.watcher_ids:
                log.record(Watched(person=person.pk))
        Mention.objects.bulk_create(Mention(person=person, ticket=ticket, message=row) for person in people)
        return event


def receive(ticket: Ticket, *, by: Person, message: NewMessage, reopens: bool = True, internal: bool = False) -> Event:
    """Add what the requester (or another person outside the desk) wrote, by mail or in the portal.

    It wakes a ticket that waits, if no third party has it, and with `reopens` reopens a finished one. A merged ticket hands it on
    to the one it went into.
    internal: keep it from the requester's page (an unverified sender). Raises NotFound, NotAllowed, Invalid.
    """
    target = ticket
    while True:
        with changing(target, by=by) as log:
            if target.merged_into_id is None:
                policy.require_sight(by, target)
                return _receive(log, message, reopens=reopens, internal=internal)
            transaction.set_rollback(True)  # the lock goes too: who merges the other way may hold the next one
        target = Ticket.objects.get(pk=target.merged_into_id)


def attach(*, by: Person, client_id: int, name: str, media_type: str, chunks: Iterable[bytes], size: int) -> Attachment:
    """Keep an uploaded file as a draft of `by`, to be sent with a later message.

    size: bytes announced. Raises Invalid (over the limit), NoSpace.
    """
    files.require_size(name, size)
    stored = files.store(chunks)
    return Attachment.objects.create(
        client_id=client_id, uploader=by, name=files.safe_name(name), media_type=media_type[:127] or "application/octet-stream",
        size=stored.size, sha256=stored.sha256,
    )  # fmt: skip


def delivery_failed(ticket: Ticket, *, by: Person, message: Message, envelope: int) -> Event:
    """Record that a message did not reach somebody; the envelope (its id) keeps to whom and why."""
    with changing(ticket, by=by) as log:
        return log.record(DeliveryFailed(message=message.pk, envelope=envelope))


def message_row(
    ticket: Ticket, message: NewMessage, *, author: Person, client_id: int, kind: str = MessageKind.PUBLIC
) -> Message:
    """The unsaved row of a message; words are cleaned, never refused for their length when they came by mail."""
    return Message(
        ticket=ticket, client_id=client_id, kind=kind, channel=message.channel, author=author,
        is_from_desk=not author.is_requester, is_verified=message.is_verified, at=clock.now(), text=clean(message.text).strip(),
        quoted=clean(message.quoted), html=clean(message.html), is_markdown=message.is_markdown,
        to=[clean_line(a, 320) for a in message.to], cc=[clean_line(a, 320) for a in message.cc],
        mail_id=clean_line(message.mail_id, 998), source_id=message.source_id,
        call_direction=message.call_direction, call_minutes=message.call_minutes,
    )  # fmt: skip


def add_files(row: Message, message: NewMessage, *, uploader: Person) -> None:
    """Give a saved message its files: those in the store, and the uploader's own drafts."""
    if message.files:
        Attachment.objects.bulk_create(
            Attachment(
                client_id=row.client_id, message=row, uploader=uploader, name=files.safe_name(f.name),
                media_type=f.media_type[:127], size=f.content.size,
                sha256=f.content.sha256, content_id=clean_line(f.content_id), is_inline=f.is_inline,
            )
            for f in message.files
        )  # fmt: skip
    if message.uploads:
        drafts = Attachment.objects.filter(pk__in=message.uploads, uploader=uploader, message=None)
        if drafts.update(message=row, client_id=row.client_id) != len(set(message.uploads)):
            raise Invalid("files", _("An attached file is no longer there. Please attach it again."))
    if row.is_markdown and (shown := pictures.ids_in(row.text)):
        row.attachments.filter(pk__in=shown).update(is_inline=True)


def _write(log: Log, message: NewMessage, kind: str) -> Message:
    if (not message.uploads and not message.files) or message.text.strip():
        checked_text(message.text)
    row = message_row(log.ticket, message, author=message.author or log.by, client_id=log.ticket.client_id, kind=kind)
    row.save(force_insert=True)
    add_files(row, message, uploader=log.by)
    return row


def _receive(log: Log, message: NewMessage, *, reopens: bool, internal: bool) -> Event:
    kind = MessageKind.INTERNAL if internal else MessageKind.PUBLIC
    row = message_row(log.ticket, message, author=message.author or log.by, client_id=log.ticket.client_id, kind=kind)
    row.save(force_insert=True)
    add_files(row, message, uploader=log.by)
    is_away = log.ticket.status == Status.WAITING and log.ticket.hold_reason == HoldReason.THIRD_PARTY
    event = log.record(Noted(message=row.pk) if internal else Received(message=row.pk, keeps_hold=is_away))
    if reopens and not internal and log.ticket.status in (Status.RESOLVED, Status.CLOSED):
        log.record(Reopened())
    return event


def require_whole(ticket: Ticket) -> None:
    """Raise Conflict when the conversation goes on in another ticket."""
    if ticket.merged_into_id is not None:
        raise Conflict(_("This ticket was merged into another one; please write there. Your text was kept."))
