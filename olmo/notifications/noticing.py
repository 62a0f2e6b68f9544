"""Notices to agents: who is told of an event, and by which channels; never the author, only those who may see the ticket."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from olmo.kernel import clock
from olmo.people.models import Kind, Person, Team
from olmo.people.queries import with_clients
from olmo.tickets.models import Event, Message, Ticket

from . import channels, following, kinds
from .rhythm import moment, rhythms
from .telling import reader_of

MAX_TEAM = 50
COLLECTED = timedelta(minutes=5)

Sentence = Callable[[], str]


def notify(
    event: Event, people: Iterable[Person | None], sentence: Sentence, message: Message | None = None, *,
    kind: str = "other", why: str = "", tells_author: bool = False, is_collected: bool = False, at_once: bool = False,
    without: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Tell agents of an event, each by the channels that they chose, and each once, whoever else tells them of it.

    Not those who want to hear less of this ticket (`following`).
    sentence: what happened, called in each reader's language. kind: one of kinds.OF_AGENTS; why: one of kinds.WHY.
    tells_author: it reminds them of what they said themselves. is_collected: many may come at once, as after an outage; what
    comes together within some minutes leaves as one mail. at_once: their quiet hours do not hold it back, for they are on call.
    without: channels by which they are told in another way.
    """
    ticket = event.ticket
    readers = {
        person.pk: (person, reader)
        for person in with_clients(person for person in people if person is not None)
        if person.is_agent and (tells_author or person.pk != event.by_id) and (reader := reader_of(person, ticket))
    }
    for pk in following.silent(ticket, readers, kind) if readers else ():
        del readers[pk]
    if not readers:
        return
    everybody = [person for person, _reader in readers.values()]
    chosen, when, now = kinds.channels_for(everybody, kind), rhythms(everybody), clock.now()
    told = []
    for person, reader in readers.values():
        waits_until = None if at_once else moment(when.get(person.pk), person, ticket, now)
        if is_collected:
            waits_until = max(waits_until or now, now + COLLECTED)
        told.append(channels.Told(person, reader, waits_until))
    telling = channels.Telling(event, sentence, why, kind, message)
    for name in sorted(channels.WAYS.keys() - without):
        if by_it := [one for one in told if name in chosen[one.person.pk]]:
            channels.WAYS[name](telling, by_it)


def members_of(team_id: int | None) -> Iterable[Person]:
    """Active agents of a team, at most fifty: a mail to more is a mail to nobody."""
    return (
        Person.objects.filter(teams=team_id, kind=Kind.AGENT, is_active=True).order_by("pk")[:MAX_TEAM]
        if team_id
        else []
    )


def following_agents(ticket: Ticket) -> Iterable[Person]:
    """Agents who follow the ticket."""
    return Person.objects.filter(pk__in=ticket.watcher_ids, kind=Kind.AGENT)


def team_name(team_id: int) -> str:
    """The name of a team."""
    return Team.objects.get(pk=team_id).name
