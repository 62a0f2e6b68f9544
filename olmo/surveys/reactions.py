"""What this room does when a ticket's log grows (`wiring.AFTER`), before anybody is told of it."""

from olmo.people.actions import robot
from olmo.tickets import undo
from olmo.tickets.models import Event, Ticket

from . import asking, following_up

_ENDS = frozenset({"resolved", "closed"})
_OPENS = frozenset({"reopened", "received", "undone", "merged", "absorbed", "requester_changed"})


def follow(event: Event) -> None:
    """AFTER reaction: a solution may be asked about and looked at again; what makes it void ends both."""
    if event.kind not in _ENDS | _OPENS:
        return
    ticket = Ticket.objects.select_related("client", "requester", "assignee", "category").get(pk=event.ticket_id)
    if event.kind in _ENDS:
        if not undo.is_undone(event):
            asking.consider(ticket, event)
        if event.kind == "resolved":
            following_up.by_category(ticket, by=robot("Olmo"))
        return
    if ticket.is_active or ticket.merged_into_id is not None or event.kind == "requester_changed":
        asking.give_up(ticket)
    if ticket.is_active:
        following_up.give_up(ticket)
