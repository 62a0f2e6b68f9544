"""Triage: what new tickets probably are, learnt from the finished ones; how good that is, and whether it may act alone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.kernel.errors import Conflict, NotFound
from olmo.people.models import Person
from olmo.routing import administration, queries
from olmo.routing.models import Target, Triage
from olmo.routing.teaching import FEWEST, MOST

from ..shell import DeskRequest, SeeOther
from .forms import SettingsForm, tick
from .pages import administrators, list_of, settle, show

LADDER = (80, 85, 90, 95, 97, 99)  # precisions whose meaning is shown beside the form


class TriageForm(SettingsForm):
    """What triage does about one property."""

    groups = (
        ("", "", ["is_on"]),
        (
            _("Acting alone"),
            _(
                "Where it is sure enough, triage sets the property itself. The ticket’s log says so, and anybody can change it."
            ),
            ["acts_alone", "percent"],
        ),
    )

    is_on = tick(
        _("Suggest"), hint=_("Switched off, nothing is learnt or suggested, and what was learnt is forgotten.")
    )
    acts_alone = tick(_("Act alone"))
    percent = forms.IntegerField(
        label=_("How often it must be right then (per cent)"), min_value=50, max_value=99,
        help_text=_("From 50 to 99. The confidence that gives this is measured on tickets that the learning had not seen."),
    )  # fmt: skip

    def shown(self) -> dict[str, Any]:
        """The precision in per cent."""
        return {**self.state, "percent": round(self.thing.precision * 100)}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Triage:
        """Change it."""
        return administration.save_triage(
            self.thing.target, is_on=data["is_on"], acts_alone=data["acts_alone"], precision=data["percent"] / 100, by=by,
            seen=seen,
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def triage(request: DeskRequest) -> HttpResponse:
    """Every property that triage can suggest: what was learnt, how good it is, what became of it. POST: learn now."""
    if request.method == "POST":
        return _learn(request)
    rows = [_row(told) for told in queries.all_told()]
    context = {"rows": rows, "is_learning": queries.is_learning(), "most": MOST, "fewest": FEWEST}
    return show(request, "triage", "triage", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def target(request: DeskRequest, name: str) -> HttpResponse:
    """One property: suggest, act alone, and from which precision on."""
    if name not in Target.values:
        raise NotFound
    row = Triage.objects.defer("archive").filter(target=name).first() or Triage(target=name)
    form = TriageForm(request.POST or None, thing=row, state=administration.state_of(row))
    ladder = [(percent, queries.promise(row, percent / 100)) for percent in LADDER] if row.learnt_at else []
    return settle(
        request, "triage", form, title=str(row), said=_("%(name)s was saved."), template="triage_target",
        way=[list_of("triage")], context={"ladder": [_step(*step) for step in ladder]},
    )  # fmt: skip


def _learn(request: DeskRequest) -> HttpResponse:
    try:
        administration.learn_now(by=request.person)
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(_("It learns now; the figures are here in a minute or two.")))
    return SeeOther(reverse("desk:admin_triage"))


def _row(told: queries.Told) -> dict[str, Any]:
    figures = told.row.figures
    return {
        "told": told, "row": told.row, "outcomes": told.outcomes if any(told.outcomes.values()) else {},
        "asked": _percent(told.row.precision),
        "accuracy": _percent(figures.get("accuracy")), "top3": _percent(figures.get("top3")),
        "alone": _step(0, told.promise) if told.promise else None,
        "url": reverse("desk:admin_triage_target", args=[told.row.target]),
    }  # fmt: skip


def _step(asked: int, promise: queries.Promise | None) -> dict[str, Any]:
    if promise is None:
        return {"asked": asked, "is_reached": False}
    return {
        "asked": asked, "is_reached": True, "confidence": _percent(promise.confidence), "share": _percent(promise.share),
        "precision": _percent(promise.precision),
    }  # fmt: skip


def _percent(share: float | None) -> int:
    return int((share or 0) * 100 + 0.5)
