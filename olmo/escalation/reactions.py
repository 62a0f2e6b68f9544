"""What this room does when a ticket's log grows (`wiring.AFTER`)."""

from olmo.tickets.changes import KINDS, of_event
from olmo.tickets.models import Event, Ticket

from . import actions, major, watching
from .models import Firing, State, Watch

_IN_HAND = frozenset({"assigned", "replied", "handed_over"})


def follow(event: Event) -> None:
    """AFTER reaction: the next step follows the clocks; whoever takes the ticket in hand answers what was asked."""
    if KINDS[event.kind].is_mark:
        return
    ticket = Ticket.objects.select_related("client").get(pk=event.ticket_id)
    if of_event(event.kind, event.data).moves_to():
        Firing.objects.filter(ticket=ticket).update(client_id=ticket.client_id)
    if ticket.is_done and major.of(ticket) is not None:
        major.end(ticket, by=event.by)
    if Firing.objects.filter(ticket=ticket, state=State.WAITING).exists():
        _answer(ticket, event)
    if watching.any_policy():
        watching.keep(ticket)
    else:
        Watch.objects.filter(ticket=ticket).delete()


def _answer(ticket: Ticket, event: Event) -> None:
    if ticket.is_done:
        actions.finish(ticket)
    elif event.by.is_agent and (event.kind == "replied" or (event.kind in _IN_HAND and event.data.get("assignee"))):
        actions.finish(ticket, taken_by=event.by)
