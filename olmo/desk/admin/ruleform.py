"""The form of a rule: conditions as rows that its own buttons add and drop, and what follows from them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean_line
from olmo.people.forms import time_zones
from olmo.people.models import Person
from olmo.people.queries import by_address
from olmo.routing.rules import keeping, trying
from olmo.routing.rules.content import DEFAULTS
from olmo.routing.rules.keeping import RuleSettings
from olmo.routing.rules.known import DAYS, Known, Property, addresses, queues
from olmo.routing.rules.matching import LEAST, LEAVE, MOST
from olmo.routing.rules.models import DryRun, Rule
from olmo.tickets.models import CustomField

from ..forms.values import active_teams, categories, tree
from .forms import SettingsForm, line, tick

MOST_ROWS = 30
AS_IT_IS = ("", _("– stays as it is –"))


class Unfinished(forms.Form):
    """A form that can be shown while somebody still writes it: as it was typed, without a verdict."""

    is_quiet = False

    @property
    def errors(self) -> ErrorDict:
        """What is wrong, unless it is not asked yet."""
        return ErrorDict() if self.is_quiet else super().errors


class ConditionForm(Unfinished):
    """One condition: how a property is compared, and with what."""

    use_required_attribute = False

    def __init__(
        self, data: Any, prefix: str, about: Property, known: Known, said: Mapping[str, Any] | None = None
    ) -> None:
        self.about, self.known = about, known
        super().__init__(data, prefix=prefix, label_suffix="", initial=self._first(said) if said else None)
        how = _("Answer") if about.shape == "flag" else _("How")
        self.fields["how"] = forms.ChoiceField(label=how, choices=about.hows)
        self.fields.update(dict(self._values()))

    def _values(self) -> Iterator[tuple[str, forms.Field]]:
        match self.about.shape:
            case "ticks":
                choices = [(str(value), label) for value, label in self.known.options(self.about.name)]
                yield "values", forms.MultipleChoiceField(
                    label=_("Which"), choices=choices, widget=forms.CheckboxSelectMultiple,
                    error_messages={"required": _("Choose at least one.")},
                )  # fmt: skip
            case "hours":
                days = [(str(n), day) for n, day in enumerate(DAYS)]
                yield (
                    "days",
                    forms.MultipleChoiceField(label=_("Days"), choices=days, widget=forms.CheckboxSelectMultiple),
                )
                for name, label in (("from", _("From")), ("to", _("Until before"))):
                    yield (
                        name,
                        forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")),
                    )
                yield (
                    "zone",
                    forms.ChoiceField(
                        label=_("Time zone"), choices=time_zones, initial=timezone.get_current_timezone_name()
                    ),
                )
            case "flag":
                pass
            case shape:
                yield "values", line(_("With what"), limit=2000, hint=_HINTS[shape])

    def clean_values(self) -> list[Any]:
        """The values in their types."""
        typed = self.cleaned_data["values"]
        match self.about.shape:
            case "ticks":
                types = {str(value): value for value, _label in self.known.options(self.about.name)}
                return [types[value] for value in typed]
            case "people":
                return [self._person(address) for address in _parts(typed)]
            case "amount":
                return [self._amount(part) for part in _parts(typed)]
            case "lines":
                return [part.lower().removeprefix("@").removeprefix("#") for part in _parts(typed)]
        return _parts(typed)

    def clean(self) -> dict[str, Any]:
        """A comparison by size has one value."""
        data = super().clean() or {}
        if data.get("how") in (LEAST, MOST) and len(data.get("values", "x")) != 1:
            self.add_error("values", gettext("Write one value to compare with."))
        return data

    def _person(self, address: str) -> int:
        found = by_address(address)
        if found is None:
            raise forms.ValidationError(gettext("Nobody has the address %(address)s.") % {"address": address[:80]})
        return found.pk

    def _amount(self, text: str) -> Any:
        field = self.known.fields[self.about.name.removeprefix("field:")]
        try:
            return date.fromisoformat(text).isoformat() if field.kind == CustomField.Kind.DATE else float(text)
        except ValueError as error:
            words = _("“%(value)s” does not fit the field “%(field)s”.") % {"value": text[:40], "field": field}
            raise forms.ValidationError(words) from error

    def _first(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields show at first."""
        shape, values = self.about.shape, said["values"]
        if shape == "hours":
            return {"how": said["how"], **values[0], "days": [str(day) for day in values[0]["days"]]}
        if shape == "ticks":
            return {"how": said["how"], "values": [str(value) for value in values]}
        texts = (
            addresses(values) if shape == "people" else [f"{v:g}" if isinstance(v, float) else str(v) for v in values]
        )
        return {"how": said["how"], "values": ", ".join(texts)}

    @property
    def said(self) -> dict[str, Any]:
        """The condition as a rule keeps it."""
        data = dict(self.cleaned_data)
        how = data.pop("how")
        if self.about.shape == "hours":
            hours = {
                "days": [int(day) for day in data["days"]],
                "from": f"{data['from']:%H:%M}",
                "to": f"{data['to']:%H:%M}",
            }
            return {"what": self.about.name, "how": how, "values": [{**hours, "zone": data["zone"]}]}
        return {"what": self.about.name, "how": how, "values": data.get("values", [True])}


