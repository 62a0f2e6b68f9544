"""From an `Inbound` to a ticket: who writes, what it continues, and which verb that is. One transaction of the caller.

A message joins a ticket only when its sender takes part in it. Somebody else who holds the ticket's token, or answers one of its
messages, is heard as an unverified internal message: agents see it, nobody is notified, and it shows the sender nothing.
"""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets import actions, policy
from olmo.tickets import partners as partner_words
from olmo.tickets.models import Channel, Event, LinkKind, Message, PartnerCase, Ticket

from . import failures, partners, senders, threads
from .inbound import Inbound, Proof
from .ours import Ours

DUPLICATE_TAG = "possible-duplicate"


@dataclass(frozen=True)
class Taken:
    """What became of it: the id of the message written, its client's, and whether a machine sent it."""

    message_id: int
    client_id: int
    is_automatic: bool = False


def take_in(inbound: Inbound, desk: Ours) -> Taken:
    """Open or continue a ticket with this message. Needs a scope of every client."""
    is_automatic = inbound.is_automatic or inbound.is_auto_reply or desk.has(inbound.address)
    inbound = replace(inbound, is_automatic=is_automatic)
    taken = _told_failure(inbound) or _continued(inbound, desk) or _opened(inbound, desk)
    return replace(taken, is_automatic=is_automatic)


def _told_failure(inbound: Inbound) -> Taken | None:
    """A notice of failed delivery, when it is about a message of ours."""
    if inbound.failure is None:
        return None
    envelope = failures.envelope_of(inbound.failure)
    carried = failures.message_of(envelope) if envelope else None
    thread = threads.find(inbound) if carried is None else None
    ticket = carried.ticket if carried else thread.ticket if thread and thread.is_strong else None
    return _written(failures.record(threads.whole(ticket), inbound.failure, envelope, inbound)) if ticket else None


def _continued(inbound: Inbound, desk: Ours) -> Taken | None:
    """The message as part of the ticket that it belongs to; None when it belongs to none."""
    thread = threads.find(inbound)
    if not inbound.is_copy and (case := partners.case_of(inbound, thread)) is not None:
        return _from_partner(inbound, case, thread)
    if thread is None or inbound.is_copy:
        return None
    ticket, person = thread.ticket, senders.known(inbound)
    if person is not None and person.is_agent and person.pk != ticket.requester_id:
        return _from_agent(inbound, thread, person)
    if not threads.takes_part(person, inbound.address, ticket) or inbound.proof is Proof.FAILED:
        return _unverified(inbound, ticket, None) if thread.is_strong else None
    if threads.is_past(ticket) and not inbound.is_automatic:
        return _opened(inbound, desk, follows=ticket)
    return _received(inbound, ticket, person)


def _from_partner(inbound: Inbound, case: PartnerCase, thread: threads.Thread | None) -> Taken:
    """A partner's desk answers: agents see it. What names only a number, unproven, says that it is not verified."""
    is_sure = inbound.proof is Proof.PASSED or (thread is not None and thread.is_strong)
    words = replace(_signed(inbound), is_verified=is_sure and inbound.proof is not Proof.FAILED)
    ticket, robots = threads.whole(case.ticket), inbound.is_automatic or inbound.is_auto_reply
    event = actions.hear_partner(
        ticket, by=robot("Mail"), supplier=case.supplier, message=words, wakes=not robots,
        reference=partner_words.reference_in(inbound.subject, ticket.number),
    )  # fmt: skip
    return _written(event)


def _from_agent(inbound: Inbound, thread: threads.Thread, agent: Person) -> Taken | None:
    """An agent's answer counts as the desk's only when our mail server has proven the sender: anybody can write a From."""
    if inbound.proof is Proof.PASSED and policy.may_work(agent, thread.ticket) and not inbound.is_automatic:
        return _written(actions.reply(thread.ticket, by=agent, message=_words(inbound)))
    return _unverified(inbound, thread.ticket, agent) if thread.is_strong else None


