"""The builder: all troubleshooters, one with its steps and how runs went, and the form of a step."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.guides import actions, queries, showing, tree
from olmo.guides.models import Guide, Run
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.middleware import status_of
from olmo.people.models import Person

from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, SeeOther, agents, page
from .forms import KIND_WORDS, OUTCOME_WORDS, GuideForm, StepForm

_COLUMNS: Columns = {
    "": gettext_lazy("Name"), "client": gettext_lazy("Organisation"), "is_for_requesters": gettext_lazy("For requesters too"),
    "is_active": gettext_lazy("Active"), "shown.number": gettext_lazy("Version"),
}  # fmt: skip


@listing
@agents
def index(request: DeskRequest) -> HttpResponse:
    """All that the viewer may know, and the examples that can be brought in."""
    rows = list(queries.listed(request.person))
    there = {row.example for row in rows}
    context = {
        "rows": rows, "may_build": actions.may_build(request.person),
        "examples": [name for name in actions.EXAMPLES if name not in there],
    }  # fmt: skip
    return page_or_file(
        request, "desk/guides/list.html", context, Table(gettext_lazy("Troubleshooters"), _COLUMNS, rows)
    )


@require_POST
@agents
def example(request: DeskRequest, name: str) -> HttpResponse:
    """Bring an example in."""
    try:
        made = actions.install_example(name, by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(reverse("desk:troubleshooters"))
    return SeeOther(_url(made))


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """A new troubleshooter."""
    if not actions.may_build(request.person):
        raise NotFound
    return _settings(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def settings(request: DeskRequest, pk: int) -> HttpResponse:
    """What one is called, and for whom it is."""
    return _settings(request, _editable(request, pk))


def _settings(request: DeskRequest, guide: Guide | None) -> HttpResponse:
    form = GuideForm(request.POST or None, by=request.person, guide=guide)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            return SeeOther(_url(actions.save(guide, by=request.person, **form.values)))
        except (Invalid, Conflict) as refusal:
            status = form.refuse(refusal)
    return page(request, "desk/guides/settings.html", {"form": form, "guide": guide}, status=status)


@require_safe
@agents
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """Its steps as they are drafted, what keeps them from being published, and where runs of the shown version ended."""
    return _one(request, queries.by_id(request.person, pk))


def _one(request: DeskRequest, guide: Guide, *, error: str = "", status: int = 200) -> HttpResponse:
    passed = queries.passing(guide.shown) if guide.shown else {}
    wrong = tree.faults(guide.draft)
    language = (get_language() or "en")[:2]
    steps = [_step(guide, key, language, passed.get(key), wrong) for key in tree.in_order(guide.draft)]
    counted = queries.outcomes(guide)
    context = {
        "guide": guide, "steps": steps, "whole": [fault for fault in wrong if not fault.node],
        "faults": len(wrong), "error": error,
        "may_build": actions.may_build(request.person), "runs": sum(counted.values()),
        "outcomes": [(label, counted.get(value, 0)) for value, label in Run.Outcome.choices],
        "left": counted.get("", 0), "versions": guide.versions.select_related("by")[:20],
    }  # fmt: skip
    return page(request, "desk/guides/one.html", context, status=status)


def _step(
    guide: Guide, key: str, language: str, passed: queries.Passed | None, wrong: list[tree.Fault]
) -> dict[str, Any]:
    node = guide.draft["nodes"][key]
    answers = [
        (tree.said(answer["label"], language), answer["to"] if answer["to"] in guide.draft["nodes"] else "")
        for answer in node["answers"]
    ]
    return {
        "key": key, "kind": str(KIND_WORDS[node["kind"]]).split(":", maxsplit=1)[0], "title": tree.said(node["title"], language),
        "answers": answers, "outcome": OUTCOME_WORDS.get(node.get("outcome", ""), ""), "passed": passed,
        "share": round(100 * passed.left / passed.reached) if passed and passed.reached else 0,
        "faults": [fault.words for fault in wrong if fault.node == key], "is_first": key == guide.draft["start"],
        "url": reverse("desk:troubleshooter_step", args=[guide.pk, key]),
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def step(request: DeskRequest, pk: int, name: str) -> HttpResponse:
    """One step of the draft."""
    guide = _editable(request, pk)
    if name not in guide.draft["nodes"]:
        raise NotFound
    form = StepForm(request.POST or None, request.FILES or None, by=request.person, guide=guide, key=name)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                seen, file = form.cleaned_data["seen"], form.file_bytes
                actions.save_step(guide, name, form.step(), by=request.person, seen=seen, picture=file)
                if form.is_another_item:
                    messages.info(request, _("Saved. Say now which answers the form is filled in with."))
                    return SeeOther(f"{request.path}#fills")
                return SeeOther(f"{_url(guide)}#step-{name}")
            except (Invalid, Conflict) as refusal:
                status = form.refuse(refusal)
        _keep_file(guide, form, request.person)
    context = {"guide": guide, "form": form, "key": name, "is_first": name == guide.draft["start"]}
    return page(request, "desk/guides/step.html", context, status=status)


def _keep_file(guide: Guide, form: StepForm, by: Person) -> None:
    """A browser does not send a chosen file again: it waits here, and the form comes back with its number."""
    file = form.file_bytes
    if file is None or form.has_error("file"):
        return
    try:
        form.put("picture", actions.add_picture(guide, file, by=by).pk)
    except Invalid as refusal:
        form.add_error("file", str(refusal.message))


@require_POST
@agents
def removal(request: DeskRequest, pk: int, name: str) -> HttpResponse:
    """Take a step out."""
    guide = _editable(request, pk)
    try:
        actions.remove_step(guide, name, by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    return SeeOther(_url(guide))


@require_POST
@agents
def publication(request: DeskRequest, pk: int) -> HttpResponse:
    """Publish the draft, or say which step keeps it from that."""
    guide = _editable(request, pk)
    try:
        made = actions.publish(guide, by=request.person)
    except (Invalid, Conflict) as refusal:
        return _one(request, guide, error=str(refusal.message), status=status_of(refusal))
    messages.success(request, _("Version %(n)d is in use.") % {"n": made.number})
    return SeeOther(_url(guide))


@require_safe
@agents
def picture(request: DeskRequest, pk: int) -> HttpResponse:
    """A picture of a step."""
    return showing.picture(queries.picture(request.person, pk))


def _editable(request: DeskRequest, pk: int) -> Guide:
    if not actions.may_build(request.person):
        raise NotFound
    return queries.by_id(request.person, pk)


def _url(guide: Guide) -> str:
    return reverse("desk:troubleshooter", args=[guide.pk])
