"""What procedures do when a ticket changes (`wiring.AFTER`)."""

from olmo.people.actions import robot
from olmo.tickets.changes import of_event
from olmo.tickets.models import Event, Ticket

from . import running
from .models import UNDER_WAY, Entry, Run

_ENDED = frozenset({"resolved", "closed", "merged", "undone"})  # kinds with which a ticket may end


def follow(event: Event) -> None:
    """AFTER reaction: no run outlives its ticket; runs move with it to another organisation."""
    if of_event(event.kind, event.data).moves_to():
        ticket = Ticket.objects.get(pk=event.ticket_id)
        Run.objects.filter(ticket=ticket).update(client_id=ticket.client_id)
        Entry.objects.filter(run__ticket=ticket).update(client_id=ticket.client_id)
    if event.kind in _ENDED and Run.objects.filter(ticket=event.ticket_id, state__in=UNDER_WAY).exists():
        ticket = Ticket.objects.get(pk=event.ticket_id)
        if ticket.is_done:
            running.stop_all(ticket, by=robot("Olmo"))
