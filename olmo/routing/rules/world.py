"""The desk beside the tickets, as rules need it: which outcomes are possible now, calendars, categories. Read once for a pass."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import Any

from django.conf import settings

from olmo.people.models import Kind, Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, WorkingState

from .matching import State

type Open = Callable[[datetime], bool]


class Desk:
    """The desk as it is now. Nothing is read before it is asked for."""

    def __init__(self) -> None:
        self._calendars: dict[int, Open | None] = {}

    def may_have(self, name: str, value: Any, state: State) -> bool:
        """As the verbs would say: active teams and agents, categories of all or of the client, states of the status."""
        if name == "category":
            return value in self.categories and self.categories[value] in (None, state["client"])
        if name in ("assignee", "followers"):
            clients = self.agents.get(value)
            return clients is not None and (not clients or state["client"] in clients)
        if name == "working_state":
            return bool(self.states.get(value) == state["status"])
        return name != "team" or value in self.teams

    def is_working(self, calendar: int, at: datetime) -> bool:
        """Whether time counts in a calendar; in one that was removed it never does."""
        if calendar not in self._calendars:
            self._calendars[calendar] = neighbour("HOURS")(calendar)
        counts = self._calendars[calendar]
        return counts is not None and counts(at)

    def priority(self, client: int, impact: int, urgency: int) -> int:
        """What the client's matrix makes of a judgement."""
        return self.clients[client].priority_of(impact, urgency)

    @cached_property
    def clients(self) -> dict[int, Client]:
        """All organisations."""
        return Client.objects.in_bulk()

    @cached_property
    def teams(self) -> frozenset[int]:
        """Teams that take tickets."""
        return frozenset(Team.objects.filter(is_active=True).values_list("pk", flat=True))

    @cached_property
    def categories(self) -> dict[int, int | None]:
        """Active categories, each with the client whose alone it is."""
        return dict(Category.objects.filter(is_active=True).values_list("pk", "client_id"))

    @cached_property
    def below(self) -> dict[int, frozenset[int]]:
        """For each category itself and all beneath it."""
        above = dict(Category.objects.values_list("pk", "parent_id"))
        found: dict[int, set[int]] = defaultdict(set)
        for pk in above:
            one: int | None = pk
            while one and pk not in found[one]:
                found[one].add(pk)
                one = above.get(one)
        return {pk: frozenset(ids) for pk, ids in found.items()}

    @cached_property
    def agents(self) -> dict[int, frozenset[int]]:
        """Active agents, each with the only organisations they work for (none: all)."""
        found: dict[int, set[int]] = defaultdict(set)
        rows = Person.objects.filter(kind=Kind.AGENT, is_active=True).values_list("pk", "clients")
        for pk, client in rows:
            found[pk] |= {client} if client else set()
        return {pk: frozenset(clients) for pk, clients in found.items()}

    @cached_property
    def states(self) -> dict[int, str]:
        """Working states that can be chosen, each with its status."""
        return dict(WorkingState.objects.filter(is_active=True).values_list("pk", "status"))


def mailboxes(sources: list[int]) -> Mapping[int, int]:
    """Which mailbox each of these raw messages came to."""
    found: Mapping[int, int] = neighbour("MAILBOXES")(sources) if sources else {}
    return found


def neighbour(name: str) -> Callable[..., Any]:
    """What a room beside this one answers; `wiring` says which."""
    answer: Callable[..., Any] = getattr(import_module(settings.OLMO_WIRING), name)
    return answer
