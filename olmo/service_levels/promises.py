"""Agreements as the engine reads them: which one governs a ticket, and its terms over time."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from django.db.models import Q

from olmo.tickets.models import Ticket

from .engine import case
from .engine.terms import Target, Version, coming, in_force
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
    """The agreements that may govern some tickets. The most specific wins: client, then service, then category, then kind.

    An agreement takes a ticket when the ticket opens or comes to it, if terms of it are in force then. One that comes later takes
    over tickets that are open already by terms for running tickets alone (see `Under`).
    """

    agreements: list[Agreement] = field(default_factory=list)
    terms: dict[int, tuple[Version, ...]] = field(default_factory=dict)
    calendars: dict[str, int] = field(default_factory=dict)  # ids by name
    signed_at: dict[tuple[int, str], datetime] = field(default_factory=dict)  # when a version came into force

    def fitting(self, row: Ticket) -> frozenset[int]:
        """The agreements that are about such a ticket, of all kinds, whether or not they are in force."""
        return frozenset(
            a.pk
            for a in self.agreements
            if a.client_id in (None, row.client_id)
            and a.service_id in (None, row.service_id)
            and a.category_id in (None, row.category_id)
            and a.ticket_kind in ("", row.kind)
            and (a.team_id is None or a.team_id == row.team_id)
            and (a.supplier_id is None or a.supplier_id == row.supplier_id)
        )

    def of(self, row: Ticket, at: int) -> int | None:
        """The service level agreement that a ticket which opens like this at an instant comes under."""
        return self.chosen(AgreementKind.SERVICE_LEVEL, self.fitting(row), at)

    def beside(
        self, fitting: frozenset[int], at: int, current: frozenset[int], known: frozenset[int]
    ) -> frozenset[int]:
        """The agreement with the team that has a ticket, and the contract with the supplier for whom it waits.

        current: those under which it is; known: the agreements that fitted until now.
        """
        kinds = (AgreementKind.OPERATIONAL, AgreementKind.UNDERPINNING)
        found = (self.chosen(kind, fitting, at, current, known) or _best(self._listed(kind, fitting)) for kind in kinds)
        return frozenset(pk for pk in found if pk is not None)

    def chosen(
        self, kind: str, fitting: frozenset[int], at: int,
        current: frozenset[int] = frozenset(), known: frozenset[int] = frozenset(),
    ) -> int | None:  # fmt: skip
        """The most specific one that is in force: of all, or beside that of `current` of those that did not fit until now."""
        lost = any(a.kind == kind and a.pk in current and a.pk not in fitting for a in self.agreements)
        listed = self._listed(kind, fitting)
        comes = [a for a in listed if in_force(self.terms.get(a.pk, ()), at) and (lost or a.pk not in known)]
        return _best([*(a for a in listed if a.pk in current), *comes])

    def takeovers(self, fitting: frozenset[int], current: int | None, at: int) -> list[Version]:
        """The versions that take over a ticket under `current` after an instant: of it, and of more specific ones that fit."""
        known = {a.pk: _order(a) for a in self._listed(AgreementKind.SERVICE_LEVEL, fitting)}
        found, least = list[Version](), known.get(current or 0)
        for each in coming((v for pk in known for v in self.terms.get(pk, ())), at):
            if least is None or known[each.agreement] >= least:
                found.append(each)
                least = known[each.agreement]
        return found

    def named(self, agreement: int) -> Agreement | None:
        """An agreement beside the service levels, by its id; None of 0."""
        return next((a for a in self.agreements if a.pk == agreement), None)

    def kind_of(self, agreement: int) -> str:
        """The kind of an agreement."""
        return next(a.kind for a in self.agreements if a.pk == agreement)

    def _listed(self, kind: str, fitting: frozenset[int]) -> list[Agreement]:
        return [a for a in self.agreements if a.kind == kind and a.pk in fitting]

    def terms_of(self, agreement: int | None) -> tuple[Version, ...]:
        """The versions of an agreement; where none is in force, nothing is promised."""
        return (*(self.terms.get(agreement, ()) if agreement else ()), NOTHING)


@dataclass(frozen=True)
class Under:
    """Under which service level terms a ticket is since an instant, and which ones take over later."""

    fitting: frozenset[int]
    terms: tuple[Version, ...]
    since: int

    @classmethod
    def come(cls, found: Governing, fitting: frozenset[int], at: int, agreement: int | None) -> "Under":
        """A ticket comes under an agreement (None: under none)."""
        begun = [v for v in found.terms.get(agreement or 0, ()) if v.start <= at]
        return cls(fitting, (*begun, *found.takeovers(fitting, agreement, at), NOTHING), at)

    def version(self, at: int) -> Version:
        """The terms under which it is at an instant."""
        taken = [v for v in coming(self.terms, self.since) if v.start <= at]
        found = taken[-1] if taken else in_force(self.terms, self.since)
        assert found is not None  # NOTHING is always in force
        return found

    def moved(self, found: Governing, fitting: frozenset[int], at: int) -> "Under":
        """After a change of the ticket: another agreement, or the same terms and whatever may take over from now on."""
        if fitting == self.fitting:
            return self
        held = self.version(at)
        own = frozenset({held.agreement} - {0})
        best = found.chosen(AgreementKind.SERVICE_LEVEL, fitting, at, own, self.fitting)
        if (best or 0) != held.agreement:
            return Under.come(found, fitting, at, best)
        later = found.takeovers(fitting, best, at)
        if later == coming(self.terms, at):
            return replace(self, fitting=fitting)
        return Under(fitting, (replace(held, end=None), *later, NOTHING), at)


def _best(fitting: list[Agreement]) -> int | None:
    return max(fitting, key=_order).pk if fitting else None


def _order(agreement: Agreement) -> tuple[tuple[bool, ...], int]:
    return agreement.rank, -agreement.pk


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
    start = int(row.valid_from.timestamp())
    found = of_content(row.content, row.version, start, end, row.is_for_running, calendars)
    return replace(found, agreement=row.agreement_id)


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
