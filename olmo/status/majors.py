"""Major incidents as happenings: told, gone on with and ended at their ticket, shown like everything else.

The room of major incidents stands above this one and calls it within its own transaction.
"""

from collections.abc import Collection
from datetime import datetime

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.tickets.models import Ticket

from . import jobs
from .models import Happening, Kind, Level, State, Update

type Texts = tuple[str, str]  # in English, in Italian

SOLVED: Texts = ("It is solved.", "È risolto.")
NONE: Texts = ("It was no major incident.", "Non era un disservizio grave.")


def declared(ticket: Ticket, *, by: Person, texts: Texts, clients: Collection[int], until: datetime | None) -> None:
    """A ticket was declared a major incident (again)."""
    now = clock.now()
    values = {
        "kind": Kind.INCIDENT, "level": Level.FAULT, "by": by, "begins_at": now, "ends_at": until, "ended_at": None,
        "clients": sorted(clients), "title_en": "A disturbance that concerns many",
        "title_it": "Un disservizio che riguarda molti",
        "in_portal": True, "in_desk": False, "is_banner": True, "created_at": now,
    }  # fmt: skip
    row, _made = Happening.objects.update_or_create(ticket=ticket, defaults=values)
    _say(row, State.LOOKING, texts, by)


def updated(ticket: Ticket, *, by: Person, texts: Texts) -> None:
    """It was told how it stands; whether the cause is found, nobody said."""
    row = Happening.objects.filter(ticket=ticket, ended_at=None).first()
    if row is not None:
        _say(row, State.LOOKING, texts, by)


def ended(ticket: Ticket, *, by: Person, texts: Texts = SOLVED) -> None:
    """It is over, with the words of whoever ended it."""
    row = Happening.objects.select_for_update().filter(ticket=ticket, ended_at=None).first()
    if row is None:
        return
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    _say(row, State.RESOLVED, texts, by)


def said_of(tickets: Collection[int]) -> dict[int, list[Update]]:
    """What was said of these major incidents, by ticket, the oldest first."""
    found: dict[int, list[Update]] = {}
    rows = Update.objects.filter(happening__ticket__in=list(tickets)).select_related("by", "happening")
    for one in rows.order_by("at", "pk"):
        found.setdefault(one.happening.ticket_id or 0, []).append(one)
    return found


def _say(row: Happening, state: State, texts: Texts, by: Person) -> None:
    made = Update.objects.create(happening=row, state=state, text_en=texts[0], text_it=texts[1], by=by, at=clock.now())
    jobs.tell_of(made.pk)
