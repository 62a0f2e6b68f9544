"""A troubleshooter inside a ticket: the agent asks the requester, and the result becomes a note."""

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from olmo.catalogue import queries as catalogue
from olmo.guides import actions, queries, showing
from olmo.guides.models import Run
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.middleware import status_of
from olmo.kernel.text import whole_number
from olmo.knowledge import vocabulary
from olmo.tickets import policy
from olmo.tickets import queries as tickets

from .. import places
from ..shell import DeskRequest, SeeOther, agents, page


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def choices(request: DeskRequest, number: int) -> HttpResponse:
    """Which one to walk through; POST begins it (`guide`)."""
    ticket = tickets.by_number(request.person, number)
    found = queries.usable(request.person).filter(Q(client=None) | Q(client=ticket.client_id))
    if request.method == "POST":
        policy.require_work(request.person, ticket)
        chosen = request.POST.get("guide", "")
        guide = next((one for one in found if str(one.pk) == chosen), None)
        if guide is None:
            raise NotFound
        run = actions.begin(guide, by=request.person, ticket=ticket)
        return SeeOther(_url(run, 0))
    fitting = {one.pk for one in queries.naming(request.person, vocabulary.telling(ticket.subject), 3)}
    rows = sorted(found, key=lambda one: (one.pk not in fitting, str(one)))
    context = {"ticket": ticket, "guides": rows, "fitting": fitting, "back_url": places.ticket(number)}
    return page(request, "desk/guides/choices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def step(request: DeskRequest, pk: int, number: int) -> HttpResponse:
    """The step after so many answers."""
    run = queries.own_run(request.person, pk)
    if number > len(run.path):
        raise NotFound
    if request.method == "POST":
        chosen = request.POST.get("answer", "")
        try:
            index = whole_number(chosen, 3)
            actions.answer(run, number, -1 if index is None else index, by=request.person)
        except (Invalid, Conflict) as refusal:
            return _page(request, run, number, error=str(refusal.message), status=status_of(refusal))
        return SeeOther(_url(run, number + 1))
    return _page(request, run, number)


@require_POST
@agents
def outcome(request: DeskRequest, pk: int) -> HttpResponse:
    """How it ended: the ticket gets a note."""
    run = queries.own_run(request.person, pk)
    actions.end(run, request.POST.get("outcome", ""), by=request.person)
    return SeeOther(places.ticket(run.ticket.number) if run.ticket else reverse("desk:troubleshooters"))


def _url(run: Run, number: int) -> str:
    return reverse("desk:troubleshooter_run", args=[run.pk, number])


def _order(request: DeskRequest, run: Run, number: int) -> tuple[str, str]:
    """Name and address of the form with which it ends, for whoever asks in the ticket."""
    pk = run.version.tree["nodes"][run.at_step(number)].get("item") or 0
    asker = run.ticket.requester if run.ticket else None
    item = catalogue.items(request.person, asker.client).filter(pk=pk).first() if pk and asker else None
    if item is None or asker is None:
        return "", ""
    return str(item), f"{reverse('desk:order', args=[pk])}?{urlencode({'for': asker.pk, 'run': run.pk})}"


def _page(request: DeskRequest, run: Run, number: int, *, error: str = "", status: int = 200) -> HttpResponse:
    back = places.ticket(run.ticket.number) if run.ticket else reverse("desk:troubleshooters")
    context = {
        "run": run, "step": showing.step(run, number, (get_language() or "en")[:2]), "number": number, "error": error,
        "guide": run.version.guide, "ticket": run.ticket, "ticket_url": back, "order": _order(request, run, number),
        "back_url": _url(run, number - 1) if number else back,
        "outcomes": [choice for choice in Run.Outcome.choices if choice[0] != Run.Outcome.REPORTED],
    }  # fmt: skip
    return page(request, "desk/guides/run.html", context, status=status)
