"""Verbs of whoever orders: place, change, withdraw; several items as one request.

The answers were judged by `catalogue.answering.check` before; here they are kept, and the ticket is opened, all or nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.catalogue import actions as catalogue
from olmo.catalogue import definition, queries
from olmo.catalogue.answering import Part
from olmo.catalogue.answering import readable as read_answers
from olmo.kernel import clock, live
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tickets import actions
from olmo.tickets import policy as tickets
from olmo.tickets.changes import Linked, OrderChanged, OrderPlaced, OrderSettled
from olmo.tickets.log import changing
from olmo.tickets.models import Channel, LinkKind, Message, Ticket, TicketKind

from . import approvers, deciding, once, policy
from .models import Answers, Approval, Order, OrderState
from .queries import answers, handling, held, known
from .wanted import Wanted

MOST_REASON = 1000


class FormGone(Conflict):
    """The version that was filled in is taken no more; everything typed is shown again in the form in force."""

    def __init__(self) -> None:
        super().__init__(
            _("This form was replaced while you were filling it in. Please look at it again; nothing was sent.")
        )


@transaction.atomic
def place(wanted: Wanted, *, by: Person, requester: Person | None = None, channel: str = Channel.PORTAL) -> Order:
    """Order one item: a ticket of type service request, its answers, and the first people are asked to approve.

    requester: in whose name an agent orders; by default who orders. Raises NotFound (not in their catalogue), FormGone, Invalid
    (another organisation's recipient; nobody can approve), NotAllowed.
    """
    item, asker = wanted.version.item, requester or by
    assert asker.client is not None
    if not queries.items(by, asker.client).filter(pk=item.pk).exists():
        raise NotFound
    if not queries.is_still_taken(wanted.version):
        raise FormGone
    if wanted.recipient.client_id != asker.client_id:
        raise NotFound
    ticket = _open(wanted, by, asker, channel)
    order = Order.objects.create(
        client=asker.client,
        ticket=ticket,
        item=item,
        version=wanted.version,
        recipient=wanted.recipient,
        by=by,
        at=clock.now(),
        mark=once.of(wanted),
    )
    _keep(order, wanted, by, Message.objects.filter(ticket=ticket).earliest("pk").pk)
    with changing(ticket, by=by) as log:
        log.record(OrderPlaced(order=order.pk, item=item.pk, version=wanted.version.number))
        deciding.ask(order, log)
    catalogue.count_order(item)
    return order


@transaction.atomic
def place_once(wanted: Wanted, *, by: Person, requester: Person | None = None, channel: str = Channel.PORTAL) -> Ticket:
    """Order one item; a second press of the same page answers what the first one made. Raises what `place` raises."""
    if ticket := once.sent(wanted, by=by):
        return ticket
    return as_one(
        [place(wanted, by=by, requester=requester, channel=channel)], by=by, requester=requester, channel=channel
    )


def as_one(
    orders: Sequence[Order], *, by: Person, requester: Person | None = None, channel: str = Channel.PORTAL
) -> Ticket:
    """Make one request of orders that were placed just now: a parent over them, or the one that there is."""
    asker = requester or by
    assert asker.client is not None
    live.tell(person=asker.pk)
    if len(orders) == 1:
        return orders[0].ticket
    with override(asker.language):
        names = [str(order.item) for order in orders]
        subject = _("Request of %(n)d items: %(names)s") % {"n": len(names), "names": ", ".join(names)}
    parent = actions.open_ticket(
        by=by, client=asker.client, requester=asker, subject=subject, kind=TicketKind.SERVICE_REQUEST, channel=channel,
        message=actions.NewMessage(text="\n".join(f"- {name}" for name in names), channel=channel, author=asker),
        impact=3, urgency=2, language=asker.language,
    )  # fmt: skip
    for order in orders:
        _join(parent, order, by)
    return parent


def _join(parent: Ticket, order: Order, by: Person) -> None:
    """Link both logs; whoever orders relates only what they have just ordered."""
    with changing(order.ticket, by=by) as log:
        log.record(Linked(link_kind=LinkKind.CHILD, other=parent.pk))
    with changing(parent, by=by) as log:
        log.record(Linked(link_kind=LinkKind.PARENT, other=order.ticket_id))


@transaction.atomic
def change(order: Order, wanted: Wanted, *, by: Person, seen: int | None = None, reason: str = "") -> Order:
    """Change the answers of an order that is not done. Approvals that were given count no more: all are asked anew.

    One that was not approved is ordered again by that. seen: the revision on the page. reason: why an agent changes them, kept in
    the note with the answers; where the item says so, approvals stay, unless the new answers need more of them.
    Raises NotFound, NotAllowed, FormGone, Conflict (done; changed meanwhile), Invalid (reason).
    """
    ticket, reason = order.ticket, clean(reason, MOST_REASON).strip()
    if by.is_agent and not reason:
        raise Invalid("reason", _("Say why the answers are changed."))
    with changing(ticket, by=by) as log:
        order = _locked(order, by)
        _require_changeable(order, wanted, seen)
        order.revision += 1
        order.version, order.author = wanted.version, by
        kept = held(answers(order))
        order.save()
        log.record(OrderChanged(revision=order.revision))
        is_done, asks, passed = ticket.is_done, asks_again(order, by), approvers.needed(order).keys()
    if is_done:
        actions.reopen(ticket, by=by)
    _say(order, wanted, kept, by, reason)
    if not (asks or approvers.needed(order).keys() - passed):
        deciding.show_anew(order)
        return order
    with changing(ticket, by=by) as log:
        deciding.drop(order)
        deciding.ask(order, log)
    return order


def _require_changeable(order: Order, wanted: Wanted, seen: int | None) -> None:
    if seen is not None and seen != order.revision:
        raise Conflict(_("Somebody changed the answers meanwhile. Nothing was saved: look at them again."))
    if not policy.is_changeable(order):
        raise Conflict(_("This request is done. Order anew what else you need."))
    if not queries.is_still_taken(wanted.version):
        raise FormGone


def _say(order: Order, wanted: Wanted, kept: set[int], by: Person, reason: str) -> None:
    """The new answers in a message, whose words they are, with the files that the former ones did not have."""
    fresh = [pk for pk in wanted.uploads if pk not in kept]
    words = _message(replace(wanted, uploads=fresh, recipient=order.recipient), by, reason)
    said = (actions.receive if by.is_requester else actions.note)(order.ticket, by=by, message=words)
    _keep(order, wanted, by, said.data["message"])


def asks_again(order: Order, by: Person) -> bool:
    """Whether all are asked anew. Whoever wrote the answers cannot be asked about them, so somebody else is."""
    asked = Approval.objects.filter(order=order, decision="", dropped_at=None, approver=by)
    by_rule = by.is_requester or order.state in policy.AGAIN or handling(order.item).asks_again
    return by_rule or asked.exists()


@transaction.atomic
def withdraw(order: Order, *, by: Person) -> None:
    """It is not needed any more: nobody is asked further, and the ticket ends. Raises NotFound, NotAllowed, Conflict (done)."""
    ticket = order.ticket
    with changing(ticket, by=by) as log:
        order = _locked(order, by)
        if ticket.is_done:
            raise Conflict(_("This request is done already."))
        deciding.drop(order)
        order.state, order.settled_at = OrderState.WITHDRAWN, clock.now()
        order.save()
        log.record(OrderSettled(outcome=OrderState.WITHDRAWN))
    if by.is_requester and by.pk == ticket.requester_id:
        actions.close(ticket, by=by)
    else:
        _resolve_withdrawn(ticket, by)


def _resolve_withdrawn(ticket: Ticket, by: Person) -> None:
    if by.is_agent:
        actions.resolve(ticket, by=by, code="withdrawn", note="")
    else:
        actions.call_off(ticket, by=robot("Olmo"), code="withdrawn")


def _locked(order: Order, by: Person) -> Order:
    """The order under the lock of its ticket, for somebody who may change it."""
    row = Order.objects.select_related("ticket", "item__service", "recipient", "version").get(pk=order.pk)
    tickets.require_sight(by, row.ticket)
    tickets.require(policy.may_change(by, row))
    row.ticket = order.ticket
    return row


def _keep(order: Order, wanted: Wanted, by: Person, message: int) -> None:
    Answers.objects.create(
        client_id=order.client_id, order=order, revision=order.revision, version=wanted.version, content=dict(wanted.values),
        by=by, at=clock.now(), message_id=message,
    )  # fmt: skip


def _open(wanted: Wanted, by: Person, asker: Person, channel: str) -> Ticket:
    assert asker.client is not None
    item, how = wanted.version.item, handling(wanted.version.item)
    with override(asker.language):
        subject, text = str(item), _in_words(wanted, asker)
    return actions.open_ticket(
        by=by, client=asker.client, requester=asker, subject=subject, kind=TicketKind.SERVICE_REQUEST, channel=channel,
        message=actions.NewMessage(text=text, channel=channel, author=asker, uploads=list(wanted.uploads)),
        impact=how.impact, urgency=how.urgency, category=how.category, team=how.team, language=asker.language,
        service=item.service,
    )  # fmt: skip


def _message(wanted: Wanted, by: Person, reason: str) -> actions.NewMessage:
    with override(by.language):
        head = _("I changed the answers (%(reason)s):") % {"reason": reason} if reason else _("I changed the answers:")
        text = f"{head}\n\n{_in_words(wanted, by)}"
    return actions.NewMessage(text=text, channel=Channel.PORTAL, author=by, uploads=list(wanted.uploads))


def _in_words(wanted: Wanted, asker: Person) -> str:
    """The answers as plain text, so that the mail and the search have them; they can be erased like any words."""
    form = definition.read(wanted.version.content)
    parts = read_answers(form, wanted.values, known(asker.client_id or 0))
    head = [_("For: %(name)s") % {"name": wanted.recipient.name}] if wanted.recipient.pk != asker.pk else []
    return "\n".join([*head, *(line for part in parts for line in _lines(part))]) or str(wanted.version.item)


def _lines(part: Part) -> list[str]:
    found = ["", part.title] if part.title else []
    for line in part.lines:
        if line.heads:
            found += [f"{line.label}:", *(" - " + "; ".join(filter(None, row)) for row in line.rows)]
        elif not line.files:
            found.append(f"{line.label}{'' if line.label.endswith('?') else ':'} {line.text}")
    return found