_HINTS: Mapping[str, Any] = {
    "phrases": _("Separated by commas; capitals and accents do not matter. Whole words; a star stands for any ending: print*."),
    "lines": _("Separated by commas."), "people": _("Mail addresses, separated by commas."), "amount": _("Separated by commas."),
}  # fmt: skip


def _parts(text: str) -> list[str]:
    return [part for part in (clean_line(one, 100) for one in text.replace("\n", ",").split(",")) if part]


class RuleForm(Unfinished, SettingsForm):
    """A rule. thing: the rule (None: a new one); the rows of its conditions are forms of their own."""

    groups = (
        ("", "", ["name", "is_on"]),
        (_("When"), "", ["queue", ("on_open", "on_change"), "again", "match"]),
        (
            _("What it sets"),
            _("A property that an earlier rule has set stays as it is. Tags and followers add up."),
            [
                ("team", "assignee"),
                ("category", "kind"),
                ("impact", "urgency"),
                "working_state",
                "tags_text",
                "followers",
            ],
        ),
        (_("How it goes on"), "", ["fills", "stops", "insists"]),
    )

    name = line(_("Name"), limit=80)
    is_on = tick(_("Switched on"))
    queue = forms.ChoiceField(label=_("For tickets that come in by"), required=False)
    on_open = tick(_("When a ticket was opened"))
    on_change = tick(_("When what it asks about has changed"))
    again = tick(_("Then as often as it changes"), hint=_("Otherwise once for each ticket."))
    match = forms.ChoiceField(
        label=_("It fits when"),
        choices=[("all", _("all conditions are met")), ("any", _("at least one condition is met"))],
    )
    team = forms.ChoiceField(label=_("Team"), required=False)
    assignee = forms.ChoiceField(label=_("Owner"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    impact = forms.ChoiceField(label=_("Impact"), required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), required=False)
    working_state = forms.ChoiceField(label=_("Working state"), required=False)
    tags_text = line(_("Add tags"), limit=500, required=False, hint=_("Separated by spaces."))
    followers = forms.MultipleChoiceField(label=_("Add followers"), required=False, widget=forms.CheckboxSelectMultiple)
    fills = tick(_("Set only what is still empty"))
    stops = tick(_("Stop here: no later rule is looked at"))
    insists = tick(_("Save it all the same"))

    def __init__(self, data: Any = None, *, thing: Rule | None = None, state: Mapping[str, Any] | None = None) -> None:
        self.known = Known()
        self.rows: list[tuple[str, ConditionForm]] = []
        first = {} if thing else {"is_on": True, "on_open": True, "match": "all"}
        super().__init__(data, thing=thing, state=state, **first)

    def shown(self) -> dict[str, Any]:
        """The fields of a stored rule."""
        said = {**DEFAULTS, **self.thing.content}
        outcome = {**said["outcome"], "tags_text": " ".join(said["outcome"].get("tags", ()))}
        return {
            **said,
            **outcome,
            "name": self.thing.name,
            "is_on": self.thing.is_on,
            "match": "all" if said["all"] else "any",
        }

    def prepare(self) -> None:
        """Fill in the choices, and make the rows."""
        self._choose("queue", [("", gettext("Any way")), *queues(self.known)])
        agents = [(value, label) for value, label in self.known.options("assignee") if value]
        offered: dict[str, Any] = {
            "team": [(team.pk, team.name) for team in active_teams()],
            "assignee": [(LEAVE, gettext("Leave it to automatic assignment")), *agents],
            "category": tree(categories()),
            "working_state": [one for one in self.known.options("working_state") if one[0]],
            **{name: self.known.options(name) for name in ("kind", "impact", "urgency")},
        }
        for name, choices in offered.items():
            self._choose(name, [AS_IT_IS, *choices])
        self._choose("followers", agents)
        self.rows = list(self._typed_rows() if self.is_bound else self._stored_rows())

    def _choose(self, name: str, choices: Any) -> None:
        field: Any = self.fields[name]
        field.choices = [(str(value), label) for value, label in choices]

    def _stored_rows(self) -> Iterator[tuple[str, ConditionForm]]:
        for n, said in enumerate(self.thing.content.get("conditions", ()) if self.thing else ()):
            if about := self.known.properties.get(said["what"]):
                yield f"{n}~{about.name}", ConditionForm(None, f"c{n}", about, self.known, said)

    def _typed_rows(self) -> Iterator[tuple[str, ConditionForm]]:
        for key in self.typed.getlist("row")[:MOST_ROWS]:
            number, _tilde, name = key.partition("~")
            if number.isdecimal() and (about := self.known.properties.get(name)):
                yield key, ConditionForm(self.data, f"c{number[:4]}", about, self.known)

    def is_valid(self) -> bool:
        """The form and each of its rows."""
        return all([super().is_valid(), *(row.is_valid() for _key, row in self.rows)])

    def quiet(self) -> "RuleForm":
        """Shown as it was typed, without a verdict: it is not finished yet."""
        for form in (self, *(row for _key, row in self.rows)):
            form.is_quiet = True
        return self

    @property
    def settings(self) -> RuleSettings:
        """What was typed, as the verb takes it."""
        data = self.cleaned_data
        outcome = {name: _value(name, data[name]) for name in _SINGLE if data[name]}
        outcome |= {"tags": keeping.tags(data["tags_text"]), "followers": [int(pk) for pk in data["followers"]]}
        content = {name: data[name] for name in ("queue", "on_open", "on_change", "again", "fills", "stops")}
        content |= {
            "all": data["match"] == "all",
            "conditions": [row.said for _key, row in self.rows],
            "outcome": outcome,
        }
        return RuleSettings(name=data["name"], content=content, is_on=data["is_on"])

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Rule:
        """Change the rule, or make it."""
        return keeping.save(self.thing, self.settings, by=by, seen=seen, insists=data["insists"])

    def tried(self, by: Person, draft: Mapping[str, Any]) -> DryRun | None:
        """Begin a dry run with the rule as it is written; None where it is not whole, and the errors say why."""
        self.status = 422
        if not self.is_valid():
            return None
        try:
            content = keeping.checked(self.settings.content, self.known)
        except Invalid as refusal:
            self.status = self.refuse(refusal)
            return None
        says = {"name": self.settings.name, "content": content}
        return trying.begin(by, edited=self.thing, says=says, draft=draft)

    @property
    def asks(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """What can be added as a condition."""
        own = [(name, about.label) for name, about in self.known.properties.items() if name.startswith("field:")]
        usual = [(name, about.label) for name, about in self.known.properties.items() if not name.startswith("field:")]
        return [(gettext("Of every ticket"), usual), *([(gettext("Custom fields"), own)] if own else [])]

    @property
    def wrong_rows(self) -> list[ConditionForm]:
        """The rows that are refused."""
        return [row for _key, row in self.rows if row.errors]


_SINGLE = ("team", "assignee", "category", "kind", "impact", "urgency", "working_state")


def _value(name: str, text: str) -> Any:
    return text if name == "kind" or text == LEAVE else int(text)


def with_row(typed: QueryDict, name: str) -> QueryDict:
    """What was typed, with one more condition."""
    again = typed.copy()
    numbers = [int(n) for key in typed.getlist("row") if (n := key.partition("~")[0]).isdecimal()]
    number = max(numbers, default=-1) + 1
    again.appendlist("row", f"{number}~{name}")
    again.setdefault(
        f"c{number}-zone", timezone.get_current_timezone_name()
    )  # a form with answers shows no first values
    return again


def without_row(typed: QueryDict, key: str) -> QueryDict:
    """What was typed, without one of its conditions."""
    again = typed.copy()
    again.setlist("row", [one for one in typed.getlist("row") if one != key])
    return again
