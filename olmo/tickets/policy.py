"""Who may do what with a ticket. Verbs call `require`; pages ask `may_*` to show only what works."""

from datetime import timedelta

from olmo.kernel import clock
from olmo.kernel.errors import NotAllowed, NotFound
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.tenancy.scope import EveryClient

from .models import Status, Ticket


def may_see(person: Person, ticket: Ticket) -> bool:
    """An agent of the client; a requester their own tickets, those they follow, or all when they see the organisation."""
    if person.is_robot:
        return True
    if not may_know_client(person, ticket.client_id):
        return False
    if person.is_agent:
        return True
    return ticket.requester_id == person.pk or person.pk in ticket.watcher_ids or person.sees_organisation


def may_know_client(person: Person, client_id: int) -> bool:
    """Whether the person works for, or belongs to, this client."""
    clients = clients_of(person)
    return isinstance(clients, EveryClient) or client_id in clients or person.is_robot


def may_work(person: Person, ticket: Ticket) -> bool:
    """Agents and robots work on the tickets that they see."""
    return (person.is_agent or person.is_robot) and may_see(person, ticket)


def may_write(person: Person, ticket: Ticket) -> bool:
    """Whoever sees a ticket may add a message to it."""
    return may_see(person, ticket)


def may_close(person: Person, ticket: Ticket) -> bool:
    """Agents; and the requester, who may say that it is solved or withdraw it."""
    return may_work(person, ticket) or (may_see(person, ticket) and ticket.requester_id == person.pk)


def is_past(ticket: Ticket) -> bool:
    """Whether it was closed so long ago that what follows is a new request (the organisation's own number of days)."""
    if ticket.status != Status.CLOSED or ticket.closed_at is None:
        return False
    return clock.now() - ticket.closed_at > timedelta(days=ticket.client.follow_up_days)


def may_withdraw(person: Person, ticket: Ticket) -> bool:
    """Whoever asked may say that it is needed no more, while it is open."""
    is_theirs = person.is_requester and ticket.requester_id == person.pk and may_see(person, ticket)
    return is_theirs and ticket.is_active and ticket.merged_into_id is None


def may_redact(person: Person, ticket: Ticket) -> bool:
    """Erasing is for administrators: it cannot be undone."""
    return person.is_administrator and may_work(person, ticket)


def require(allowed: bool) -> None:
    """Raise NotAllowed unless allowed."""
    if not allowed:
        raise NotAllowed


def require_sight(person: Person, ticket: Ticket) -> None:
    """Raise NotFound, not NotAllowed, when the person may not even know of the ticket."""
    if not may_see(person, ticket):
        raise NotFound


def require_work(person: Person, ticket: Ticket) -> None:
    """Sight first (404), then the right to work on it (403)."""
    require_sight(person, ticket)
    require(may_work(person, ticket))
