"""Who sees what of the catalogue."""

from olmo.people.models import Person
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.scope import EveryClient

from .models import Audience, Service


def may_see(person: Person, service: Service) -> bool:
    """Requesters what is public or their organisation's; agents also what is of their teams; administrators all."""
    if person.is_robot or person.is_administrator:
        return True
    if service.audience == Audience.TEAMS:
        return person.is_agent and service.teams.filter(pk__in=team_ids(person)).exists()
    if service.audience == Audience.CLIENTS:
        clients = clients_of(person)
        return isinstance(clients, EveryClient) or bool(set(service.client_ids) & set(clients))
    return True
