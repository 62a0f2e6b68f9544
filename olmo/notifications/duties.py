"""On-call duties: whoever is put on call or taken off hears of it, and the leads of a swap and of times when nobody is on call.

Every few minutes the coming two weeks are compared with what was told of them, so that it makes no difference what changed them:
a rotation, an override, an absence, a deputy, somebody who left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.staffing import queries, rotation
from olmo.staffing.models import Schedule

from . import telling_duties
from .models import Duties
from .shifts import Shift

AHEAD = timedelta(days=14)  # what begins later is told later
BEYOND = timedelta(days=35)  # how far the last duty that is told is followed to its end


@dataclass(frozen=True)
class Watch:
    """A time and who is on call then; None: nobody, though somebody ought to be. by: who put that person in."""

    start: datetime
    end: datetime
    person: int | None
    by: int | None = None


def tell() -> int:
    """Tell of every schedule what has changed; returns how many people. Each change is told once, however often this runs."""
    now = clock.now()
    until = now + AHEAD + BEYOND
    rows = list(queries.with_layers(now, until).filter(team__is_active=True))
    found = zip(rows, queries.facts_of(rows, now, until), strict=True)
    return sum(_tell(row, coming(row, facts, now)) for row, facts in found)


def take_as_told() -> None:
    """Take the coming duties as told: a desk that is set up with its schedules has told its people already."""
    now = clock.now()
    until = now + AHEAD + BEYOND
    rows = list(queries.with_layers(now, until))
    for row, facts in zip(rows, queries.facts_of(rows, now, until), strict=True):
        Duties.objects.update_or_create(schedule=row, defaults={"told": _plain(coming(row, facts, now))})


def coming(row: Schedule, facts: rotation.Schedule, now: datetime) -> list[Watch]:
    """Who is on call in the next weeks, as far as it is told now; times in which by plan nobody is are left out."""
    makers = {one.pk: one.by_id for one in row.overrides.all()}
    found = []
    for each in rotation.stretches(facts, now, now + AHEAD + BEYOND):
        if each.start >= now + AHEAD:
            break
        if each.duty is None and not (each.is_gap and facts.layers):
            continue
        by = makers.get(each.duty.override) if each.duty and each.duty.override else None
        found.append(Watch(each.start, each.end, each.duty.person if each.duty else None, by))
    return found


def changes(told: Sequence[Watch], found: Sequence[Watch], now: datetime) -> list[Shift]:
    """Where the two differ from now on, as far as it is told now; the earliest first."""
    known_until = max((one.end for one in told), default=now)
    until = max([now + AHEAD, *(one.end for one in found)])
    edges = {at for one in (*told, *found) for at in (one.start, one.end) if now < at < until} | {now, until}
    made: list[Shift] = []
    for start, end in pairwise(sorted(edges)):
        before, after = _at(told, start), _at(found, start)
        if (before.person if before else None) == (after.person if after else None) and bool(before) >= bool(after):
            continue
        shift = Shift(
            start, end, before.person if before else None, after.person if after else None, after.by if after else None,
            is_new=start >= known_until, is_gap=after is not None and after.person is None,
        )  # fmt: skip
        if made and made[-1].end == start and replace(shift, start=made[-1].start) == replace(made[-1], end=end):
            shift = replace(shift, start=made.pop().start)
        made.append(shift)
    return made


def _at(watches: Sequence[Watch], at: datetime) -> Watch | None:
    return next((one for one in watches if one.start <= at < one.end), None)


@transaction.atomic
def _tell(row: Schedule, found: list[Watch]) -> int:
    kept, _is_first = Duties.objects.select_for_update().get_or_create(schedule=row)
    told = [Watch(datetime.fromisoformat(a), datetime.fromisoformat(b), person) for a, b, person in kept.told]
    shifts = changes(told, found, clock.now())
    plain = _plain(found)
    if plain != kept.told:
        kept.told = plain
        kept.save(update_fields=["told"])
    if not shifts:
        return 0
    people = Person.objects.in_bulk({pk for shift in shifts for pk in (shift.before, shift.after) if pk})
    leads = list(row.team.leads.filter(is_active=True))
    readers = {person.pk: person for person in (*people.values(), *leads)}
    return sum(telling_duties.tell(row, reader, shifts, people, is_lead=reader in leads) for reader in readers.values())


def _plain(found: Sequence[Watch]) -> list[list[Any]]:
    return [[one.start.isoformat(), one.end.isoformat(), one.person] for one in found]
