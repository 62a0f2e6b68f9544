"""Verbs of skills, languages and capacity."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people import administration as people
from olmo.people.models import Person
from olmo.tickets.models import Category

from .. import policy
from ..models import Ability, CapacityRules, Level, Need, Profile, Skill
from .recording import record, require_agent

_ONCE = {"staffing_skill_name_key": ("name", gettext_lazy("Another skill has this name."))}
HEAVIEST = 99


@transaction.atomic
def save_skill(
    skill: Skill | None, *, name: str, names: Mapping[str, str], agents: Mapping[Person, int],
    categories: Mapping[Category, int], by: Person, seen: str = "",
) -> Skill:  # fmt: skip
    """Change a skill, or make one: who masters it, and which categories need it, each at a level from 1 to 3.

    Raises NotAllowed, NotFound, Conflict, Invalid (no name or one that is taken; a level that is none; no active agent).
    """
    people.require_administrator(by)
    row = _held(skill) if skill else Skill()
    before = state_of(row)
    people.require_unchanged(before, seen)
    row.name, row.names = clean_line(name, 80), {code: clean_line(text, 80) for code, text in names.items() if text}
    require_valid(row)
    with refusing(_ONCE):
        row.save()
    known = set(row.abilities.values_list("person_id", flat=True))
    for person in agents:
        if person.pk not in known:
            require_agent(person, "name")
    _put(Ability, row, "person", agents)
    _put(Need, row, "category", categories)
    record(by, f"skill: {row.name}", before, state_of(row))
    return row


@transaction.atomic
def remove_skill(skill: Skill, *, by: Person) -> None:
    """Remove a skill that nobody has and no category needs. Raises NotAllowed, NotFound, Conflict (it is used)."""
    people.require_administrator(by)
    row = _held(skill)
    if row.abilities.exists() or row.needs.exists():
        raise Conflict(_("Agents have this skill or categories need it. Take it from them first."))
    record(by, f"skill: {row.name}", state_of(row), {})
    row.delete()


@transaction.atomic
def save_profile(
    person: Person, *, languages: Sequence[str], capacity: int | None = None, keeps_capacity: bool = False, by: Person,
    seen: str = "",
) -> Profile:  # fmt: skip
    """Say what an agent speaks, and how much they take (None: what the desk says), which only leads and administrators change.

    keeps_capacity: leave the capacity as it is. Raises NotAllowed, Conflict, Invalid.
    """
    policy.require(policy.may_arrange(by, person))
    require_agent(person, "person")
    row, _new = Profile.objects.select_for_update().get_or_create(person=person)
    before = state_of_profile(row)
    people.require_unchanged(before, seen)
    if not keeps_capacity and capacity != row.capacity:
        policy.require(by.is_administrator or (by.pk != person.pk and policy.may_arrange(by, person)))
        row.capacity = capacity
    row.languages = sorted(set(languages))
    require_valid(row)
    row.save(update_fields=["languages", "capacity"])
    record(by, f"staffing: {person.name}", before, state_of_profile(row))
    return row


@transaction.atomic
def save_rules(*, capacity: int, weights: Sequence[int], by: Person, seen: str = "") -> CapacityRules:
    """Say how much an agent takes by default, and what a ticket of priority 1, 2, 3, 4 weighs (0 to 99).

    Raises NotAllowed, Conflict, Invalid.
    """
    people.require_administrator(by)
    row, _new = CapacityRules.objects.select_for_update().get_or_create(pk=1)
    before = state_of_rules(row)
    people.require_unchanged(before, seen)
    if len(weights) != len(before["weights"]) or any(not 0 <= weight <= HEAVIEST for weight in weights):
        raise Invalid("weight_1", _("A weight goes from 0 to 99."))
    row.capacity, row.weights = capacity, list(weights)
    require_valid(row)
    row.save()
    record(by, "capacity", before, state_of_rules(row))
    return row


def state_of(row: Skill) -> dict[str, Any]:
    """What is set for a skill, for the change log; nothing for one that is not there yet."""
    if not row.pk:
        return {}
    agents = row.abilities.select_related("person").order_by("person__name")
    needs = row.needs.select_related("category").order_by("category__name")
    return {
        "name": row.name, "name_it": row.names.get("it", ""),
        "agents": [f"{one.person.name}: {one.level}" for one in agents],
        "categories": [f"{one.category.name}: {one.level}" for one in needs],
    }  # fmt: skip


def state_of_profile(row: Profile) -> dict[str, Any]:
    """What is set for an agent, for the change log."""
    return {"languages": list(row.languages), "capacity": row.capacity}


def state_of_rules(row: CapacityRules) -> dict[str, Any]:
    """The measures, for the change log."""
    return {"capacity": row.capacity, "weights": list(row.weights)}


def _held(skill: Skill) -> Skill:
    row = Skill.objects.select_for_update().filter(pk=skill.pk).first()
    if row is None:
        raise NotFound
    return row


def _put(model: Any, skill: Skill, column: str, levels: Mapping[Any, int]) -> None:
    if any(level not in Level.values for level in levels.values()):
        raise Invalid("name", _("A level goes from 1 to 3."))
    model.objects.filter(skill=skill).delete()
    model.objects.bulk_create(model(skill=skill, level=level, **{column: one}) for one, level in levels.items())
