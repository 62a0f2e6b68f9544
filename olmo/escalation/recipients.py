"""Of whom a step is: whom it tells, whom it asks one after the other. Only agents who may see the ticket."""

from collections.abc import Iterable

from olmo.kernel import clock
from olmo.people.models import Kind, Person, Team
from olmo.people.queries import with_clients
from olmo.staffing import queries as staffing
from olmo.tickets import policy
from olmo.tickets.models import Ticket

from .models import Act, Step

MOST = 50


def of(step: Step, ticket: Ticket) -> list[Person]:
    """The people of a step on this ticket, each once, in the order in which they are asked."""
    found = {person.pk: person for person in with_clients(_candidates(step, ticket)) if _fits(person, ticket)}
    return list(found.values())[:MOST]


def of_settings(step: Step, team: Team | None) -> bool:
    """Whether a step of a policy would reach anybody, as its teams stand now. A ticket's own team is not known here."""
    if step.act == Act.RAISE:
        return True
    if step.act == Act.REASSIGN or step.person is not None:
        return step.person is not None or step.team is not None
    where = step.team or team
    if where is None:
        return True
    return any(person.is_active for person in _people(step.act, where))


def _candidates(step: Step, ticket: Ticket) -> Iterable[Person]:
    if step.person is not None:
        yield step.person
        if step.act in (Act.NOTIFY, Act.REASSIGN):
            return
    team = step.team or ticket.team
    if team is not None:
        yield from _people(step.act, team)
    if step.act == Act.MANAGER and ticket.assignee is not None:
        yield from leads_of(ticket.assignee)


def _people(act: str, team: Team) -> Iterable[Person]:
    if act == Act.NOTIFY:
        yield from team.members.filter(is_active=True).order_by("name", "pk")
        return
    if act == Act.PAGE:
        yield from staffing.on_call(team, clock.now())
    yield from team.leads.filter(is_active=True).order_by("name", "pk")


def leads_of(person: Person) -> Iterable[Person]:
    """Who leads the teams of an agent, without themselves."""
    return (
        Person.objects.filter(led_teams__members=person, is_active=True)
        .exclude(pk=person.pk)
        .order_by("name")
        .distinct()
    )


def _fits(person: Person, ticket: Ticket) -> bool:
    return person.kind == Kind.AGENT and person.is_active and policy.may_work(person, ticket)
