"""Keeping plans: administrators save a plan with all its steps as a new version, or are told what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets import policy
from olmo.tickets.models import Category

from . import actions, steps
from .models import OPEN, Plan, PlanVersion, Run, Task
from .steps import Step

_NAME_ONCE = {"fulfilment_plan_name_key": ("name", gettext_lazy("Another plan has this name."))}


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """A plan as it is typed."""

    name: str
    steps: Sequence[Step]
    names: dict[str, str] = field(default_factory=dict)
    client: Client | None = None
    category: Category | None = None
    starts_by_itself: bool = False
    is_active: bool = True


@transaction.atomic
def save(plan: Plan | None, settings: PlanSettings, *, by: Person, seen: str = "") -> Plan:
    """Change a plan, or make one. Other steps make a new version; what is under way goes on as it began.

    Raises NotAllowed, Conflict (changed meanwhile), Invalid ("name", "category", "steps", "steps-<n>-<field>"; see
    `steps.checked`): among others steps that wait for one another, with the loop named.
    """
    people.require_administrator(by)
    row = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk) if plan else Plan()
    before = state_of(row)
    people.require_unchanged(before, seen)
    found = [step.as_data() for step in steps.checked(settings.steps)]
    row.name, row.client, row.category = clean_line(settings.name, 80), settings.client, settings.category
    row.names = {code: clean_line(name, 80) for code, name in settings.names.items() if name.strip()}
    row.starts_by_itself, row.is_active = settings.starts_by_itself, settings.is_active
    if row.category and row.client and row.category.client_id not in (None, row.client.pk):
        raise Invalid("category", _("This category belongs to another organisation."))
    if row.starts_by_itself and row.category is None:
        raise Invalid("category", _("Choose the category with which it starts."))
    require_valid(row)
    is_new = not plan or steps_of(row) != found
    row.newest += is_new
    with refusing(_NAME_ONCE):
        row.save()
    if is_new:
        PlanVersion.objects.create(plan=row, number=row.newest, steps=found, by=by, at=clock.now())
    people.record(by, f"plan: {row.name}", before, state_of(row))
    return row


@transaction.atomic
def remove(plan: Plan, *, by: Person) -> None:
    """Remove a plan that was never started. Raises NotAllowed, Conflict (tickets were worked on by it: switch it off)."""
    people.require_administrator(by)
    if count := Run.objects.filter(version__plan=plan).count():
        words = _("It was started on %(n)d tickets, whose tasks name it, so it stays. Switch it off instead.")
        raise Conflict(words % {"n": count})
    removed = {name: [value, None] for name, value in state_of(plan).items()}
    audit.record(by, f"plan: {plan.name}", removed)
    plan.delete()


def state_of(plan: Plan) -> dict[str, Any]:
    """What is set, for the change log; nothing for one that is not there yet."""
    if not plan.pk:
        return {}
    return {
        "name": plan.name, "names": plan.names, "client": str(plan.client or ""), "category": str(plan.category or ""),
        "starts_by_itself": plan.starts_by_itself, "is_active": plan.is_active, "version": plan.newest,
        "steps": [step["title"] for step in steps_of(plan)],
    }  # fmt: skip


def steps_of(plan: Plan) -> list[dict[str, Any]]:
    """The steps of the newest version, as they are kept."""
    found = plan.versions.filter(number=plan.newest).first()
    return list(found.steps) if found else []


def wrong_with(plan: Plan) -> list[str]:
    """What is wrong with a plan that was right when it was saved."""
    listed = steps.kept(steps_of(plan))
    said = [_("Step %(n)d: %(reason)s") % {"n": n + 1, "reason": words} for n, words in steps.wrong(listed)]
    if plan.category and not plan.category.is_active:
        said.append(_("The category “%(name)s” is switched off.") % {"name": plan.category})
    return said


@transaction.atomic
def release(person: Person, *, by: Person) -> int:
    """Give the open tasks of somebody who leaves back to their teams, each logged. Returns how many. Raises NotAllowed."""
    people.require_administrator(by)
    found = list(Task.objects.filter(person=person, state__in=OPEN).select_related("ticket", "team"))
    for task in found:
        actions.give(task, by=by, team=actions.active(task.team), person=None)
    return len(found)


@transaction.atomic
def hand_over(team: Team, into: Team | None, *, by: Person) -> int:
    """Give the open tasks of a team that is switched off to another one, each logged. Returns how many.

    Raises NotAllowed, Invalid("into"): it has open tasks, and no other active team is named.
    """
    people.require_administrator(by)
    found = list(Task.objects.filter(team=team, state__in=OPEN).select_related("ticket", "person"))
    if found and (into is None or into.pk == team.pk or not into.is_active):
        raise Invalid("into", _("This team has open tasks. Choose the team that takes them."))
    for task in found:
        person = task.person
        keeps = person is not None and person.is_active and policy.may_work(person, task.ticket)
        actions.give(task, by=by, team=into, person=person if keeps else None)
    return len(found)
