"""An envelope as the bytes of a mail."""

from collections.abc import Callable
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from django.conf import settings

from .addresses import on_the_wire
from .models import Envelope

# Lines of headers may be long, so that no Message-ID is ever broken or encoded (RFC 5322, section 2.1.1: 998).
_WIRE = policy.SMTP.clone(max_line_length=990)


def as_bytes(envelope: Envelope, at: datetime) -> bytes:
    """The mail, multipart when it has HTML or files. Raises OSError when a file cannot be read."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = _mailbox(envelope.sender_name, envelope.sender)
    message["To"] = _mailbox(envelope.to_name, envelope.to)
    message["Subject"] = envelope.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = envelope.message_id
    for name, value in envelope.headers.items():
        message[name] = value
    message.set_content(envelope.text, cte="quoted-printable")
    if envelope.html:
        message.add_alternative(envelope.html, subtype="html", cte="quoted-printable")
    html = message.get_body(("html",)) if envelope.html else None
    for file in envelope.attachments:
        if file.get("content_id") and isinstance(html, EmailMessage):  # a picture in the text (RFC 2387, RFC 2392)
            _add(html.add_related, file, disposition="inline", cid=f"<{file['content_id']}>")
        else:
            _add(message.add_attachment, file)
    return message.as_bytes(policy=_WIRE.clone(utf8=needs_utf8(envelope)))


def needs_utf8(envelope: Envelope) -> bool:
    """Whether an address has a local part that only SMTPUTF8 can carry (RFC 6531)."""
    return not (on_the_wire(envelope.to).isascii() and on_the_wire(envelope.sender).isascii())


def _mailbox(name: str, address: str) -> Address:
    local, _at, domain = on_the_wire(address).rpartition("@")
    return Address(display_name=name, username=local.strip('"'), domain=domain)


def _add(add: Callable[..., None], file: dict[str, str], **more: str) -> None:
    kind, _slash, subtype = file["media_type"].partition("/")
    if kind in ("", "message", "multipart") or not subtype.replace("-", "").replace(".", "").replace("+", "").isalnum():
        kind, subtype = "application", "octet-stream"
    content = (Path(settings.OLMO_FILES) / file["path"]).read_bytes()
    add(content, maintype=kind, subtype=subtype, filename=file["name"], **more)
