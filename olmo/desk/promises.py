"""What was promised for a ticket: its clocks at the head, and why each is due when it is."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel import marks, spoken
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean
from olmo.service_levels import actions, queries
from olmo.service_levels.models import Clock
from olmo.tickets import queries as tickets
from olmo.tickets.models import Ticket
from olmo.tickets.sentences import METRICS

from . import places
from .shell import DeskRequest, SeeOther, agents, is_part, page


def of(ticket: Ticket) -> list[dict[str, Any]]:
    """The clocks at the head of a ticket; each leads to its reasons."""
    url = places.ticket(ticket.number, "promises")
    return [{"clock": _clock(row), "words": _words(row), "why_url": url} for row in queries.of(ticket)]


def _clock(row: Clock) -> str:
    if row.state == "running" and row.due_at is not None:
        return marks.due(row.due_at, _left(row))
    if row.state == "paused":
        return marks.clock("paused", _("Paused"))
    if row.breached_at is not None:
        return marks.clock("late", _("Broken"))
    return (
        marks.clock("met", spoken.minutes(row.used_seconds // 60))
        if row.state == "stopped"
        else marks.clock("none", "–")
    )


def _left(row: Clock) -> int:
    target = row.target_seconds or 0
    return 100 * max(0, target - row.used_seconds) // target if target else 100


def _words(row: Clock) -> str:
    metric = str(METRICS[row.metric])
    name = metric[:1].upper() + metric[1:]
    if row.target_seconds is None:
        return name
    return _("%(metric)s, promised in %(time)s") % {"metric": name, "time": spoken.minutes(row.target_seconds // 60)}


@require_safe
@agents
def why(request: DeskRequest, number: int) -> HttpResponse:
    """Why each clock is due when it is: a part of the head, or a page of its own."""
    ticket = tickets.by_number(request.person, number)
    context = _context(request, ticket)
    if is_part(request):
        return render(request, "desk/promises.html#told", context)
    return page(request, "desk/promises.html", context)


def _context(request: DeskRequest, ticket: Ticket, **more: Any) -> dict[str, Any]:
    return {
        "ticket": ticket, "explained": queries.explained(ticket), "back_url": places.ticket(ticket.number),
        "may_waive": request.person.is_administrator, "waive_url": places.ticket(ticket.number, "waivers"), **more,
    }  # fmt: skip


@require_POST
@agents
def waive(request: DeskRequest, number: int) -> HttpResponse:
    """Let a breach not count, for a reason; a refusal shows the page again with what was typed."""
    ticket = tickets.by_number(request.person, number)
    reason, metric = clean(request.POST.get("reason", ""), 1000), request.POST.get("metric", "")
    try:
        actions.waive(ticket, metric, _moment(request), by=request.person, reason=reason)
    except (Invalid, Conflict) as wrong:
        context = _context(request, ticket, wrong=wrong.message, wrong_metric=metric, reason=reason)
        return page(request, "desk/promises.html", context, status=422 if isinstance(wrong, Invalid) else 409)
    messages.success(request, _("The breach is waived. It stays in the log."))
    return SeeOther(places.ticket(number, "promises"))


def _moment(request: DeskRequest) -> datetime:
    """When the clock started that the form names. Raises Conflict."""
    try:
        found = parse_datetime(request.POST.get("started_at", ""))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Conflict(_("There is no such breach."))
    return found
