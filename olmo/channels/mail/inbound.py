"""A parsed mail, with what the envelope told, as an `Inbound`."""

import hashlib
from collections.abc import Iterable

from olmo.kernel import files
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.people.identities import normal_address
from olmo.tickets.actions.writing import NewFile

from ..inbound import Failure, Inbound, Proof
from ..models import Mailbox, RawMessage
from .parsing import Address, Attachment, ParsedMail
from .verdicts import proof_of

MAX_RECIPIENTS_KEPT = 50


def inbound_of(mail: ParsedMail, raw: RawMessage, mailbox: Mailbox | None) -> Inbound:
    """What the mail says. Stores its files (durably, before anything names them); raises `files.NoSpace`."""
    address = sender_address(mail.from_)
    verdicts = mail.headers.get("authentication-results", ())
    proof = proof_of(verdicts, mailbox.trusted_server, address.rpartition("@")[2]) if mailbox else Proof.NONE
    return Inbound(
        address=address,
        name=clean_line(mail.from_.name, 120),
        recipients=tuple(_recipients(mail, raw)),
        to=_kept(mail.to),
        cc=_kept(mail.cc),
        subject=clean_line(mail.subject),
        text=mail.new_text or ("" if mail.quoted_text else mail.text),
        quoted=mail.quoted_text,
        html=mail.html,
        files=[_stored(file) for file in mail.attachments],
        mail_id=mail.message_id,
        references=tuple(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)])),
        is_automatic=mail.is_automatic,
        is_auto_reply=mail.auto_reply,
        failure=_failure(mail),
        proof=proof,
        mailbox=mailbox,
        source_id=raw.pk,
        named_recipients=len(mail.to) + len(mail.cc),
    )


def sender_address(sender: Address) -> str:
    """The sender's address as identities are written down, "" when it is none that could be answered."""
    try:
        return normal_address(sender.email) if sender.email else ""
    except Invalid:
        return ""


def message_key(raw: RawMessage, essence: bytes, mailbox_id: int | None) -> str:
    """What makes a message act once: Message-ID, mailbox and content; without a Message-ID content and day of receipt."""
    when = "" if raw.mail_id else raw.received_at.date().isoformat()
    start = f"{raw.mail_id}\n{mailbox_id or 0}\n{when}\n".encode()
    return hashlib.sha256(start + hashlib.sha256(essence).digest()).hexdigest()


def _recipients(mail: ParsedMail, raw: RawMessage) -> Iterable[str]:
    named = [address.email for address in (*mail.to[:100], *mail.cc[:100])]
    delivered = [text for name in ("delivered-to", "x-original-to") for text in mail.headers.get(name, ())]
    return dict.fromkeys(address.strip(" <>").lower() for address in [*raw.envelope_to, *delivered, *named] if address)


def _kept(people: tuple[Address, ...]) -> list[str]:
    return [clean_line(person.email, 320) for person in people[:MAX_RECIPIENTS_KEPT] if person.email]


def _stored(file: Attachment) -> NewFile:
    return NewFile(
        name=file.name, media_type=file.content_type, content=files.store([file.content]), content_id=file.content_id,
        is_inline=file.inline,
    )  # fmt: skip


def _failure(mail: ParsedMail) -> Failure | None:
    notice = mail.delivery
    if not (notice.failed or notice.delayed):
        return None
    return Failure(
        is_final=notice.failed, is_permanent=notice.permanent is True, recipients=notice.recipients,
        original=notice.original_message_id, status=notice.status, diagnostic=notice.diagnostic,
    )  # fmt: skip
