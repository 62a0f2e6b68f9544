"""Who may do what with an article. Verbs call `require`; pages ask `may_*` to show only what works."""

from olmo.kernel.errors import NotAllowed
from olmo.people.models import Person
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.scope import EveryClient

from .models import Article, Audience


def may_read(person: Person, article: Article) -> bool:
    """Robots all; agents all but those of other teams and organisations; requesters what is public or their organisation's."""
    if person.is_robot or article.audience == Audience.PUBLIC:
        return True
    if article.audience == Audience.ORGANISATION:
        clients = clients_of(person)
        return isinstance(clients, EveryClient) or (article.client_id or 0) in clients
    if not person.is_agent:
        return False
    return article.audience == Audience.AGENTS or person.is_administrator or article.team_id in team_ids(person)


def may_write(person: Person, article: Article) -> bool:
    """Any agent who reads it: what they write is read by a second person before anybody else sees it."""
    return (person.is_agent or person.is_robot) and may_read(person, article)


def may_keep(person: Person, article: Article) -> bool:
    """Change its owner, audience and dates, or retire it: its owner and administrators."""
    return may_write(person, article) and (article.owner_id == person.pk or person.is_administrator or person.is_robot)


def require(allowed: bool) -> None:
    """Raise NotAllowed unless allowed."""
    if not allowed:
        raise NotAllowed
