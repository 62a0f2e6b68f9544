"""Notices to agents: short, with the words and a link; never to the author, only to those who may see the ticket."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.people.models import Kind, Person, Team
from olmo.tickets.models import Event, Message, Ticket

from . import wording
from .sending import automatic_headers, page_of, sender_for
from .telling import Reader, once_by_itself, post, reader_of

MAX_WORDS = 5000
MAX_TEAM = 50

Sentence = Callable[[], str]


def notify(event: Event, people: Iterable[Person | None], sentence: Sentence, message: Message | None = None) -> None:
    """Tell agents of an event. sentence: what happened, called in each reader's language."""
    ticket = event.ticket
    readers = {
        person.pk: reader
        for person in people
        if person is not None and person.is_agent and person.pk != event.by_id and (reader := reader_of(person, ticket))
    }
    if not readers:
        return
    sender = sender_for(ticket)
    headers = automatic_headers("auto-generated", sender)
    for reader in readers.values():
        if (notice := once_by_itself(event, reader, "notice")) is not None:
            mail = _mail(ticket, reader, sentence, message)
            post(notice, reader, mail, sender=sender, headers=headers, is_automatic=True)


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


def _mail(ticket: Ticket, reader: Reader, sentence: Sentence, message: Message | None) -> wording.Mail:
    language = reader.language(ticket)
    with override(language):
        said = sentence()
        if message is not None and not message.is_verified:
            said = f"{said} {_('The sender is not verified.')}"
    words = message.text[:MAX_WORDS] if message is not None else ""
    return wording.written(
        "notice", wording.subject_of(ticket), language=language, ticket=ticket, sentence=said, words=words,
        url=page_of(ticket, reader.person),
    )  # fmt: skip
