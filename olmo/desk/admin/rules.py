"""Rules: the list in order, the editor, and what is wrong with them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel.errors import Invalid
from olmo.routing.rules import keeping, wording
from olmo.routing.rules.known import Known, queues
from olmo.routing.rules.models import Rule, RuleVersion

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from . import ruletrial
from .pages import administrators, list_of, or_404, settle, show, typed
from .ruleform import RuleForm, with_row, without_row

_COLUMNS: Columns = {
    "place": _("Order"), "row.name": _("Name"), "when": _("When"), "outcomes": _("Then"), "row.is_on": _("Active"),
    "row.uses": _("Tickets"), "row.used_at": _("Last used"),
}  # fmt: skip


@listing
@administrators
def listed(request: DeskRequest) -> HttpResponse:
    """All rules in their order, in plain words, with what is wrong with each."""
    known, rows = Known(), list(Rule.objects.all())
    wrong, words, queue = keeping.found_wrong(rows), typed(request).casefold(), request.GET.get("queue", "")
    told = [{"row": row, "place": n, **wording.told(row.content, known)} for n, row in enumerate(rows, 1)]
    shown = [
        {
            **one,
            "wrong": wrong.get(one["row"].pk, []),
            "is_first": one["place"] == 1,
            "is_last": one["place"] == len(rows),
        }
        for one in told
        if words in f"{one['row'].name} {one['when']} {one['outcomes']}".casefold()
        and (not queue or one["row"].content.get("queue", "") in ("", queue))
    ]
    used = {row.content.get("queue", "") for row in rows}
    context = {
        "rows": shown, "typed": typed(request), "queue": queue, "has_rules": bool(rows),
        "queues": [(name, label) for name, label in queues(known) if name in used],
    }  # fmt: skip
    return show(request, "rules", "rules", context, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def rule(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One rule, or a new one: its form, with a button for each further condition, and its history."""
    row = or_404(Rule.objects.all(), pk) if pk else None
    do = request.POST.get("do", "")
    if do == "add" or do.startswith("drop-"):
        again = (
            with_row(request.POST, request.POST.get("new_what", ""))
            if do == "add"
            else without_row(request.POST, do[5:])
        )
        return _unfinished(request, row, again, added=do == "add")
    if request.method != "POST" and (trial := request.GET.get("trial", "")).isdecimal():
        return _tried(request, row, int(trial[:18]))
    form = RuleForm(request.POST or None, thing=row, state=keeping.state_of(row) if row else {})
    if do == "try" and (run := form.tried(request.person, ruletrial.kept(request.POST))):
        return SeeOther(f"{request.path}?trial={run.pk}#trial")
    if do == "try":
        context = {**_around(row, form), "form": form, "title": _title(row), "cancel_url": reverse("desk:admin_rules")}
        return show(request, "rules", "rule", context, status=form.status, way=[list_of("rules")])
    return settle(
        request, "rules", form, title=_title(row), said=_("%(name)s was saved."), template="rule", way=[list_of("rules")],
        context=_around(row, form),
    )  # fmt: skip


def _unfinished(request: DeskRequest, row: Rule | None, data: QueryDict, *, added: bool = False) -> HttpResponse:
    """The form as it stands while somebody still writes it. added: the last condition is new."""
    form = RuleForm(data, thing=row, state=keeping.state_of(row) if row else {}).quiet()
    context = {"form": form, "title": _title(row), "cancel_url": reverse("desk:admin_rules"), "has_new": added}
    return show(request, "rules", "rule", {**_around(row, form), **context}, way=[list_of("rules")])


def _tried(request: DeskRequest, row: Rule | None, pk: int) -> HttpResponse:
    """The form as it was typed when it was tried, with what came out."""
    run = ruletrial.own(request.person, pk)
    form = RuleForm(ruletrial.again(run), thing=row, state=keeping.state_of(row) if row else {}).quiet()
    context = {"form": form, "title": _title(row), "cancel_url": reverse("desk:admin_rules"), **ruletrial.told(run)}
    return show(request, "rules", "rule", {**_around(row, form), **context}, way=[list_of("rules")])


def _title(row: Rule | None) -> Any:
    return row.name if row else _("New rule")


def _around(row: Rule | None, form: RuleForm) -> dict[str, Any]:
    """The history beside the form."""
    if row is None:
        return {}
    kept = RuleVersion.objects.filter(rule_number=row.pk).select_related("by")[:50]
    history = [{"one": one, **wording.told(one.content, form.known)} for one in kept]
    return {"row": row, "history": history}


@require_POST
@administrators
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """One place up or down (`to`)."""
    row = or_404(Rule.objects.all(), pk)
    keeping.move(row, by=request.person, up=request.POST.get("to") == "up")
    return redirect(f"{reverse('desk:admin_rules')}#rule-{pk}")


@require_POST
@administrators
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    """On or off (`to`)."""
    row = or_404(Rule.objects.all(), pk)
    try:
        keeping.switch(row, by=request.person, is_on=request.POST.get("to") == "on")
    except Invalid as refusal:
        messages.error(request, str(refusal.message))
    return redirect(f"{reverse('desk:admin_rules')}#rule-{pk}")


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a rule for good; what it did stays."""
    row = or_404(Rule.objects.all(), pk)
    keeping.remove(row, by=request.person)
    messages.success(request, str(_("%(name)s was removed.")) % {"name": row.name})
    return SeeOther(reverse("desk:admin_rules"))
