"""On-call duties: whoever is put on call or taken off hears of it, and the leads of a swap and of times when nobody is on call.

Every few minutes the coming two weeks are compared with what was told of them, so that it makes no difference what changed them:
a rotation, an override, an absence, a deputy, somebody who left.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock, spoken
from olmo.kernel.config import current
from olmo.outbox.actions import send
from olmo.people.models import Person
from olmo.staffing import queries, rotation
from olmo.staffing.models import Schedule

from . import kinds, wording
from .models import Duties
from .sending import own_headers, preferences_url
from .telling import is_silenced

AHEAD = timedelta(days=14)  # what begins later is told later
BEYOND = timedelta(days=35)  # how far the last duty that is told is followed to its end
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True)
class Watch:
    """A time and who is on call then; None: nobody, though somebody ought to be. by: who put that person in."""

    start: datetime
    end: datetime
    person: int | None
    by: int | None = None


@dataclass(frozen=True)
class Shift:
    """A time in which it is another one than was told. is_new: nothing was told of it yet; is_gap: somebody ought to be there."""

    start: datetime
    end: datetime
    before: int | None
    after: int | None
    by: int | None
    is_new: bool
    is_gap: bool = False


def tell() -> int:
    """Tell of every schedule what has changed; returns how many mails left. Each change is told once, however often this runs."""
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
    return sum(_mail(row, reader, shifts, people, is_lead=reader in leads) for reader in readers.values())


def _plain(found: Sequence[Watch]) -> list[list[Any]]:
    return [[one.start.isoformat(), one.end.isoformat(), one.person] for one in found]


def _mail(row: Schedule, reader: Person, shifts: Sequence[Shift], people: dict[int, Person], *, is_lead: bool) -> int:
    """One mail with all that concerns one reader; 0 when nothing does, or they do not want it."""
    if not (reader.is_active and reader.email and kinds.wants(reader, "on_call")) or is_silenced(reader.email):
        return 0
    with override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        lines = list(_lines(reader, shifts, people, is_lead=is_lead))
        name = f"{row.team}, {row.name}"
        subject = _("On call: %(name)s") % {"name": name}
        because = _("because you lead the team") if is_lead else _("because you are in this on-call schedule")
    if not lines:
        return 0
    mail = wording.written(
        "duties", subject, language=reader.language, name=name, lines=lines, url=_page(row), because=because,
        preferences_url=preferences_url(),
    )  # fmt: skip
    send(
        to=reader.email, to_name=reader.name, subject=mail.subject, text=mail.text, html=mail.html, purpose="on_call",
        reference=f"on_call:{row.pk}:{reader.pk}:{clock.now().isoformat()}", is_automatic=True, headers=own_headers(AUTOMATIC),
    )  # fmt: skip
    return 1


def _lines(reader: Person, shifts: Iterable[Shift], people: dict[int, Person], *, is_lead: bool) -> Iterator[str]:
    for shift in shifts:
        words = {
            "start": spoken.moment(shift.start), "end": spoken.moment(shift.end),
            "before": people[shift.before].name if shift.before in people else "",
            "after": people[shift.after].name if shift.after in people else "",
        }  # fmt: skip
        if line := _line(reader.pk, shift, is_lead=is_lead):
            yield line % words


def _line(reader: int, shift: Shift, *, is_lead: bool) -> str:
    """What one change is to one reader; "" when it is nothing to them, or they made it themselves."""
    if reader == shift.after:
        if reader == shift.by:
            return ""
        instead = _("You are on call instead of %(before)s: %(start)s – %(end)s.")
        return instead if shift.before and not shift.is_new else _("You are on call: %(start)s – %(end)s.")
    if reader == shift.before:
        by_other = _("You are no longer on call, %(after)s is: %(start)s – %(end)s.")
        return by_other if shift.after else _("You are no longer on call: %(start)s – %(end)s.")
    if not is_lead:
        return ""
    if shift.is_gap:
        return _("Nobody is on call: %(start)s – %(end)s.")
    is_swap = shift.before is not None and not shift.is_new and reader != shift.by
    return _("%(after)s is on call instead of %(before)s: %(start)s – %(end)s.") if is_swap else ""


def _page(row: Schedule) -> str:
    try:
        return current().base_url + reverse("desk:oncall_schedule", args=[row.pk])
    except NoReverseMatch:
        return current().base_url
