"""What administrators set for the orders of an item: the ticket that they make, and who approves."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.catalogue.models import Item
from olmo.fulfilment.models import Plan
from olmo.kernel.errors import Invalid
from olmo.people.administration import record, require_administrator, require_unchanged
from olmo.people.models import Person, Team
from olmo.tickets.models import Category

from . import amounts
from .models import ApprovalStep, ApproverKind, Handling
from .queries import handling

MOST_STEPS, MOST_DAYS = 10, 365


@dataclass(frozen=True, kw_only=True)
class StepSettings:
    """One step of approval. quorum 0: all who are asked; above: only orders of more than this amount, None: all."""

    stage: int
    kind: str
    people: Sequence[Person] = ()
    quorum: int = 0
    above: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class HandlingSettings:
    """The ticket that an order makes, how approvals go, and the plan whose tasks begin when it is approved."""

    category: Category | None = None
    team: Team | None = None
    impact: int = 3
    urgency: int = 2
    remind_after_days: int = 2
    expire_after_days: int = 14
    plan: Plan | None = None
    amount_of: str = ""
    asks_again: bool = True
    steps: Sequence[StepSettings] = ()


@transaction.atomic
def save(item: Item, wanted: HandlingSettings, *, by: Person, seen: str = "") -> Handling:
    """Set what becomes of the orders of an item. Raises NotAllowed, Conflict, Invalid (days; people; quorum)."""
    require_administrator(by)
    Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    before = state_of(item)
    require_unchanged(before, seen)
    _require(wanted)
    if wanted.amount_of and wanted.amount_of not in dict(amounts.sources(item)):
        raise Invalid("amount_of", _("No question of the form has this number."))
    row = handling(item)
    row.category, row.team, row.impact, row.urgency = wanted.category, wanted.team, wanted.impact, wanted.urgency
    row.remind_after_days, row.expire_after_days = wanted.remind_after_days, wanted.expire_after_days
    row.plan, row.amount_of, row.asks_again = wanted.plan, wanted.amount_of, wanted.asks_again
    row.save()
    ApprovalStep.objects.filter(item=item).delete()
    for step in wanted.steps:
        made = ApprovalStep.objects.create(
            item=item, stage=step.stage, kind=step.kind, quorum=step.quorum, above=step.above
        )
        made.people.set(step.people if step.kind == ApproverKind.PEOPLE else ())
    record(by, f"orders of: {item.key}", before, state_of(item))
    return row


def _require(wanted: HandlingSettings) -> None:
    if not 1 <= wanted.expire_after_days <= MOST_DAYS:
        raise Invalid("expire_after_days", _("From 1 to %(most)d days.") % {"most": MOST_DAYS})
    if wanted.remind_after_days and wanted.remind_after_days >= wanted.expire_after_days:
        raise Invalid("remind_after_days", _("A reminder comes before the time is over."))
    if len(wanted.steps) > MOST_STEPS:
        raise Invalid("steps", _("At most %(most)d steps.") % {"most": MOST_STEPS})
    for n, step in enumerate(wanted.steps, start=1):
        _require_step(n, step)


def _require_step(n: int, step: StepSettings) -> None:
    if step.kind not in ApproverKind.values:
        raise Invalid(f"kind_{n}", _("Choose who approves."))
    if step.kind == ApproverKind.PEOPLE and not step.people:
        raise Invalid(f"people_{n}", _("Name somebody."))
    if step.above is not None and not 0 <= step.above < 10**10:
        raise Invalid(f"above_{n}", _("An amount is 0 or more, and below 10,000,000,000."))
    most = len(step.people) if step.kind == ApproverKind.PEOPLE else 1
    if step.quorum > most:
        raise Invalid(f"quorum_{n}", _("Only %(n)d can be asked in this step.") % {"n": most})


def state_of(item: Item) -> dict[str, Any]:
    """What is set, for the change log."""
    row = handling(item)
    names = ("impact", "urgency", "remind_after_days", "expire_after_days", "amount_of", "asks_again")
    steps = [
        f"{step.stage}: {step.kind} {', '.join(sorted(p.name for p in step.people.all()))} ({step.quorum or 'all'})"
        + (f" above {step.above}" if step.above is not None else "")
        for step in ApprovalStep.objects.filter(item=item).prefetch_related("people")
    ]
    named = {
        "category": str(row.category or ""),
        "team": row.team.name if row.team else "",
        "plan": row.plan.name if row.plan else "",
    }
    return {**{name: getattr(row, name) for name in names}, **named, "steps": steps}
