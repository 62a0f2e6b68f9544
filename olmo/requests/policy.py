"""Who may do what with an order and its approvals."""

from olmo.people.models import Person
from olmo.tickets import policy as tickets

from .models import Approval, Order, OrderState
from .substitutes import standing_in

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
    return person.pk == approval.approver_id or person.pk in {one.pk for one in standing_in(approval.approver)}


def may_decide(person: Person, approval: Approval) -> bool:
    """Whether there is something to decide, and it is theirs."""
    order = approval.order
    is_open = approval.is_open and order.state == OrderState.PENDING and not order.ticket.is_done
    return is_open and is_asked(person, approval)
