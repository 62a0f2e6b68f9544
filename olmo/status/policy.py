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
    """Only what concerns organisations that one works for, or a team that one leads; a major incident is told at its ticket."""
    return may_tell(person) and happening.ticket_id is None and _is_theirs(person, happening)


def _is_theirs(person: Person, happening: Happening) -> bool:
    if happening.team_id is not None:
        return may_tell_team(person, happening.team_id)
    of = clients_of(person)
    return isinstance(of, EveryClient) or (bool(happening.clients) and set(happening.clients) <= set(of))


def may_tell_team(person: Person, team: int) -> bool:
    """A team is told things by whoever leads it, and by administrators."""
    return person.is_agent and (person.is_administrator or person.led_teams.filter(pk=team).exists())


def require(allowed: bool) -> None:
    """Raise NotAllowed unless allowed."""
    if not allowed:
        raise NotAllowed
