"""Asking the requester how the help was: links beside the solution, or a mail of its own some hours later."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.surveys import asking, links, queries
from olmo.surveys.models import Invitation
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Event

from . import kinds, wording
from .sending import automatic_headers, pages_of, sender_for
from .telling import Reader, is_silenced, once, post, reader_of

PURPOSE, KIND = "survey", "survey"
Links = list[dict[str, str]]


def beside(event: Event, reader: Reader) -> Links:
    """The links that stand in the mail of this solution; none in anybody else's copy, nor where they want no such question."""
    found = queries.with_solution(event)
    if (
        found is None
        or reader.person is None
        or reader.person.pk != found.person_id
        or not kinds.wants(reader.person, KIND)
    ):
        return []
    asking.sent(found)
    return links.choices(found, reader.language(event.ticket))


def settle(event: Event) -> None:
    """The mail of this solution is written, or none was: who could not be asked by it is not."""
    found = queries.with_solution(event)
    if found is not None:
        asking.drop(found)


def ask_due(limit: int = 200) -> int:
    """Mail every question that is due, each by itself; returns how many were looked at. Safe to run at any time, by many."""
    with scope(EVERY_CLIENT):
        found = asking.due(limit)
    for pk in found:
        with scope(EVERY_CLIENT):
            invitation = asking.taken(pk)
            if invitation is not None and not _mail(invitation):
                asking.drop(invitation)
    return len(found)


def _mail(invitation: Invitation) -> bool:
    """The question as a mail of its own; False when nobody can be asked or wants to be."""
    ticket = invitation.ticket
    reader = reader_of(ticket.requester, ticket)
    if reader is None or not kinds.wants(ticket.requester, KIND):
        return False
    if is_silenced(reader.address):
        return False
    event = asking.record(invitation)
    notice = once(event, reader, PURPOSE, why="requester", kind=KIND)
    assert notice is not None  # the event is new
    language, sender = reader.language(ticket), sender_for(ticket)
    with override(language):
        because, headline = str(kinds.WHY["requester"]), _("How was our help?")
    mail = wording.written(
        "survey", f"[#{ticket.number}] {headline}", language=language, ticket=ticket, name=ticket.requester.first_name,
        choices=links.choices(invitation, language), because=because, ends_at=invitation.ends_at,
        **pages_of(event, reader.person),
    )  # fmt: skip
    post(notice, reader, mail, sender=sender, headers=automatic_headers("auto-generated", sender), is_automatic=True)
    return True
