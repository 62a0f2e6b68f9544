"""The form of a plan: what it is for, and its steps, a row of fields each."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from olmo.fulfilment import administration, conditions
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.models import Plan
from olmo.fulfilment.steps import MOST_STEPS, Step
from olmo.kernel.errors import Invalid
from olmo.kernel.text import whole_number
from olmo.kernel.tokens import new_token
from olmo.people.models import Kind, Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, CustomField

from ..forms.growing import row_count
from ..fulfilment.editing import UNITS, minutes, parted
from .forms import Lines, SettingsForm, line, one_of, paragraph, tick

SHOWN = (
    "title", "title_it", "instructions", "team", "person", "needs", "count", "unit", "checklist", "is_internal", "remove",
    "what0", "key0", "how0", "values0", "what1", "key1", "how1", "values1",
)  # fmt: skip
ANSWER = "answer"
HOW = ((conditions.ANY, _("is")), (conditions.NONE, _("is not")))
Row = dict[str, Any]


class PlanForm(SettingsForm):
    """A plan with its steps; a step without a title is none. A press on `fill` adds an empty one and saves nothing."""

    groups = (
        ("", "", ["name", ("name_it", "name_en")]),
        (
            _("For which tickets"), _("It is offered on every ticket; on those of its category first."),
            [("client", "category"), "starts_by_itself"],
        ),
        (_("State"), "", ["is_active"]),
    )  # fmt: skip

    name = line(_("Name"), limit=80)
    name_it = line(_("In Italian, when it differs"), limit=80, required=False)
    name_en = line(_("In English, when it differs"), limit=80, required=False)
    client = one_of(_("Organisation"), Client.objects.order_by("name"), _("All"))
    category = one_of(_("Category"), Category.objects.filter(is_active=True), _("No category"))
    starts_by_itself = tick(_("Start it by itself on new tickets of this category, and of those below it"))
    is_active = tick(_("Active"), hint=_("Switched off, it cannot be started; what is under way goes on."))
    rows = forms.IntegerField(required=False, min_value=0, max_value=MOST_STEPS, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Add the fields of each step: those that are there, and at least one."""
        known = administration.steps_of(self.thing) if self.thing else []
        self.initial["rows"] = row_count(self.typed, len(known), MOST_STEPS)
        places = {step["key"]: n + 1 for n, step in enumerate(known)}
        for place in range(self.initial["rows"]):
            self._add(place, known[place] if place < len(known) else {}, places)

    def _add(self, place: int, step: Mapping[str, Any], places: Mapping[str, int]) -> None:
        """The fields of one step."""
        count, unit = parted(step.get("due_minutes"))
        first: Row = {
            **step, "key": step.get("key") or f"s-{new_token(8)}", "title_it": step.get("titles", {}).get("it", ""),
            "needs": ", ".join(str(places[key]) for key in step.get("needs", ()) if key in places), "count": count, "unit": unit,
            **_conditions(step.get("conditions", ())),
        }  # fmt: skip
        for name, field in _fields(step).items():
            self.fields[f"steps-{place}-{name}"] = field
            self.initial.setdefault(f"steps-{place}-{name}", first.get(name))

    def shown(self) -> dict[str, Any]:
        """The settings, rows by their ids."""
        names = {f"name_{code}": name for code, name in self.thing.names.items()}
        kept = ("name", "client_id", "category_id", "starts_by_itself", "is_active")
        return {**names, **{name.removesuffix("_id"): getattr(self.thing, name) for name in kept}}

    def step_rows(self) -> list[Row]:
        """The steps with their bound fields, for the template."""
        return [
            {
                "n": n + 1,
                **{name: self[f"steps-{n}-{name}"] for name in (*SHOWN, "key")},
                "conditions": [
                    [self[f"steps-{n}-{name}{m}"] for name in ("what", "key", "how", "values")] for m in (0, 1)
                ],
                "has_conditions": any(self[f"steps-{n}-what{m}"].value() for m in (0, 1)),
            }
            for n in range(self.initial["rows"])
        ]

    def steps(self, data: dict[str, Any]) -> list[tuple[int, Step]]:
        """What was typed, with the place of each row; rows without a title or to be removed are left out. Raises Invalid."""
        given = [
            (place, {name: data.get(f"steps-{place}-{name}") for name in (*SHOWN, "key")})
            for place in range(self.initial["rows"])
        ]
        kept = [(place, row) for place, row in given if row["title"] and not row["remove"]]
        keys = {place + 1: str(row["key"]) for place, row in kept}
        return [(place, _step(place, row, keys)) for place, row in kept]

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Plan:
        """Keep the plan; a refusal of a step stands at the field of its row."""
        listed = self.steps(data)
        settings = PlanSettings(
            name=data["name"], names={code: data[f"name_{code}"] for code in ("it", "en")}, client=data["client"],
            category=data["category"], starts_by_itself=data["starts_by_itself"], is_active=data["is_active"],
            steps=[step for _place, step in listed],
        )  # fmt: skip
        try:
            return administration.save(self.thing, settings, by=by, seen=seen)
        except Invalid as wrong:
            raise Invalid(_at_row(wrong.field, [place for place, _step in listed]), wrong.message) from None

    def field_of(self, refusal: Invalid) -> str:
        """A plan without a step is told at the first row; a fault of what a step needs or asks at its field."""
        return "steps-0-title" if refusal.field == "steps" else refusal.field.replace("-due", "-count")

    def longer(self) -> "PlanForm":
        """The same form with one more empty step, not saved."""
        data = self.typed.copy()
        data["rows"] = str(min(self.initial["rows"] + 1, MOST_STEPS))
        return PlanForm(data, thing=self.thing, state=self.state)


