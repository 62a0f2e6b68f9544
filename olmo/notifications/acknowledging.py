"""The acknowledgement of a new request: rare enough that it feeds no loop, and empty enough that it carries no attack.

Nobody proves that a sender's address is theirs. So the mail that goes there by itself holds no word of the message, no name and
no subject; those return only to somebody who was signed in. RFC 3834 tells when not to answer.
"""

from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.channels import queries as channels
from olmo.channels.loops import is_own_address
from olmo.kernel import clock
from olmo.outbox.models import Envelope
from olmo.people.actions import robot
from olmo.tickets import actions
from olmo.tickets.models import Channel, Event, Message, Ticket
from olmo.tickets.signatures import signature_to_strangers

from . import kinds, wording
from .models import Notice
from .sending import Sender, automatic_headers, pages_of, sender_for
from .telling import Reader, once_by_itself, post, reader_of, suppress

PURPOSE = "ack"
AN_HOUR = timedelta(hours=1)
PER_ADDRESS = 3  # automatic mails to one address in an hour
PER_PAIR = 2  # of these, from one address of ours


def acknowledge(event: Event, message: Message | None) -> None:
    """Tell a requester that their request has come, unless a machine sent it or they were told often enough."""
    ticket = event.ticket
    if not _is_wanted(event, message) or (reader := reader_of(ticket.requester, ticket)) is None:
        return
    if (notice := once_by_itself(event, reader, PURPOSE, why="requester", kind="received")) is None:
        return
    sender = sender_for(ticket)
    _one_at_a_time(reader.address)
    if reason := _too_many(reader, sender):
        _stop(notice, reason, ticket, reader)
        return
    is_proven = ticket.channel == Channel.PORTAL and event.by_id == ticket.requester_id
    mail = _mail(event, reader, sender, is_proven=is_proven)
    headers = automatic_headers("auto-replied", sender)
    post(notice, reader, mail, sender=sender, headers=headers, is_automatic=True, is_named=is_proven)


def _is_wanted(event: Event, message: Message | None) -> bool:
    """Opened by a requester's own words, by mail or in the portal, and not by a machine or as ourselves."""
    ticket = event.ticket
    if ticket.channel not in (Channel.MAIL, Channel.PORTAL) or message is None or not ticket.requester.is_requester:
        return False
    if message.author_id != ticket.requester_id or not message.is_verified or channels.is_automatic(message):
        return False
    return not is_own_address(ticket.requester.email or "") and kinds.wants(ticket.requester, "received")


def _mail(event: Event, reader: Reader, sender: Sender, *, is_proven: bool) -> wording.Mail:
    ticket = event.ticket
    language = reader.language(ticket)
    with override(language):
        subject = _("We have received your request")
        because = str(kinds.WHY["requester"])
    return wording.written(
        "acknowledgement", f"[#{ticket.number}] {ticket.subject if is_proven else subject}", language=language, ticket=ticket,
        name=reader.person.first_name if is_proven and reader.person else "", subject=ticket.subject if is_proven else "",
        signature=signature_to_strangers(ticket), because=because, **pages_of(event, reader.person),
    )  # fmt: skip


def _one_at_a_time(address: str) -> None:
    """Let two jobs count one after the other (the lock ends with the transaction)."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 3834))", [address.lower()])


def _too_many(reader: Reader, sender: Sender) -> str:
    """Why one more automatic mail to this address would be too many, or ""."""
    since = clock.now() - AN_HOUR
    automatic = Envelope.objects.filter(to__iexact=reader.address, purpose=PURPOSE, created_at__gt=since)
    if automatic.filter(sender=sender.address).count() >= PER_PAIR:
        return "per pair"
    return "per address" if automatic.count() >= PER_ADDRESS else ""


def _stop(notice: Notice, reason: str, ticket: Ticket, reader: Reader) -> None:
    """No acknowledgement; the first ticket of the hour to which that happens says so."""
    since = clock.now() - AN_HOUR
    before = Notice.objects.filter(address=notice.address, purpose=PURPOSE, at__gt=since).exclude(reason="")
    is_first = not before.exclude(pk=notice.pk).exists()
    suppress(notice, reason)
    if is_first:
        text = _("No acknowledgement was sent to %(address)s: it got several within an hour, and a loop is possible.")
        actions.note(ticket, by=robot("Olmo"), message=actions.NewMessage(text=text % {"address": reader.address}))
