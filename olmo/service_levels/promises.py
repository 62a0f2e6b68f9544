"""Agreements as the engine reads them: which one governs a ticket, and its terms over time."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.db.models import Q

from olmo.tickets.models import Ticket

from .engine import case
from .engine.terms import Target, Version
from .engine.working_time import Calendar as WorkingCalendar
from .engine.working_time import Union, WorkingTime
from .models import Agreement, AgreementKind, Calendar, Terms

NOTHING = Version("", -(10**12), None, False, {}, Target(None, WorkingCalendar("UTC", [()] * 7), frozenset()))
MARKS = (75, 90)  # shares of the target, in percent, at which somebody is warned where the terms name none
MOST_MARKS = 8


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
    """The agreements that may govern some tickets. The most specific wins: client, then service, then category, then kind."""

    agreements: list[Agreement] = field(default_factory=list)
    terms: dict[int, tuple[Version, ...]] = field(default_factory=dict)
    calendars: dict[str, int] = field(default_factory=dict)  # ids by name
    signed_at: dict[tuple[int, str], datetime] = field(default_factory=dict)  # when a version came into force

    def of(self, row: Ticket) -> int | None:
        """The service level agreement that governs a ticket as its row is."""
        return _best(self._fitting(AgreementKind.SERVICE_LEVEL, row))

    def beside(self, row: Ticket) -> set[int]:
        """The agreement with the team that has the ticket, and the contract with the supplier for whom it waits."""
        own, outer = (self._fitting(kind, row) for kind in (AgreementKind.OPERATIONAL, AgreementKind.UNDERPINNING))
        teams = [a for a in own if row.team_id is not None and a.team_id == row.team_id]
        suppliers = [a for a in outer if row.supplier_id is not None and a.supplier_id == row.supplier_id]
        return {pk for pk in (_best(teams), _best(suppliers)) if pk is not None}

    def named(self, agreement: int) -> Agreement | None:
        """An agreement beside the service levels, by its id; None of 0."""
        return next((a for a in self.agreements if a.pk == agreement), None)

    def kind_of(self, agreement: int) -> str:
        """The kind of an agreement."""
        return next(a.kind for a in self.agreements if a.pk == agreement)

    def _fitting(self, kind: str, row: Ticket) -> list[Agreement]:
        return [
            a
            for a in self.agreements
            if a.kind == kind
            and a.client_id in (None, row.client_id)
            and a.service_id in (None, row.service_id)
            and a.category_id in (None, row.category_id)
            and a.ticket_kind in ("", row.kind)
        ]

    def terms_of(self, agreement: int | None) -> tuple[Version, ...]:
        """The versions of an agreement; where none is in force, nothing is promised."""
        return (*(self.terms.get(agreement, ()) if agreement else ()), NOTHING)


def _best(fitting: list[Agreement]) -> int | None:
    return max(fitting, key=lambda a: (a.rank, -a.pk)).pk if fitting else None


def governing(clients: Iterable[int], known_at: datetime | None = None) -> Governing:
    """What may govern tickets of these clients, as it is known now, or as it was known at an instant."""
    known = Q(superseded_at=None) if known_at is None else Q(recorded_at__lte=known_at)
    if known_at is not None:
        known &= Q(superseded_at=None) | Q(superseded_at__gt=known_at)
    rows = Terms.objects.filter(known, Q(agreement__client__in=list(clients)) | Q(agreement__client=None))
    listed = list(
        rows.select_related(
            "agreement__team", "agreement__supplier", "agreement__service", "agreement__category"
        ).order_by("agreement_id", "valid_from")
    )
    if not listed:
        return Governing()
    kept = list(Calendar.objects.all())
    calendars = {c.name: working_calendar(json.dumps(c.content), c.name) for c in kept}
    agreements = list({row.agreement_id: row.agreement for row in listed}.values())
    found = Governing(agreements, calendars={c.name: c.pk for c in kept})
    for row in listed:
        found.signed_at.setdefault((row.agreement_id, row.version), row.valid_from)
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
    return Version(name, start, end, running, targets, own, marks(content.get("warnings", list(MARKS))))


def marks(found: object) -> tuple[int, ...]:
    """Warning levels: whole percents of the target, in order; 100 is the breach itself, which is always told. Raises BadCase."""
    listed = case.sequence(found, "warnings")
    for each in listed:
        if not isinstance(each, int) or isinstance(each, bool) or not 0 < each <= 1000 or each == 100:
            raise case.BadCase("warnings", "must be whole percents from 1 to 1000, without 100")
    if len(listed) > MOST_MARKS:
        raise case.BadCase("warnings", f"must be {MOST_MARKS} at most")
    return tuple(sorted(set(listed)))


METRICS = ("first_response", "next_response", "resolution", "update_interval")
