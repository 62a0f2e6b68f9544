"""Reads about staffing. They are about agents and teams, which every agent may know."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.utils.dateparse import parse_datetime

from olmo.kernel import clock
from olmo.kernel.prepared import Part
from olmo.people.models import Person, Team

from . import availability, rotation
from .availability import Away, Facts, Verdict
from .models import Absence, Layer, Override, Pattern, Presence, Profile, Schedule, Turn


def on_call(team: Team, at: datetime) -> list[Person]:
    """Whom to call for a team at an instant, the first line first; nobody twice. A team that is switched off has nobody."""
    if not team.is_active:
        return []
    duties = [rotation.on_call(facts, at) for _schedule, facts in schedules(team, at, at + timedelta(seconds=1))]
    ids = list(dict.fromkeys(duty.person for duty in duties if duty))
    known = Person.objects.in_bulk(ids)
    return [known[pk] for pk in ids]


def schedules(team: Team, start: datetime, end: datetime) -> list[tuple[Schedule, rotation.Schedule]]:
    """The schedules of a team in the order of their lines, each with what counts between two instants."""
    rows = list(with_layers(start, end).filter(team=team))
    return list(zip(rows, facts_of(rows, start, end), strict=True))


def with_layers(start: datetime, end: datetime) -> QuerySet[Schedule]:
    """Schedules with their layers and turns, and with the overrides that touch a time."""
    turns = Turn.objects.select_related("person")
    put_in = Override.objects.filter(starts_at__lt=end, ends_at__gt=start).select_related("person", "by")
    return (
        Schedule.objects.select_related("team")
        .order_by("team__name", "position", "pk")
        .prefetch_related(
            Prefetch("layers", Layer.objects.prefetch_related(Prefetch("turns", turns))), Prefetch("overrides", put_in)
        )
    )


def facts_of(rows: Iterable[Schedule], start: datetime, end: datetime) -> list[rotation.Schedule]:
    """What `rotation` needs of schedules as `with_layers` read them."""
    rows = list(rows)
    people = {turn.person_id for row in rows for layer in row.layers.all() for turn in layer.turns.all()}
    people |= {override.person_id for row in rows for override in row.overrides.all()}
    absences, everybody = _with_deputies(people, start, end)
    left = frozenset(Person.objects.filter(pk__in=everybody, is_active=False).values_list("pk", flat=True))
    return [
        rotation.Schedule(
            layers=tuple(layer_of(layer, row.zone) for layer in row.layers.all()),
            overrides=tuple(rotation.Override(o.pk, o.person_id, o.starts_at, o.ends_at) for o in row.overrides.all()),
            absences=absences,
            left=left,
        )
        for row in rows
    ]


def layer_of(layer: Layer, zone: str) -> rotation.Layer:
    """A layer as `rotation` reads it."""
    people = tuple(turn.person_id for turn in layer.turns.all())
    return rotation.Layer(
        layer.pk, people, layer.starts_on, layer.days, layer.handover, ZoneInfo(zone), layer.ends_on, layer.hours
    )


def _with_deputies(people: set[int], start: datetime, end: datetime) -> tuple[tuple[Away, ...], set[int]]:
    """The absences of people, of their deputies, and of the deputies of those; and everybody in them."""
    found: list[Away] = []
    everybody, ask = set(people), set(people)
    while ask:
        rows = Absence.objects.filter(person__in=ask, starts_at__lt=end, ends_at__gt=start)
        new = [Away(row.person_id, row.starts_at, row.ends_at, row.deputy_id) for row in rows]
        found += new
        ask = {away.deputy for away in new if away.deputy} - everybody
        everybody |= ask
    return tuple(found), everybody


def facts(people: Iterable[Person], start: datetime, end: datetime) -> dict[int, Facts]:
    """What counts for the availability of agents between two instants, in three queries."""
    known = {person.pk: person for person in people}
    profiles = Profile.objects.in_bulk(known)
    patterns: dict[int, list[availability.Pattern]] = defaultdict(list)
    for row in Pattern.objects.filter(person__in=known):
        week = availability.Pattern(row.hours, ZoneInfo(row.zone), row.valid_from, row.valid_to)
        patterns[row.person_id].append(week)
    absences: dict[int, list[Away]] = defaultdict(list)
    for absence in Absence.objects.filter(person__in=known, starts_at__lt=end, ends_at__gt=start):
        away = Away(absence.person_id, absence.starts_at, absence.ends_at, absence.deputy_id)
        absences[absence.person_id].append(away)
    return {
        pk: Facts(
            is_active=person.is_active,
            presence=profiles[pk].presence if pk in profiles else "active",
            until=profiles[pk].presence_until if pk in profiles else None,
            patterns=tuple(patterns[pk]),
            absences=tuple(absences[pk]),
        )
        for pk, person in known.items()
    }


def said(person: Person) -> Part:
    """What somebody says of their presence, as one expression of a statement; see `presence_of`."""
    text = "(select json_build_array(presence, presence_until) from staffing_profile where person_id = %s)"
    return text, (person.pk,)


def presence_of(row: list[Any] | None) -> str:
    """What `said` answered, as the presence that holds now."""
    until = parse_datetime(row[1]) if row and row[1] else None
    return str(row[0]) if row and (until is None or clock.now() < until) else Presence.ACTIVE.value


def available(people: Iterable[Person], at: datetime) -> dict[int, Verdict]:
    """Who can be given work at an instant, and why or why not."""
    found = facts(people, at, at + timedelta(seconds=1))
    return {pk: availability.available(each, at) for pk, each in found.items()}
