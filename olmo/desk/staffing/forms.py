"""Forms of staffing: presence, absences, shifts, languages and capacity."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.people import queries as people
from olmo.people.models import Person
from olmo.staffing import hours, policy
from olmo.staffing.actions import abilities, absences, shifts
from olmo.staffing.models import Absence, AbsenceKind, Pattern, Profile

from ..admin.forms import SettingsForm, line, one_of, time_zone

HOURS = tuple(f"hours_{day}" for day in hours.WEEKDAYS)
MOMENT = "%Y-%m-%dT%H:%M"
_DAY_END = "day"


def moment(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateTimeField:
    """A field for a date and a time in the reader's zone."""
    widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, required=required, help_text=hint, widget=widget)


def day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """A field for a date."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget)


class PresenceForm(forms.Form):
    """For how long a presence holds; which one, the pressed button says."""

    span = forms.ChoiceField(
        label=_("For how long"), required=False,
        choices=[
            ("", _("Until I change it")), ("15", _("15 minutes")), ("30", _("30 minutes")), ("60", _("1 hour")),
            ("120", _("2 hours")), (_DAY_END, _("Until midnight")),
        ],
    )  # fmt: skip
    until = moment(_("Or until"), required=False)

    def moment(self) -> datetime | None:
        """Until when; None: until it is changed."""
        given = self.cleaned_data
        if given["until"] is not None:
            found: datetime = given["until"]
            return found
        if given["span"] == _DAY_END:
            tomorrow = timezone.localtime(clock.now()) + timedelta(days=1)
            return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
        return clock.now() + timedelta(minutes=int(given["span"])) if given["span"] else None


class OfAgent(SettingsForm):
    """Something of one agent. `thing` is what is changed, `person` whose it is."""

    person: Person

    def __init__(self, data: Any = None, *, person: Person, **more: Any) -> None:
        self.person = person
        super().__init__(data, **more)


class AbsenceForm(OfAgent):
    """A time in which somebody is not there."""

    groups = (("", "", [("starts_at", "ends_at"), ("kind", "deputy")]),)

    starts_at = moment(pgettext_lazy("time", "From"))
    ends_at = moment(pgettext_lazy("time", "Until"))
    kind = forms.ChoiceField(label=_("Kind"), choices=AbsenceKind)
    deputy = one_of(
        _("Deputy"), Person.objects.none(), _("Nobody"),
        hint=_("Named where work is given out, and called when this agent would be on call."),
    )  # fmt: skip

    def prepare(self) -> None:
        """Offer everybody else."""
        self.fields["deputy"].queryset = people.agents().exclude(pk=self.person.pk)  # type: ignore[attr-defined]

    def shown(self) -> dict[str, Any]:
        """The absence."""
        one: Absence = self.thing
        return {"starts_at": one.starts_at, "ends_at": one.ends_at, "kind": one.kind, "deputy": one.deputy_id}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Absence:
        """Keep it."""
        data.pop("seen")
        return absences.save_absence(self.thing, person=self.person, by=by, seen=seen, **data)


class WeekFields(SettingsForm):
    """Fields for the hours of each weekday; `data["week"]` is what they say."""

    def week(self) -> dict[str, Any]:
        """The hours as they are kept."""
        return dict(self.thing.hours) if self.thing else {}

    def prepare(self) -> None:
        """Add a field for each day."""
        for name, label in zip(HOURS, WEEKDAYS.values(), strict=True):
            self.fields[name] = line(label, limit=200, required=False, placeholder="08:00-12:30, 22:00-06:00")
            self.initial.setdefault(name, hours.in_words(self.week().get(name.removeprefix("hours_"), [])))

    def clean(self) -> dict[str, Any]:
        """Read the hours; what cannot be read is told at its day."""
        data = super().clean() or {}
        data["week"] = {}
        for name in HOURS:
            try:
                data["week"][name.removeprefix("hours_")] = hours.periods(data.pop(name, "") or "", name)
            except Invalid as wrong:
                self.add_error(name, str(wrong.message))
        return data


class PatternForm(OfAgent, WeekFields):
    """A week of shifts."""

    groups = (
        ("", "", [("valid_from", "valid_to"), "zone"]),
        (_("Hours"), _("Several shifts of a day are separated by commas; one may end on the next day: 22:00-06:00."), [HOURS]),
    )  # fmt: skip

    valid_from = day(_("First day"))
    valid_to = day(_("Last day"), required=False, hint=_("Empty: until further notice."))
    zone = time_zone()

    def shown(self) -> dict[str, Any]:
        """The week."""
        one: Pattern = self.thing
        return {"valid_from": one.valid_from, "valid_to": one.valid_to, "zone": one.zone}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Pattern:
        """Keep it."""
        data.pop("seen")
        return shifts.save_pattern(self.thing, person=self.person, by=by, seen=seen, **data)


class ProfileForm(OfAgent):
    """What somebody speaks, and how much they take."""

    groups = (("", "", ["languages", "capacity"]),)

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=settings.LANGUAGES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("In which tickets can be answered. None ticked: the language of the pages."),
    )  # fmt: skip
    capacity = forms.IntegerField(
        label=_("Capacity"), min_value=1, max_value=999, required=False,
        help_text=_("Points of open tickets at once. Empty: what the desk says."),
    )  # fmt: skip
    by: Person | None = None

    def allow(self, by: Person) -> "ProfileForm":
        """Leave the capacity out for whoever may not change it."""
        is_own_only = by.pk == self.person.pk and not by.is_administrator
        if is_own_only or not policy.may_arrange(by, self.person):
            del self.fields["capacity"]
        return self

    def shown(self) -> dict[str, Any]:
        """The profile."""
        one: Profile = self.thing
        return {"languages": one.languages, "capacity": one.capacity}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Profile:
        """Keep it."""
        return abilities.save_profile(
            self.person, languages=data["languages"], capacity=data.get("capacity"), by=by, seen=seen,
            keeps_capacity="capacity" not in self.fields,
        )  # fmt: skip


def words_of_kind(absence: Absence) -> str:
    """An absence by its kind, with its deputy."""
    kind = str(AbsenceKind(absence.kind).label)
    if absence.deputy is None:
        return kind
    return f"{kind} · {gettext('%(name)s stands in') % {'name': absence.deputy.name}}"
