"""Procedures beside a ticket, fetched after its page: what is under way, and what may fit."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.procedures import queries, running
from olmo.tickets import queries as tickets

from .. import places
from ..shell import DeskRequest, SeeOther, agents, is_part, page


@require_safe
@agents
def beside(request: DeskRequest, number: int) -> HttpResponse:
    """The part of the panel, or a page of its own."""
    ticket = tickets.by_number(request.person, number)
    runs = queries.runs_of(ticket)
    at_work = {run.procedure_id for run in runs if run.is_under_way}
    suggested = queries.suggested(request.person, ticket, ticket.subject) if ticket.is_active else []
    context: dict[str, Any] = {
        "ticket": ticket, "runs": runs, "live": f"ticket:{ticket.pk}", "back_url": places.ticket(number),
        "suggested": [one for one in suggested if one.pk not in at_work],
    }  # fmt: skip
    if is_part(request):
        return render(request, "desk/procedures/beside.html#procedures", context)
    return page(request, "desk/procedures/beside.html", context)


@require_POST
@agents
def start(request: DeskRequest, number: int) -> HttpResponse:
    """Begin a procedure (`procedure`) on the ticket, and go to its first step."""
    ticket = tickets.by_number(request.person, number)
    text = request.POST.get("procedure", "")
    if whole_number(text) is None:
        raise NotFound
    procedure = queries.procedure(request.person, int(text))
    try:
        run = running.start(ticket, procedure, by=request.person)
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(places.ticket(number))
    return SeeOther(reverse("desk:procedure_run", args=[run.pk]))
