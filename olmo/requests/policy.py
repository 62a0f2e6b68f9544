"""Who may do what with an order and its approvals."""

from olmo.people.models import Person
from olmo.tickets import policy as tickets

from .models import Approval, Order
from .substitutes import standing_in


def concerned(order: Order) -> set[int]:
    """Those who decide nothing about it: who filled it in, who asks for it, and whom it is for."""
    return {order.by_id, order.recipient_id, order.ticket.requester_id}


def may_change(person: Person, order: Order) -> bool:
    """Change its answers, or withdraw it: who ordered it, whom it is for, and agents who work on the ticket."""
    return person.pk in concerned(order) or tickets.may_work(person, order.ticket)


def may_see_answers(person: Person, order: Order) -> bool:
    """Whoever sees the ticket."""
    return tickets.may_see(person, order.ticket)


def is_asked(person: Person, approval: Approval) -> bool:
    """Whether they are the approver, or stand in for them now; never one whom the order concerns."""
    if person.pk in concerned(approval.order) or not person.is_active:
        return False
    return person.pk == approval.approver_id or person.pk in {one.pk for one in standing_in(approval.approver)}
