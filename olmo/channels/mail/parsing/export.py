"""A parsed mail as one JSON object, for scripts and for scoring against other programs' expectations."""

import hashlib
from collections.abc import Iterable
from typing import Any

from .model import Address, Attachment, ParsedMail


def to_json(mail: ParsedMail, raw: bytes) -> dict[str, Any]:
    """The object that `bin/olmo mail parse` prints. raw: the bytes that `mail` was parsed from."""
    return {
        "from": _address(mail.from_),
        "to": _addresses(mail.to),
        "cc": _addresses(mail.cc),
        "reply_to": str(mail.reply_to[0]) if mail.reply_to else "",
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": " ".join(mail.in_reply_to),
        "references": list(mail.references),
        "date_claimed": mail.date_claimed.isoformat() if mail.date_claimed else None,
        "text": mail.text,
        "reply": mail.new_text,
        "quoted": mail.quoted_text,
        "html": mail.html,
        "attachments": [_file(file) for file in mail.attachments if not file.inline],
        "inline": [_file(file) for file in mail.attachments if file.inline],
        **_kind(mail),
        "notes": [{"code": note.code, "detail": note.detail} for note in mail.notes],
        "raw_size": len(raw),
        "raw_sha256": hashlib.sha256(raw).hexdigest(),
    }


def _kind(mail: ParsedMail) -> dict[str, Any]:
    return {
        "auto_reply": mail.auto_reply,
        "automatic": mail.is_automatic,
        "automatic_reason": mail.automatic_reason,
        "bounce": mail.bounce,
        "bounced_recipients": list(mail.bounced_recipients),
        "bounce_permanent": mail.bounce_permanent,
        "bounce_status": mail.delivery.status,
        "delayed": mail.delayed,
        "feedback_report": mail.feedback_report,
        "spam": mail.spam,
        "forwarded_from": mail.forwarded_from,
        "original_sender": mail.original_sender,
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "email": address.email}


def _addresses(found: Iterable[Address]) -> list[dict[str, str]]:
    return [_address(address) for address in found]


def _file(file: Attachment) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "content_id": file.content_id,
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
