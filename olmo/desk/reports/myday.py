"""An agent's own day: what is due, who waits, and their own figures before the team's mean."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from olmo.people.models import Person
from olmo.people.queries import team_ids
from olmo.reports import queries as numbers_of
from olmo.reports.measures import MEASURES
from olmo.reports.queries import FEWEST_FOR_A_MEAN, Lens, leads
from olmo.reports.rollup import as_of

from ..lists.filters import ANSWER, NONE, Filters
from ..shell import DeskRequest, agents, page
from . import ahead, numbers, ratings
from .looking import today

MINE, DUE, ASKING = Filters(box="mine"), Filters(box="mine", due="any"), Filters(box="mine", reason=ANSWER)
FREE = Filters(box="teams", assignee=NONE, sort="oldest")
DAYS = 30
_COUNTS = (
    "answered", "prompt", "prompt_waived", "resolved", "first_contact", "promised", "kept", "kept_waived", "reopened"
)  # fmt: skip

_EVENTS = ("answered", "resolved", "reopened")
_SHARES = {
    "prompt": ("prompt", "answered"),
    "in_time": ("kept", "promised"),
    "first_contact": ("first_contact", "resolved"),
}
_MEDIANS = {"response": "answered", "resolution": "resolved"}


@require_safe
@agents
def my_day(request: DeskRequest) -> HttpResponse:
    """What is ahead of the agent who looks, and how the last 30 days went."""
    viewer = request.person
    progress = as_of()
    context = {
        "is_lead": leads(viewer) != (), "as_of": progress.as_of, "days": DAYS,
        "due": ahead.first(viewer, DUE, "standing__act_by"), "asking": ahead.first(viewer, ASKING, "standing__asked_at"),
        **_ahead(viewer), "figures": _figures(viewer, today(progress)),
        "measures": [MEASURES[name] for name in ("response", "prompt", "resolution", "in_time", "first_contact", "reopened")],
    }  # fmt: skip
    return page(request, "desk/reports/my_day.html", context)


def _ahead(viewer: Person) -> dict[str, Any]:
    """The load of today in four numbers, and how many tickets the two lists below would hold."""
    late, soon = ahead.late(MINE)
    (mine, n_late, n_soon, due, asking, free), oldest = ahead.counted(viewer, [MINE, late, soon, DUE, ASKING, FREE])
    return {
        "headline": [
            {"said": _("open and mine"), "value": mine},
            {"said": _("late"), "value": n_late, "soon": n_soon},
            {"said": _("wait for my answer"), "value": asking},
            {"said": _("unassigned in my teams"), "value": free, "oldest": oldest},
        ],
        "all_due": due.beyond(), "all_asking": asking.beyond(),
    }  # fmt: skip


def _figures(viewer: Person, last: date) -> list[dict[str, Any]]:
    """Own numbers up to this day, and the mean of the team where enough people make it."""
    lens = Lens(viewer=viewer, first=last - timedelta(days=DAYS - 1), last=last)
    mates = list(
        Person.objects.filter(teams__in=team_ids(viewer), is_active=True).distinct().values_list("pk", flat=True)
    )
    own = _values(lens, [viewer.pk])
    theirs = _values(lens, mates) if len(mates) >= FEWEST_FOR_A_MEAN else None
    satisfied = ratings.figure(viewer, mates if theirs else None, lens)
    return [
        {
            "label": label,
            "own": own[name],
            "is_count": name in _EVENTS,
            "mean": theirs[name] if theirs else "",
            **_behind(lens, name, own["n"]),
        }
        for name, label in _labels().items()
    ] + [satisfied]


def _behind(lens: Lens, name: str, found: Mapping[str, int]) -> dict[str, str]:
    """The tickets behind one's own figure; of a median, those that it is the middle of."""
    me = lens.viewer.pk
    if name in _SHARES:
        return {
            "drill": numbers.part(lens, found, *_SHARES[name], me),
            **numbers.waived(lens, found, *_SHARES[name], me),
        }
    return {"drill": numbers.counted(lens, found, _MEDIANS.get(name, name), me)}


def _labels() -> dict[str, str]:
    return {
        "answered": _("First answers given"), "response": _("Median time to the first answer"),
        "prompt": _("Answered in time"), "resolved": _("Tickets resolved"),
        "resolution": _("Median time to the solution"), "in_time": _("Solved in time"),
        "first_contact": _("Solved at first contact"), "reopened": _("Reopened"),
    }  # fmt: skip


def _values(lens: Lens, people: Sequence[int]) -> dict[str, Any]:
    """The figures of some people together; counts as the mean of one person."""
    found = numbers_of.of_people(lens, _COUNTS, people)
    each = len(people)
    counts = {name: found[name] / each for name in _EVENTS}
    return {
        **{name: numbers.whole(round(n)) if each == 1 else numbers.decimal(n) for name, n in counts.items()},
        **{name: numbers.minutes(numbers_of.percentiles(lens, name, people)[0]) for name in _MEDIANS},
        **{name: numbers.percent(numbers.share(found[part], found[of])) for name, (part, of) in _SHARES.items()},
        "n": found,
    }
