"""What an amendment would change, found by computing the clocks of open tickets under both; nothing is written."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from olmo.tickets.models import ACTIVE, Event, Ticket
from olmo.tickets.sentences import METRICS

from . import clocks
from .actions import checked
from .engine.clock import Clock as Told
from .models import Agreement, AgreementKind, Clock
from .promises import Governing, governing

MOST = 500  # tickets that are computed
SHOWN = 100  # changes that are listed


@dataclass(frozen=True)
class Changed:
    """A clock of an open ticket that would be due at another time; None: not due at all."""

    ticket: Ticket
    metric: str
    before: datetime | None
    after: datetime | None
    is_late: bool  # it would be late at once

    @property
    def name(self) -> str:
        """The promise in words."""
        return str(METRICS[self.metric])


@dataclass(frozen=True)
class Rehearsal:
    """The clocks that would change, and how many tickets they belong to. is_partial: it concerns more than were computed."""

    changed: list[Changed]
    tickets: int
    is_partial: bool

    @property
    def shown(self) -> list[Changed]:
        """The first of them."""
        return self.changed[:SHOWN]

    @property
    def is_cut(self) -> bool:
        """Whether more would change than is shown."""
        return len(self.changed) > SHOWN


def rehearse(
    agreement: Agreement, content: dict[str, Any], *, version: str, valid_from: datetime, is_for_running: bool
) -> Rehearsal:
    """Compute what open tickets would be due under amended terms. Raises Invalid, as the amendment would."""
    made = replace(checked(content, version, valid_from, None, is_for_running), agreement=agreement.pk)
    tickets = _concerned(agreement, valid_from)
    logs: dict[int, list[Event]] = {ticket.pk: [] for ticket in tickets[:MOST]}
    for event in Event.objects.filter(ticket__in=logs).order_by("ticket_id", "seq"):
        logs[event.ticket_id].append(event)
    found = governing({e.data["client"] for log in logs.values() for e in log if "client" in e.data})
    then = _amended(found, agreement, made)
    changed = [each for ticket in tickets[:MOST] for each in _compared(ticket, logs[ticket.pk], found, then)]
    return Rehearsal(changed, len({each.ticket.pk for each in changed}), len(tickets) > MOST)


def _concerned(agreement: Agreement, valid_from: datetime) -> list[Ticket]:
    """Open tickets, one more than are computed: those under it, then those that it is about, each the newest first.

    A correction judges again what was, so that tickets which it was about once come last.
    """
    clock = Clock.objects.filter(ticket=OuterRef("pk"), agreement=agreement).exclude(state="stopped")
    open_ones = Ticket.objects.filter(status__in=ACTIVE).order_by("-pk")
    under, about = Q(Exists(clock)), _about(agreement)
    parts = [open_ones.filter(under, about), open_ones.filter(~under, about)]
    once = _about(agreement, "client")
    if valid_from <= clocks.now() and agreement.kind == AgreementKind.SERVICE_LEVEL and about != once:
        parts.append(open_ones.filter(once).exclude(about))
    found: list[Ticket] = []
    for part in parts:
        found += _at_most(part, MOST + 1 - len(found))
    return found


def _at_most(part: QuerySet[Ticket], most: int) -> list[Ticket]:
    return list(part[:most]) if most > 0 else []


def _about(agreement: Agreement, *names: str) -> Q:
    """The tickets that an agreement is about, as `Governing.fitting` says it; by these of its properties alone, or by all."""
    asked = {
        "client": agreement.client_id, "service": agreement.service_id, "category": agreement.category_id,
        "kind": agreement.ticket_kind, "team": agreement.team_id, "supplier": agreement.supplier_id,
    }  # fmt: skip
    return Q(**{name: value for name, value in asked.items() if value and name in (names or asked)})


def _amended(found: Governing, agreement: Agreement, made: Any) -> Governing:
    """The agreements as they would be: the versions in force at the start of the new one end there."""
    before = found.terms.get(agreement.pk, ())
    cut = [
        replace(v, end=made.start) if v.start < made.start and (v.end or made.start + 1) > made.start else v
        for v in before
    ]
    known = {each.pk: each for each in [*found.agreements, agreement]}
    return Governing(list(known.values()), {**found.terms, agreement.pk: (*cut, made)}, found.calendars)


def _compared(ticket: Ticket, log: list[Event], found: Governing, then: Governing) -> list[Changed]:
    now = max(clocks.now(), log[-1].at)
    before = {clocks.key(t): t for t in clocks.replayed(ticket, log, found, now) if t.state != "stopped"}
    after = {clocks.key(t): t for t in clocks.replayed(ticket, log, then, now) if t.state != "stopped"}
    changed = []
    for key in sorted(before.keys() | after.keys()):
        old, new = _due(before.get(key)), _due(after.get(key))
        if old != new:
            changed.append(Changed(ticket, key[1], old, new, new is not None and new <= now))
    return changed


def _due(told: Told | None) -> datetime | None:
    return clocks.moment(told.due_at) if told else None
