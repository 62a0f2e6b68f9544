"""Who may tell how the services are."""

from olmo.kernel.errors import NotAllowed
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.tenancy.scope import EveryClient

from .models import Happening


def may_tell(person: Person) -> bool:
    """Administrators, and whoever leads a team: as with major incidents."""
    return person.is_agent and (person.is_administrator or person.led_teams.exists())


def may_change(person: Person, happening: Happening) -> bool:
    """Only what concerns organisations that one works for; a major incident is told at its ticket."""
    of = clients_of(person)
    theirs = isinstance(of, EveryClient) or (bool(happening.clients) and set(happening.clients) <= set(of))
    return may_tell(person) and theirs and happening.ticket_id is None


def require(allowed: bool) -> None:
    """Raise NotAllowed unless allowed."""
    if not allowed:
        raise NotAllowed
