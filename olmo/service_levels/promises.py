"""Agreements as the engine reads them: which one governs a ticket, and its terms over time."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.db.models import Q

from .engine import case
from .engine.terms import Target, Version
from .engine.working_time import Calendar as WorkingCalendar
from .engine.working_time import Union, WorkingTime
from .models import Agreement, AgreementKind, Calendar, Terms

NOTHING = Version("", -(10**12), None, False, {}, Target(None, WorkingCalendar("UTC", [()] * 7), frozenset()))
MARKS = (75, 90)  # shares of the target, in percent, at which somebody is warned


@lru_cache(maxsize=500)
def working_calendar(content: str, name: str) -> WorkingTime:
    """A stored calendar or union of calendars; the same content is worked out once in a process. Raises BadCase."""
    kept = case.mapping(json.loads(content), f"calendars.{name}")
    if "union" not in kept:
        return case.calendar(kept, f"calendars.{name}")
    parts = case.mapping(kept["union"], f"calendars.{name}.union")
    return Union([case.calendar(part, f"calendars.{name}.union.{each}") for each, part in parts.items()])


@dataclass
class Governing:
    """The agreements that may govern some tickets. The most specific wins: client, then category, then kind of ticket."""

    agreements: list[Agreement] = field(default_factory=list)
    terms: dict[int, tuple[Version, ...]] = field(default_factory=dict)

    def of(self, client: int, category: int | None, kind: str) -> int | None:
        """The agreement that governs such a ticket."""
        fitting = [
            a
            for a in self.agreements
            if a.client_id in (None, client) and a.category_id in (None, category) and a.ticket_kind in ("", kind)
        ]
        return max(fitting, key=lambda a: (a.rank, -a.pk)).pk if fitting else None

    def terms_of(self, agreement: int | None) -> tuple[Version, ...]:
        """The versions of an agreement; where none is in force, nothing is promised."""
        return (*(self.terms.get(agreement, ()) if agreement else ()), NOTHING)


def governing(clients: Iterable[int], known_at: datetime | None = None) -> Governing:
    """What may govern tickets of these clients, as it is known now, or as it was known at an instant."""
    known = Q(superseded_at=None) if known_at is None else Q(recorded_at__lte=known_at)
    if known_at is not None:
        known &= Q(superseded_at=None) | Q(superseded_at__gt=known_at)
    rows = Terms.objects.filter(
        known,
        Q(agreement__client__in=list(clients)) | Q(agreement__client=None),
        agreement__kind=AgreementKind.SERVICE_LEVEL,
    )
    listed = list(rows.select_related("agreement").order_by("agreement_id", "valid_from"))
    if not listed:
        return Governing()
    calendars = {c.name: working_calendar(json.dumps(c.content), c.name) for c in Calendar.objects.all()}
    found = Governing(list({row.agreement_id: row.agreement for row in listed}.values()))
    for row in listed:
        found.terms[row.agreement_id] = (*found.terms.get(row.agreement_id, ()), version(row, calendars))
    return found


def version(row: Terms, calendars: dict[str, WorkingTime]) -> Version:
    """One stored version."""
    end = None if row.valid_to is None else int(row.valid_to.timestamp())
    return of_content(row.content, row.version, int(row.valid_from.timestamp()), end, row.is_for_running, calendars)


def of_content(
    content: dict[str, object],
    name: str,
    start: int,
    end: int | None,
    running: bool,
    calendars: dict[str, WorkingTime],
) -> Version:
    """Terms as they are stored: calendar, pauses, targets by priority and metric. Raises BadCase."""
    where = case.calendar_named(case.needed(content, "calendar", ""), "calendar", calendars)
    own = Target(None, calendars[where], case.pauses(case.needed(content, "pauses", ""), "pauses"), where)
    listed = case.mapping(case.needed(content, "targets", ""), "targets")
    targets = {
        int(case.one_of(priority, ("1", "2", "3", "4"), f"targets.{priority}")): {
            case.one_of(metric, METRICS, f"targets.{priority}.{metric}"): case.target(
                promised, f"targets.{priority}.{metric}", own, calendars
            )
            for metric, promised in case.mapping(metrics, f"targets.{priority}").items()
        }
        for priority, metrics in listed.items()
    }
    return Version(name, start, end, running, targets, own)


METRICS = ("first_response", "next_response", "resolution", "update_interval")
