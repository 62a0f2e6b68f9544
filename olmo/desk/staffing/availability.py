"""My availability, and that of colleagues for those who arrange it: presence, absences, shifts, languages."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.automation.steps import NONE
from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound, Words
from olmo.people import queries as people
from olmo.people import signin
from olmo.people.models import Person
from olmo.routing.assignment import giving
from olmo.staffing import calendar, hours, policy, queries
from olmo.staffing.actions import absences, presence, shifts
from olmo.staffing.actions.abilities import state_of_profile
from olmo.staffing.models import Ability, Absence, Feed, Pattern, Presence, Profile
from olmo.tickets import queries as tickets

from ..admin.forms import SettingsForm
from ..shell import DeskRequest, SeeOther, agents, page
from . import words
from .feed import told_once
from .forms import AbsenceForm, PatternForm, PresenceForm, ProfileForm, words_of_kind

MOST = 200  # open tickets that are offered to a deputy at once


@require_safe
@agents
def shown(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """Whether somebody is there and what that follows from; one's own without `pk`."""
    return _page(request, _whose(request, pk))


@require_POST
@agents
def say(request: DeskRequest) -> HttpResponse:
    """Say that one is active, away or off, and back to the page where it was pressed."""
    form = PresenceForm(request.POST)
    if form.is_valid():
        try:
            presence.set_presence(request.POST.get("presence", ""), by=request.person, until=form.moment())
        except Invalid as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
    if form.errors:
        return _page(request, request.person, form=form, status=422)
    giving.wake_teams_of(request.person.pk)
    messages.success(request, words.told(queries.available([request.person], clock.now())[request.person.pk]) + ".")
    return SeeOther(_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def absence(request: DeskRequest, pk: int = 0, person: int = 0) -> HttpResponse:
    """One absence, or a new one of `person`."""
    found = _one_of(Absence.objects.select_related("person", "deputy"), pk, request) if pk else None
    whose = found.person if found else _whose(request, person)
    form = AbsenceForm(
        request.POST or None, person=whose, thing=found, state=absences.state_of(found) if found else {}
    )  # fmt: skip
    title = gettext_lazy("Absence of %(name)s") if found else gettext_lazy("New absence of %(name)s")
    removal = reverse("desk:absence_removal", args=[pk]) if pk else ""
    return _settle(request, whose, form, title, removal)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def pattern(request: DeskRequest, pk: int = 0, person: int = 0) -> HttpResponse:
    """One week of shifts, or a new one of `person`."""
    found = _one_of(Pattern.objects.select_related("person"), pk, request) if pk else None
    whose = found.person if found else _whose(request, person)
    first = {} if found else {"zone": whose.time_zone}
    form = PatternForm(
        request.POST or None, person=whose, thing=found, state=shifts.state_of(found) if found else {}, **first
    )
    title = gettext_lazy("Shifts of %(name)s") if found else gettext_lazy("New shifts of %(name)s")
    removal = reverse("desk:pattern_removal", args=[pk]) if pk else ""
    return _settle(request, whose, form, title, removal)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def profile(request: DeskRequest, person: int) -> HttpResponse:
    """The languages and the capacity of an agent."""
    whose = _whose(request, person)
    found = Profile.objects.filter(person=whose).first() or Profile(person=whose)
    form = ProfileForm(request.POST or None, person=whose, thing=found, state=state_of_profile(found))
    form.allow(request.person)
    return _settle(request, whose, form, gettext_lazy("Languages and capacity of %(name)s"))


@require_POST
@agents
def absence_removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Take an absence out."""
    found = _one_of(Absence.objects.select_related("person", "deputy"), pk, request)
    absences.remove_absence(found, by=request.person)
    messages.success(request, _("The absence was taken out."))
    return SeeOther(url_of(request.person, found.person))


@require_POST
@agents
def pattern_removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a week of shifts out."""
    found = _one_of(Pattern.objects.select_related("person"), pk, request)
    shifts.remove_pattern(found, by=request.person)
    messages.success(request, _("The shifts were taken out."))
    return SeeOther(url_of(request.person, found.person))


def url_of(viewer: Person, person: Person) -> str:
    """The page of somebody's availability."""
    return reverse("desk:availability") if viewer.pk == person.pk else reverse("desk:availability_of", args=[person.pk])


def _page(request: DeskRequest, whose: Person, *, form: PresenceForm | None = None, status: int = 200) -> HttpResponse:
    now = clock.now()
    verdict = queries.available([whose], now)[whose.pk]
    kept = Profile.objects.filter(person=whose).first() or Profile(person=whose)
    coming = Absence.objects.filter(person=whose, ends_at__gt=now - timedelta(days=31)).select_related("deputy")
    deputies = {row.deputy_id: row.deputy for row in coming if row.deputy_id and row.deputy}
    context = {
        "whose": whose, "is_own": whose.pk == request.person.pk, "form": form or PresenceForm(),
        "told": words.with_deputy(verdict, deputies), "tone": words.tone(verdict), "is_there": verdict.is_yes,
        "choices": _choices(kept), "profile": kept,
        "absences": [
            {
                "one": row, "words": words_of_kind(row), "is_over": row.ends_at <= now,
                "url": reverse("desk:absence", args=[row.pk]), "offer": _offer(request, row) if row.ends_at > now else None,
            }
            for row in coming
        ],
        "patterns": [_pattern(row) for row in Pattern.objects.filter(person=whose)],
        **_of_calendar(request, whose),
        "abilities": Ability.objects.filter(person=whose).select_related("skill").order_by("skill__name"),
        "languages": [label for code, label in _languages() if code in (kept.languages or [whose.language])],
    }  # fmt: skip
    return page(request, "desk/staffing/availability.html", context, status=status)


def _of_calendar(request: DeskRequest, whose: Person) -> dict[str, Any]:
    """When somebody is on call within four weeks; and of one's own page the calendar feed."""
    now = clock.now()
    turns = [
        {"schedule": row, "start": stretch.start, "end": stretch.end}
        for row, stretch in calendar.turns(whose, now, now + timedelta(days=28))
    ]
    if whose.pk != request.person.pk:
        return {"turns": turns}
    has_feed = Feed.objects.filter(person=whose).exists()
    return {
        "turns": turns,
        "has_feed": has_feed,
        "feed_url": told_once(request),
        "leads": policy.led_by(whose).exists(),
    }


def _choices(kept: Profile) -> list[dict[str, Any]]:
    is_held = kept.presence_until is None or kept.presence_until > clock.now()
    now = kept.presence if is_held else Presence.ACTIVE
    icons = {Presence.ACTIVE: "play", Presence.AWAY: "snooze", Presence.OFF: "pause"}
    return [{"value": p.value, "label": p.label, "icon": icons[p], "is_now": p == now} for p in Presence]


def _pattern(row: Pattern) -> dict[str, Any]:
    days = [
        (WEEKDAYS_ABBR[n], hours.in_words(row.hours[day])) for n, day in enumerate(hours.WEEKDAYS) if row.hours.get(day)
    ]
    return {"one": row, "days": days, "url": reverse("desk:pattern", args=[row.pk])}


def _offer(request: DeskRequest, row: Absence) -> dict[str, Any] | None:
    """The open tickets of somebody absent, as the form of many tickets reads them: to the deputy, or back to the teams."""
    rows = tickets.visible_to(request.person).filter(assignee=row.person_id, status__in=("new", "open", "waiting"))
    found = list(rows.order_by("number").values_list("number", "version")[:MOST])
    if not found:
        return None
    to = str(row.deputy_id) if row.deputy_id else NONE
    return {"tickets": " ".join(f"{number}:{version}" for number, version in found), "to": to, "count": len(found)}


def _settle(request: DeskRequest, whose: Person, form: SettingsForm, title: Words, removal: str = "") -> HttpResponse:
    url = url_of(request.person, whose)
    if request.method == "POST" and form.is_done(request.person):
        giving.wake_teams_of(whose.pk)
        messages.success(request, _("Saved."))
        return SeeOther(url)
    context = {
        "form": form, "title": str(title) % {"name": whose.name}, "back_url": url, "removal_url": removal,
        "back_words": _("My availability") if whose.pk == request.person.pk else whose.name,
    }  # fmt: skip
    return page(request, "desk/staffing/form.html", context, status=form.status)


def _whose(request: DeskRequest, pk: int) -> Person:
    """The agent with this id, oneself for 0. Raises NotFound for those whose work the viewer does not arrange."""
    if pk in (0, request.person.pk):
        return request.person
    found = people.agents().filter(pk=pk).first()
    if found is None or not policy.may_arrange(request.person, found):
        raise NotFound
    return found


def _one_of(rows: Any, pk: int, request: DeskRequest) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None or not policy.may_arrange(request.person, found.person):
        raise NotFound
    return found


def _languages() -> list[tuple[str, Words]]:
    return list(settings.LANGUAGES)


def _back(request: DeskRequest) -> str:
    return signin.local(request.POST.get("next", "")) or reverse("desk:availability")
