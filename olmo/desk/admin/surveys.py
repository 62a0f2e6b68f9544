"""Ratings: whether, when and whom the desk asks; and which categories are looked at again after the solution."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.people.models import Person
from olmo.surveys import administration, queries
from olmo.surveys.models import Check, Moment
from olmo.tenancy.models import Client
from olmo.tickets.choices import Score
from olmo.tickets.models import Category

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .forms import SettingsForm, tick
from .pages import administrators, list_of, or_404, settle, show, typed


def _days(label: Any, least: int, most: int, hint: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=hint)


class RulesForm(SettingsForm):
    """How the desk asks."""

    groups = (
        ("", "", ["is_on"]),
        (_("When"), _("By one click in a mail, without signing in; and always in the portal."), ["moment", "hours"]),
        (
            _("Whom"),
            _(
                "Never about tickets that were merged, withdrawn, opened by mistake or found to be the same thing again."
            ),
            [("share", "every_days"), "silent"],
        ),
        (_("The answer"), "", [("answer_days", "change_days")]),
        (
            _("A bad rating"),
            _("It becomes a task of who leads the team: to speak with the requester, and to say what was done."),
            [("bad_up_to", "follow_days")],
        ),
    )

    is_on = tick(_("Ask requesters how the help was"))
    moment = forms.ChoiceField(label=_("The question comes"), choices=Moment, widget=forms.RadioSelect)
    hours = _days(_("Hours after the solution"), 1, 336, _("For a mail of its own."))
    share = _days(_("Share of solved tickets (%)"), 1, 100, _("100: each. Which ones, chance decides."))
    every_days = _days(_("Days between two questions"), 0, 365, _("Nobody is asked more often. 0: after each ticket."))
    silent = forms.ModelMultipleChoiceField(
        Client.objects.none(), label=_("Organisations that are not asked"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    answer_days = _days(_("Days to answer"), 1, 90, _("After that the links in the mail say that it is over."))
    change_days = _days(_("Days to change the answer"), 0, 90, _("In the portal; a link is used once."))
    bad_up_to = forms.TypedChoiceField(
        label=_("Counts as bad"), coerce=int,
        choices=[(0, _("none")), *((score.value, score.label) for score in (Score.VERY_POOR, Score.POOR, Score.FAIR))],
        help_text=_("This answer and those below it."),
    )  # fmt: skip
    follow_days = _days(_("Days to follow it up"), 1, 30, _("By then it stands as due."))

    def prepare(self) -> None:
        """Every client, also one that is closed by now but was chosen."""
        self.fields["silent"].queryset = Client.objects.order_by("name")  # type: ignore[attr-defined]

    def shown(self) -> dict[str, Any]:
        """The rules, clients by their ids."""
        return {**self.state, "silent": self.thing.silent}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> str:
        """Change the rules."""
        data.pop("seen")
        settings = administration.RulesSettings(**{**data, "silent": tuple(data["silent"])})
        administration.save_rules(settings, by=by, seen=seen)
        return gettext("How the desk asks")


class CheckForm(SettingsForm):
    """One category that is looked at again."""

    groups = (
        ("", _("Whoever solved such a ticket looks at it again on that day: does the solution hold?"), ["category", "days"]),
    )  # fmt: skip

    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), empty_label=_("Choose one"))
    days = _days(_("Days after the solution"), 1, 90, "")

    def prepare(self) -> None:
        """The categories that ask for nothing yet; of one that is there, only how long."""
        taken = Check.objects.values("category")
        free = Category.objects.filter(is_active=True).exclude(pk__in=taken).order_by("name")
        self.fields["category"].queryset = free  # type: ignore[attr-defined]
        if self.thing is not None:
            del self.fields["category"]

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Category:
        """Keep it."""
        category: Category = self.thing.category if self.thing else data["category"]
        administration.save_check(category, days=data["days"], by=by, seen=seen)
        return category


_COLUMNS: Columns = {
    "category": _("Category"), "days": _("Days after the solution"),
}  # fmt: skip


@listing
@administrators
def surveys(request: DeskRequest) -> HttpResponse:
    """How the desk asks, in a sentence; and the categories."""
    words = typed(request).lower()
    checks = [
        check
        for check in Check.objects.select_related("category").order_by("category__name")
        if words in f"{check.category.name} {check.category}".lower()
    ]
    silent = Client.objects.filter(pk__in=(rules := queries.rules()).silent).order_by("name")
    context = {"rules": rules, "checks": checks, "silent": silent, "typed": typed(request)}
    return show(request, "surveys", "surveys", context, columns=_COLUMNS, listed=checks)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def asking(request: DeskRequest) -> HttpResponse:
    """How the desk asks."""
    found = queries.rules()
    form = RulesForm(request.POST or None, thing=found, state=administration.state_of(found))
    return settle(
        request, "surveys", form, title=_("How the desk asks"), said=_("%(name)s was saved."), way=[list_of("surveys")]
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def check(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One category, or a further one."""
    found = or_404(Check.objects.select_related("category"), pk) if pk else None
    form = CheckForm(request.POST or None, thing=found, state={"days": found.days} if found else {})
    return settle(
        request, "surveys", form, title=str(found.category) if found else _("Look at solved tickets again"),
        said=_("%(name)s was saved."), way=[list_of("surveys")],
        context={"removal_url": reverse("desk:admin_check_removal", args=[pk]) if found else ""},
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask for it no more."""
    found = or_404(Check.objects.select_related("category"), pk)
    administration.remove_check(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found.category})
    return SeeOther(reverse("desk:admin_surveys"))
