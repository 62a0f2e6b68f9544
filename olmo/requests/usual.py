"""The usual services with what becomes of their orders: who approves, and the plan of their tasks. The desk owns both then."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction

from olmo.catalogue import usual
from olmo.catalogue.models import Item
from olmo.fulfilment import administration as plans
from olmo.fulfilment import conditions
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.models import Plan
from olmo.fulfilment.steps import Step
from olmo.people.models import Person

from . import administration
from .administration import HandlingSettings, StepSettings


@lru_cache(maxsize=1)
def content() -> dict[str, Any]:
    """What becomes of each item, by its key."""
    return tomllib.loads((Path(__file__).parent / "usual.toml").read_text(encoding="utf-8"))


@transaction.atomic
def add(*, by: Person) -> list[Item]:
    """Add the usual items that are missing, ready to be ordered. What is there stays as it is. Raises NotAllowed."""
    made = usual.add(by=by)
    for item in made:
        row = content()[item.key]
        kinds = enumerate(row.get("approvals", ()), start=1)
        approvals = [StepSettings(stage=stage, kind=kind) for stage, kind in kinds]
        administration.save(item, HandlingSettings(plan=_plan(item, row["steps"], by), steps=approvals), by=by)
    return made


def _plan(item: Item, rows: list[dict[str, Any]], by: Person) -> Plan:
    """The plan of an item; one of this name that the desk has already is left as it is, and taken."""
    found = Plan.objects.filter(name=item.names["en"], client=None).first()
    if found is not None:
        return found
    names = {code: name for code, name in item.names.items() if code != "en"}
    steps = [_step(row, by) for row in rows]
    return plans.save(None, PlanSettings(name=item.names["en"], names=names, steps=steps), by=by)


def _step(row: dict[str, Any], by: Person) -> Step:
    """A step; its checklist in the language of whoever adds it."""
    when = []
    if "when" in row:
        key, *values = row["when"]
        when = [conditions.checked(f"{conditions.ANSWER}{key}", conditions.ANY, values)]
    return Step(
        key=row["key"], title=row["en"], titles={"it": row["it"]}, needs=row.get("needs", ()), conditions=when,
        checklist=row.get("check_it" if by.language == "it" else "check_en", ()), due_minutes=row["hours"] * 60,
        is_internal=row.get("internal", False),
    )  # fmt: skip
