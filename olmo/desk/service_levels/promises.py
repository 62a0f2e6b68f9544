"""What was promised for a ticket: its clocks at the head, and why each is due when it is."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel import clock, spoken
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean, whole_number
from olmo.service_levels import actions, queries, remaining
from olmo.service_levels.explaining import explained
from olmo.service_levels.models import AgreementKind, Clock
from olmo.tickets import queries as tickets
from olmo.tickets.models import Ticket
from olmo.tickets.sentences import METRICS

from .. import places
from ..shell import DeskRequest, SeeOther, agents, is_part, page


def of(ticket: Ticket) -> list[dict[str, Any]]:
    """The clocks at the head of a ticket; each leads to its reasons. What was agreed with teams and suppliers stands apart."""
    url, rows = places.ticket(ticket.number, "promises"), queries.of(ticket)
    parties = queries.parties(rows)
    return [
        {
            "clock": remaining.of_clock(row).mark(),
            "words": _metric(row),
            "promised": spoken.minutes(row.target_seconds // 60) if row.target_seconds is not None else "",
            "party": parties.get(row.agreement_id, "") if row.kind != AgreementKind.SERVICE_LEVEL else "",
            "kind": AgreementKind(row.kind).label,
            "why_url": f"{url}?only={row.metric}-{row.agreement_id if row.kind != AgreementKind.SERVICE_LEVEL else 0}",
        }
        for row in rows
    ]


def _metric(row: Clock) -> str:
    metric = str(METRICS[row.metric])
    return metric[:1].upper() + metric[1:]


@require_safe
@agents
def why(request: DeskRequest, number: int) -> HttpResponse:
    """Why each clock is due when it is (`only`: one promise): a part of the head, or a page of its own."""
    ticket = tickets.by_number(request.person, number)
    context = _context(request, ticket)
    if is_part(request):
        return render(request, "desk/promises.html#told", context)
    return page(request, "desk/promises.html", context)


@require_safe
@agents
def data(request: DeskRequest, number: int) -> HttpResponse:
    """The same reasons for programs, as a file of JSON."""
    ticket = tickets.by_number(request.person, number)
    told = {
        "ticket": ticket.number,
        "as_of": clock.now().isoformat(),
        "clocks": [each.data for each in explained(ticket)],
    }
    answer = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="ticket-{ticket.number}-promises.json"'
    return answer


def _context(request: DeskRequest, ticket: Ticket, **more: Any) -> dict[str, Any]:
    only = request.GET.get("only", "")
    found = [each for each in explained(ticket) if only in ("", f"{each.data['metric']}-{each.agreement}")]
    return {
        "ticket": ticket, "explained": found, "data_url": places.ticket(ticket.number, "promises_data"),
        "back_url": places.ticket(ticket.number),
        "may_waive": request.person.is_administrator, "waive_url": places.ticket(ticket.number, "waivers"), **more,
    }  # fmt: skip


@require_POST
@agents
def waive(request: DeskRequest, number: int) -> HttpResponse:
    """Let a breach not count, for a reason; a refusal shows the page again with what was typed."""
    ticket = tickets.by_number(request.person, number)
    reason, metric = clean(request.POST.get("reason", ""), 1000), request.POST.get("metric", "")
    text = request.POST.get("agreement", "0")
    agreement = whole_number(text) or 0
    try:
        actions.waive(ticket, metric, _moment(request), by=request.person, reason=reason, agreement=agreement)
    except (Invalid, Conflict) as wrong:
        told = {"wrong": wrong.message, "wrong_metric": metric, "wrong_agreement": agreement, "reason": reason}
        context = _context(request, ticket, **told)
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
