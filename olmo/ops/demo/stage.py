"""The desk before the first ticket: provider, organisations, teams, people, categories, custom fields."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Max

from olmo.kernel.errors import Conflict
from olmo.kernel.text import clean_line
from olmo.ops import founding
from olmo.ops.problems import Problem
from olmo.people.actions import add_identity, enrol_agent, enrol_requester
from olmo.people.models import Identity, Person, Team, Tier
from olmo.people.queries import with_access
from olmo.tenancy.models import Client, Domain
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Category, CustomField
from olmo.worklog.models import Activity

from . import content


@dataclass
class House:
    """A client organisation of the demo: its people, and the words that are its own (rooms, printers, projects)."""

    client: Client
    people: list[Person]
    words: dict[str, Any]


@dataclass
class Stage:
    """Everybody and everything that the tickets need."""

    administrator: Person
    houses: list[House]
    teams: dict[str, Team]
    agents: list[tuple[Person, dict[str, Any]]]
    categories: dict[str, Category]
    activities: list[Activity] = field(default_factory=list)
    house_fields: dict[int, CustomField] = field(default_factory=dict)
    # When the clockwork will have something to do, and what.
    alarms: list[tuple[datetime, Callable[[], int]]] = field(default_factory=list)
    # How far agents have read: (person, ticket) -> seq.
    read: dict[tuple[int, int], int] = field(default_factory=dict)

    def team_of_tier(self, tier: int) -> Team:
        """The demo's team of tier 1, 2 or 3."""
        return self.teams[("desk", "network", "systems")[tier - 1]]

    def agent_for(self, rng: Random, team: Team, language: str) -> Person:
        """One of a team who speaks the language."""
        able = [who for who, role in self.agents if language in role["speaks"] and self.teams[role["teams"][0]] == team]
        return rng.choice(able or [self.administrator])


def build(password: str) -> Stage:
    """Make the desk of the demo, or add to one that is set up but has no tickets yet. Every demo person gets `password`.

    Raises Problem when a name or an address of the demo belongs to somebody already.
    """
    cast = content.cast()
    try:
        stage = _built(cast)
    except Conflict as taken:
        raise Problem(f"The demo cannot be added to this desk: {taken}") from taken
    people = [who for who, _role in stage.agents] + [who for house in stage.houses for who in house.people]
    # One digest for all: making 70 of them, slow as they are meant to be, would take longer than the tickets.
    Person.objects.filter(pk__in=[person.pk for person in people]).update(password=make_password(password))
    return stage


def _built(cast: dict[str, Any]) -> Stage:
    if not founding.is_founded():
        _found(cast)
    teams = {team["key"]: _team(team) for team in cast["teams"]}
    agents = [(_working(_agent(role, teams)), role) for role in cast["agents"]]
    houses = [_house(words) for words in cast["clients"]]
    stage = Stage(
        administrator=next(who for who, role in agents if role.get("is_administrator")),
        houses=houses, teams=teams, agents=agents, categories=_categories(cast["categories"], teams),
        activities=list(Activity.objects.filter(is_active=True).order_by("position")),
    )  # fmt: skip
    _fields(cast["fields"], stage)
    return stage


def _found(cast: dict[str, Any]) -> None:
    host = cast["provider"]
    head = next(role for role in cast["agents"] if role.get("is_administrator"))
    desk = founding.Desk(
        provider=host["name"], address=host["address"], client=cast["clients"][0]["name"], language=host["language"],
        time_zone=host["time_zone"],
    )  # fmt: skip
    founding.found(desk, founding.Administrator(name=head["name"], email=_address(head["name"], "olmeto.example")))


def _team(team: dict[str, Any]) -> Team:
    tier, _made = Tier.objects.get_or_create(level=team["level"], defaults={"name": f"Tier {team['level']}"})
    return Team.objects.get_or_create(name=team["name"], defaults={"tier": tier})[0]


def _agent(role: dict[str, Any], teams: dict[str, Team]) -> Person:
    address = _address(role["name"], "olmeto.example")
    known = Person.objects.filter(email=address, is_administrator=True).first()  # made at the founding
    person = known or enrol_agent(
        role["name"], address, is_administrator=role.get("is_administrator", False), language=role["speaks"][0],
        time_zone="Europe/Rome",
    )  # fmt: skip
    person.title, person.signatures, person.language = (
        role["title"],
        dict.fromkeys(("en", "it"), "{agent}\n{agent_title}"),
        role["speaks"][0],
    )
    person.save(update_fields=["title", "signatures", "language"])
    person.teams.add(*(teams[key] for key in role["teams"]))
    return person


def _working(agent: Person) -> Person:
    """The agent with what each verb asks of them known already, as in a request."""
    known = with_access(agent.pk)
    return known or agent


def _house(words: dict[str, Any]) -> House:
    client, _made = Client.objects.get_or_create(
        name=words["name"], defaults={"language": words["language"], "time_zone": "Europe/Rome"}
    )
    for name in words["domains"]:
        domain, _made = Domain.objects.get_or_create(name=name, defaults={"client": client})
        if domain.client_id != client.pk:
            raise Conflict(name)
    lines = [line.split("|") for line in words["people"].strip().splitlines()]
    with scope(EVERY_CLIENT):  # the one that is open does not know this client yet
        return House(client, [_requester(client, words, place, *line) for place, line in enumerate(lines)], words)


def _requester(client: Client, words: dict[str, Any], place: int, name: str, title: str, mark: str = "") -> Person:
    language = mark if mark in content.LANGUAGES else client.language
    person = enrol_requester(client, name, _address(name, words["domains"][0]), language=language, title=title)
    if mark in ("vip", "all"):
        person.is_vip, person.sees_organisation = mark == "vip", mark == "all"
        person.save(update_fields=["is_vip", "sees_organisation"])
    if client.language == "en" and place % 3 == 0:  # numbers that Ofcom keeps free for film and television
        add_identity(person, Identity.Kind.PHONE, f"+44 20 7946 0{100 + place}")
    return person


def _categories(rows: dict[str, dict[str, str]], teams: dict[str, Team]) -> dict[str, Category]:
    made: dict[str, Category] = {}
    for key, row in rows.items():
        made[key], _made = Category.objects.get_or_create(
            name=row["en"], parent=made.get(key.rpartition(".")[0]), client=None,
            defaults={"names": {"it": row["it"]}, "team": teams.get(row.get("team", ""))},
        )  # fmt: skip
    return made


def _fields(rows: list[dict[str, Any]], stage: Stage) -> None:
    clients = {house.client.name: house.client for house in stage.houses}
    position = CustomField.objects.aggregate(last=Max("position"))["last"] or 0
    for place, row in enumerate(rows, start=position + 1):
        client = clients.get(row.get("client", ""))
        made, _made = CustomField.objects.get_or_create(
            key=row["key"],
            defaults={
                "label": row["label"], "labels": {"it": row["it"]}, "kind": row["kind"], "client": client, "position": place,
                "choices": row.get("choices", []),
            },
        )  # fmt: skip
        if client is not None:
            stage.house_fields[client.pk] = made


def _address(name: str, domain: str) -> str:
    letters = "".join(c if c.isalnum() and c.isascii() else "." for c in clean_line(name).lower().replace("'", ""))
    return f"{letters.strip('.')}@{domain}"
