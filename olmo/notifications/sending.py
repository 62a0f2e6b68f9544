"""As whom the desk writes, and the headers that make its mail part of a thread and harmless to other machines."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from olmo.channels import loops
from olmo.channels.models import Mailbox, RawMessage
from olmo.outbox.actions import own_host
from olmo.people.models import Person
from olmo.people.queries import address_for
from olmo.tenancy import branding
from olmo.tenancy.queries import provider
from olmo.tickets.models import Event, Message, MessageKind, Ticket

MAX_REFERENCE = 250


@dataclass(frozen=True)
class Sender:
    """A name and an address of the desk; `takes_plus` when answers to address+token arrive there."""

    name: str
    address: str
    takes_plus: bool = True

    def with_token(self, token: str) -> str:
        """The address to which answers go, so that they find their ticket."""
        local, _at, domain = self.address.rpartition("@")
        return f"{local}+{token}@{domain}" if self.takes_plus and local else self.address


def sender_for(ticket: Ticket) -> Sender:
    """As whom a ticket's mail leaves: its client's own address, else the mailbox that it came to, else the desk's."""
    host, client = provider(), ticket.client
    box = _mailbox_of(ticket)
    address = client.address or (box.address if box else "") or (host.address if host else "") or f"desk@{own_host()}"
    own = Mailbox.objects.filter(address__iexact=address).first()
    return Sender(
        name=host.name if host else "Olmo", address=address,
        takes_plus=own.takes_plus if own else True,
    )  # fmt: skip


def message_id(ticket: Ticket, seq: int | str) -> str:
    """Our Message-ID of an event's mail: it carries the ticket's token, so that an answer is known by its References."""
    return f"<{ticket.number}.{seq}.{ticket.reply_token}@{own_host()}>"


def thread_headers(ticket: Ticket, before: Message | None, own_id: str) -> dict[str, str]:
    """In-Reply-To and References (RFC 5322, 3.6.4): the first message of the ticket, our first one, the latest from outside.

    before: the message that leaves, when it is one of the ticket's. own_id: the Message-ID it leaves with.
    """
    known = Message.objects.filter(ticket=ticket, kind=MessageKind.PUBLIC).exclude(mail_id="")
    if before is not None:
        known = known.filter(pk__lt=before.pk)
    ids = [f"<{mail_id}>" for mail_id in known.order_by("pk").values_list("mail_id", flat=True) if _is_fit(mail_id)]
    ours = [] if own_id == (first := message_id(ticket, 1)) else [first]
    chain = list(dict.fromkeys([*ids[:1], *ours, *ids[-5:]]))
    return {"In-Reply-To": ids[-1] if ids else ours[0], "References": " ".join(chain)} if chain else {}


def _is_fit(mail_id: str) -> bool:
    """Whether somebody else's Message-ID may go into a header of ours."""
    return len(mail_id) < MAX_REFERENCE and mail_id.isascii() and mail_id.isprintable()


def automatic_headers(kind: str, sender: Sender) -> dict[str, str]:
    """What tells other machines not to answer. kind: auto-replied or auto-generated (RFC 3834, section 5; RFC 2919)."""
    headers = {"Auto-Submitted": kind, "X-Auto-Response-Suppress": "All"}
    if kind == "auto-generated":
        headers["List-Id"] = f"{sender.name} <notices.{own_host()}>"
    return headers


def own_headers(extra: Mapping[str, str]) -> dict[str, str]:
    """Headers of all our mail: by the mark we know it when it comes back."""
    return {loops.HEADER: loops.mark(), **extra}


def page_of(ticket: Ticket, reader: Person | None) -> str:
    """The address of the ticket's page, in the desk for agents and in the portal for everybody else."""
    return _page(ticket, reader, _base(ticket, reader))


def pages_of(event: Event, reader: Person | None) -> dict[str, str]:
    """The addresses that stand in a mail of an event: `url` of its ticket's page, `why_url`, `preferences_url`."""
    base = _base(event.ticket, reader)
    return {
        "url": _page(event.ticket, reader, base), "why_url": base + reverse("notices:told", args=[event.pk]),
        "preferences_url": base + reverse("notices:preferences"),
    }  # fmt: skip


def preferences_url(reader: Person | None = None) -> str:
    """Where everybody chooses what they are told. reader: a requester may have a host name of their own."""
    return address_for(reader) + reverse("notices:preferences")


def _base(ticket: Ticket, reader: Person | None) -> str:
    """Where a reader opens Olmo; of whom nothing but an address is known, as the ticket's organisation does."""
    return branding.address_of(ticket.client_id) if reader is None else address_for(reader)


def _page(ticket: Ticket, reader: Person | None, base: str) -> str:
    name = "desk:ticket" if reader is not None and reader.is_agent else "portal:ticket"
    try:
        return base + reverse(name, args=[ticket.number])
    except NoReverseMatch:
        return base


def _mailbox_of(ticket: Ticket) -> Mailbox | None:
    """The mailbox that its first mail came to, or one of its client, or one of everybody's."""
    by_mail = Message.objects.filter(ticket=ticket).exclude(source_id=None).order_by("pk")
    source = by_mail.values_list("source_id", flat=True).first()
    raw = RawMessage.objects.filter(pk=source).select_related("mailbox").first() if source else None
    if raw and raw.mailbox and raw.mailbox.client_id in (None, ticket.client_id):
        return raw.mailbox
    mine = Mailbox.objects.filter(is_active=True, client_id=ticket.client_id).first()
    return mine or Mailbox.objects.filter(is_active=True, client=None).first()
