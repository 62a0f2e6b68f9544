"""The tasks beside a ticket, fetched after its page: how far they are, what is next, and the plans that can be started."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from olmo.fulfilment import actions, queries
from olmo.fulfilment.models import Plan, Run, Task
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.requests.queries import given
from olmo.tickets import queries as tickets
from olmo.tickets.models import Ticket
from olmo.tickets.undo import undoable

from .. import places
from ..shell import DeskRequest, SeeOther, agents, is_part, page
from ..undoing import say
from .rows import rows


@require_safe
@agents
def beside(request: DeskRequest, number: int) -> HttpResponse:
    """The part of the panel, or a page of its own."""
    return shown(request, tickets.by_number(request.person, number))


def shown(
    request: DeskRequest, ticket: Ticket, *, error: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    """The tasks of a ticket. error, reason: why a plan was not renewed, and what was typed."""
    found = queries.of_ticket(ticket)
    plans = queries.plans_for(ticket) if ticket.is_active else []
    fitting = queries.fitting(ticket, plans)
    context: dict[str, Any] = {
        "ticket": ticket, "rows": rows(found, ticket), "progress": queries.Progress.of(found), "live": f"ticket:{ticket.pk}",
        "plans": [(plan, plan.pk in fitting) for plan in plans], "runs": _renewable(found) if ticket.is_active else [],
        "back_url": places.ticket(ticket.number), "error": error, "reason": reason,
    }  # fmt: skip
    if is_part(request):
        return render(request, "desk/fulfilment/beside.html#tasks", context)
    return page(request, "desk/fulfilment/beside.html", context, status=status)


def _renewable(tasks: list[Task]) -> list[Run]:
    """The plans under way of which there is a newer version. One that another organisation alone may see stays as it is."""
    runs = {task.run.pk: task.run for task in tasks if task.run and task.is_open}
    return [run for run in runs.values() if hasattr(run, "version") and run.version.number < run.version.plan.newest]


@require_POST
@agents
def plans(request: DeskRequest, number: int) -> HttpResponse:
    """Start a plan (`plan`) on the ticket."""
    ticket = tickets.by_number(request.person, number)
    plan = Plan.objects.filter(pk=whole_number(request.POST.get("plan", "")) or 0).first()
    if plan is None:
        raise NotFound
    try:
        with undoable(request.person, gettext_lazy("Plan started.")) as made:
            started = actions.start(ticket, plan, by=request.person, answers=given(ticket))
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal.message))
    else:
        say(request, _("%(plan)s: %(n)d tasks.") % {"plan": plan, "n": len(started.tasks)}, made.token)
        for remark in started.remarks:
            messages.warning(request, remark)
    return SeeOther(places.ticket(number))


@require_POST
@agents
def renewal(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a plan under way follow its newest version, with a reason (`reason`)."""
    run = queries.run(request.person, pk)
    reason = request.POST.get("reason", "")
    try:
        actions.renew(run, by=request.person, reason=reason)
    except (Conflict, Invalid) as refusal:
        return shown(request, run.ticket, error=str(refusal.message), reason=reason, status=409 if reason else 422)
    messages.success(request, _("It follows the newest version now."))
    return SeeOther(places.ticket(run.ticket.number))
