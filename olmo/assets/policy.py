"""Who may do what with an asset."""

from olmo.kernel.errors import NotAllowed, NotFound
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.tenancy.scope import EveryClient


def may_know_client(person: Person, client_id: int) -> bool:
    """Whether the person works for, or belongs to, this organisation."""
    clients = clients_of(person)
    return isinstance(clients, EveryClient) or client_id in clients


def require_keeping(person: Person, client_id: int) -> None:
    """Raise NotFound for what the person may not know of, NotAllowed for all but agents."""
    if not may_know_client(person, client_id):
        raise NotFound
    if not person.is_agent:
        raise NotAllowed
