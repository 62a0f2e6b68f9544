"""Verbs: a person reads their notices."""

from collections.abc import Iterable

from olmo.kernel import clock, live
from olmo.knowledge.models import Article
from olmo.people.models import Person
from olmo.tickets.models import Ticket

from . import queries


def read(
    person: Person, *, ids: Iterable[int] | None = None, ticket: Ticket | None = None, on_call: bool = False,
    article: Article | None = None,
) -> int:  # fmt: skip
    """Mark notices of this person as read: some (their ids), those of a ticket, of duties or of an article, or all.

    Returns how many were not read before.
    """
    found = queries.unread(person)
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    if ticket is not None:
        found = found.filter(ticket=ticket)
    if on_call:
        found = found.filter(schedule__isnull=False)
    if article is not None:
        found = found.filter(suggestion__article=article)
    count = found.update(read_at=clock.now())
    if count:
        live.tell(bell=person.pk)
    return count
