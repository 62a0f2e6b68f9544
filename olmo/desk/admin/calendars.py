"""Calendars of service levels: when time counts, the days that are different, and the year as it is worked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.dates import MONTHS_3, WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.people.models import Person
from olmo.service_levels import actions, calendars, feeds, holidays, jobs
from olmo.service_levels.engine.case import WEEKDAYS as KEYS
from olmo.service_levels.models import Calendar, CalendarFeed
from olmo.tenancy.queries import desk_zone

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .forms import SettingsForm, line, paragraph, some_of, time_zone
from .pages import administrators, list_of, or_404, settle, show, typed

HOURS = tuple(f"hours_{key}" for key in KEYS)
FIRST_YEAR, LAST_YEAR = 1990, 2100


class CalendarForm(SettingsForm):
    """Weekly hours, holidays and other days. A press on `fill` puts something into the fields and saves nothing."""

    groups = (
        (_("What it is"), "", [("name", "zone")]),
        (_("Weekly hours"), _("Several periods of a day are separated by commas. Empty: closed."), [HOURS]),
        (
            _("Public holidays"),
            _("They are written into the calendar by date, so that a promise never changes by itself."),
            [("country", "region")],
        ),
        (_("Other days"), _("They go before holidays and weekly hours."), ["days", "file", "feed"]),
    )

    name = line(_("Name"), limit=80)
    zone = time_zone()
    country = forms.ChoiceField(label=_("Country"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    days = paragraph(
        _("Days that are different"),
        hint=_("One in each line: 2026-12-24 08:00-12:00 Christmas Eve. Without hours the day is closed."),
        rows=6,
        limit=200_000,
    )
    file = forms.FileField(
        label=_("iCalendar file"), required=False, help_text=_("Its whole days are added above, as closed."),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )  # fmt: skip

    feed = forms.URLField(
        label=_("iCalendar feed"), required=False, max_length=2048, assume_scheme="https",
        help_text=_("An address that is fetched twice a day. Its whole days are closed; when it fails, the last good ones stay."),
    )  # fmt: skip

    def prepare(self) -> None:
        """Add a field for each weekday, and the countries and regions."""
        kept = self.thing.content if self.thing else {}
        for (key, hours), day in zip(calendars.hours_of(kept), WEEKDAYS.values(), strict=True):
            self.fields[f"hours_{key}"] = line(day, limit=200, required=False, placeholder="08:00-12:30, 13:30-18:00")
            self.initial.setdefault(f"hours_{key}", hours)
        country = (self.typed or {}).get("country", self.initial.get("country", ""))
        self._choices("country", [("", gettext("None")), *holidays.countries()])
        self._choices("region", [("", gettext("The whole country")), *holidays.regions(country)])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def shown(self) -> dict[str, Any]:
        """The settings, days as lines."""
        kept = self.thing.content
        public = kept.get("public", {})
        return {
            "name": self.thing.name, "zone": kept.get("zone", "UTC"), "days": calendars.lines(calendars.others_of(kept)),
            "country": public.get("country", ""), "region": public.get("region", ""), "feed": feed_url(self.thing),
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read hours, days and the file; what cannot be read is told at its field."""
        data = super().clean() or {}
        for name in HOURS:
            self._read(name, calendars.shifts, data)
        self._read("days", calendars.days, data)
        if data.get("file") and "days" in data:
            try:
                data["days"] = with_file(data["days"], data["file"].read())
            except Invalid as wrong:
                self.add_error("file", str(wrong.message))
        return data

    def _read(self, name: str, reader: Any, data: dict[str, Any]) -> None:
        try:
            data[name] = reader(data.get(name) or "", name)
        except Invalid as wrong:
            self.add_error(name, str(wrong.message))

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Calendar:
        """Keep the calendar; a refusal of all hours stands at the first of them."""
        hours = {key: data[f"hours_{key}"] for key in KEYS}
        content = calendars.content(data["zone"], hours, data["days"], data["country"], data["region"])
        try:
            kept = actions.set_calendar(data["name"], content, by=by, instead_of=self.thing, seen=seen)
            feeds.follow(kept, data["feed"], by=by)
            return kept
        except Invalid as wrong:
            raise Invalid(HOURS[0] if wrong.field == "hours" else wrong.field, wrong.message) from None

    def filled(self, what: str) -> "CalendarForm":
        """The same form with something put into its fields, not saved: all hours of all days, or the days of a file."""
        data = self.typed.copy()
        if what == "always":
            data.update(dict.fromkeys(HOURS, ""))
            for name in HOURS:
                data[name] = "00:00-24:00"
        again = CalendarForm(data, thing=self.thing, state=self.state)
        again.files = self.files
        if what == "file" and again.is_valid():
            data["days"] = calendars.lines(again.cleaned_data["days"])
            again = CalendarForm(data, thing=self.thing, state=self.state)
        return again


def feed_url(calendar: Calendar) -> str:
    """The feed that a calendar follows, "" for none."""
    return CalendarFeed.objects.filter(calendar=calendar).values_list("url", flat=True).first() or ""


def with_file(days: list[calendars.Day], content: bytes) -> list[calendars.Day]:
    """Days with those of a file; what was written already stays. Raises Invalid."""
    this_year = clock.now().year
    listed = {day.date: day for day in days}
    for day, name in holidays.of_file(content, holidays.FIRST_YEAR, this_year + holidays.AHEAD):
        listed.setdefault(day.isoformat(), calendars.Day(day.isoformat(), [], name))
    return sorted(listed.values(), key=lambda each: each.date)


