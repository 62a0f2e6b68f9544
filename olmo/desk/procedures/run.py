"""One run of a procedure: the step it is at, what was recorded so far, and what can be done."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import Conflict, Invalid, OlmoError
from olmo.kernel.middleware import status_of
from olmo.kernel.text import whole_number
from olmo.procedures import queries, running
from olmo.procedures.models import Run

from .. import places
from ..shell import AnyView, DeskRequest, SeeOther, agents, page
from .pages import shown as steps_shown

type Verb = Callable[[DeskRequest, Run], object]


@require_safe
@agents
def run(request: DeskRequest, pk: int) -> HttpResponse:
    """The page of a run."""
    return shown(request, queries.run(request.person, pk))


def shown(request: DeskRequest, found: Run, refusal: OlmoError | None = None) -> HttpResponse:
    """The page. refusal: why something could not be done; what was typed stays."""
    listed = steps_shown(queries.steps_of(found.version))
    entries = list(found.entries.select_related("by"))
    context: dict[str, Any] = {
        "run": found, "ticket": found.ticket, "steps": listed, "entries": entries, "live": f"ticket:{found.ticket_id}",
        "current": listed[found.current - 1] if found.is_under_way and found.current <= len(listed) else None,
        "back_url": places.ticket(found.ticket.number), "error": str(refusal.message) if refusal else "",
        "typed": request.POST if refusal else {}, "escalate_url": places.ticket(found.ticket.number, "escalation"),
        "article_url": reverse("desk:article", args=[found.procedure.article_id]),
    }  # fmt: skip
    return page(request, "desk/procedures/run.html", context, status=status_of(refusal) if refusal else 200)


def _do(request: DeskRequest, found: Run) -> object:
    text, given = request.POST.get("step", ""), request.POST
    step = whole_number(text, 3) or 0
    is_ok = given.get("result", "ok") != "failed"
    return running.do(
        found, step, by=request.person, is_ok=is_ok, value=given.get("value", ""), note=given.get("note", "")
    )


VERBS: dict[str, Verb] = {
    "steps": _do,
    "pause": lambda request, found: running.pause(found, by=request.person),
    "resumption": lambda request, found: running.resume(found, by=request.person),
    "end": lambda request, found: running.stop(found, by=request.person, reason=request.POST.get("reason", "")),
}


def act(noun: str) -> AnyView[[int]]:
    """The view of one of these verbs; a refusal is told on the page of the run, with what was typed."""
    verb = VERBS[noun]

    @require_POST
    @agents
    def acted(request: DeskRequest, pk: int) -> HttpResponse:
        found = queries.run(request.person, pk)
        try:
            verb(request, found)
        except (Conflict, Invalid) as refusal:
            return shown(request, queries.run(request.person, pk), refusal)
        return SeeOther(reverse("desk:procedure_run", args=[pk]))

    return acted
