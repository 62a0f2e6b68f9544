"""The board of a team for those who lead it: who works when, who is absent, how much everybody has."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock, spoken
from olmo.kernel.errors import NotFound
from olmo.people.models import Person, Team
from olmo.routing.assignment import gathering, giving
from olmo.staffing import availability, policy, queries
from olmo.staffing.availability import Facts
from olmo.staffing.models import Profile

from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, agents
from . import words
from .availability import url_of
from .weeks import Weeks, read

_COLUMNS: Columns = {
    "person.name": gettext_lazy("Agent"), "told": gettext_lazy("Presence"), "load": gettext_lazy("Points"),
    "capacity": gettext_lazy("Capacity"), "day": gettext_lazy("Day"), "shifts": gettext_lazy("Shifts"),
    "absent": gettext_lazy("Absent"),
}  # fmt: skip


@listing
@agents
def board(request: DeskRequest) -> HttpResponse:
    """The week of a team (`team`), or of the first one that the viewer leads."""
    teams = list(policy.led_by(request.person))
    chosen = request.GET.get("team", "")
    team = next((t for t in teams if str(t.pk) == chosen), None if chosen else next(iter(teams), None))
    if team is None:
        raise NotFound
    weeks = read(request)
    context: dict[str, Any] = {
        "weeks": weeks,
        "team": team,
        "teams": teams,
        "rows": _rows(request.person, team, weeks),
        **_totals(team),
    }
    every = [{**row, **day} for row in context["rows"] for day in row["days"]]
    return page_or_file(
        request, "desk/staffing/team.html", context, Table(gettext_lazy("Who works when"), _COLUMNS, every)
    )


def _rows(viewer: Person, team: Team, weeks: Weeks) -> list[dict[str, Any]]:
    people, now = list(gathering.members(team)), clock.now()
    people.sort(key=lambda person: person.name)
    facts = queries.facts(people, min(weeks.start, now), max(weeks.end, now))
    rules, profiles = gathering.capacity_rules(), Profile.objects.in_bulk([person.pk for person in people])
    loads = gathering.loads(people, rules)
    deputies = Person.objects.in_bulk({away.deputy for each in facts.values() for away in each.absences if away.deputy})
    rows = []
    for person in people:
        verdict = availability.available(facts[person.pk], now)
        capacity = (profiles[person.pk].capacity if person.pk in profiles else None) or rules.capacity
        rows.append(
            {
                "person": person, "url": url_of(viewer, person), "told": words.with_deputy(verdict, deputies),
                "tone": words.tone(verdict), "load": loads[person.pk], "capacity": capacity,
                "is_full": loads[person.pk] >= capacity,
                "days": [_day(facts[person.pk], day, start, end) for day, start, end in weeks.days()],
            }
        )  # fmt: skip
    return rows


def _day(facts: Facts, day: date, start: datetime, end: datetime) -> dict[str, Any]:
    """A day of somebody: their shifts, and whether they are absent for the whole of it or for a part."""
    spans = availability.shifts(facts.patterns, start, end)
    begun = [(a, b) for a, b in spans if a >= start]  # a night belongs to the day on which it begins
    away = [a for a in facts.absences if a.starts_at < end and a.ends_at > start]
    is_whole = any(a.starts_at <= start and a.ends_at >= end for a in away)
    parts = [_part(max(a.starts_at, start), min(a.ends_at, end)) for a in away]
    absent = _("absent") if is_whole else ", ".join(parts)
    return {
        "day": day, "is_today": day == timezone.localdate(), "absent": absent, "is_free": bool(facts.patterns) and not begun,
        "shifts": [] if is_whole else [f"{spoken.hours(a)}–{spoken.hours(b)}" for a, b in begun],
        "has_pattern": bool(facts.patterns),
    }  # fmt: skip


def _part(start: datetime, end: datetime) -> str:
    return _("absent %(start)s–%(end)s") % {"start": spoken.hours(start), "end": spoken.hours(end)}


def _totals(team: Team) -> dict[str, Any]:
    waiting = giving.waiting(team)[:100].count()
    return {"waiting": waiting, "waiting_words": "99+" if waiting > 99 else str(waiting)}
