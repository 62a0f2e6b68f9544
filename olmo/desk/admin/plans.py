"""Plans: the list, one plan as it reads and as it is written, its versions, and where it is used."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.fulfilment import administration, conditions, order, steps
from olmo.fulfilment.models import Plan, Run
from olmo.fulfilment.steps import Step
from olmo.kernel import spoken
from olmo.kernel.errors import Conflict
from olmo.people.models import Person, Team

from .. import places
from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from . import used
from .pages import administrators, list_of, or_404, settle, show, typed
from .planform import PlanForm

SHOWN_TICKETS = 10


_COLUMNS: Columns = {
    "one": _("Name"), "one.category": _("Category"), "one.client": _("Organisation"), "steps": _("Steps"), "count": _("Started"),
    "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def plans(request: DeskRequest) -> HttpResponse:
    """The plans by name, with what is wrong with each and for how many tickets it was started."""
    words = typed(request)
    found = Plan.objects.filter(name__icontains=words).select_related("client", "category")
    counts = dict(Run.objects.order_by().values_list("version__plan").annotate(Count("ticket", distinct=True)))
    rows = [
        {
            "one": one, "count": counts.get(one.pk, 0), "wrong": administration.wrong_with(one),
            "steps": steps.kept(administration.steps_of(one)),
        }
        for one in found
    ]  # fmt: skip
    return show(request, "plans", "plans", {"rows": rows, "typed": words}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def plan(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One plan, or a new one. `version`: how it read before."""
    found = or_404(Plan.objects.select_related("client", "category"), pk) if pk else None
    state = administration.state_of(found) if found else {}
    first = {} if found else {"is_active": True}
    form = PlanForm(request.POST or None, thing=found, state=state, **first)
    title = str(found) if found else gettext("New plan")
    context = _around(request, found) if found else {}
    if request.POST.get("fill") == "step":
        context |= {"form": form.longer(), "title": title, "cancel_url": reverse("desk:admin_plans")}
        return show(request, "plans", "plan", context, way=[list_of("plans")])
    return settle(
        request, "plans", form, title=title, said=_("%(name)s was saved."), template="plan", way=[list_of("plans")],
        context=context, then=lambda kept: reverse("desk:admin_plan", args=[kept.pk]),
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a plan that was never started and that nothing names."""
    found = or_404(Plan.objects.all(), pk)
    try:
        used.require_unnamed(request.person, "plan", found.pk)
        administration.remove(found, by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(reverse("desk:admin_plan", args=[pk]))
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_plans"))


def _around(request: DeskRequest, found: Plan) -> dict[str, Any]:
    """How it reads, its versions, and where it is used."""
    versions = list(found.versions.annotate(count=Count("runs__ticket", distinct=True)).select_related("by"))
    number = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == number), versions[0])
    runs = Run.objects.filter(version__plan=found).select_related("ticket", "version").order_by("-at", "-pk")
    tickets = [(run, places.ticket(run.ticket.number)) for run in runs[:SHOWN_TICKETS]]
    uses = used.of(request.person, "plan", found.pk)
    return {
        "stages": stages(steps.kept(shown.steps)), "shown": shown, "versions": versions, "tickets": tickets, "used": uses,
        "wrong": administration.wrong_with(found),
        "removal_url": "" if tickets or uses else reverse("desk:admin_plan_removal", args=[found.pk]),
    }  # fmt: skip


def stages(listed: Sequence[Step]) -> list[list[dict[str, Any]]]:
    """The steps as they follow one another: a list of those that can begin at once, then of those behind them, and so on."""
    numbers = {step.key: n + 1 for n, step in enumerate(listed)}
    by_key, level = {step.key: step for step in listed}, dict[str, int]()
    for key in order.in_order({step.key: step.needs for step in listed}):
        level[key] = max((level[need] + 1 for need in by_key[key].needs), default=0)
    takers = _takers(listed)
    found: list[list[dict[str, Any]]] = [[] for _level in range(max(level.values(), default=-1) + 1)]
    for step in listed:
        found[level[step.key]].append(_said(step, numbers, takers))
    return found


def _takers(listed: Sequence[Step]) -> dict[tuple[str, int], str]:
    teams = Team.objects.filter(pk__in=[s.team for s in listed if s.team]).values_list("pk", "name")
    people = Person.objects.filter(pk__in=[s.person for s in listed if s.person]).values_list("pk", "name")
    return {("team", pk): name for pk, name in teams} | {("person", pk): name for pk, name in people}


def _said(step: Step, numbers: Mapping[str, int], takers: Mapping[tuple[str, int], str]) -> dict[str, Any]:
    """One step in words."""
    named = takers.get(("person", step.person or 0)) or takers.get(("team", step.team or 0))
    said = [named or gettext("the ticket’s team")]
    if step.due_minutes:
        said.append(gettext("within %(time)s of work") % {"time": spoken.minutes(step.due_minutes)})
    if step.needs:
        said.append(gettext("after %(steps)s") % {"steps": ", ".join(str(numbers[need]) for need in step.needs)})
    said += [gettext("only if %(condition)s") % {"condition": conditions.in_words(one)} for one in step.conditions]
    if step.is_internal:
        said.append(gettext("only for the desk"))
    return {"n": numbers[step.key], "title": str(step), "said": said}
