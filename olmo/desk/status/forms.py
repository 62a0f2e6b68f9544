"""The forms of a happening: what is told to whom, and what is said next."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from olmo.people.models import Person, Team
from olmo.people.queries import clients_seen_by
from olmo.status import queries
from olmo.status.models import STATES, Component, Happening, Kind, Level, State, said

from ..forms.refusable import Refusable

MOMENT = "%Y-%m-%dT%H:%M"


def _text(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


def _moment(label: Any, hint: Any = "", *, required: bool) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, help_text=hint, required=required, widget=widget, input_formats=[MOMENT])


def _title(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=120, required=False)


class UpdateForm(forms.Form):
    """What is said next."""

    state = forms.ChoiceField(label=_("How far it is"))
    text_en = _text(_("Text in English"))
    text_it = _text(_("Text in Italian"))
    use_required_attribute = False

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data, label_suffix="", auto_id="update-%s")
        choices = [(state.value, State(state).label) for state in STATES[Kind(kind)]]
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class HappeningForm(Refusable):
    """What is told, to whom, where and when; with its first words while it is new."""

    title_en = _title(_("Title in English"))
    title_it = _title(_("Title in Italian"))
    text_en = _text(_("Text in English"))
    text_it = _text(_("Text in Italian"))
    level = forms.ChoiceField(label=_("How much it disturbs"), choices=Level.choices)
    begins_at = _moment(_("From"), required=True)
    ends_at = _moment(_("Until"), _("Empty: until somebody ends it. Planned work needs an end."), required=False)
    components = forms.ModelMultipleChoiceField(
        Component.objects.none(),
        label=_("Services that it touches"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    in_portal = forms.BooleanField(label=_("Requesters see it"), required=False, initial=True)
    in_desk = forms.BooleanField(label=_("Agents see it"), required=False)
    is_banner = forms.BooleanField(
        label=_("It stands at the head of pages"), required=False, initial=True,
        help_text=_("Planned work stands there from a day before it begins."),
    )  # fmt: skip
    clients = forms.ModelMultipleChoiceField(
        Component.objects.none(), label=_("Only for these organisations"), required=False, help_text=_("None: for all."),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Only for agents of this team"), required=False, empty_label=_("Of all teams")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    use_required_attribute = False

    def __init__(self, data: Any = None, *, by: Person, happening: Happening | None = None, **initial: Any) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        for name, rows in self._choices(by, happening).items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        if happening is not None:
            del self.fields["text_en"], self.fields["text_it"]

    @staticmethod
    def _choices(by: Person, happening: Happening | None) -> dict[str, Any]:
        """What is in use, and what was chosen before: leaving that out would tell all what one was meant to hear."""

        def these(rows: Any, chosen: Iterable[int | None]) -> Any:
            return rows.filter(Q(is_active=True) | Q(pk__in=[pk for pk in chosen if pk]))

        led = Team.objects.all() if by.is_administrator else Team.objects.filter(leads=by)
        return {
            "clients": these(clients_seen_by(by), happening.clients if happening else ()).order_by("name"),
            "team": these(led, [happening.team_id] if happening else ()).order_by("name"),
            "components": these(Component.objects, happening.components if happening else ()),
        }

    @property
    def values(self) -> dict[str, Any]:
        """What `actions.Settings` wants."""
        given = dict(self.cleaned_data)
        given["clients"] = [row.pk for row in given["clients"]]
        given["components"] = [row.pk for row in given["components"]]
        return given


def shown(happening: Happening) -> dict[str, Any]:
    """What the form shows of a happening at first."""
    names = (
        "title_en",
        "title_it",
        "level",
        "begins_at",
        "ends_at",
        "in_portal",
        "in_desk",
        "is_banner",
        "clients",
        "components",
    )
    return {**{name: getattr(happening, name) for name in names}, "team": happening.team_id}


def preview(form: HappeningForm) -> list[tuple[str, queries.Banner]]:
    """The banner in both languages, as it would be."""
    data = form.cleaned_data
    made = []
    for code, name in (("en", "English"), ("it", "Italiano")):
        title = said(data["title_en"], data["title_it"], code)
        text = said(data.get("text_en", ""), data.get("text_it", ""), code)
        made.append((name, queries.Banner(0, data["level"], title, text, data["begins_at"], until=data["ends_at"])))
    return made
