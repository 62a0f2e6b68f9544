"""Verbs of administrators about time: the activities, and how minutes are counted. Each leaves a line in the change log."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict
from olmo.kernel.text import clean_line
from olmo.kernel.validation import require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person

from .models import Activity, Entry, Rules


@dataclass(frozen=True, kw_only=True)
class ActivitySettings:
    """An activity. names: {language: name} where it differs from `name`."""

    name: str
    names: dict[str, str]
    is_billable: bool = True
    is_active: bool = True
    position: int = 0


@transaction.atomic
def save_activity(activity: Activity | None, settings: ActivitySettings, *, by: Person, seen: str = "") -> Activity:
    """Change an activity, or make one. Raises NotAllowed, Conflict, Invalid (no name)."""
    people.require_administrator(by)
    row = Activity.objects.select_for_update().get(pk=activity.pk) if activity else Activity()
    before = state_of_activity(row)
    people.require_unchanged(before, seen)
    row.name = clean_line(settings.name, 80)
    row.names = {language: clean_line(name, 80) for language, name in settings.names.items() if name.strip()}
    row.is_billable, row.is_active, row.position = settings.is_billable, settings.is_active, settings.position
    require_valid(row)
    row.save()
    people.record(by, f"activity: {row.name}", before, state_of_activity(row))
    return row


@transaction.atomic
def remove_activity(activity: Activity, *, by: Person) -> None:
    """Remove an activity that no entry has. Raises NotAllowed, Conflict (entries have it)."""
    people.require_administrator(by)
    if is_used(activity):
        raise Conflict(_("Entries of work have this activity, so it stays. Switch it off instead."))
    removed = {name: [value, None] for name, value in state_of_activity(activity).items()}
    audit.record(by, f"activity: {activity.name}", removed)
    activity.delete()


@transaction.atomic
def save_rules(
    *, step_minutes: int, idle_minutes: int, call_activity: Activity | None, by: Person, seen: str = ""
) -> Rules:
    """Change how minutes are counted; entries that are there stay as they are. Raises NotAllowed, Conflict, Invalid."""
    people.require_administrator(by)
    row, _made = Rules.objects.select_for_update(of=("self",)).get_or_create(pk=1)
    before = state_of_rules(row)
    people.require_unchanged(before, seen)
    row.step_minutes, row.idle_minutes, row.call_activity = step_minutes, idle_minutes, call_activity
    require_valid(row)
    row.save()
    people.record(by, "time", before, state_of_rules(row))
    return row


def is_used(activity: Activity) -> bool:
    """Whether an entry has this activity."""
    return Entry.objects.filter(activity=activity).exists()


def state_of_activity(activity: Activity) -> dict[str, Any]:
    """What is set for an activity, for the change log; nothing for one that is not there yet."""
    names = ("name", "is_billable", "is_active", "position")
    return {**{name: getattr(activity, name) for name in names}, "names": dict(activity.names)} if activity.pk else {}


def state_of_rules(rules: Rules) -> dict[str, Any]:
    """How minutes are counted, for the change log."""
    activity = rules.call_activity.name if rules.call_activity else ""
    return {"step_minutes": rules.step_minutes, "idle_minutes": rules.idle_minutes, "call_activity": activity}
