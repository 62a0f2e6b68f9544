"""Troubleshooters for requesters: one step on each page, so that the way back is the browser's own."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.guides import actions, queries, showing
from olmo.guides.models import Run
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.middleware import status_of
from olmo.kernel.text import whole_number
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.people.models import Person

from . import ordering
from .shell import PortalRequest, page
from .suggesting import language


@for_requesters
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All that there are for this person."""
    found = queries.usable(cast(PortalRequest, request).person)
    return page(request, "portal/troubleshooters.html", {"guides": found})


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is about; its button begins a run."""
    person = cast(PortalRequest, request).person
    guide = queries.by_id(person, pk)
    if request.method != "POST":
        return page(request, "portal/troubleshooter.html", {"guide": guide})
    run = actions.begin(guide, by=person)
    return onward(reverse("portal:step", args=[run.pk, 0]))


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The step after so many answers; answering it leads on, and takes back what was answered later."""
    person = cast(PortalRequest, request).person
    run = queries.own_run(person, pk)
    if number > len(run.path):
        raise NotFound
    if request.method != "POST":
        return _step_page(request, run, number)
    chosen = request.POST.get("answer", "")
    try:
        index = whole_number(chosen, 3)
        actions.answer(run, number, -1 if index is None else index, by=person)
    except (Invalid, Conflict) as refusal:
        return _step_page(request, run, number, error=str(refusal.message), status=status_of(refusal))
    return onward(reverse("portal:step", args=[pk, number + 1]))


@for_requesters
@require_POST
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether it is solved; if not, a report with the answers in it is next."""
    person = cast(PortalRequest, request).person
    run = queries.own_run(person, pk)
    said = request.POST.get("outcome", "")
    actions.end(run, said, by=person)
    if said == Run.Outcome.NOT_SOLVED:
        return onward(report_url(run))
    return onward(reverse("portal:step", args=[pk, len(run.path)]))


@for_requesters
@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture of a step."""
    return showing.picture(queries.picture(cast(PortalRequest, request).person, pk))


def report_url(run: Run) -> str:
    """The report that is filled in with what was answered."""
    end = run.version.tree["nodes"][run.here]
    category = {"category": end["category"]} if end.get("category") else {}
    return f"{reverse('portal:new')}?{urlencode({'run': run.pk, **category})}"


def filled_in(person: Person, number: str) -> tuple[Run | None, dict[str, Any]]:
    """The run of a form, and what it puts into it. Raises NotFound."""
    if not number:
        return None, {}
    if whole_number(number) is None:
        raise NotFound
    run = queries.own_run(person, int(number))
    return run, {"subject": str(run.version.guide), "text": actions.as_text(run, language())}


def _step_page(request: HttpRequest, run: Run, number: int, *, error: str = "", status: int = 200) -> HttpResponse:
    shown = showing.step(run, number, language())
    back = (
        reverse("portal:step", args=[run.pk, number - 1])
        if number
        else reverse("portal:troubleshooter", args=[run.version.guide_id])
    )
    context = {
        "run": run, "step": shown, "number": number, "error": error, "back_url": back,
        "report_url": report_url(run) if shown["is_end"] else "", "guide": run.version.guide,
        "order": ordering.link(run.person, shown["item"], run.pk),
        "article_url": reverse("portal:guide", args=[shown["article"]]) if shown["article"] else "",
        "said": _("Good that it is solved.") if run.outcome == Run.Outcome.SOLVED else "",
    }  # fmt: skip
    return page(request, "portal/step.html", context, status=status)
