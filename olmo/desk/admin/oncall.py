"""On-call schedules of all teams, as administrators look for them; they are changed where they are seen."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.staffing import queries, rotation

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from .pages import administrators, show, typed

AHEAD = timedelta(days=28)


_COLUMNS: Columns = {
    "one.name": _("Name"), "one.team.name": _("Team"), "one.position": _("Line"), "now.name": _("On call now"),
    "gap.start": _("Next gap"),
}  # fmt: skip


@listing
@administrators
def listed(request: DeskRequest) -> HttpResponse:
    """The schedules by team and line: who is called now, and when nobody is within four weeks."""
    words, now = typed(request), clock.now()
    found = queries.with_layers(now, now + AHEAD).filter(Q(name__icontains=words) | Q(team__name__icontains=words))
    rows = list(found)
    drawn = []
    for row, facts in zip(rows, queries.facts_of(rows, now, now + AHEAD), strict=True):
        duty = rotation.on_call(facts, now)
        gap = next((s for s in rotation.stretches(facts, now, now + AHEAD) if s.is_gap), None)
        drawn.append({"one": row, "now": Person.objects.get(pk=duty.person) if duty else None, "gap": gap})
    return show(request, "oncall", "oncall", {"rows": drawn, "typed": words}, columns=_COLUMNS)