def _received(inbound: Inbound, ticket: Ticket, person: Person | None) -> Taken:
    """Words of somebody who takes part. A program's answer is kept out of the way and wakes nothing."""
    own = person if person is not None and policy.may_see(person, ticket) else None
    words = _words(inbound) if own else _signed(inbound)
    event = actions.receive(
        ticket, by=own or robot("Mail"), message=words, reopens=not inbound.is_automatic, internal=inbound.is_auto_reply
    )
    return _written(event)


def _unverified(inbound: Inbound, ticket: Ticket, claimed: Person | None) -> Taken:
    words = replace(_signed(inbound), is_verified=False, author=claimed)
    return _written(actions.receive(ticket, by=robot("Mail"), message=words, reopens=False, internal=True))


def _opened(inbound: Inbound, desk: Ours, follows: Ticket | None = None) -> Taken:
    person = senders.known(inbound)
    client = senders.client_for(inbound, person, desk)
    requester = person if person and not person.is_robot else senders.enrolled(inbound, client)
    ticket = _open(inbound, client, requester, follows)
    assert ticket.last_message_id is not None
    taken = Taken(ticket.last_message_id, client.pk)
    if inbound.is_copy:
        _link_copy(inbound, ticket)
    if inbound.named_recipients > len(inbound.to) + len(inbound.cc):
        actions.note(ticket, by=robot("Mail"), message=_about_recipients(inbound))
    return taken


def _open(inbound: Inbound, client: Client, requester: Person, follows: Ticket | None) -> Ticket:
    """Mail cannot be asked for fields that a form would require: then the robot opens the ticket for the requester."""
    team = inbound.mailbox.team if inbound.mailbox else None
    proven = not requester.is_agent or inbound.proof is Proof.PASSED

    def attempt(by: Person) -> Ticket:
        return actions.open_ticket(
            by=by, client=client, requester=requester, subject=inbound.subject or _("(no subject)"),
            message=replace(_words(inbound), author=requester, is_verified=proven and inbound.proof is not Proof.FAILED),
            channel=inbound.channel, team=team, tags=[DUPLICATE_TAG] if inbound.is_copy else None,
            follows=actions.FollowUp(ticket=follows) if follows else None,
        )  # fmt: skip

    if requester.is_agent or not requester.is_active:
        return attempt(robot("Mail"))
    try:
        return attempt(requester)
    except Invalid:
        return attempt(robot("Mail"))


def _link_copy(inbound: Inbound, ticket: Ticket) -> None:
    """Point from a possible duplicate to the message with the same Message-ID."""
    first = (
        Message.objects.filter(mail_id=inbound.mail_id)
        .exclude(ticket=ticket)
        .order_by("pk")
        .select_related("ticket")
        .first()
    )
    if first and first.client_id == ticket.client_id:
        actions.link(ticket, by=robot("Mail"), other=first.ticket, kind=LinkKind.RELATED)


def _words(inbound: Inbound) -> actions.NewMessage:
    return actions.NewMessage(
        text=inbound.text, quoted=inbound.quoted, html=inbound.html, channel=inbound.channel, to=inbound.to, cc=inbound.cc,
        mail_id=inbound.mail_id, source_id=inbound.source_id, files=inbound.files,
    )  # fmt: skip


def _signed(inbound: Inbound) -> actions.NewMessage:
    """The words with a first line that names the sender, whom the ticket does not know as a person."""
    sender = f"{inbound.name} <{inbound.address}>" if inbound.name else inbound.address or "?"
    words = _words(inbound)
    return replace(words, text=_("From: %(sender)s") % {"sender": sender} + "\n\n" + words.text)


def _about_recipients(inbound: Inbound) -> actions.NewMessage:
    text = _("This message names %(count)d recipients; only the first ones are shown. Its source holds them all.")
    return actions.NewMessage(text=text % {"count": inbound.named_recipients}, channel=Channel.MAIL)


def _written(event: Event) -> Taken:
    return Taken(event.data["message"], event.ticket.client_id)
