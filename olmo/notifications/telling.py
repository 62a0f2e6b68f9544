"""Telling somebody of an event, once: the row that says so and the envelope are written together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from olmo.kernel import clock
from olmo.outbox.actions import File, copied, send
from olmo.people.models import Identity, Person
from olmo.people.queries import by_address
from olmo.tickets import policy, undo
from olmo.tickets.models import Event, Message, Ticket

from .models import Notice
from .sending import Sender, message_id, own_headers, thread_headers
from .wording import Mail


@dataclass(frozen=True)
class Reader:
    """Somebody who is told: an address, and the person behind it when one is known."""

    address: str
    person: Person | None = None

    @property
    def name(self) -> str:
        return self.person.name if self.person else ""

    def language(self, ticket: Ticket) -> str:
        """The language in which they are written to."""
        return self.person.language if self.person else ticket.language


def may_be_told(person: Person, ticket: Ticket) -> bool:
    """Whether a person may be told of a ticket at all: active, and allowed to see it."""
    return person.is_active and not person.is_robot and policy.may_see(person, ticket)


def reader_of(person: Person, ticket: Ticket) -> Reader | None:
    """A person who may be told of a ticket by mail: active, with an address, and allowed to see it."""
    return Reader(person.email, person) if person.email and may_be_told(person, ticket) else None


def reader_at(address: str) -> Reader:
    """Whoever reads at an address that somebody named."""
    return Reader(address.lower(), by_address(address))


def once(event: Event, reader: Reader, purpose: str, *, why: str = "", kind: str = "") -> Notice | None:
    """The row for telling this address of this event; None when it was told before. why, kind: see `Notice`."""
    notice, is_new = Notice.objects.get_or_create(
        event=event, address=reader.address.lower(),
        defaults={"purpose": purpose, "at": clock.now(), "why": why, "kind": kind},
    )  # fmt: skip
    return notice if is_new else None


def once_each(notices: Sequence[Notice]) -> list[Notice]:
    """Keep these rows, all of one event; returns those that are new. The others were told before."""
    if not notices:
        return []
    known = known_of(notices)
    fresh = [notice for notice in notices if notice.address not in known]
    try:
        with transaction.atomic():
            return Notice.objects.bulk_create(fresh)
    except IntegrityError:  # somebody else tells some of them at this moment
        return [notice for notice in fresh if _is_first(notice)]


def known_of(notices: Sequence[Notice]) -> set[str]:
    """The addresses of these that were told of their event before."""
    told = Notice.objects.filter(event=notices[0].event_id, address__in=[notice.address for notice in notices])
    return set(told.values_list("address", flat=True))


def _is_first(notice: Notice) -> bool:
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def once_by_itself(event: Event, reader: Reader, purpose: str, *, why: str = "", kind: str = "") -> Notice | None:
    """The same for mail that nobody asked for: an address that is silenced gets none."""
    notice = once(event, reader, purpose, why=why, kind=kind)
    if notice is not None and is_silenced(reader.address):
        suppress(notice, "silenced")
        return None
    return notice


def is_silenced(address: str) -> bool:
    """Whether mail to this address came back so often that nothing goes there by itself."""
    return bool(silenced([address]))


def silenced(addresses: Iterable[str]) -> set[str]:
    """Those of several addresses to which nothing goes by itself, in small letters."""
    values = [address.lower() for address in addresses]
    found = Identity.objects.filter(kind=Identity.Kind.EMAIL, value__in=values, is_silenced=True)
    return set(found.values_list("value", flat=True))


def suppress(notice: Notice, reason: str) -> None:
    """Write down that nobody was told, and why."""
    notice.reason = reason
    notice.save(update_fields=["reason"])


def post(
    notice: Notice, reader: Reader, mail: Mail, *, sender: Sender, headers: Mapping[str, str] | None = None,
    carried: Message | None = None, files: Sequence[File] = (), is_automatic: bool = False, is_named: bool = True,
    hold: str = "", not_before: datetime | None = None,
) -> None:  # fmt: skip
    """Queue the mail of a notice.

    carried: the ticket's message whose words these are, so that its page can say how far it got. headers: beside those of every
    mail of ours. is_named: write the reader's name into the address. hold: why it must not leave. not_before: when it may at the
    earliest; what can still be undone waits for that as well.
    """
    event, ticket = notice.event, notice.event.ticket
    answers_to, own_id = sender.with_token(ticket.reply_token), id_of(notice)
    thread = thread_headers(ticket, carried, own_id)
    moments = [at for at in (not_before, undo.settled_at(event)) if at is not None]
    notice.envelope = send(
        to=reader.address, to_name=reader.name if is_named else "", sender=sender.address, sender_name=sender.name,
        subject=mail.subject, text=mail.text, html=mail.html, purpose=notice.purpose, client_id=ticket.client_id,
        message_id=own_id, headers=own_headers({"Reply-To": answers_to, **thread, **(headers or {})}), files=files,
        reference=f"message:{carried.pk}" if carried else f"event:{event.pk}", is_automatic=is_automatic,
        return_path=answers_to, hold=hold, not_before=max(moments, default=None), language=reader.language(ticket),
    )  # fmt: skip
    notice.save(update_fields=["envelope"])


def post_copies(posted: Notice, others: Sequence[tuple[Notice, Reader]]) -> None:
    """Queue the mail of a notice, word for word, for others who are told of the same event."""
    if posted.envelope is None or not others:
        return
    envelopes = copied(posted.envelope, [(reader.address, reader.name) for _notice, reader in others])
    for (notice, _reader), envelope in zip(others, envelopes, strict=True):
        notice.envelope = envelope
    Notice.objects.bulk_update([notice for notice, _reader in others], ["envelope"])


def id_of(notice: Notice) -> str:
    """The Message-ID of a notice's mail: the same for all who get the desk's words, another one for what agents get."""
    seq = notice.event.seq
    return message_id(notice.event.ticket, seq if notice.purpose != "notice" else f"{seq}-notice")
