"""Verbs of approval: ask, decide, remind, expire. All under the lock of the ticket, so that two clicks count once."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock, spoken
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, OlmoError
from olmo.kernel.text import clean
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tickets import actions
from olmo.tickets.changes import (
    OrderApprovalAsked,
    OrderApprovalReminded,
    OrderApproved,
    OrderRejected,
    OrderSettled,
    PutOnHold,
)
from olmo.tickets.log import Log, changing
from olmo.tickets.models import ACTIVE, HoldReason, Ticket

from . import amounts, approvers, policy
from .models import Approval, Decision, Order, OrderState
from .queries import handling

MOST_WORDS = 2000
logger = logging.getLogger(__name__)


class Changed(Conflict):
    """The answers are others than those that were read."""

    def __init__(self) -> None:
        super().__init__(
            _("The answers were changed while you were reading them. Nothing was decided: these are the new ones.")
        )


class Decided(Conflict):
    """The approval was decided, or is not needed any more; says by whom, when, or why."""


def ask(order: Order, log: Log) -> None:
    """Begin a round: the first stage is asked, and the ticket waits. An order without steps is approved as it is."""
    amounts.keep(order)
    steps = approvers.of(order)
    order.round += 1
    if not steps:
        order.state, order.settled_at = OrderState.APPROVED, clock.now()
        order.save()
        if order.round > 1:
            log.record(OrderSettled(outcome=OrderState.APPROVED))
        return
    order.state, order.settled_at = OrderState.PENDING, None
    order.save()
    _ask_stage(order, log, min(step.stage for step in steps), steps)
    if not log.ticket.is_done and log.ticket.hold_reason != HoldReason.APPROVAL:
        log.record(PutOnHold(reason=HoldReason.APPROVAL))


def _ask_stage(order: Order, log: Log, stage: int, steps: Iterable[approvers.Asked]) -> None:
    how, now = handling(order.item), clock.now()
    remind = now + timedelta(days=how.remind_after_days) if how.remind_after_days else None
    for step in (step for step in steps if step.stage == stage):
        for person in step.people:
            row = Approval.objects.create(
                client_id=order.client_id, order=order, round=order.round, stage=stage, step=step.number, kind=step.kind,
                quorum=step.quorum, revision=order.revision, approver=person, asked_at=now, remind_at=remind,
                expires_at=now + timedelta(days=how.expire_after_days),
            )  # fmt: skip
            log.record(OrderApprovalAsked(person=person.pk, approval=row.pk, round=order.round))


def drop(order: Order, *, step: int | None = None) -> int:
    """The words of those who have not decided are not needed any more (of one step, or of all)."""
    rows = Approval.objects.filter(order=order, decision="", dropped_at=None)
    rows = rows.filter(step=step, round=order.round) if step is not None else rows
    return rows.update(dropped_at=clock.now())


def show_anew(order: Order) -> None:
    """Whoever is still asked decides about the answers as they are now."""
    Approval.objects.filter(order=order, decision="", dropped_at=None).update(revision=order.revision)


@transaction.atomic
def decide(
    approval: Approval, *, by: Person, says: str, comment: str = "", seen: int | None = None, by_link: bool = False
) -> Order:
    """Say yes or no, with a comment; a no needs one. Others of the step go on to be asked until its quorum is reached.

    seen: the revision of the answers that was read. Raises NotFound (not asked), NotAllowed (it concerns them), Decided (by whom
    and when), Changed (others were read), Invalid (no such word; no reason).
    """
    words = clean(comment, 10**6).strip()
    if says not in Decision.values:
        raise Invalid("says", _("Choose whether you approve it."))
    if len(words) > MOST_WORDS:
        raise Invalid("comment", _("It is too long: at most %(most)s characters.") % {"most": MOST_WORDS})
    if says == Decision.NO and not words:
        raise Invalid("comment", _("Say why, so that the requester can change it."))
    order = approval.order
    with changing(order.ticket, by=by) as log:
        row = _locked(approval, order)
        _require_asked(row, by)
        if seen is not None and seen != row.revision:
            raise Changed
        row.decision, row.decided_by, row.decided_at, row.comment = says, by, clock.now(), words
        row.save()
        said = OrderApproved if says == Decision.YES else OrderRejected
        log.record(said(person=row.approver_id, approval=row.pk, by_link=by_link))
        outcome = _outcome(row.order, row, log)
    if isinstance(outcome, Invalid):
        tell_stuck(order.ticket, outcome)
    elif outcome == OrderState.REJECTED:
        _tell_no(row)
    return row.order


def _locked(approval: Approval, order: Order) -> Approval:
    row = Approval.objects.select_related("order__item__service", "order__recipient", "approver", "decided_by").get(
        pk=approval.pk
    )
    row.order.ticket = order.ticket
    return row


def _require_asked(row: Approval, by: Person) -> None:
    if by.pk in policy.concerned(row.order):
        raise NotAllowed(why_not(by, row))
    if row.decision and row.decided_by:
        words = {"decision": row.get_decision_display(), "name": row.decided_by.name, "when": _moment(row.decided_at)}
        raise Decided(_("This was decided already: %(decision)s, by %(name)s on %(when)s.") % words)
    if not row.is_open or row.order.state != OrderState.PENDING or row.order.ticket.is_done:
        raise Decided(_why_over(row))
    if policy.has_word_beside(by, [row]):
        raise NotAllowed(why_not(by, row))
    if not policy.is_asked(by, row):
        raise NotFound


def why_not(person: Person, approval: Approval) -> str:
    """Why somebody who was asked does not decide what is still open."""
    name = {"name": approval.approver.name}
    if person.pk in policy.concerned(approval.order):
        return _(
            "Nobody approves what they ordered, what is for them or what they wrote, not even in place of somebody else."
        )
    if policy.has_word_beside(person, [approval]):
        return _("You have a word of your own in this step, so you do not decide in place of %(name)s as well.") % name
    if person.pk == approval.approver_id:
        return _("You are not asked about this any more.")
    return _("You do not stand in for %(name)s any more.") % name


def _why_over(row: Approval) -> str:
    if row.order.state == OrderState.WITHDRAWN or (row.is_open and row.order.ticket.is_done):
        return _("The request was withdrawn. There is nothing to decide any more.")
    if row.round != row.order.round:
        return _("The request was changed since. Who is asked about it now has a new mail.")
    if row.order.state == OrderState.EXPIRED:
        return _("The time to decide is over. The requester can ask again.")
    return _("Others have decided this already; your word is not needed any more.")


def _moment(at: datetime | None) -> str:
    return spoken.moment(at) if at else ""


def _outcome(order: Order, row: Approval, log: Log) -> str | Invalid:
    """What follows: the end, the next stage, nothing yet, or why nobody can be asked next.

    A no ends it as soon as the step cannot be passed any more.
    """
    mine = list(Approval.objects.filter(order=order, round=order.round, step=row.step))
    yes = sum(one.decision == Decision.YES for one in mine)
    no = sum(one.decision == Decision.NO for one in mine)
    if len(mine) - no < row.quorum:
        return _settle(order, log, OrderState.REJECTED)
    if yes < row.quorum:
        return OrderState.PENDING
    drop(order, step=row.step)
    stage = Approval.objects.filter(order=order, round=order.round, stage=row.stage)
    if stage.filter(decision="", dropped_at=None).exists():
        return OrderState.PENDING
    try:
        later = approvers.of(order, after=row.stage)
    except Invalid as refusal:  # what was decided counts all the same
        return refusal
    if later:
        _ask_stage(order, log, min(step.stage for step in later), later)
        return OrderState.PENDING
    return _settle(order, log, OrderState.APPROVED)


def _settle(order: Order, log: Log, outcome: OrderState) -> str:
    drop(order)
    order.state, order.settled_at = outcome, clock.now()
    order.save()
    log.record(OrderSettled(outcome=outcome))
    return outcome


def _tell_no(row: Approval) -> None:
    """The ticket ends for now, with the reason for the requester; changing the answers asks again."""
    ticket = row.order.ticket
    with override(ticket.requester.language):
        words = _("%(name)s did not approve this request: %(reason)s") % {
            "name": row.approver.name,
            "reason": row.comment,
        }
        more = _("You can change your answers and ask again, on the page of the request.")
    actions.call_off(ticket, by=robot("Olmo"), code="declined", note=f"{words}\n\n{more}")


def tell_stuck(ticket: Ticket, why: Invalid) -> None:
    """Nobody can be asked (any more): the agents learn why, and what they can do."""
    with override(settings.LANGUAGE_CODE):
        more = _("Name somebody who can, then resolve this ticket and open it again: everybody is asked anew.")
        note = actions.NewMessage(text=f"{why.message}\n\n{more}")
    actions.note(ticket, by=robot("Olmo"), message=note)


def remind_due(limit: int = 200) -> int:
    """Remind everybody whose time to be reminded has come; returns how many. Safe to run at any time, by many."""
    due = Approval.objects.filter(
        decision="", dropped_at=None, remind_at__lte=clock.now(), order__state=OrderState.PENDING,
        order__ticket__status__in=ACTIVE,
    )  # fmt: skip
    rows = due.select_related("order__ticket", "order__item", "approver").order_by("remind_at", "pk")[:limit]
    return sum(_each(_remind, row, row.order) for row in rows)


def _remind(row: Approval) -> bool:
    with changing(row.order.ticket, by=robot("Olmo")) as log:
        fresh = Approval.objects.get(pk=row.pk)
        is_due = fresh.is_open and fresh.remind_at is not None and fresh.remind_at <= clock.now()
        if is_due and log.ticket.is_active:
            days = handling(row.order.item).remind_after_days
            Approval.objects.filter(pk=row.pk).update(remind_at=clock.now() + timedelta(days=days) if days else None)
            log.record(OrderApprovalReminded(person=row.approver_id, approval=row.pk))
    if is_due and log.ticket.is_active and policy.with_nobody([row]):
        _tell_missing(row)
    return is_due and log.ticket.is_active


def _tell_missing(row: Approval) -> None:
    """Who is asked is away and nobody can decide in their place: the agents learn it with each reminder, and what they can do."""
    with override(settings.LANGUAGE_CODE):
        words = _("%(name)s is asked to approve this, but is away, and nobody can decide in their place.")
        more = _(
            "Name another deputy for them. "
            "Or change who approves, then resolve this ticket and open it again: everybody is asked anew."
        )
        note = actions.NewMessage(text=f"{words % {'name': row.approver.name}}\n\n{more}")
    actions.note(row.order.ticket, by=robot("Olmo"), message=note)


def _each[T](do: Callable[[T], bool], one: T, order: Order) -> bool:
    """Do it for one of many: an order that refuses is noted, and keeps nobody else's waiting."""
    try:
        with transaction.atomic():
            return do(one)
    except OlmoError as refusal:
        logger.warning("The approvals of order %s could not go on: %s", order.pk, refusal.message)
        return False


def expire_due(limit: int = 200) -> int:
    """End orders whose approval came too late; returns how many. Safe to run at any time, by many."""
    due = Approval.objects.filter(
        decision="", dropped_at=None, expires_at__lte=clock.now(), order__state=OrderState.PENDING,
        order__ticket__status__in=ACTIVE,
    )  # fmt: skip
    rows = due.select_related("order__ticket__requester").order_by("expires_at", "pk")[:limit]
    orders = {row.order_id: row.order for row in rows}
    return sum(_each(_expire, order, order) for order in orders.values())


def _expire(order: Order) -> bool:
    with changing(order.ticket, by=robot("Olmo")) as log:
        row = Order.objects.get(pk=order.pk)
        row.ticket = order.ticket
        open_late = Approval.objects.filter(order=row, decision="", dropped_at=None, expires_at__lte=clock.now())
        if row.state != OrderState.PENDING or log.ticket.is_done or not open_late.exists():
            return False
        _settle(row, log, OrderState.EXPIRED)
    with override(order.ticket.requester.language):
        words = _("Nobody decided about this request in time. You can ask again, on the page of the request.")
    actions.call_off(order.ticket, by=robot("Olmo"), code="declined", note=words)
    return True
