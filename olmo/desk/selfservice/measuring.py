"""What the suggestions of the portal spare, for those who lead: with and without them, as chance divided the visits."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.people.administration import mark_of
from olmo.reports.queries import leads
from olmo.selfservice import actions, queries
from olmo.selfservice.effect import LEAST
from olmo.selfservice.models import MOST_HELD, HoldOut

from ..forms.refusable import Refusable
from ..shell import DeskRequest, SeeOther, agents, page


class HoldOutForm(Refusable):
    """How many visits see no suggestions."""

    percent = forms.IntegerField(
        label=gettext_lazy("Visits without suggestions, of a hundred"), min_value=0, max_value=MOST_HELD,
        help_text=gettext_lazy("0 measures nothing. 5 costs few people an answer, and tells enough after some hundred visits."),
    )  # fmt: skip
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    use_required_attribute = False


@require_safe
@agents
def effect(request: DeskRequest) -> HttpResponse:
    """Both groups beside each other, and what was read most. To those who lead nothing there is no such page."""
    return _page(request, _form())


@require_POST
@agents
def hold_out(request: DeskRequest) -> HttpResponse:
    """Set the share that is held out."""
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        actions.hold_out(form.cleaned_data["percent"], by=request.person, seen=form.cleaned_data["seen"])
    except (Invalid, Conflict) as refusal:
        return _page(request, form, status=form.refuse(refusal))
    messages.success(request, _("It counts for visits that begin from now on."))
    return SeeOther(reverse("desk:selfservice"))


def _form(data: Any = None) -> HoldOutForm:
    state = actions.state_of(HoldOut.objects.filter(pk=1).first())
    return HoldOutForm(data, initial={**state, "seen": mark_of(state)}, label_suffix="")


def _page(request: DeskRequest, form: HoldOutForm, *, status: int = 200) -> HttpResponse:
    if leads(request.person) == ():
        raise NotFound
    context: dict[str, Any] = {
        "form": form, "compared": [_line(one) for one in queries.compared(request.person)], "is_lead": True,
        "counts": queries.counts(request.person), "articles": queries.read_most(request.person), "least": LEAST,
        "may_set": request.person.is_administrator, "is_on": bool(actions.state_of(HoldOut.objects.first())["percent"]),
    }  # fmt: skip
    return page(request, "desk/selfservice/effect.html", context, status=status)


def _line(one: queries.Compared) -> dict[str, Any]:
    effect = one.effect
    return {
        "hours": round(one.window.total_seconds() / 3600), "suggested": one.suggested, "held_out": one.held_out,
        "suggested_share": _percent(one.suggested.share), "held_out_share": _percent(one.held_out.share),
        "difference": _percent(effect.difference), "low": _percent(effect.low), "high": _percent(effect.high),
        "words": _verdict(one),
    }  # fmt: skip


def _verdict(one: queries.Compared) -> str:
    """What the figures allow to say, and no more."""
    effect = one.effect
    if not effect.is_enough:
        few = min(one.suggested.visits, one.held_out.visits)
        return _("Too few to say anything: %(n)d visits in the smaller group, and %(least)d are the least in each.") % {
            "n": few,
            "least": LEAST,
        }
    span = {"difference": _percent(abs(effect.difference))}
    if not effect.is_shown:
        return _("No difference is shown: chance alone can explain one of %(difference)s points.") % span
    if effect.difference > 0:
        return _("Suggestions spare a ticket in %(difference)s of a hundred visits.") % span
    return _("With suggestions there are more tickets: %(difference)s in a hundred visits.") % span


def _percent(share: float) -> str:
    return number_format(100 * share, 1)
