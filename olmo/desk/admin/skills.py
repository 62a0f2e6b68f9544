"""Skills, who masters them and which categories need them; and how much agents take."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel import clock
from olmo.people import queries as people
from olmo.people.models import Person
from olmo.routing.assignment import gathering
from olmo.staffing import queries
from olmo.staffing.actions import abilities
from olmo.staffing.models import CapacityRules, Level, Profile, Skill
from olmo.tickets.models import Category, Priority

from ..forms.values import categories, tree
from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from ..staffing import words
from .forms import SettingsForm, line
from .pages import administrators, list_of, or_404, settle, show, typed

_AGENT, _CATEGORY = "agent_", "category_"
LEVELS = [("", "–"), *((str(level.value), level.label) for level in Level)]


class SkillForm(SettingsForm):
    """A skill: a level for each agent who has it, and for each category that needs it."""

    name = line(_("Name"), limit=80)
    name_it = line(_("Name in Italian"), limit=80, required=False)

    def prepare(self) -> None:
        """A field for each agent and each category."""
        agents = self._levels(_AGENT, people.agents().values_list("pk", "name"), "abilities", "person_id")
        needs = self._levels(_CATEGORY, tree(categories()), "needs", "category_id")
        self.groups = (  # type: ignore[misc]
            ("", "", [("name", "name_it")]),
            (_("Who has it"), _("How well each agent masters it."), agents),
            (_("Which categories need it"), _("The level that their tickets ask for."), needs),
        )

    def _levels(self, prefix: str, rows: Iterable[tuple[int, str]], relation: str, column: str) -> list[str]:
        kept = dict(getattr(self.thing, relation).values_list(column, "level")) if self.thing else {}
        for pk, name in rows:
            self.fields[f"{prefix}{pk}"] = forms.ChoiceField(label=name, choices=LEVELS, required=False)
            self.initial.setdefault(f"{prefix}{pk}", str(kept.get(pk, "")))
        return [name for name in self.fields if name.startswith(prefix)]

    def shown(self) -> dict[str, Any]:
        """Its names."""
        return {"name": self.thing.name, "name_it": self.thing.names.get("it", "")}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Skill:
        """Keep the skill."""
        agents = {Person.objects.get(pk=pk): level for pk, level in _chosen(data, _AGENT)}
        needs = {Category.objects.get(pk=pk): level for pk, level in _chosen(data, _CATEGORY)}
        return abilities.save_skill(
            self.thing, name=data["name"], names={"it": data["name_it"]}, agents=agents, categories=needs, by=by, seen=seen
        )  # fmt: skip


def _chosen(data: dict[str, Any], prefix: str) -> list[tuple[int, int]]:
    return [
        (int(name.removeprefix(prefix)), int(level))
        for name, level in data.items()
        if name.startswith(prefix) and level
    ]


class CapacityForm(SettingsForm):
    """The measures of the desk."""

    groups = (
        ("", "", ["capacity"]),
        (_("What an open ticket weighs"), _("By its priority. What waits for others weighs nothing."),
         [("weight_1", "weight_2"), ("weight_3", "weight_4")]),
    )  # fmt: skip

    capacity = forms.IntegerField(
        label=_("Points an agent takes at once"), min_value=1, max_value=999,
        help_text=_("Who has a number of their own keeps it."),
    )  # fmt: skip

    def prepare(self) -> None:
        """A field for each priority."""
        for priority in Priority:
            field = forms.IntegerField(
                label=f"{priority.value} {priority.label}", min_value=0, max_value=abilities.HEAVIEST
            )
            self.fields[f"weight_{priority.value}"] = field

    def shown(self) -> dict[str, Any]:
        """The measures."""
        kept: CapacityRules = self.thing
        return {"capacity": kept.capacity, **{f"weight_{n}": weight for n, weight in enumerate(kept.weights, 1)}}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> str:
        """Keep them."""
        weights = [data[f"weight_{priority.value}"] for priority in Priority]
        abilities.save_rules(capacity=data["capacity"], weights=weights, by=by, seen=seen)
        return gettext("Capacity")


_COLUMNS: Columns = {
    "": _("Name"), "having": _("Agents"), "needing": _("Categories"),
}  # fmt: skip


@listing
@administrators
def skills(request: DeskRequest) -> HttpResponse:
    """The skills, with how many agents have each and how many categories need it."""
    words_typed = typed(request)
    rows = Skill.objects.filter(name__icontains=words_typed).annotate(
        having=Count("abilities", distinct=True), needing=Count("needs", distinct=True)
    )
    return show(request, "skills", "skills", {"rows": rows, "typed": words_typed}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def skill(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One skill, or a new one."""
    found = or_404(Skill.objects.all(), pk) if pk else None
    form = SkillForm(request.POST or None, thing=found, state=abilities.state_of(found) if found else {})
    is_unused = found is not None and not (found.abilities.exists() or found.needs.exists())
    removal = reverse("desk:admin_skill_removal", args=[pk]) if is_unused else ""
    return settle(
        request, "skills", form, title=str(found) if found else _("New skill"), said=_("%(name)s was saved."),
        way=[list_of("skills")], context={"removal_url": removal},
    )  # fmt: skip


@require_POST
@administrators
def skill_removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a skill that is not used."""
    found = or_404(Skill.objects.all(), pk)
    abilities.remove_skill(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_skills"))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def capacity(request: DeskRequest) -> HttpResponse:
    """The measures, and every agent with what weighs on them now."""
    rules = gathering.capacity_rules()
    form = CapacityForm(request.POST or None, thing=rules, state=abilities.state_of_rules(rules))
    return settle(
        request, "capacity", form, title=_("Capacity"), said=_("%(name)s was saved."), template="capacity",
        context={"rows": _agents(rules)},
    )  # fmt: skip


def _agents(rules: CapacityRules) -> list[dict[str, Any]]:
    agents = list(people.agents())
    loads, profiles = gathering.loads(agents, rules), Profile.objects.in_bulk([agent.pk for agent in agents])
    verdicts = queries.available(agents, clock.now())
    return [
        {
            "person": agent, "load": loads[agent.pk],
            "capacity": (profiles[agent.pk].capacity if agent.pk in profiles else None) or rules.capacity,
            "told": words.told(verdicts[agent.pk]), "tone": words.tone(verdicts[agent.pk]),
        }
        for agent in agents
    ]  # fmt: skip
