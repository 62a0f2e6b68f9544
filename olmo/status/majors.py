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


def declared(
    ticket: Ticket, *, by: Person, texts: tuple[str, str], clients: Collection[int], until: datetime | None
) -> None:
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


def updated(ticket: Ticket, *, by: Person, texts: tuple[str, str]) -> None:
    """It was told how it stands."""
    row = Happening.objects.filter(ticket=ticket, ended_at=None).first()
    if row is not None:
        _say(row, State.FOUND, texts, by)


def ended(ticket: Ticket, *, by: Person, is_stood_down: bool = False) -> None:
    """It is over, or was none."""
    row = Happening.objects.select_for_update().filter(ticket=ticket, ended_at=None).first()
    if row is None:
        return
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    texts = ("It is solved.", "È risolto.")
    _say(
        row,
        State.RESOLVED,
        ("It was no major incident.", "Non era un disservizio grave.") if is_stood_down else texts,
        by,
    )


def _say(row: Happening, state: State, texts: tuple[str, str], by: Person) -> None:
    made = Update.objects.create(happening=row, state=state, text_en=texts[0], text_it=texts[1], by=by, at=clock.now())
    jobs.tell_of(made.pk)
