"""Verbs: a person reads their notices."""

from collections.abc import Iterable

from olmo.kernel import clock, live
from olmo.people.models import Person
from olmo.tickets.models import Ticket

from . import queries


def read(
    person: Person, *, ids: Iterable[int] | None = None, ticket: Ticket | None = None, on_call: bool = False
) -> int:
    """Mark notices of this person as read: some (their ids), those of a ticket or of duties, or all.

    Returns how many were not read before.
    """
    found = queries.unread(person)
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    if ticket is not None:
        found = found.filter(ticket=ticket)
    if on_call:
        found = found.filter(schedule__isnull=False)
    count = found.update(read_at=clock.now())
    if count:
        live.tell(bell=person.pk)
    return count
