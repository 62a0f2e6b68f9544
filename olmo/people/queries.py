"""Reads about people. Each starts from who asks, or runs inside a scope that says so."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from olmo.kernel import prepared
from olmo.tenancy import branding
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EVERY_CLIENT, Clients, EveryClient

from .models import Identity, Kind, Person, PersonNote, Team

# Every request begins with this: as plain SQL it costs a fifth of the same question to the ORM.
_COLUMNS = prepared.columns(Person, "p")
_WITH_ACCESS = f"""
select {_COLUMNS}, array(select client_id from people_person_clients where person_id = p.id order by 1),
    array(select team_id from people_team_members where person_id = p.id order by 1)
from people_person p where p.id = %s and p.is_active
"""  # noqa: S608  (names of ours)
_BY_ID = f"select {_COLUMNS} from people_person p where p.id = any(%s)"  # noqa: S608


def visible_to(viewer: Person) -> QuerySet[Person]:
    """Whom `viewer` may know: an agent everybody of their clients, a requester agents and themselves."""
    people = Person.objects.all()
    if viewer.is_requester:
        return people.filter(~Q(kind=Kind.REQUESTER) | Q(pk=viewer.pk))
    return people


def address_for(person: Person | None) -> str:
    """Where somebody opens Olmo, for links in mails to them: requesters at their organisation's own host name, if it has one."""
    return branding.address_of(person.client_id if person is not None and person.is_requester else None)


def clients_of(person: Person) -> Clients:
    """Whose rows a person works with: an agent's organisations (all when none is named), a requester's own."""
    if person.is_requester:
        return [person.client_id] if person.client_id else []
    own = getattr(person, "client_ids", None)
    if own is None:
        own = list(person.clients.values_list("id", flat=True))
    return own or EVERY_CLIENT


def with_clients(people: Iterable[Person]) -> list[Person]:
    """These people with the organisations of agents brought along, so that `clients_of` asks for none of them by itself."""
    found = list(people)
    unknown = {one.pk: one for one in found if not one.is_requester and not hasattr(one, "client_ids")}
    for one in unknown.values():
        one.client_ids = []  # type: ignore[attr-defined]
    for person, client in Person.clients.through.objects.filter(person__in=unknown).values_list("person", "client"):
        unknown[person].client_ids.append(client)  # type: ignore[attr-defined]
    return found


def clients_seen_by(viewer: Person) -> QuerySet[Client]:
    """The organisations that a person works with (`clients_of`), also those that are closed."""
    of = clients_of(viewer)
    return Client.objects.all() if isinstance(of, EveryClient) else Client.objects.filter(pk__in=list(of))


def with_access(pk: int) -> Person | None:
    """An active person with what each request needs to know of them: `client_ids` and `team_ids`, in one query."""
    for *row, client_ids, team_ids in prepared.rows(_WITH_ACCESS, [pk]):
        (person,) = prepared.instances(Person, [row])
        person.client_ids, person.team_ids = client_ids, team_ids  # type: ignore[attr-defined]
        return person
    return None


def by_ids(ids: Iterable[int | None]) -> dict[int, Person]:
    """The people with these ids, by id."""
    found = prepared.rows(_BY_ID, [[pk for pk in ids if pk]])
    return {person.pk: person for person in prepared.instances(Person, found)}


def by_address(address: str) -> Person | None:
    """The person whom an e-mail address names, active or not, or None."""
    found = Identity.objects.filter(kind=Identity.Kind.EMAIL, value=address.strip().lower()).select_related("person")
    return next((identity.person for identity in found[:1]), None)


def team_ids(person: Person) -> list[int]:
    """Ids of the teams of an agent."""
    known: list[int] | None = getattr(person, "team_ids", None)
    return known if known is not None else list(person.teams.values_list("id", flat=True))


def agents() -> QuerySet[Person]:
    """Active agents by name."""
    return Person.objects.filter(kind=Kind.AGENT, is_active=True).order_by("name")


def notes(person: Person) -> QuerySet[PersonNote]:
    """What agents noted of a person, the newest first; for agents alone, who may see the person."""
    return PersonNote.objects.filter(person=person).select_related("by")


def next_tier_team(team: Team | None) -> Team | None:
    """The team to which a ticket of `team` escalates by default: the first one of the next higher tier."""
    level = team.tier.level if team else 0
    return Team.objects.filter(tier__level__gt=level, is_active=True).order_by("tier__level", "name").first()
