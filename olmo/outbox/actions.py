"""Verbs: send, try again, hold back."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean, clean_line
from olmo.tenancy import branding
from olmo.tenancy.queries import provider

from .addresses import checked_address
from .models import MAIL, Envelope, State

DELIVER = "olmo.outbox.jobs.deliver"
CARRY = "olmo.outbox.jobs.carry"
PRIORITY = 10
OUR_OWN = frozenset({"notice", "partner"})  # the desk speaks as itself, to its agents and to partners'


@dataclass(frozen=True, kw_only=True)
class File:
    """A file to go along: its place inside the file store, name and media type. content_id: it stands in the HTML as `cid:`."""

    path: str
    name: str
    media_type: str
    content_id: str = ""


def send(
    *, to: str, subject: str, text: str, sender: str = "", html: str = "", purpose: str = "notice", to_name: str = "",
    sender_name: str = "", client_id: int | None = None, message_id: str = "", headers: Mapping[str, str] | None = None,
    files: Sequence[File] = (), reference: str = "", is_automatic: bool = False, return_path: str = "",
    hold: str = "", not_before: datetime | None = None, language: str = "",
) -> Envelope:  # fmt: skip
    """Queue one message to one recipient; it leaves when (and if) the caller's transaction commits.

    sender: the desk's own address when empty. message_id: with its angle brackets; made here when empty. headers: further
    header fields, one line each. return_path: where failures are reported to, `sender` when empty. hold: the reason why it must
    not leave yet. not_before: when it may leave at the earliest. language: the reader's, for the organisation's footer; the one
    that is spoken now when empty.
    Everything that becomes a header is one line, whatever the caller passes. Raises Invalid (not an address).
    """
    now = clock.now()
    if purpose not in OUR_OWN:
        spoken = language or get_language() or "en"
        text, html, sender_name = branding.dressed(client_id, text, html, sender_name, spoken)
    envelope = Envelope.objects.create(
        client_id=client_id, purpose=purpose, reference=reference,
        to=checked_address(to), to_name=clean_line(to_name, 120),
        sender=checked_address(sender or default_sender(), "sender"), sender_name=clean_line(sender_name, 120),
        return_path=checked_address(return_path, "return_path") if return_path else "",
        subject=clean_line(subject, 400), message_id=clean_line(message_id, 255) or new_message_id(),
        headers={checked_name(name): clean_line(value, 8000) for name, value in (headers or {}).items()},
        text=clean(text), html=clean(html), attachments=[asdict(file) for file in files], is_automatic=is_automatic,
        state=State.HELD if hold else State.QUEUED, last_error=hold[:500], next_at=not_before or now,
        created_at=now,
    )  # fmt: skip
    if not hold:
        wake(not_before)
    return envelope


def copied(envelope: Envelope, recipients: Sequence[tuple[str, str]]) -> list[Envelope]:
    """Send the message of an envelope to others too (address, name), word for word; they leave when it does.

    Raises Invalid (not an address).
    """
    names = [field.attname for field in Envelope._meta.concrete_fields if not field.primary_key]
    same = {name: getattr(envelope, name) for name in names}
    return Envelope.objects.bulk_create(
        Envelope(**{**same, "to": checked_address(to), "to_name": clean_line(name, 120)}) for to, name in recipients
    )


def carry(
    channel: str, *, target: str, to: str, to_name: str = "", purpose: str = "notice", reference: str = "", text: str = "",
    client_id: int | None = None, not_before: datetime | None = None,
) -> Envelope:  # fmt: skip
    """Queue something that leaves by another way than mail: its carrier (`wiring.CARRIERS`) makes the words when it leaves.

    target: what the carrier sends it to ("device:12"). to: the recipient in words, for those who look after the outbox.
    """
    now = clock.now()
    envelope = Envelope.objects.create(
        channel=channel, target=target, to=clean_line(to, 320), to_name=clean_line(to_name, 120), purpose=purpose,
        reference=reference, text=clean(text), client_id=client_id, is_automatic=True, next_at=not_before or now, created_at=now,
    )  # fmt: skip
    wake(not_before, channel)
    return envelope


def retry(envelope: Envelope) -> None:
    """Try a message again that was given up or held back, from the start of its patience. Raises Conflict."""
    if envelope.state not in (State.FAILED, State.HELD):
        raise Conflict(_("This message is on its way or was sent already."))
    now = clock.now()
    Envelope.objects.filter(pk=envelope.pk).update(
        state=State.QUEUED, attempts=0, doubts=0, is_in_doubt=False, next_at=now, created_at=now, last_error=""
    )
    wake(channel=envelope.channel)


def wake(at: datetime | None = None, channel: str = MAIL) -> None:
    """Queue a job that sends all that is due; it commits with the caller's transaction."""
    task = DELIVER if channel == MAIL else CARRY
    app.configure_task(task, queue="outbox", priority=PRIORITY, schedule_at=at, allow_unknown=True).defer()


def default_sender() -> str:
    """The desk's address, or one that at least names its host when none is set."""
    host = provider()
    return (host.address if host else "") or f"desk@{own_host()}"


def new_message_id() -> str:
    """A Message-ID of ours that nobody can guess (RFC 5322, section 3.6.4)."""
    return f"<{secrets.token_hex(16)}@{own_host()}>"


def own_host() -> str:
    """The host name of the desk's address, as Message-IDs and greetings name it."""
    return urlsplit(current().base_url).hostname or "localhost"


def checked_name(name: str) -> str:
    """A header field's name. Raises Invalid."""
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise Invalid("headers", _("“%(name)s” cannot be the name of a header.") % {"name": name[:80]})
    return name


def tell_given_up(envelope_id: int) -> None:
    """Queue the job that tells those whom `wiring.GIVEN_UP` names."""
    app.configure_task("olmo.outbox.jobs.given_up", queue="outbox", priority=PRIORITY, allow_unknown=True).defer(
        envelope_id=envelope_id
    )


def bounced(envelope: Envelope, reason: str) -> bool:
    """Note that a message which the relay took came back undelivered; False when that was known already."""
    changed = Envelope.objects.filter(pk=envelope.pk).exclude(state=State.FAILED)
    return bool(changed.update(state=State.FAILED, last_error=reason[:500]))


def move(references: Sequence[str], client_id: int) -> None:
    """What these envelopes carry belongs to another client now."""
    Envelope.objects.filter(reference__in=references).exclude(client_id=client_id).update(client_id=client_id)


def withdraw(references: Sequence[str]) -> bool:
    """Hold back for good what has not left of this; whether something has left (or is leaving) already."""
    found = Envelope.objects.filter(reference__in=references)
    for envelope in found.select_for_update().order_by("pk"):
        if envelope.state == State.QUEUED and not envelope.is_in_doubt:
            envelope.state, envelope.last_error = State.HELD, _("It was taken back before it left.")
            envelope.save(update_fields=["state", "last_error"])
    return found.filter(state__in=[State.SENDING, State.SENT]).exists()


def erase(references: Sequence[str]) -> None:
    """Forget the words of what was sent; that it was sent, to whom and when, stays. What waits is not sent any more."""
    found = Envelope.objects.filter(reference__in=references)
    found.filter(state=State.QUEUED).update(state=State.HELD, last_error=_("Its content was erased."))
    found.update(text="", html="", attachments=[])
