"""Why a ticket is whose it is: whom an assignment chose and who was left out, or why nobody has it yet; the next one to take."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, NotFound
from olmo.kernel.text import whole_number
from olmo.routing.assignment import giving, words
from olmo.tickets import queries
from olmo.tickets.models import Event, Ticket
from olmo.tickets.sentences import describe
from olmo.tickets.undo import undoable

from .. import places
from ..shell import DeskRequest, SeeOther, agents, is_part, page
from ..undoing import say


@require_safe
@agents
def whom(request: DeskRequest, number: int) -> HttpResponse:
    """The reasons of the newest assignment, or of the one whose place in the log is `seq`: a part for scripts, else a page."""
    ticket = queries.by_number(request.person, number)
    context: dict[str, Any] = {
        **_told(request, ticket),
        "ticket": ticket,
        "back_url": places.ticket(number),
        "title": title(ticket, request.person.pk),
    }
    if is_part(request):
        return render(request, "desk/whom.html#told", context)
    return page(request, "desk/whom.html", context)


def title(ticket: Ticket, viewer: int = 0) -> str:
    """The question that the page answers."""
    if ticket.assignee is None:
        return _("Why nobody?")
    return _("Why me?") if ticket.assignee_id == viewer else _("Why %(name)s?") % {"name": ticket.assignee.first_name}


def _told(request: DeskRequest, ticket: Ticket) -> dict[str, Any]:
    seq = request.GET.get("seq", "")
    if seq:
        event = Event.objects.filter(ticket=ticket, seq=whole_number(seq, 8) or 0).first()
        found = words.of_event(event) if event else None
        if event is None or found is None:
            raise NotFound
        return {"at": event.at, "told": found}
    if event := words.latest(ticket):
        return {"at": event.at, "told": words.of_event(event)}
    return {"told": words.waiting(ticket), "by_hand": _by_hand(request, ticket)}


def _by_hand(request: DeskRequest, ticket: Ticket) -> str:
    """The newest event that said whose the ticket is, as the log tells it."""
    newest = Event.objects.filter(ticket=ticket, data__has_key="team" if ticket.assignee_id is None else "assignee")
    event = newest.select_related("by").order_by("-seq").first()
    if event is None:
        return ""
    return f"{spoken.moment(event.at)}: {describe(request.person, [event])[0]}."


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def take_next(request: DeskRequest) -> HttpResponse:
    """Take the most urgent ticket of one's teams that nobody has taken, and go to it; GET asks first."""
    if request.method != "POST":
        first = giving.untaken(request.person).first()
        return page(request, "desk/next.html", {"first": first, "back_url": places.address("desk:list")})
    try:
        with undoable(request.person, _("Taken.")) as made:
            ticket = giving.take_next(by=request.person)
    except Conflict as nothing:
        messages.success(request, str(nothing.message))
        return SeeOther(places.address("desk:list"))
    say(request, _("Taken: it is yours now."), made.token)
    return SeeOther(places.ticket(ticket.number))
