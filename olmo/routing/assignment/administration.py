"""Verbs of administrators about how teams give out their tickets; each leaves a line in the change log."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.validation import require_valid
from olmo.people import administration as people
from olmo.people.models import Person, Team

from . import giving
from .models import Method, TeamWay


@dataclass(frozen=True, kw_only=True)
class WaySettings:
    """How a team gives out. sticky_days: the last solver goes first for so many days; None: not at all."""

    method: str = Method.MANUAL
    needs_room: bool = True
    needs_skills: bool = False
    needs_language: bool = False
    sticky_days: int | None = None


@transaction.atomic
def save_way(team: Team, settings: WaySettings, *, by: Person, seen: str = "") -> TeamWay:
    """Say how a team's tickets find their agent. What waits already is given out soon.

    Raises NotAllowed, Conflict, Invalid (a team that is not active).
    """
    people.require_administrator(by)
    if not Team.objects.filter(pk=team.pk, is_active=True).exists():
        raise Invalid("method", _("The team %(name)s is not active.") % {"name": team.name})
    row, _made = TeamWay.objects.select_for_update().get_or_create(team=team)
    before = state_of(row)
    people.require_unchanged(before, seen)
    for name, value in asdict(settings).items():
        setattr(row, name, value)
    require_valid(row)
    row.save(update_fields=list(asdict(settings)))
    people.record(by, f"assignment: {team.name}", before, state_of(row))
    if row.method != Method.MANUAL:
        giving.wake(team.pk)
    return row


def way_of(team: Team) -> TeamWay:
    """How a team gives out, also when nobody has said."""
    return TeamWay.objects.filter(team=team).first() or TeamWay(team=team)


def state_of(row: TeamWay) -> dict[str, Any]:
    """What is set for a team, for the change log."""
    names = ("method", "needs_room", "needs_skills", "needs_language", "sticky_days")
    return {name: getattr(row, name) for name in names}
