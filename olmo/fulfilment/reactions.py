"""What fulfilment does when a ticket changes (`wiring.AFTER`), and what it says before one is done (`wiring.BEFORE_DONE`)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from olmo.kernel.errors import Conflict, Invalid
from olmo.people.actions import robot
from olmo.tickets import policy
from olmo.tickets.changes import of_event
from olmo.tickets.models import Event, HoldReason, Ticket
from olmo.tickets.queries import branch

from . import actions, queries
from .models import OPEN, Plan, Run, Task

_CATEGORY = frozenset({"opened", "categorised"})
_ENDED = frozenset({"resolved", "closed", "merged", "undone"})  # kinds with which a ticket may end


def require_over(ticket: Ticket) -> None:
    """Raise Conflict when tasks of the ticket are open."""
    if left := queries.open_count(ticket):
        words = ngettext(
            "One task of this ticket is open. Finish, skip or cancel it, or say in “Resolve” why it is left out.",
            "%(n)d tasks of this ticket are open. Finish, skip or cancel them, or say in “Resolve” why they are left out.", left,
        )  # fmt: skip
        raise Conflict(words % {"n": left})


def follow(event: Event) -> None:
    """AFTER reaction: a plan of the category starts by itself; tasks move with their ticket; none outlives it."""
    if event.kind in _CATEGORY:
        start_by_itself(Ticket.objects.select_related("client", "requester").get(pk=event.ticket_id))
    if of_event(event.kind, event.data).moves_to():
        _move(Ticket.objects.get(pk=event.ticket_id))
    if event.kind in _ENDED:
        ticket = Ticket.objects.get(pk=event.ticket_id)
        if ticket.is_done and queries.open_count(ticket):
            with override(settings.LANGUAGE_CODE):
                reason = _("The ticket is over.")
            actions.cancel_open(ticket, by=robot("Olmo"), reason=reason)


def _move(ticket: Ticket) -> None:
    """Tasks and plans go with it to another client; whoever does not work for that one leaves theirs to the team."""
    Run.objects.filter(ticket=ticket).update(client_id=ticket.client_id)
    Task.objects.filter(ticket=ticket).update(client_id=ticket.client_id)
    held = Task.objects.filter(ticket=ticket, state__in=OPEN).exclude(person=None)
    for task in held.select_related("ticket", "team", "person"):
        if task.person and not policy.may_work(task.person, ticket):
            actions.give(task, by=robot("Olmo"), team=actions.active(task.team), person=None)


def start_by_itself(ticket: Ticket, answers: Mapping[str, Any] | None = None) -> None:
    """Once for a ticket, also when the job comes twice or the category goes to and fro. What is to be approved waits for that.

    answers: of a request's form, for the conditions of steps.
    """
    if ticket.category_id is None or ticket.is_done or ticket.hold_reason == HoldReason.APPROVAL:
        return
    plans = Plan.objects.filter(is_active=True, starts_by_itself=True, category__in=branch(ticket.category_id))
    for plan in plans.exclude(versions__runs__ticket=ticket).order_by("pk"):
        if plan.client_id in (None, ticket.client_id):
            try:
                actions.start(ticket, plan, by=robot("Olmo"), answers=answers)
            except (Conflict, Invalid):
                continue  # it was started, ended or switched off in the meantime
