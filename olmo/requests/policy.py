"""Who may do what with an order and its approvals."""

from collections.abc import Sequence

from django.db.models import Q

from olmo.people.models import Person
from olmo.tickets import policy as tickets

from .models import Approval, Order, OrderState
from .substitutes import absent, standing_in

AGAIN = (OrderState.REJECTED, OrderState.EXPIRED, OrderState.WITHDRAWN)


def owners(order: Order) -> set[int]:
    """Whose it is: who filled it in, who asks for it, and whom it is for."""
    return {order.by_id, order.recipient_id, order.ticket.requester_id}


def concerned(order: Order) -> set[int]:
    """Those who decide nothing about it: whose it is, and who wrote the answers as they are now."""
    return owners(order) | {order.author_id or order.by_id}


def may_change(person: Person, order: Order) -> bool:
    """Change its answers, or withdraw it: who ordered it, whom it is for, and agents who work on the ticket."""
    return person.pk in owners(order) or tickets.may_work(person, order.ticket)


def is_changeable(order: Order) -> bool:
    """It is under way, or ended without being approved: then changing it orders it again. What was merged goes on elsewhere."""
    return (order.ticket.is_active or order.state in AGAIN) and order.ticket.merged_into_id is None


def may_be_asked(person: Person, order: Order) -> bool:
    """Active ones of the organisation, and agents who serve it: an approval shows all answers. Nobody whom it concerns."""
    if person.pk in concerned(order) or not person.is_active:
        return False
    if person.is_agent:
        return tickets.may_know_client(person, order.client_id)
    return person.client_id == order.client_id


def is_asked(person: Person, approval: Approval) -> bool:
    """Whether they are the approver, or stand in for them now, and may be asked."""
    if not may_be_asked(person, approval.order):
        return False
    if person.pk == approval.approver_id:
        return True
    return person.pk in {one.pk for one in standing_in(approval.approver)} and not has_word_beside(person, [approval])


def may_read(person: Person, approval: Approval) -> bool:
    """Its answers and their files: who is asked, or has decided."""
    return is_asked(person, approval) or approval.decided_by_id == person.pk


def has_word_beside(person: Person, approvals: Sequence[Approval]) -> set[int]:
    """The ids of what is asked of others, in steps in which this person is asked or decided already: nobody has two words."""
    others = [one for one in approvals if one.approver_id != person.pk]
    if not others:
        return set()
    theirs = Approval.objects.filter(
        Q(approver=person) | Q(decided_by=person), order__in={one.order_id for one in others}
    )
    steps = set(theirs.values_list("order_id", "round", "step"))
    return {one.pk for one in others if (one.order_id, one.round, one.step) in steps}


def with_nobody(approvals: Sequence[Approval]) -> set[int]:
    """The ids of open ones that nobody can decide now: who is asked is away, and nobody stands in who may."""
    waiting = [one for one in approvals if one.is_open]
    away = absent([one.approver_id for one in waiting]) if waiting else set()
    return {
        one.pk for one in waiting
        if one.approver_id in away and not any(is_asked(deputy, one) for deputy in standing_in(one.approver))
    }  # fmt: skip


def may_decide(person: Person, approval: Approval) -> bool:
    """Whether there is something to decide, and it is theirs."""
    return approval.is_open and is_undecided(approval.order) and is_asked(person, approval)


def is_undecided(order: Order) -> bool:
    """Whether its approvals are still waited for."""
    return order.state == OrderState.PENDING and not order.ticket.is_done
