"""Which ticket a message continues, and how sure that is."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.tickets.models import Message, MessageKind, Status, Ticket

from .inbound import Inbound

_LETTERS = "[a-km-np-z2-9]{20}"  # letters of `kernel.tokens.new_token`
_PLUS = re.compile(rf"\+({_LETTERS})@")
_OUR_ID = re.compile(rf"^\d+\.[\w-]+\.({_LETTERS})@")
_NUMBER = re.compile(r"\[?#(\d{1,12})\b")
MAX_REFERENCES = 40


@dataclass(frozen=True)
class Thread:
    """A ticket, and whether the sender held something that only its mail carries (`is_strong`) or named its number."""

    ticket: Ticket
    is_strong: bool


def find(inbound: Inbound) -> Thread | None:
    """The ticket that a message continues: by its reply token, by what it answers, or by a number in its subject."""
    ticket = _by_token(inbound) or _by_reference(inbound)
    if ticket:
        return Thread(whole(ticket), is_strong=True)
    number = _NUMBER.search(inbound.subject)
    ticket = _tickets().filter(number=int(number.group(1))).first() if number else None
    return Thread(whole(ticket), is_strong=False) if ticket else None


def whole(ticket: Ticket) -> Ticket:
    """The ticket into which this one was merged, at any depth."""
    while ticket.merged_into_id is not None:
        ticket = _tickets().get(pk=ticket.merged_into_id)
    return ticket


def takes_part(person: Person | None, address: str, ticket: Ticket) -> bool:
    """Whether this person, or this address, belongs to the ticket's conversation: its requester, a follower, or somebody
    whom one of them, or the desk, wrote a copy to."""
    if person is not None and (person.pk == ticket.requester_id or person.pk in ticket.watcher_ids):
        return True
    if not address:
        return False
    known = Message.objects.filter(
        ticket_id__in=[ticket.pk, *ticket.absorbed_ids], kind=MessageKind.PUBLIC, is_verified=True
    )
    return any(
        address in (named.lower() for named in [*to, *cc]) for to, cc in known.values_list("to", "cc")
    )  # fmt: skip


def is_past(ticket: Ticket) -> bool:
    """Whether the ticket was closed so long ago that what follows is a new one."""
    if ticket.status != Status.CLOSED or ticket.closed_at is None:
        return False
    return clock.now() - ticket.closed_at > timedelta(days=ticket.client.follow_up_days)


def _tickets() -> QuerySet[Ticket]:
    return Ticket.objects.select_related("client", "requester")


def _by_token(inbound: Inbound) -> Ticket | None:
    tokens = [found.group(1) for address in inbound.recipients if (found := _PLUS.search(address))]
    tokens += [found.group(1) for known in inbound.references if (found := _OUR_ID.match(known))]
    found_tickets = (
        {ticket.reply_token: ticket for ticket in _tickets().filter(reply_token__in=tokens)} if tokens else {}
    )
    return next((found_tickets[token] for token in tokens if token in found_tickets), None)


def _by_reference(inbound: Inbound) -> Ticket | None:
    ids = list(inbound.references[:MAX_REFERENCES])
    if not ids:
        return None
    known = dict(Message.objects.filter(mail_id__in=ids).order_by("-pk").values_list("mail_id", "ticket_id"))
    ticket_id = next((known[mail_id] for mail_id in ids if mail_id in known), None)
    return _tickets().filter(pk=ticket_id).first() if ticket_id else None
