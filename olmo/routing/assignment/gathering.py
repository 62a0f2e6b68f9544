"""What `choosing` needs, read from the database: the agents of a team with their load, and what happened before."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Case, IntegerField, Sum, Value, When

from olmo.kernel import clock
from olmo.people.models import Kind, Person, Team
from olmo.people.queries import clients_of, with_clients
from olmo.staffing import queries as staffing
from olmo.staffing.availability import Verdict
from olmo.staffing.models import Ability, CapacityRules, Need, Profile
from olmo.tenancy.scope import EveryClient
from olmo.tickets.changes import Assigned, GivenBack, HandedOver, Opened
from olmo.tickets.models import Event, Status, Ticket

from .choosing import Candidate, History, Task, Way, choose
from .models import Given, TeamWay

WORKED_ON = (Status.NEW, Status.OPEN)  # what waits for others weighs nothing


class Crew:
    """The agents of a team at one moment. Their load is kept up as they are given tickets."""

    def __init__(self, way: TeamWay) -> None:
        self.way, self.rules = way, capacity_rules()
        self.people = with_clients(members(way.team))
        ids = [person.pk for person in self.people]
        self.verdicts: dict[int, Verdict] = staffing.available(self.people, clock.now())
        self.loads = loads(self.people, self.rules)
        self.turns = dict(Given.objects.filter(team=way.team_id, person__in=ids).values_list("person_id", "turn"))
        self.profiles = Profile.objects.in_bulk(ids)
        self.clients = {person.pk: clients_of(person) for person in self.people}
        self._gave: set[int] = set()
        self._needs: dict[int | None, dict[int, int]] = {}
        self.skills: dict[int, dict[int, int]] = defaultdict(dict)
        for row in Ability.objects.filter(person__in=ids):
            self.skills[row.person_id][row.skill_id] = row.level

    def has_room(self) -> bool:
        """Whether anybody can be given anything at all."""
        return any(
            self.verdicts[p.pk].is_yes
            and (not self.way.needs_room or not self.loads[p.pk] or self.loads[p.pk] < self.capacity(p))
            for p in self.people
        )

    def task(self, ticket: Ticket) -> Task:
        """What a ticket asks for; the needs of a category are read once."""
        if ticket.category_id not in self._needs:
            needs = Need.objects.filter(category=ticket.category_id).order_by("skill")
            self._needs[ticket.category_id] = dict(needs.values_list("skill_id", "level"))
        needed = self._needs[ticket.category_id]
        return Task(weight=weight(self.rules, ticket.priority), needs=needed, language=ticket.language)

    def may_fit(self, ticket: Ticket) -> bool:
        """Whether anybody can take a ticket, whatever happened before with it."""
        return choose(self.task(ticket), self.candidates(ticket), as_way(self.way), History()).person is not None

    def candidates(self, ticket: Ticket) -> list[Candidate]:
        """The agents as this ticket sees them."""
        return [
            Candidate(
                person=person.pk,
                verdict=self.verdicts[person.pk],
                load=self.loads[person.pk],
                capacity=self.capacity(person),
                skills=self.skills[person.pk],
                languages=self.languages(person),
                may_see=isinstance(own := self.clients[person.pk], EveryClient) or ticket.client_id in own,
            )
            for person in self.people
        ]

    def capacity(self, person: Person) -> int:
        """How much somebody takes: their own measure, else the desk's."""
        profile = self.profiles.get(person.pk)
        return (profile.capacity if profile else None) or self.rules.capacity

    def languages(self, person: Person) -> frozenset[str]:
        """What somebody speaks; where nothing was said, the language of their pages."""
        profile = self.profiles.get(person.pk)
        return frozenset((profile.languages if profile else None) or [person.language])

    def gave(self, person: int, ticket: Ticket) -> None:
        """Count a ticket that was given out."""
        self.way.turns += 1
        self.turns[person] = self.way.turns
        self.loads[person] += weight(self.rules, ticket.priority)
        self._gave.add(person)

    def keep(self) -> None:
        """Write down whose turn it was, once for all tickets that were given out; the row of the way is locked."""
        if not self._gave:
            return
        TeamWay.objects.filter(pk=self.way.pk).update(turns=self.way.turns)
        rows = [Given(team=self.way.team, person_id=pk, turn=self.turns[pk]) for pk in sorted(self._gave)]
        Given.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["team", "person"], update_fields=["turn"]
        )  # fmt: skip


def members(team: Team) -> Iterable[Person]:
    """The agents of a team who are with the desk."""
    return team.members.filter(is_active=True, kind=Kind.AGENT).order_by("pk")


def loads(people: Iterable[Person], rules: CapacityRules) -> dict[int, int]:
    """What weighs on each: their open tickets by priority, from the index of open work by owner."""
    found = {person.pk: 0 for person in people}
    by_priority = [When(priority=n, then=Value(weight)) for n, weight in enumerate(rules.weights, 1)]
    weighing = Sum(Case(*by_priority, default=Value(1), output_field=IntegerField()))
    rows = Ticket.objects.filter(assignee__in=list(found), status__in=WORKED_ON).order_by()
    return found | dict(rows.values_list("assignee").annotate(load=weighing))


def capacity_rules() -> CapacityRules:
    """The desk's measures."""
    return CapacityRules.objects.filter(pk=1).first() or CapacityRules(pk=1)


def weight(rules: CapacityRules, priority: int) -> int:
    """What a ticket of this priority weighs."""
    return rules.weights[priority - 1] if 1 <= priority <= len(rules.weights) else 1


def history(ticket: Ticket, way: TeamWay, crew: Crew) -> History:
    """What happened before with this ticket and its requester."""
    return History(turns=dict(crew.turns), solver=_solver(ticket, way), gave_back=_gave_back(ticket))


def as_way(way: TeamWay) -> Way:
    """The way as `choosing` reads it."""
    return Way(
        method=way.method,
        needs_room=way.needs_room,
        needs_skills=way.needs_skills,
        needs_language=way.needs_language,
    )


def _solver(ticket: Ticket, way: TeamWay) -> int | None:
    if not way.sticky_days:
        return None
    since = clock.now() - timedelta(days=way.sticky_days)
    solved = Ticket.objects.filter(requester=ticket.requester_id, resolved_at__gte=since, assignee__isnull=False)
    return solved.exclude(pk=ticket.pk).order_by("-resolved_at").values_list("assignee_id", flat=True).first()


def _gave_back(ticket: Ticket) -> int | None:
    """Who had it last and gave it away themselves."""
    kinds = [change.kind for change in (Opened, Assigned, HandedOver, GivenBack)]
    newest = Event.objects.filter(ticket=ticket, kind__in=kinds).order_by("-seq")[:2]
    if len(newest) < 2:
        return None
    last, before = newest
    owner: int | None = before.data.get("assignee")
    return owner if owner == last.by_id and not last.data.get("assignee") else None
