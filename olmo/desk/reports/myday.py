"""An agent's own day: what is due, who waits, and their own figures before the team's mean."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.people.queries import team_ids
from olmo.reports import queries as numbers_of
from olmo.reports.measures import MEASURES
from olmo.reports.queries import FEWEST_FOR_A_MEAN, Lens, leads
from olmo.reports.rollup import as_of
from olmo.tickets import queries
from olmo.tickets.models import ACTIVE, Status, Ticket
from olmo.tickets.standing import ANSWERS

from ..lists.filters import Filters
from ..lists.rows import listed
from ..shell import MOST_COUNTED, DeskRequest, agents, bounded, page
from . import numbers, ratings
from .looking import today

SHOWN = 6
DAYS = 30
_COUNTS = (
    "answered", "prompt", "prompt_waived", "resolved", "first_contact", "promised", "kept", "kept_waived", "reopened"
)  # fmt: skip


@require_safe
@agents
def my_day(request: DeskRequest) -> HttpResponse:
    """What is ahead of the agent who looks, and how the last 30 days went."""
    viewer = request.person
    mine = queries.visible_to(viewer).filter(assignee=viewer, status__in=ACTIVE)
    asking = mine.filter(standing__reason__in=ANSWERS).exclude(status=Status.WAITING)
    context = {
        "is_lead": leads(viewer) != (), "as_of": as_of().as_of, "days": DAYS,
        "due": _part(mine.filter(standing__act_by__isnull=False), "standing__act_by"),
        "asking": _part(asking, "standing__asked_at"),
        "headline": _headline(viewer, mine, asking), "figures": _figures(viewer),
        "measures": [MEASURES[name] for name in ("response", "prompt", "resolution", "in_time", "first_contact", "reopened")],
    }  # fmt: skip
    return page(request, "desk/reports/my_day.html", context)


def _part(tickets: QuerySet[Ticket], order: str) -> Any:
    """The first few of a list, as rows."""
    ids = list(tickets.order_by(order, "pk").values_list("pk", flat=True)[:SHOWN])
    return listed(queries.rows(ids), set()) if ids else None


def _headline(viewer: Person, mine: QuerySet[Ticket], asking: QuerySet[Ticket]) -> list[dict[str, Any]]:
    """The load of today in four numbers."""
    now = clock.now()
    late = _count(mine.filter(standing__act_by__lt=now))
    soon = _count(mine.filter(standing__act_by__range=(now, now + timedelta(hours=24))))
    free = queries.visible_to(viewer).filter(assignee=None, status__in=ACTIVE, team_id__in=team_ids(viewer))
    oldest = free.order_by("opened_at").values_list("opened_at", flat=True).first()
    return [
        {"said": _("open and mine"), "n": _bounded(_count(mine)), "url": Filters(box="mine").url()},
        {"said": _("late"), "n": _bounded(late), "more": _("%(n)s within a day") % {"n": _bounded(soon)}, "is_late": late},
        {"said": _("wait for my answer"), "n": _bounded(_count(asking))},
        {"said": _("unassigned in my teams"), "n": _bounded(_count(free)), "oldest": oldest,
         "url": Filters(box="unassigned").url()},
    ]  # fmt: skip


def _count(tickets: QuerySet[Ticket]) -> int:
    """Counted up to a hundred, so that a large desk costs no more."""
    return tickets.order_by()[:MOST_COUNTED].count()


def _bounded(count: int) -> str:
    return bounded(count) or "0"


def _figures(viewer: Person) -> list[dict[str, Any]]:
    """Own numbers, and the mean of the team where enough people make it."""
    last = today()
    lens = Lens(viewer=viewer, first=last - timedelta(days=DAYS - 1), last=last)
    mates = list(
        Person.objects.filter(teams__in=team_ids(viewer), is_active=True).distinct().values_list("pk", flat=True)
    )
    own = _values(lens, [viewer.pk])
    theirs = _values(lens, mates) if len(mates) >= FEWEST_FOR_A_MEAN else None
    me = viewer.pk
    selections = {
        "answered": lens.selection(answered=lens.days(), answerer=me),
        "resolved": lens.selection(resolved=lens.days(), resolver=me),
        "reopened": lens.selection(reopened=lens.days(), agent=me),
        "prompt": lens.selection(answered=lens.days(), answerer=me, prompt=1),
        "first_contact": lens.selection(resolved=lens.days(), resolver=me, first=1),
        "in_time": lens.selection(resolved=lens.days(), resolver=me, kept=1),
    }
    satisfied = ratings.figure(viewer, mates if theirs else None, lens)
    return [
        {
            "label": label,
            "own": own[name],
            "drill": numbers.linked(own["n"][name], selections[name]) if name in selections else "",
            "other": own["other"].get(name, ""),
            "is_count": name in ("answered", "resolved", "reopened"),
            "mean": theirs[name] if theirs else "",
        }
        for name, label in _labels().items()
    ] + [satisfied]


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
    counts = {name: found[name] / each for name in ("answered", "resolved", "reopened")}
    return {
        **{name: numbers.whole(round(n)) if each == 1 else numbers.decimal(n) for name, n in counts.items()},
        "response": numbers.minutes(numbers_of.percentiles(lens, "response", people)[0]),
        "resolution": numbers.minutes(numbers_of.percentiles(lens, "resolution", people)[0]),
        "prompt": numbers.percent(numbers.share(found["prompt"], found["answered"])),
        "in_time": numbers.percent(numbers.share(found["kept"], found["promised"])),
        "first_contact": numbers.percent(numbers.share(found["first_contact"], found["resolved"])),
        "n": {**found, "in_time": found["kept"]},
        "other": {
            "prompt": numbers.forgiven(found["prompt"], found["answered"], found["prompt_waived"]),
            "in_time": numbers.forgiven(found["kept"], found["promised"], found["kept_waived"]),
        },
    }
