"""My week: what went into which ticket on which day, with its gaps, corrected in place; and the week of a team."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.people import queries as people
from olmo.people.models import Person, Team
from olmo.tickets import queries as tickets
from olmo.worklog import actions, queries
from olmo.worklog.models import Activity, Correction, Entry

from .. import places
from ..forms.calls import minutes_field, work_of
from ..forms.refusable import Refusable
from ..shell import DeskRequest, SeeOther, agents, page
from .ticking import clocked

DAYS = 7
WORKDAYS = 5


class EntryForm(Refusable):
    """One entry, to be corrected."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    minutes = minutes_field(required=True)
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    activity = forms.ModelChoiceField(
        Activity.objects.all(), label=gettext_lazy("Activity"), required=False, empty_label=gettext_lazy("No activity")
    )
    billing = forms.ChoiceField(
        label=gettext_lazy("Billable"),
        required=False,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=500, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, entry: Entry, data: Any = None) -> None:
        first = {
            "seen": entry.version, "minutes": entry.minutes, "day": entry.day, "activity": entry.activity_id,
            "billing": "yes" if entry.is_billable else "no", "note": entry.note,
        }  # fmt: skip
        super().__init__(data, initial=first, auto_id=f"entry-{entry.pk}-%s", label_suffix="")


@require_safe
@agents
def week(request: DeskRequest) -> HttpResponse:
    """The week of `start` (any day in it): one's own, `person`'s, or a `team`'s."""
    first = monday(request)
    file_url = f"{reverse('desk:week_file')}?{request.GET.urlencode()}"
    context = {**_around(request, first), "rules": queries.rules(), "file_url": file_url}
    if request.GET.get("team"):
        team = team_of(request)
        return page(
            request, "desk/team_week.html", {**context, "team": team, "rows": _of_team(request.person, team, first)}
        )
    return page(request, "desk/week.html", {**context, **_of_person(request.person, whose(request), first)})


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def entry(request: DeskRequest, pk: int) -> HttpResponse:
    """One entry with its trail; POST corrects it, or takes it out (`remove`)."""
    found = Entry.objects.select_related("ticket", "activity", "person").filter(pk=pk).first()
    if found is None or not _may_see(request.person, found):
        raise NotFound
    form, status = EntryForm(found, request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        try:
            if _changed(request, found, form):
                return SeeOther(_back(request, found))
            status = 422
        except (Conflict, Invalid) as refusal:
            status = form.refuse(refusal)
    context = {
        "entry": found,
        "form": form,
        "trail": _trail(found),
        "back_url": _back(request, found),
        "is_own": _may_change(request.person, found),
    }
    return page(request, "desk/entry.html", context, status=status)


@require_safe
@agents
def entries(request: DeskRequest, number: int) -> HttpResponse:
    """Everything that was entered on a ticket."""
    ticket = tickets.by_number(request.person, number)
    context = {
        "ticket": ticket, "entries": queries.of_ticket(request.person, ticket, limit=500),
        "totals": queries.totals(request.person, ticket), "back_url": places.ticket(number),
        "file_url": reverse("desk:entries_file", args=[number]),
    }  # fmt: skip
    return page(request, "desk/entries.html", context)


def _changed(request: DeskRequest, found: Entry, form: EntryForm) -> bool:
    if "remove" in request.POST:
        actions.remove(found, by=request.person, seen=_version(request))
        messages.success(request, _("Taken out of the totals; it stays in the record."))
        return True
    if not form.is_valid():
        return False
    actions.correct(found, work_of(form.cleaned_data), by=request.person, seen=form.cleaned_data["seen"])
    messages.success(request, _("Corrected; the record keeps what it said before."))
    return True


def _version(request: DeskRequest) -> int | None:
    seen = request.POST.get("seen", "")
    return whole_number(seen, 8)


def _may_see(viewer: Person, found: Entry) -> bool:
    return tickets.visible_to(viewer).filter(pk=found.ticket_id).exists()


def _may_change(viewer: Person, found: Entry) -> bool:
    return found.removed_at is None and (found.person_id == viewer.pk or viewer.is_administrator)


def _back(request: DeskRequest, found: Entry) -> str:
    """The week in which the entry was."""
    whose = "" if found.person_id == request.person.pk else f"&person={found.person_id}"
    return f"{reverse('desk:week')}?start={found.day.isoformat()}{whose}"


def _trail(found: Entry) -> list[dict[str, Any]]:
    """What was changed, by whom and when, in words."""
    lines = Correction.objects.filter(entry=found).select_related("by")
    return [{"by": line.by.name, "at": line.at, "words": ", ".join(_told(line.change))} for line in lines]


def _told(change: dict[str, list[Any]]) -> Iterable[str]:
    for name, (before, after) in change.items():
        label = str(_LABELS.get(name, name))
        if before is None:
            yield f"{label}: {_shown(after, name)}"
        elif name == "removed":
            yield label
        else:
            yield f"{label}: {_shown(before, name)} → {_shown(after, name)}"


_LABELS = {
    "minutes": gettext_lazy("Minutes"), "day": gettext_lazy("Day"), "activity": gettext_lazy("Activity"),
    "is_billable": gettext_lazy("Billable"), "note": gettext_lazy("Note"), "removed": gettext_lazy("Removed"),
}  # fmt: skip


def _shown(value: Any, name: str) -> str:
    if name == "day":
        return spoken.short_day(date.fromisoformat(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value) if value != "" else "–"


def monday(request: DeskRequest) -> date:
    """The first day of the week that is asked for. Raises Invalid."""
    text = request.GET.get("start", "")
    try:
        day = date.fromisoformat(text) if text else actions.today(request.person)
    except ValueError as error:
        raise Invalid("start", text[:20]) from error
    if not 1 < day.year < 9999:
        raise Invalid("start", text[:20])
    return day - timedelta(days=day.weekday())


def _around(request: DeskRequest, first: date) -> dict[str, Any]:
    kept = request.GET.copy()

    def to(day: date) -> str:
        kept["start"] = day.isoformat()
        return f"{request.path}?{kept.urlencode()}"

    return {
        "first": first, "last": first + timedelta(days=DAYS - 1), "before_url": to(first - timedelta(days=DAYS)),
        "after_url": to(first + timedelta(days=DAYS)), "teams": list(queries.teams_of_lead(request.person)),
        "today": actions.today(request.person),
    }  # fmt: skip


def whose(request: DeskRequest) -> Person:
    """The person whose week is asked for; oneself. Raises NotFound."""
    pk = request.GET.get("person", "")
    if not pk:
        return request.person
    if whole_number(pk) is None:
        raise NotFound
    found = people.agents().filter(pk=int(pk)).first()
    if found is None or not queries.may_see_week(request.person, found):
        raise NotFound
    return found


def team_of(request: DeskRequest) -> Team:
    """The team whose week is asked for. Raises NotFound."""
    pk = request.GET.get("team", "")
    found = queries.teams_of_lead(request.person).filter(pk=whole_number(pk) or 0).first()
    if found is None:
        raise NotFound
    return found


def _of_person(viewer: Person, person: Person, first: date) -> dict[str, Any]:
    days = [first + timedelta(days=n) for n in range(DAYS)]
    found = queries.between(viewer, [person], days[0], days[-1])
    now = actions.today(viewer)
    timer = queries.timer_of(person) if person.pk == viewer.pk else None
    return {
        "whose": person, "is_own": person.pk == viewer.pk, "grid": _grid(found, days),
        "days": [_day(day, [entry for entry in found if entry.day == day], now) for day in days],
        "total": spoken.minutes(sum(entry.minutes for entry in found)),
        "billable": spoken.minutes(sum(entry.minutes for entry in found if entry.is_billable)),
        "timer": timer, "ticked": clocked(queries.seconds_of(timer)) if timer else "",
        "is_idle": bool(timer and queries.is_idle(timer)),
    }  # fmt: skip


def _day(day: date, found: list[Entry], now: date) -> dict[str, Any]:
    """A day with its entries, each with the form that corrects it. A workday that has passed without any is a gap."""
    return {
        "day": day, "is_today": day == now, "is_gap": not found and day < now and day.weekday() < WORKDAYS,
        "total": spoken.minutes(sum(entry.minutes for entry in found)) if found else "",
        "entries": [{"one": entry, "form": EntryForm(entry), "time": spoken.minutes(entry.minutes)} for entry in found],
    }  # fmt: skip


def _grid(found: list[Entry], days: list[date]) -> dict[str, Any]:
    """Tickets x days in minutes, with totals of both."""
    rows: dict[int, dict[str, Any]] = {}
    for entry in found:
        row = rows.setdefault(entry.ticket_id, {"ticket": entry.ticket, "cells": dict.fromkeys(days, 0)})
        row["cells"][entry.day] += entry.minutes
    totals = [sum(row["cells"][day] for row in rows.values()) for day in days]
    return {  # minutes as words
        "rows": [
            {"ticket": row["ticket"], "cells": _spoken(cells), "total": spoken.minutes(sum(cells))}
            for row in rows.values()
            if (cells := list(row["cells"].values()))
        ],
        "totals": _spoken(totals),
    }  # fmt: skip


def members(team: Team) -> list[Person]:
    """Whose weeks the week of a team shows."""
    return list(team.members.filter(is_active=True).order_by("name"))


def _of_team(viewer: Person, team: Team, first: date) -> list[dict[str, Any]]:
    days = [first + timedelta(days=n) for n in range(DAYS)]
    people = members(team)
    found = queries.between(viewer, people, days[0], days[-1])
    rows = []
    for person in people:
        own = [entry for entry in found if entry.person_id == person.pk]
        cells = [sum(entry.minutes for entry in own if entry.day == day) for day in days]
        url = f"{reverse('desk:week')}?start={first.isoformat()}&person={person.pk}"
        rows.append({"person": person, "url": url, "cells": _spoken(cells), "total": spoken.minutes(sum(cells))})
    return rows


def _spoken(cells: Iterable[int]) -> list[str]:
    return [spoken.minutes(cell) if cell else "" for cell in cells]
