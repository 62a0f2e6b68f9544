"""Verbs of administrators: how the desk asks, and which categories are looked at again. Each leaves a line in the change log."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.validation import require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets.models import Category

from .models import Check, Moment, Rules

_NAMES = ("is_on", "moment", "hours", "share", "every_days", "answer_days", "change_days", "bad_up_to", "follow_days")


@dataclass(frozen=True, kw_only=True)
class RulesSettings:
    """How the desk asks. share: of solved tickets, in per cent; silent: clients whose people are not asked."""

    is_on: bool
    moment: str = Moment.SOLUTION
    hours: int = 24
    share: int = 100
    every_days: int = 14
    answer_days: int = 14
    change_days: int = 7
    bad_up_to: int = 2
    follow_days: int = 2
    silent: tuple[Client, ...] = ()


@transaction.atomic
def save_rules(settings: RulesSettings, *, by: Person, seen: str = "") -> Rules:
    """Change how the desk asks; who was asked already is not asked otherwise. Raises NotAllowed, Conflict, Invalid."""
    people.require_administrator(by)
    row, _made = Rules.objects.select_for_update().get_or_create(pk=1)
    before = state_of(row)
    people.require_unchanged(before, seen)
    for name in _NAMES:
        setattr(row, name, getattr(settings, name))
    row.silent = sorted(client.pk for client in settings.silent)
    require_valid(row)
    row.save()
    people.record(by, "surveys", before, state_of(row))
    return row


@transaction.atomic
def save_check(category: Category, *, days: int, by: Person, seen: str = "") -> Check:
    """Look at solved tickets of a category again after so many days. Raises NotAllowed, Conflict, Invalid (days)."""
    people.require_administrator(by)
    row = Check.objects.select_for_update(of=("self",)).filter(category=category).first()
    before = {"days": row.days} if row else {}
    people.require_unchanged(before, seen)
    if not 1 <= days <= 90:
        raise Invalid("days", _("From 1 to 90 days."))
    row = row or Check(category=category)
    row.days = days
    row.save()
    people.record(by, f"follow-up: {category.name}", before, {"days": days})
    return row


@transaction.atomic
def remove_check(check: Check, *, by: Person) -> None:
    """Ask for it no more; what is planned stays planned. Raises NotAllowed."""
    people.require_administrator(by)
    audit.record(by, f"follow-up: {check.category.name}", {"days": [check.days, None]})
    check.delete()


def state_of(rules: Rules) -> dict[str, Any]:
    """How the desk asks, for the change log."""
    silent = Client.objects.filter(pk__in=rules.silent).order_by("name").values_list("name", flat=True)
    return {**{name: getattr(rules, name) for name in _NAMES}, "silent": list(silent)}
