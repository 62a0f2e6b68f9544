"""Verbs of on-call schedules: a schedule, its layers, and overrides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people.administration import require_unchanged
from olmo.people.models import Person, Team

from .. import hours, policy
from ..models import Layer, Override, Schedule, Turn
from .recording import record, require_agent, require_order, require_team

MOST = 50  # people in one layer
_ONCE = {"schedule_once": ("name", gettext_lazy("Another schedule of this team has this name."))}
_APART = {
    "overrides_do_not_overlap": (
        "starts_at",
        gettext_lazy("Somebody else is put in at this time. Take that out first, or choose another time."),
    )
}


@dataclass(frozen=True, kw_only=True)
class LayerSettings:
    """A rotation. days: how long one turn is (1: daily, 7: weekly); handover: "09:00"; week: the only hours (empty: all)."""

    name: str
    people: Sequence[Person]
    days: int
    handover: str
    starts_on: date
    ends_on: date | None = None
    position: int = 0
    week: hours.Week = field(default_factory=dict)


@transaction.atomic
def save_schedule(
    schedule: Schedule | None, *, team: Team, name: str, zone: str, position: int = 1, by: Person, seen: str = ""
) -> Schedule:
    """Change an on-call schedule, or make one. position: which line it is, 1 is called first.

    Raises NotAllowed, NotFound, Conflict, Invalid (a team that is not active, a name taken, an unknown zone).
    """
    policy.require(policy.leads(by, team))
    row = _held(schedule, by) if schedule else Schedule()
    before = state_of(row)
    require_unchanged(before, seen)
    require_team(team)
    row.team, row.name, row.position, row.zone = team, clean_line(name, 80), position, known_zone(zone)
    require_valid(row)
    with refusing(_ONCE):
        row.save()
    record(by, f"on-call schedule: {row.name}", before, state_of(row))
    return row


@transaction.atomic
def remove_schedule(schedule: Schedule, *, by: Person) -> None:
    """Remove a schedule with its layers and overrides. Raises NotAllowed, NotFound."""
    row = _held(schedule, by)
    record(by, f"on-call schedule: {row.name}", state_of(row), {})
    row.delete()


@transaction.atomic
def save_layer(
    schedule: Schedule, layer: Layer | None, settings: LayerSettings, *, by: Person, seen: str = ""
) -> Layer:
    """Change a layer of a schedule, or add one. Who is on call before now is reckoned by it too.

    Raises NotAllowed, NotFound, Conflict, Invalid (nobody in it, somebody who is no active agent, times that are none).
    """
    owner = _held(schedule, by)
    row = Layer.objects.select_for_update().filter(pk=layer.pk, schedule=owner).first() if layer else Layer()
    if row is None:
        raise NotFound
    before = state_of_layer(row)
    require_unchanged(before, seen)
    row.schedule, row.name, row.position = owner, clean_line(settings.name, 80), settings.position
    row.days, row.handover, row.hours = settings.days, _time(settings.handover), hours.checked(settings.week)
    row.starts_on, row.ends_on = settings.starts_on, settings.ends_on
    if row.ends_on is not None and row.ends_on < row.starts_on:
        raise Invalid("ends_on", _("It must end after it begins."))
    require_valid(row)
    _require_people(settings.people)
    row.save()
    row.turns.all().delete()
    Turn.objects.bulk_create(Turn(layer=row, person=who, position=n) for n, who in enumerate(settings.people))
    record(by, f"on-call schedule: {owner.name}, {row.name}", before, state_of_layer(row))
    return row


@transaction.atomic
def remove_layer(layer: Layer, *, by: Person) -> None:
    """Remove a layer. Raises NotAllowed, NotFound."""
    owner = _held(layer.schedule, by)
    record(by, f"on-call schedule: {owner.name}, {layer.name}", state_of_layer(layer), {})
    layer.delete()


@transaction.atomic
def put_in(schedule: Schedule, person: Person, *, starts_at: datetime, ends_at: datetime, by: Person) -> Override:
    """Put somebody on call for a while, whoever's turn it is. Leads put anybody in, members themselves.

    Raises NotAllowed, NotFound, Invalid (no active agent; ends before it begins; somebody else is put in at this time).
    """
    row = Schedule.objects.select_for_update(of=("self",)).select_related("team").filter(pk=schedule.pk).first()
    if row is None:
        raise NotFound
    policy.require(policy.may_put_on_call(by, row.team, person))
    require_agent(person, "person")
    require_order(starts_at, ends_at)
    made = Override(schedule=row, person=person, starts_at=starts_at, ends_at=ends_at, by=by)
    with refusing(_APART):
        made.save()
    record(by, f"on-call schedule: {row.name}", {}, {"override": _words(made)})
    return made


@transaction.atomic
def take_out(override: Override, *, by: Person) -> None:
    """Take somebody out who was put in; the rotation counts again. Raises NotAllowed, NotFound, Conflict (it is over)."""
    found = Override.objects.select_for_update(of=("self",)).select_related("schedule__team", "person")
    row = found.filter(pk=override.pk).first()
    if row is None:
        raise NotFound
    policy.require(policy.may_put_on_call(by, row.schedule.team, row.person))
    if row.ends_at <= clock.now():
        raise Conflict(_("This time is over; who was on call then stays on record."))
    record(by, f"on-call schedule: {row.schedule.name}", {"override": _words(row)}, {})
    row.delete()


def state_of(row: Schedule) -> dict[str, Any]:
    """What is set for a schedule, for the change log; nothing for one that is not there yet."""
    return {"team": row.team.name, "name": row.name, "zone": row.zone, "line": row.position} if row.pk else {}


def state_of_layer(row: Layer) -> dict[str, Any]:
    """What is set for a layer, for the change log; nothing for one that is not there yet."""
    if not row.pk:
        return {}
    week = {f"hours_{day}": hours.in_words(found) for day, found in row.hours.items()}
    return {
        "name": row.name, "people": [turn.person.name for turn in row.turns.select_related("person")], "days": row.days,
        "handover": row.handover, "starts_on": str(row.starts_on), "ends_on": str(row.ends_on or ""),
        "position": row.position, **week,
    }  # fmt: skip


def known_zone(name: str) -> str:
    """The name of a time zone. Raises Invalid."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # what is not found is a KeyError
        raise Invalid("zone", _("There is no time zone of this name.")) from error
    return name


def _held(schedule: Schedule, by: Person) -> Schedule:
    row = Schedule.objects.select_for_update(of=("self",)).select_related("team").filter(pk=schedule.pk).first()
    if row is None:
        raise NotFound
    policy.require(policy.leads(by, row.team))
    return row


def _time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise Invalid("handover", _("“%(part)s” is no time of a day.") % {"part": text[:40]})
    return text


def _require_people(people: Sequence[Person]) -> None:
    if not people:
        raise Invalid("people", _("A rotation needs somebody who takes turns."))
    if len(people) > MOST:
        raise Invalid("people", _("At most %(most)d people take turns in one layer.") % {"most": MOST})
    for person in people:
        require_agent(person, "people")


def _words(row: Override) -> str:
    zone = ZoneInfo(row.schedule.zone)
    start, end = (at.astimezone(zone).strftime("%Y-%m-%d %H:%M") for at in (row.starts_at, row.ends_at))
    return f"{row.person.name}, {start} – {end}"
