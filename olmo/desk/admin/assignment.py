"""How the tickets of each team find their agent."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.people.models import Person, Team
from olmo.routing.assignment import administration, giving
from olmo.routing.assignment.models import Method, TeamWay

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from .forms import SettingsForm, tick
from .pages import administrators, list_of, or_404, settle, show, typed


class WayForm(SettingsForm):
    """The way of one team."""

    groups = (
        ("", _("For tickets that reach the team and have no owner, whichever way they came."), ["method"]),
        (
            _("Who can be given one"),
            _("Only who is there: in their shift, not absent, not away. A ticket that nobody can take waits until somebody can."),
            ["needs_room", "needs_skills", "needs_language"],
        ),
        (_("The same agent again"), "", ["sticky_days"]),
    )  # fmt: skip

    method = forms.ChoiceField(label=_("Way"), choices=Method, widget=forms.RadioSelect)
    needs_room = tick(
        _("Only as much as fits"), hint=_("Nobody gets more points than their capacity.")
    )  # fmt: skip
    needs_skills = tick(
        _("Only who has the skills"), hint=_("Each skill that the category needs, at its level or higher.")
    )
    needs_language = tick(_("Only who speaks the ticket’s language"))
    sticky_days = forms.IntegerField(
        label=_("Days"), min_value=1, max_value=365, required=False,
        help_text=_(
            "Whoever solved the requester’s last ticket within so many days goes first, if they can take it. Empty: nobody does."
        ),
    )  # fmt: skip

    def shown(self) -> dict[str, Any]:
        """The settings."""
        return administration.state_of(administration.way_of(self.thing))

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Team:
        """Keep the way."""
        data.pop("seen")
        administration.save_way(self.thing, administration.WaySettings(**data), by=by, seen=seen)
        team: Team = self.thing
        return team


_COLUMNS: Columns = {
    "team.name": _("Team"), "way.get_method_display": _("Way"), "way.sticky_days": _("Days for the last solver"),
    "waiting": _("Nobody has taken"),
}  # fmt: skip


@listing
@administrators
def listed(request: DeskRequest) -> HttpResponse:
    """The teams with their ways, and how much waits in each."""
    words = typed(request)
    ways = TeamWay.objects.in_bulk()
    rows = [
        {"team": team, "way": ways.get(team.pk, TeamWay(team=team)), "waiting": giving.waiting(team)[:100].count()}
        for team in Team.objects.filter(is_active=True, name__icontains=words).select_related("tier")
    ]
    return show(request, "assignment", "assignment", {"rows": rows, "typed": words}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def way(request: DeskRequest, pk: int) -> HttpResponse:
    """How one team gives out."""
    team = or_404(Team.objects.filter(is_active=True), pk)
    form = WayForm(request.POST or None, thing=team, state=administration.state_of(administration.way_of(team)))
    return settle(
        request, "assignment", form, title=team.name, said=_("%(name)s was saved."), way=[list_of("assignment")]
    )
