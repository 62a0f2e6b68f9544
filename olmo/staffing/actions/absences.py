"""Verbs of absences and their deputies."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.validation import refusing, require_valid
from olmo.people.administration import require_unchanged
from olmo.people.models import Person

from .. import policy
from ..models import Absence, AbsenceKind
from .recording import one_at_a_time, record, require_agent, require_order

_APART = {
    "absences_do_not_overlap": (
        "starts_at",
        gettext_lazy("There is an absence at this time already. Change that one, or choose another time."),
    )
}


@transaction.atomic
def save_absence(
    absence: Absence | None, *, person: Person, kind: str, starts_at: datetime, ends_at: datetime,
    deputy: Person | None, by: Person, seen: str = "",
) -> Absence:  # fmt: skip
    """Change an absence, or enter one. deputy: who takes over meanwhile.

    Raises NotAllowed, NotFound, Conflict, Invalid: it ends before it begins, meets another absence of the same agent, or the
    deputies would come back to where they began (the refusal names the chain).
    """
    policy.require(policy.may_arrange(by, person))
    one_at_a_time("absences")  # so that two entered at once cannot close a chain
    row = _held(absence, person) if absence else Absence(person=person)
    before = state_of(row)
    require_unchanged(before, seen)
    require_agent(person, "person")
    require_order(starts_at, ends_at)
    row.kind, row.starts_at, row.ends_at, row.deputy = kind, starts_at, ends_at, deputy
    require_valid(row)
    if deputy is not None:
        _require_deputy(row, deputy)
    with refusing(_APART):
        row.save()
    record(by, f"absence: {person.name}", before, state_of(row))
    return row


@transaction.atomic
def remove_absence(absence: Absence, *, by: Person) -> None:
    """Take an absence out. Raises NotAllowed, NotFound."""
    policy.require(policy.may_arrange(by, absence.person))
    row = _held(absence, absence.person)
    record(by, f"absence: {row.person.name}", state_of(row), {})
    row.delete()


def state_of(row: Absence) -> dict[str, Any]:
    """What is set for an absence, for the change log; nothing for one that is not there yet."""
    if not row.pk:
        return {}
    zone = ZoneInfo(row.person.time_zone)
    start, end = (at.astimezone(zone).strftime("%Y-%m-%d %H:%M") for at in (row.starts_at, row.ends_at))
    deputy = row.deputy.name if row.deputy else ""
    return {"kind": str(AbsenceKind(row.kind).value), "starts_at": start, "ends_at": end, "deputy": deputy}


def chain(row: Absence, deputy: Person) -> list[Person]:
    """The people from the absent one back to themselves, if deputies that are absent meanwhile lead there; else nobody."""
    return _back_to(row.person, deputy, row.starts_at, row.ends_at, [row.person], row.pk)


def _back_to(
    first: Person, now: Person, start: datetime, end: datetime, way: list[Person], skipped: int | None
) -> list[Person]:
    if now.pk == first.pk:
        return [*way, now]
    if any(now.pk == person.pk for person in way):
        return []
    others = Absence.objects.filter(person=now, starts_at__lt=end, ends_at__gt=start, deputy__isnull=False)
    for other in others.exclude(pk=skipped or 0).select_related("deputy"):
        assert other.deputy is not None
        a, b = max(start, other.starts_at), min(end, other.ends_at)
        if found := _back_to(first, other.deputy, a, b, [*way, now], skipped):
            return found
    return []


def _require_deputy(row: Absence, deputy: Person) -> None:
    require_agent(deputy, "deputy")
    if deputy.pk == row.person_id:
        raise Invalid("deputy", _("Nobody can stand in for themselves."))
    if closed := chain(row, deputy):
        names = " → ".join(person.name for person in closed)
        raise Invalid("deputy", _("These deputies would come back to where they began: %(names)s.") % {"names": names})


def _held(absence: Absence, person: Person) -> Absence:
    rows = Absence.objects.select_for_update(of=("self",)).select_related("person", "deputy")
    row = rows.filter(pk=absence.pk, person=person).first()
    if row is None:
        raise NotFound
    return row