class UnionForm(SettingsForm):
    """Several calendars as one: time counts whenever it counts in one of them."""

    groups = (
        (
            "",
            _("Time counts whenever it counts in one of them, as where teams on two continents follow the sun."),
            ["name", "parts"],
        ),
    )

    name = line(_("Name"), limit=80)
    parts = some_of(_("Calendars"), Calendar.objects.none())

    def prepare(self) -> None:
        """Offer every calendar that is no union itself."""
        field = self.fields["parts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Calendar.objects.exclude(content__has_key="union")

    def shown(self) -> dict[str, Any]:
        """Its name and parts."""
        return {"name": self.thing.name, "parts": list(Calendar.objects.filter(name__in=self.thing.content["union"]))}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Calendar:
        """Keep the union."""
        if len(data["parts"]) < 2:
            raise Invalid("parts", gettext("Choose two calendars or more."))
        content = calendars.union(list(data["parts"]))
        return actions.set_calendar(data["name"], content, by=by, instead_of=self.thing, seen=seen)


_COLUMNS: Columns = {
    "one.name": _("Name"), "zone": _("Time zone"), "parts": _("Union of"), "always": _("Always"), "used": _("Used by"),
}  # fmt: skip


@listing
@administrators
def listed(request: DeskRequest) -> HttpResponse:
    """The calendars by name, with where each is used."""
    words = typed(request)
    rows = [
        {
            "one": one, "used": calendars.used_by(one.name), "always": calendars.is_always(one.content),
            "zone": one.content.get("zone", ""), "parts": list(one.content.get("union", {})),
        }
        for one in Calendar.objects.filter(name__icontains=words)
    ]  # fmt: skip
    return show(request, "calendars", "calendars", {"rows": rows, "typed": words}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def calendar(request: DeskRequest, pk: int = 0, is_union: bool = False) -> HttpResponse:
    """One calendar, or a new one."""
    found = or_404(Calendar.objects.all(), pk) if pk else None
    form, fill = _form(request, found, is_union), request.POST.get("fill", "")
    context = {
        "title": str(found) if found else gettext("New union") if is_union else gettext("New calendar"),
        **_around(request, found),
    }
    if fill and isinstance(form, CalendarForm):
        context |= {"form": form.filled(fill), "cancel_url": reverse("desk:admin_calendars")}
        return show(request, "calendars", "calendar", context, way=[list_of("calendars")])
    return settle(
        request, "calendars", form, title=context.pop("title"), said=_("%(name)s was saved."), template="calendar",
        way=[list_of("calendars")], context=context, then=lambda kept: reverse("desk:admin_calendar", args=[kept.pk]),
    )  # fmt: skip


def _form(request: DeskRequest, found: Calendar | None, is_union: bool) -> SettingsForm:
    kind = UnionForm if is_union or (found and "union" in found.content) else CalendarForm
    state = {"name": found.name, "content": found.content} if found else {}
    first = {} if found or kind is UnionForm else {"zone": desk_zone().key}
    form = kind(request.POST or None, thing=found, state=state, **first)
    form.files = request.FILES
    return form


def _around(request: DeskRequest, found: Calendar | None) -> dict[str, Any]:
    if found is None:
        return {}
    year = _year(request)
    used = calendars.used_by(found.name)
    months = zip(MONTHS_3.values(), calendars.year(found, year), strict=True)
    feed = CalendarFeed.objects.filter(calendar=found).select_related("calendar").first()
    return {
        "feed": feed, "news": feeds.news(feed) if feed and used else None,
        "year": year, "months": list(months), "columns": range(1, 32), "kept_by": used, "is_utc": "union" in found.content,
        "public": _named(found, year), "removal_url": "" if used else reverse("desk:admin_calendar_removal", args=[found.pk]),
    }  # fmt: skip


def _named(found: Calendar, year: int) -> list[tuple[str, str]]:
    """The public holidays of the year in view."""
    names = found.content.get("public", {}).get("names", {})
    return [(day, name) for day, name in names.items() if day.startswith(f"{year:04}-")]


def _year(request: DeskRequest) -> int:
    text = request.GET.get("year", "")
    number = int(text) if len(text) == 4 and text.isascii() and text.isdecimal() else clock.now().year
    return min(max(number, FIRST_YEAR), LAST_YEAR)


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a calendar that nothing uses."""
    found = or_404(Calendar.objects.all(), pk)
    actions.remove_calendar(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_calendars"))


@require_POST
@administrators
def feed(request: DeskRequest, pk: int) -> HttpResponse:
    """Fetch the feed of a calendar now: the worker does, so that a slow machine holds no page."""
    found = or_404(CalendarFeed.objects.filter(calendar=pk), _feed_of(pk))
    jobs.refresh_feed.defer(feed=found.pk)
    messages.success(request, gettext("The feed is being fetched. Look again in a moment."))
    return SeeOther(reverse("desk:admin_calendar", args=[pk]))


@require_POST
@administrators
def renewal(request: DeskRequest, pk: int) -> HttpResponse:
    """Make a new calendar from what the feed of one in use says now."""
    found = or_404(CalendarFeed.objects.filter(calendar=pk), _feed_of(pk))
    made = feeds.renew(found, clean_line(request.POST.get("name", ""), 80), by=request.person)
    messages.success(request, gettext("%(name)s was made. Amend the terms, so that they count by it.") % {"name": made})
    return SeeOther(reverse("desk:admin_calendar", args=[made.pk]))


def _feed_of(pk: int) -> int:
    return CalendarFeed.objects.filter(calendar=pk).values_list("pk", flat=True).first() or 0
