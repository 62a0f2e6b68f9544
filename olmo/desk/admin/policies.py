"""Escalation policies: for which tickets, which promise, and the line of steps, drawn."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.escalation import administration
from olmo.escalation.administration import PolicySettings, StepSettings
from olmo.escalation.models import Act, Metric, Policy, Unit
from olmo.kernel.errors import Invalid
from olmo.people.models import Kind, Person, Team
from olmo.tenancy.models import Client
from olmo.tickets.models import Priority

from ..forms.growing import row_count
from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .drawn import drawn, in_words
from .forms import SettingsForm, line, one_of, tick
from .pages import administrators, list_of, or_404, settle, show, typed

FIELDS = (
    "pk",
    "unit",
    "value",
    "when",
    "act",
    "team",
    "person",
    "answer_minutes",
    "rounds",
    "again_minutes",
    "respects_quiet",
    "only_untaken",
)
BEFORE, AFTER = "before", "after"
Row = dict[str, Any]


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PolicyForm(SettingsForm):
    """A policy with its steps; a step without a number is none. A press on `fill` adds an empty one and saves nothing."""

    groups = (
        (_("What it watches over"), "", ["name", "metric"]),
        (
            _("For which tickets"), _("The most specific policy of a promise holds: organisation, then team, then priorities."),
            [("client", "team"), "priorities"],
        ),
        (
            _("Quiet hours"), _("Only steps that respect them wait until they end. They may go past midnight."),
            [("quiet_from", "quiet_until")],
        ),
        (_("State"), "", ["is_active"]),
    )  # fmt: skip

    name = line(_("Name"), limit=80)
    metric = forms.ChoiceField(label=_("Promise"), choices=Metric.choices)
    client = one_of(_("Organisation"), Client.objects.order_by("name"), _("All"))
    team = one_of(_("Team"), Team.objects.all(), _("All"))
    priorities = forms.TypedMultipleChoiceField(
        label=_("Priorities"), required=False, choices=Priority.choices, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("None means all."),
    )  # fmt: skip
    quiet_from = forms.TimeField(label=_("From"), required=False, widget=_time())
    quiet_until = forms.TimeField(label=_("Until"), required=False, widget=_time())
    is_active = tick(_("Active"), hint=_("Switched off, it takes no step."))
    rows = forms.IntegerField(
        required=False, min_value=0, max_value=administration.MOST_STEPS, widget=forms.HiddenInput
    )

    def prepare(self) -> None:
        """Add the fields of each step: those that are there, and one more."""
        known = self.known = list(self.thing.steps.select_related("team", "person")) if self.thing else []
        self.initial["rows"] = row_count(self.typed, len(known), administration.MOST_STEPS)
        for place in range(self.initial["rows"]):
            step = known[place] if place < len(known) else None
            self._add(place, step)

    def _add(self, place: int, step: Any) -> None:
        """The fields of one step."""
        minutes = step is not None and step.unit == Unit.MINUTES
        unit = BEFORE if minutes and step.value < 0 else AFTER if minutes else Unit.PERCENT
        fields: dict[str, tuple[forms.Field, Any]] = {
            "pk": (forms.IntegerField(required=False, widget=forms.HiddenInput), getattr(step, "pk", None)),
            "value": (
                forms.IntegerField(label=_("When"), required=False, min_value=0, max_value=administration.MOST_MINUTES),
                abs(step.value) if step else None,
            ),
            "unit": (forms.ChoiceField(label=_("Of what"), choices=_WHEN), unit),
            "act": (forms.ChoiceField(label=_("What is done"), choices=Act.choices), getattr(step, "act", Act.NOTIFY)),
            "team": (one_of(_("Team"), Team.objects.all(), _("The ticket’s own")), getattr(step, "team_id", None)),
            "person": (
                one_of(_("Person"), Person.objects.filter(kind=Kind.AGENT).order_by("name"), _("Nobody in particular")),
                getattr(step, "person_id", None),
            ),
            "answer_minutes": (
                forms.IntegerField(
                    label=_("Minutes to answer"), required=False, min_value=0, max_value=administration.LONGEST_ANSWER,
                    help_text=_("Then the next in line is asked. Empty: no answer is asked for."),
                ),
                getattr(step, "answer_minutes", None) or None,
            ),
            "rounds": (
                forms.IntegerField(
                    label=_("Rounds"), required=False, min_value=1, max_value=administration.MOST_ROUNDS,
                    help_text=_("How often the whole line is asked."),
                ),
                getattr(step, "rounds", 1),
            ),
            "again_minutes": (
                forms.IntegerField(
                    label=_("Until somebody takes it: pause in minutes"), required=False, min_value=0,
                    max_value=administration.LONGEST_ANSWER,
                    help_text=_(
                        "Then the line starts over; each pause is twice as long as the one before it, up to four hours."
                        " Empty: it ends after its rounds."
                    ),
                ),
                getattr(step, "again_minutes", None) or None,
            ),
            "respects_quiet": (tick(_("Waits for the end of quiet hours")), getattr(step, "respects_quiet", False)),
            "only_untaken": (tick(_("Only while nobody takes care of it")), getattr(step, "only_untaken", False)),
            "remove": (tick(_("Remove this step")), False),
        }  # fmt: skip
        for name, (field, first) in fields.items():
            self.fields[f"steps-{place}-{name}"] = field
            self.initial.setdefault(f"steps-{place}-{name}", first)

    def shown(self) -> dict[str, Any]:
        """The settings, rows by their ids."""
        names = ("name", "metric", "client_id", "team_id", "priorities", "quiet_from", "quiet_until", "is_active")
        return {name.removesuffix("_id"): getattr(self.thing, name) for name in names}

    def step_rows(self) -> list[Row]:
        """The steps with their bound fields, for the template. One that is saved as it stands is folded to its words."""
        words = [] if self.is_bound else in_words(self.known)
        told = [*words, *[""] * (self.initial["rows"] - len(words))]
        return [
            {"n": n + 1, "words": said, **{name: self[f"steps-{n}-{name}"] for name in (*_SHOWN, "pk")}}
            for n, said in enumerate(told)
        ]

    def steps(self, data: dict[str, Any]) -> list[tuple[int, StepSettings]]:
        """What was typed, with the place of each row; rows without a number or to be removed are left out."""
        found = []
        for place in range(self.initial["rows"]):
            given: Row = {name: data.get(f"steps-{place}-{name}") for name in (*_SHOWN, "pk")}
            if given["value"] is None or given["remove"]:
                continue
            is_minutes = given["unit"] in (BEFORE, AFTER)
            step = StepSettings(
                pk=given["pk"], unit=Unit.MINUTES if is_minutes else Unit.PERCENT,
                value=-given["value"] if given["unit"] == BEFORE else given["value"], act=given["act"], team=given["team"],
                person=given["person"], answer_minutes=given["answer_minutes"] or 0, rounds=given["rounds"] or 1,
                again_minutes=given["again_minutes"] or 0,
                respects_quiet=bool(given["respects_quiet"]), only_untaken=bool(given["only_untaken"]),
            )  # fmt: skip
            found.append((place, step))
        return found

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Policy:
        """Keep the policy; a refusal of a step stands at the field of its row."""
        listed = self.steps(data)
        settings = PolicySettings(
            name=data["name"], metric=data["metric"], client=data["client"], team=data["team"],
            priorities=tuple(data["priorities"]), quiet_from=data["quiet_from"], quiet_until=data["quiet_until"],
            is_active=data["is_active"], steps=[step for _place, step in listed],
        )  # fmt: skip
        try:
            return administration.save(self.thing, settings, by=by, seen=seen)
        except Invalid as wrong:
            raise Invalid(_at_row(wrong.field, [place for place, _step in listed]), wrong.message) from None

    def field_of(self, refusal: Invalid) -> str:
        """A policy without a step is told at the first row."""
        return "steps-0-value" if refusal.field == "steps" else refusal.field

    def longer(self) -> "PolicyForm":
        """The same form with one more empty step, not saved."""
        data = self.typed.copy()
        data["rows"] = str(min(self.initial["rows"] + 1, administration.MOST_STEPS))
        return PolicyForm(data, thing=self.thing, state=self.state)


_SHOWN = (
    "value", "unit", "act", "team", "person", "answer_minutes", "rounds", "again_minutes", "respects_quiet", "only_untaken",
    "remove",
)  # fmt: skip
_WHEN = (
    (Unit.PERCENT, _("percent of the time used")), (BEFORE, _("working minutes before it is due")),
    (AFTER, _("working minutes after it is due")),
)  # fmt: skip


def _at_row(field: str, places: list[int]) -> str:
    """The verb counts the steps that it got, the page the rows that it shows."""
    start, number, name = [*field.split("-", 2), "", ""][:3]
    is_step = start == "steps" and number.isdecimal() and int(number) < len(places)
    return f"steps-{places[int(number)]}-{name}" if is_step else field


_COLUMNS: Columns = {
    "one": _("Name"), "promise": _("Promise"), "one.client": _("Organisation"), "one.team": _("Team"),
    "priorities": _("Priorities"), "steps": _("Steps"), "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def policies(request: DeskRequest) -> HttpResponse:
    """The policies by name, with what they watch over and their steps in words."""
    words = typed(request)
    found = Policy.objects.filter(name__icontains=words).select_related("client", "team")
    rows = [
        {
            "one": one, "promise": one.get_metric_display(), "priorities": [Priority(p).label for p in one.priorities],
            "steps": in_words(one.steps.all()),
        }
        for one in found.prefetch_related("steps__team", "steps__person")
    ]  # fmt: skip
    return show(request, "policies", "policies", {"rows": rows, "typed": words}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def policy(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One policy, or a new one."""
    found = or_404(Policy.objects.select_related("client", "team"), pk) if pk else None
    state = administration.state_of(found) if found else {}
    first = {} if found else {"is_active": True, "metric": Metric.RESOLUTION.value}
    form = PolicyForm(request.POST or None, thing=found, state=state, **first)
    steps = list(found.steps.select_related("team", "person")) if found else []
    context: Row = {
        "drawn": drawn(steps),
        "removal_url": reverse("desk:admin_policy_removal", args=[pk]) if found else "",
    }  # fmt: skip
    if request.POST.get("fill") == "step":
        context |= {"form": form.longer(), "title": str(found) if found else gettext("New policy")}
        context["cancel_url"] = reverse("desk:admin_policies")
        return show(request, "policies", "policy", context, way=[list_of("policies")])
    return settle(
        request, "policies", form, title=str(found) if found else gettext("New policy"), said=_("%(name)s was saved."),
        template="policy", way=[list_of("policies")], context=context,
        then=lambda kept: reverse("desk:admin_policy", args=[kept.pk]),
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a policy; what it did stays in the logs."""
    found = or_404(Policy.objects.all(), pk)
    administration.remove(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_policies"))