def _fields(step: Mapping[str, Any]) -> dict[str, forms.Field]:
    """The fields of one step; a team or person who takes no tasks any more is still shown where it is chosen."""
    teams = Team.objects.filter(is_active=True) | Team.objects.filter(pk=step.get("team") or 0)
    agents = Person.objects.filter(kind=Kind.AGENT)
    people = agents.filter(is_active=True) | agents.filter(pk=step.get("person") or 0)
    fields: dict[str, forms.Field] = {
        "key": forms.SlugField(required=False, widget=forms.HiddenInput, max_length=40),
        "title": line(_("What is to be done"), limit=200, required=False),
        "title_it": line(_("In Italian, when it differs"), limit=200, required=False),
        "instructions": paragraph(_("Instructions"), rows=3, limit=10_000, hint=_("Markdown: lists, links, `commands`.")),
        "team": one_of(_("Team"), teams, _("The ticket’s own")),
        "person": one_of(_("Person"), people.order_by("name"), _("Nobody in particular")),
        "needs": line(
            _("After the steps"), limit=120, required=False, hint=_("Their numbers: 1, 3. Empty: it begins at once.")
        ),
        "count": forms.IntegerField(label=_("To be done within"), required=False, min_value=1, max_value=525_600),
        "unit": forms.TypedChoiceField(label=_("Of"), choices=UNITS, coerce=int, required=False, empty_value="60"),
        "checklist": Lines(label=_("Checklist"), rows=3, help_text=_("One line each; all are ticked off before it is done.")),
        "is_internal": tick(_("Only for the desk: the requester does not see it")),
        "remove": tick(_("Remove this step")),
    }  # fmt: skip
    for n in (0, 1):
        fields[f"what{n}"] = forms.ChoiceField(label=_("Only if"), required=False, choices=_whats)
        fields[f"key{n}"] = line(_("Name of the answer"), limit=60, required=False)
        fields[f"how{n}"] = forms.ChoiceField(label=_("Compared"), required=False, choices=HOW)
        fields[f"values{n}"] = line(_("Values, by commas"), limit=1000, required=False)
    return fields


def _whats() -> list[tuple[str, Any]]:
    custom = [(f"{conditions.FIELD}{field.key}", str(field)) for field in CustomField.objects.all()]
    answer = (ANSWER, gettext("an answer of the form, by its name"))
    return [("", gettext("– always –")), *conditions.PROPERTIES.items(), *custom, answer]


def _conditions(kept: Any) -> Row:
    """Conditions as the fields show them."""
    found: Row = {}
    for n, one in enumerate(kept[:2]):
        is_answer = one["what"].startswith(conditions.ANSWER)
        found |= {
            f"what{n}": ANSWER if is_answer else one["what"], f"how{n}": one["is"],
            f"key{n}": one["what"].removeprefix(conditions.ANSWER) if is_answer else "",
            f"values{n}": ", ".join(conditions.names_of(one)),
        }  # fmt: skip
    return found


def _step(place: int, row: Row, keys: Mapping[int, str]) -> Step:
    return Step(
        key=row["key"] or f"s-{new_token(8)}", title=row["title"], titles={"it": row["title_it"] or ""},
        instructions=row["instructions"], team=row["team"].pk if row["team"] else None,
        person=row["person"].pk if row["person"] else None, needs=_needs(place, row["needs"], keys),
        conditions=[_condition(place, n, row) for n in (0, 1) if row[f"what{n}"]], checklist=row["checklist"],
        due_minutes=minutes(row["count"], row["unit"]), is_internal=bool(row["is_internal"]),
    )  # fmt: skip


def _needs(place: int, text: str, keys: Mapping[int, str]) -> list[str]:
    """The keys of the rows whose numbers were typed. Raises Invalid, naming the one that is none."""
    found = []
    for word in text.replace(",", " ").replace(";", " ").split():
        number = whole_number(word, 3) or 0
        if number not in keys:
            words = gettext("“%(number)s” is not the number of a step here.") % {"number": word[:20]}
            raise Invalid(f"steps-{place}-needs", words)
        found.append(keys[number])
    return found


def _condition(place: int, n: int, row: Row) -> dict[str, Any]:
    what = row[f"what{n}"]
    named = f"{conditions.ANSWER}{(row[f'key{n}'] or '').strip()}" if what == ANSWER else what
    values = (row[f"values{n}"] or "").split(",")
    return conditions.checked(named, row[f"how{n}"] or conditions.ANY, values, f"steps-{place}-values{n}")


def _at_row(field: str, places: list[int]) -> str:
    """The verb counts the steps that it got, the page the rows that it shows."""
    start, number, name = [*field.split("-", 2), "", ""][:3]
    is_step = start == "steps" and number.isdecimal() and int(number) < len(places)
    return f"steps-{places[int(number)]}-{name}" if is_step else field
