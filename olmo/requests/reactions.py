"""What this room does when a ticket's log grows (`wiring.AFTER`)."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import reactions as plans
from olmo.fulfilment.models import Run
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.actions import robot
from olmo.tickets import undo
from olmo.tickets.log import changing
from olmo.tickets.models import Event

from . import deciding, mailing, policy
from .models import Answers, Approval, Order, OrderState
from .queries import handling


def follow(event: Event) -> None:
    """AFTER reaction: who is asked gets a mail; a ticket that ends ends its approvals; one that is opened again asks again;
    what is approved is worked on.
    """
    react = _REACTIONS.get(event.kind)
    if react is not None and not undo.is_undone(event):
        react(event)
    if event.kind in _OVER:
        mailing.call_off(event.ticket)


def _asked(event: Event) -> None:
    rows = Approval.objects.select_related(
        "approver",
        "order__item__service",
        "order__recipient",
        "order__by",
        "order__client",
        "order__ticket",
        "order__version",
    )
    row = rows.filter(pk=event.data["approval"]).first()
    if row is not None and row.is_open:
        mailing.ask(event, row)


def _ended(event: Event) -> None:
    """Resolved or closed by hand while somebody was still asked, or withdrawn: nobody's word is needed any more."""
    ends = [OrderState.PENDING, *([OrderState.APPROVED] if event.data.get("code") == "withdrawn" else [])]
    if not Order.objects.filter(ticket=event.ticket_id, state__in=ends).exists():
        return
    with changing(event.ticket, by=event.by):
        order = Order.objects.get(ticket=event.ticket_id)
        if order.state in ends and event.ticket.is_done:
            deciding.drop(order)
            Order.objects.filter(pk=order.pk).update(state=OrderState.WITHDRAWN, settled_at=clock.now())


def _reopened(event: Event) -> None:
    """Opened again, though it was not approved: it is asked again, as it is now."""
    order = Order.objects.filter(ticket=event.ticket_id, state__in=policy.AGAIN).first()
    if order is None:
        return
    stuck: Invalid | None = None
    with changing(event.ticket, by=event.by) as log:
        order = Order.objects.select_related("item__service", "recipient", "ticket").get(pk=order.pk)
        if order.state in policy.AGAIN and not event.ticket.is_done:
            order.ticket = event.ticket
            try:
                deciding.ask(order, log)
            except Invalid as refusal:
                stuck = refusal
    if stuck is not None and not Event.objects.filter(caused_by=event, kind="noted").exists():
        deciding.tell_stuck(event.ticket, stuck)


def _undone(event: Event) -> None:
    """What was taken back may have ended the ticket, or opened it again."""
    _ended(event)
    _reopened(event)


def _approved(event: Event) -> None:
    """Nobody has to be asked (any more): the plans of the item and of the category make their tasks, each once for a ticket.

    Plans that are at work on it since before go by the answers as they are now.
    """
    orders = Order.objects.filter(ticket=event.ticket_id, state=OrderState.APPROVED)
    order = orders.select_related("item", "ticket__client", "ticket__requester").first()
    if order is None or order.ticket.is_done:
        return
    answers, olmo = order.answers.latest("revision").content, robot("Olmo")
    fulfilment.hear(order.ticket, answers, by=olmo)
    plan = handling(order.item).plan
    if plan is not None and not plan.versions.filter(runs__ticket=order.ticket).exists():
        with suppress(Conflict, Invalid):  # it was started, ended or switched off in the meantime
            fulfilment.start(order.ticket, plan, by=olmo, answers=answers)
    plans.start_by_itself(order.ticket, answers)


def _redacted(event: Event) -> None:
    """A message of an order was erased, and with it the answers whose words it carried; other revisions stay.

    Plans at work keep a copy of those that they go by: it goes with these, and no others that wait for approval take its place.
    """
    carried = Answers.objects.filter(order__ticket=event.ticket_id, message=event.data["message"], erased_at=None)
    for row in carried:
        Run.objects.filter(ticket=event.ticket_id, answers=row.content).update(answers={})
    carried.update(content={}, erased_at=clock.now())


_REACTIONS: Mapping[str, Callable[[Event], None]] = {
    "order_approval_asked": _asked, "order_approval_reminded": _asked, "order_placed": _approved, "order_settled": _approved,
    "order_changed": _approved, "resolved": _ended, "closed": _ended, "merged": _ended, "unmerged": _reopened,
    "reopened": _reopened, "undone": _undone, "redacted": _redacted,
}  # fmt: skip
_OVER = frozenset(
    {"order_approved", "order_rejected", "order_settled", "order_changed", "resolved", "closed", "merged"}
)
