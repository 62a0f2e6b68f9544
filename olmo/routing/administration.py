"""Verbs of administrators about triage; each leaves a line in the change log."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from olmo.kernel.errors import Conflict, NotFound
from olmo.kernel.validation import require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person

from .models import Target, Triage


@transaction.atomic
def save_triage(target: str, *, is_on: bool, acts_alone: bool, precision: float, by: Person, seen: str = "") -> Triage:
    """Say whether triage suggests this, whether it acts alone, and how often it must be right then (0.5 to 0.99).

    Switched off, what was learnt is forgotten. Raises NotFound, NotAllowed, Conflict, Invalid.
    """
    people.require_administrator(by)
    if target not in Target.values:
        raise NotFound
    row, _made = Triage.objects.select_for_update().defer("archive").get_or_create(target=target)
    before = state_of(row)
    people.require_unchanged(before, seen)
    row.is_on, row.acts_alone, row.precision = is_on, acts_alone, precision
    require_valid(row)
    forgotten: dict[str, Any] = {} if is_on else {"archive": b"", "learnt_at": None, "figures": {}}
    Triage.objects.filter(pk=target).update(**{**state_of(row), **forgotten})
    people.record(by, f"triage: {target}", before, state_of(row))
    return row


@transaction.atomic
def learn_now(*, by: Person) -> None:
    """Queue the learning of all targets. Raises NotAllowed, Conflict (it is queued already)."""
    from .jobs import learn

    people.require_administrator(by)
    try:
        with transaction.atomic():
            learn.defer()
    except AlreadyEnqueued as error:
        raise Conflict(_("It is queued already and begins in a moment.")) from error
    audit.record(by, "triage", {"learn": [None, "now"]})


def state_of(row: Triage) -> dict[str, Any]:
    """What is set for a target, for the change log."""
    return {"is_on": row.is_on, "acts_alone": row.acts_alone, "precision": row.precision}
