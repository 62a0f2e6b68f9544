"""Notices of failed or late delivery: told on the ticket whose message failed, and counted against the address."""

from django.utils.translation import gettext as _

from olmo.kernel.text import clean_line
from olmo.outbox import queries as outbox
from olmo.outbox.actions import bounced
from olmo.outbox.models import Envelope
from olmo.people.actions import robot
from olmo.people.models import Identity
from olmo.tickets import actions
from olmo.tickets.models import Event, Message, Ticket

from .inbound import Failure, Inbound

SILENT_AFTER = 3


def envelope_of(failure: Failure) -> Envelope | None:
    """Our message that the notice is about, when the notice names it."""
    return outbox.by_message_id(failure.original, failure.recipients) if failure.original else None


def message_of(envelope: Envelope) -> Message | None:
    """The ticket's message that an envelope carried."""
    kind, _colon, pk = envelope.reference.partition(":")
    return (
        Message.objects.select_related("ticket").filter(pk=int(pk)).first()
        if kind == "message" and pk.isdecimal()
        else None
    )


def record(ticket: Ticket, failure: Failure, envelope: Envelope | None, inbound: Inbound) -> Event:
    """Write the notice on the ticket as an internal message, and mark what failed. Returns the event of that message."""
    olmo = robot("Olmo")
    failed = message_of(envelope) if envelope else None
    if failure.is_final and envelope is not None and failed is not None and bounced(envelope, _reason(failure)):
        actions.delivery_failed(failed.ticket, by=olmo, message=failed, envelope=envelope.pk)
    is_silenced = False
    if failure.is_final and failure.is_permanent and envelope is not None:
        is_silenced = count_against(envelope.to)
    return actions.note(ticket, by=olmo, message=_note(failure, inbound, envelope if is_silenced else None))


def count_against(address: str) -> bool:
    """Count one hard bounce of an address; True when it was the third: from then on nothing is sent to it by itself."""
    fresh = False
    for identity in Identity.objects.filter(kind=Identity.Kind.EMAIL, value=address.lower()).select_for_update():
        identity.bounces += 1
        fresh = not identity.is_silenced and identity.bounces >= SILENT_AFTER
        identity.is_silenced = identity.is_silenced or fresh
        identity.save(update_fields=["bounces", "is_silenced"])
    return fresh


def hear_again(address: str) -> None:
    """Somebody wrote from an address that was silenced: it works again."""
    Identity.objects.filter(kind=Identity.Kind.EMAIL, value=address).update(bounces=0, is_silenced=False)


def words_of_silence(address: str) -> str:
    """What agents read when an address falls silent."""
    text = _("Mail to %(address)s failed %(count)d times. Nothing more is sent there until somebody writes from it.")
    return text % {"address": address, "count": SILENT_AFTER}


def _note(failure: Failure, inbound: Inbound, silenced: Envelope | None) -> actions.NewMessage:
    to = ", ".join(failure.recipients[:10]) or "?"
    first = _("A message to %(to)s could not be delivered.") if failure.is_final else _("A message to %(to)s is late.")
    lines = [first % {"to": to}, clean_line(f"{failure.status} {failure.diagnostic}", 1000)]
    lines += [words_of_silence(silenced.to)] if silenced else []
    lines += ["", inbound.text[:5000]]
    return actions.NewMessage(
        text="\n".join(lines), channel=inbound.channel, mail_id=inbound.mail_id, source_id=inbound.source_id, files=inbound.files,
    )  # fmt: skip


def _reason(failure: Failure) -> str:
    return clean_line(f"{failure.status} {failure.diagnostic}", 480) or _("A notice of failed delivery came back.")
