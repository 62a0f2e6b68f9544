"""Forms of on-call: a schedule, a layer, and somebody put in."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from olmo.kernel.errors import Invalid
from olmo.people import queries as people
from olmo.people.models import Person, Team
from olmo.staffing import policy
from olmo.staffing.actions import on_call
from olmo.staffing.models import Layer, Schedule

from ..admin.forms import SettingsForm, line, one_of, time_zone
from .forms import HOURS, WeekFields, day, moment

PLACES = 6  # fields for people at first, and always two empty ones


class ScheduleForm(SettingsForm):
    """A schedule of a team."""

    groups = (("", "", ["team", ("name", "position"), "zone"]),)

    team = one_of(gettext_lazy("Team"), Team.objects.none())
    name = line(gettext_lazy("Name"), limit=80)
    position = forms.IntegerField(
        label=gettext_lazy("Line"), min_value=1, max_value=9, help_text=gettext_lazy("Line 1 is called first.")
    )
    zone = time_zone()

    def __init__(self, data: Any = None, *, teams: QuerySet[Team], **more: Any) -> None:
        self.teams = teams
        super().__init__(data, **more)

    def prepare(self) -> None:
        """Offer the teams that the author arranges."""
        self.fields["team"].queryset = self.teams  # type: ignore[attr-defined]

    def shown(self) -> dict[str, Any]:
        """The schedule."""
        one: Schedule = self.thing
        return {"team": one.team_id, "name": one.name, "position": one.position, "zone": one.zone}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Schedule:
        """Keep it."""
        data.pop("seen")
        return on_call.save_schedule(self.thing, by=by, seen=seen, **data)


class LayerForm(WeekFields):
    """A rotation: who takes turns in which order, how long, handed over when."""

    name = line(gettext_lazy("Name"), limit=80)
    position = forms.IntegerField(
        label=gettext_lazy("Place among the layers"), min_value=0, max_value=99,
        help_text=gettext_lazy("The layer with the lowest number that has somebody counts."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=gettext_lazy("Days of a turn"), min_value=1, max_value=365, help_text=gettext_lazy("1: daily, 7: weekly.")
    )
    handover = forms.CharField(
        label=gettext_lazy("Handover at"), max_length=5, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=gettext_lazy("By the clock of the schedule’s time zone."),
    )  # fmt: skip
    starts_on = day(gettext_lazy("Day of the first handover"))
    ends_on = day(gettext_lazy("Last day"), required=False, hint=gettext_lazy("Empty: until further notice."))

    def __init__(self, data: Any = None, *, schedule: Schedule, **more: Any) -> None:
        self.schedule = schedule
        super().__init__(data, **more)

    def prepare(self) -> None:
        """A field for each turn and each weekday."""
        super().prepare()
        kept = [turn.person_id for turn in self.thing.turns.all()] if self.thing else []
        sent = [name for name in (self.typed or {}) if name.startswith("turn_")]
        count = max(PLACES, len(kept) + 2, len(sent))
        for n in range(1, min(count, on_call.MOST) + 1):
            label = _("Turn %(n)d") % {"n": n}
            self.fields[f"turn_{n}"] = one_of(label, people.agents(), _("Nobody"))
            self.initial.setdefault(f"turn_{n}", kept[n - 1] if n <= len(kept) else None)
        turns = [name for name in self.fields if name.startswith("turn_")]
        pairs = [tuple(turns[n : n + 2]) for n in range(0, len(turns), 2)]
        self.groups = (  # type: ignore[misc]
            ("", "", [("name", "position")]),
            (_("Who takes turns, in this order"), "", pairs),
            (_("When"), "", [("days", "handover"), ("starts_on", "ends_on")]),
            (_("Only in these hours"), _("Empty: always. A period may end on the next day: 18:00-08:00."), HOURS),
        )

    def shown(self) -> dict[str, Any]:
        """The layer."""
        one: Layer = self.thing
        names = ("name", "position", "days", "handover", "starts_on", "ends_on")
        return {name: getattr(one, name) for name in names}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Layer:
        """Keep it; a refusal of the people stands at the first turn."""
        turns = [data[name] for name in self.fields if name.startswith("turn_") and data.get(name)]
        names = ("name", "position", "days", "handover", "starts_on", "ends_on", "week")
        settings = on_call.LayerSettings(people=turns, **{name: data[name] for name in names})
        try:
            return on_call.save_layer(self.schedule, self.thing, settings, by=by, seen=seen)
        except Invalid as wrong:
            raise Invalid("turn_1" if wrong.field == "people" else wrong.field, wrong.message) from None


class OverrideForm(forms.Form):
    """Somebody put on call for a while. may: whether the author may put anybody in."""

    use_required_attribute = False
    person = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Who"), empty_label=gettext_lazy("Choose…")
    )
    starts_at = moment(pgettext_lazy("time", "From"))
    ends_at = moment(pgettext_lazy("time", "Until"))

    def __init__(self, data: Any, *, schedule: Schedule, by: Person) -> None:
        super().__init__(data, auto_id=f"override-{schedule.pk}-%s", label_suffix="")
        self.schedule, self.by, self.status = schedule, by, 200
        leads = policy.leads(by, schedule.team)
        offered = people.agents() if leads else people.agents().filter(pk=by.pk)
        self.may = leads or policy.may_put_on_call(by, schedule.team, by)
        self.fields["person"].queryset = offered  # type: ignore[attr-defined]

    def is_done(self) -> bool:
        """Whether they were put in; otherwise the form says why not."""
        self.status = 422
        if not self.is_valid():
            return False
        try:
            on_call.put_in(self.schedule, by=self.by, **self.cleaned_data)
        except Invalid as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal.message))
            return False
        return True
