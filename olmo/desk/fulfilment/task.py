"""One task: its page, and what is done to it by one press."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from olmo.fulfilment import actions, queries
from olmo.fulfilment.models import Task
from olmo.kernel.errors import Conflict, Invalid, NotFound, OlmoError, Words
from olmo.kernel.markdown import as_html
from olmo.kernel.middleware import status_of
from olmo.kernel.text import whole_number
from olmo.tickets.undo import undoable

from .. import places
from ..shell import AnyView, DeskRequest, SeeOther, agents, page
from ..undoing import say
from .rows import reasons, row

type Verb = Callable[[DeskRequest, Task], object]


@require_safe
@agents
def task(request: DeskRequest, pk: int) -> HttpResponse:
    """Its instructions and checklist, what it waits for, what needs it, and what can be done."""
    return shown(request, queries.task(request.person, pk))


def shown(request: DeskRequest, found: Task, *, refusal: OlmoError | None = None) -> HttpResponse:
    """The page. refusal: why something could not be done; the reason that was typed stays."""
    known = {one.pk: one for one in queries.of_ticket(found.ticket)}
    context: dict[str, Any] = {
        "ticket": found.ticket, "task": found, "row": row(found, known),
        "why": reasons([found], found.ticket).get(found.pk, ""), "instructions": as_html(found.instructions),
        "behind": [one for one in known.values() if found.pk in one.needs], "live": f"ticket:{found.ticket_id}",
        "back_url": places.ticket(found.ticket.number), "error": str(refusal.message) if refusal else "",
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return page(request, "desk/fulfilment/task.html", context, status=status_of(refusal) if refusal else 200)


def _tick(request: DeskRequest, found: Task) -> object:
    name = "tick" if "tick" in request.POST else "untick"
    text = request.POST.get(name, "")
    if whole_number(text, 3) is None:
        raise NotFound
    return actions.tick(found, by=request.person, line=int(text), is_done=name == "tick")


VERBS: dict[str, tuple[Verb, Words]] = {
    "begin": (lambda request, found: actions.begin(found, by=request.person), _("It is yours: under way.")),
    "finish": (lambda request, found: actions.finish(found, by=request.person), _("Task finished.")),
    "reopening": (lambda request, found: actions.reopen(found, by=request.person), _("To do again.")),
    "skipping": (
        lambda request, found: actions.skip(found, by=request.person, reason=request.POST.get("reason", "")),
        _("Task skipped; those that waited for it go on."),
    ),
    "cancelling": (
        lambda request, found: actions.cancel(found, by=request.person, reason=request.POST.get("reason", "")),
        _("Task cancelled, with those that need it."),
    ),
    "ticks": (_tick, ""),
}


def act(noun: str) -> AnyView[[int]]:
    """The view of one of these verbs. It goes on where it was pressed; with a reason, a refusal is told on the task's page."""
    verb, said = VERBS[noun]

    @require_POST
    @agents
    def acted(request: DeskRequest, pk: int) -> HttpResponse:
        found = queries.task(request.person, pk)
        try:
            with undoable(request.person, said or _("Ticked off.")) as made:
                verb(request, found)
        except (Conflict, Invalid) as refusal:
            if "reason" in request.POST:
                return shown(request, queries.task(request.person, pk), refusal=refusal)
            messages.error(request, str(refusal.message))
        else:
            if said:
                say(request, said, made.token)
        return SeeOther(_onward(request, found))

    return acted


def _onward(request: DeskRequest, found: Task) -> str:
    """Back to the list of tasks, to the task itself, or to its ticket."""
    to = request.POST.get("to", "")
    if to == "list":
        whose = request.POST.get("whose", "")
        return reverse("desk:tasks") + (f"?whose={whose}" if whose.isalpha() and len(whose) < 10 else "")
    return reverse("desk:task", args=[found.pk]) if to == "task" else places.ticket(found.ticket.number)
