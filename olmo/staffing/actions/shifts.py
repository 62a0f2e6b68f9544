"""Verbs of shift patterns: the weeks by which an agent works."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.validation import refusing, require_valid
from olmo.people.administration import require_unchanged
from olmo.people.models import Person

from .. import hours, policy
from ..models import Pattern
from .on_call import known_zone
from .recording import record, require_agent

_APART = {
    "patterns_do_not_overlap": (
        "valid_from",
        gettext_lazy("Another week of shifts holds on these days. Give that one a last day first."),
    )
}


@transaction.atomic
def save_pattern(
    pattern: Pattern | None, *, person: Person, zone: str, week: hours.Week, valid_from: date, valid_to: date | None = None,
    by: Person, seen: str = "",
) -> Pattern:  # fmt: skip
    """Change a week of shifts, or enter one that holds from a day on. valid_to: its last day, None: until further notice.

    Raises NotAllowed, NotFound, Conflict, Invalid: no hours at all, hours that meet, an unknown zone, a last day before the
    first, days on which another week holds.
    """
    policy.require(policy.may_arrange(by, person))
    row = _held(pattern, person) if pattern else Pattern(person=person)
    before = state_of(row)
    require_unchanged(before, seen)
    require_agent(person, "person")
    row.zone, row.hours = known_zone(zone), hours.checked(week)
    if not row.hours:
        raise Invalid("hours_mon", _("A week of shifts needs hours on one day at least."))
    row.valid_from, row.valid_to = valid_from, valid_to
    if valid_to is not None and valid_to < valid_from:
        raise Invalid("valid_to", _("It must end after it begins."))
    require_valid(row)
    with refusing(_APART):
        row.save()
    record(by, f"shifts: {person.name}", before, state_of(row))
    return row


@transaction.atomic
def remove_pattern(pattern: Pattern, *, by: Person) -> None:
    """Take a week of shifts out. Raises NotAllowed, NotFound."""
    policy.require(policy.may_arrange(by, pattern.person))
    row = _held(pattern, pattern.person)
    record(by, f"shifts: {row.person.name}", state_of(row), {})
    row.delete()


def state_of(row: Pattern) -> dict[str, Any]:
    """What is set for a week of shifts, for the change log; nothing for one that is not there yet."""
    if not row.pk:
        return {}
    week = {f"hours_{day}": hours.in_words(found) for day, found in row.hours.items()}
    return {"zone": row.zone, "valid_from": str(row.valid_from), "valid_to": str(row.valid_to or ""), **week}


def _held(pattern: Pattern, person: Person) -> Pattern:
    rows = Pattern.objects.select_for_update(of=("self",)).select_related("person")
    row = rows.filter(pk=pattern.pk, person=person).first()
    if row is None:
        raise NotFound
    return row
