"""What is in force now: the agreements that govern a client's tickets, and their terms as people read them."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from olmo.kernel import clock, spoken
from olmo.tenancy.models import Client
from olmo.tickets.models import HoldReason, Priority

from . import calendars
from .engine.terms import Hold
from .models import Agreement, AgreementKind, Calendar, Terms
from .promises import MARKS, METRICS, working_calendar

HOLDS = {
    Hold.REQUESTER: HoldReason.REQUESTER, Hold.THIRD_PARTY: HoldReason.THIRD_PARTY, Hold.SCHEDULED: HoldReason.DATE,
    Hold.APPROVAL: HoldReason.APPROVAL,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What is promised at one priority: a cell for each metric, "" where nothing is."""

    priority: str
    cells: list[str]


@dataclass(frozen=True)
class InForce:
    """An agreement with the version that is in force now (None: none is, and nothing is promised)."""

    agreement: Agreement
    terms: Terms | None
    rows: list[Row]
    hours: list[tuple[str, str]]  # calendars by name, and when they count
    pauses: list[str]
    warnings: list[int]


def of_client(client: Client) -> list[InForce]:
    """The service level agreements that may govern a client's tickets, the most specific first."""
    rows = Agreement.objects.filter(Q(client=client) | Q(client=None), kind=AgreementKind.SERVICE_LEVEL)
    listed = sorted(rows.select_related("client", "category", "service"), key=lambda a: a.rank, reverse=True)
    own = next((a for a in listed if a.client_id and not (a.service_id or a.category_id or a.ticket_kind)), None)
    return [_in_force(a) for a in listed if own is None or a.client_id]


def of_agreement(agreement: Agreement) -> list[InForce]:
    """One agreement, as a list of it alone."""
    return [_in_force(agreement)]


def _in_force(agreement: Agreement) -> InForce:
    now = clock.now()
    known = Terms.objects.filter(agreement=agreement, superseded_at=None, valid_from__lte=now).select_related("by")
    terms = known.filter(Q(valid_to=None) | Q(valid_to__gt=now)).first()
    if terms is None:
        return InForce(agreement, None, [], [], [], [])
    kept = terms.content
    return InForce(
        agreement=agreement,
        terms=terms,
        rows=[row for row in (_row(kept, priority) for priority in Priority) if any(row.cells)],
        hours=_hours(kept),
        pauses=[str(HOLDS[Hold(hold)].label) for hold in kept["pauses"]],
        warnings=kept.get("warnings", list(MARKS)),
    )


def _row(kept: dict[str, Any], priority: Priority) -> Row:
    metrics = kept["targets"].get(str(priority.value), {})
    return Row(str(priority.label), [_cell(metrics.get(metric)) for metric in METRICS])


def _cell(promised: Any) -> str:
    if promised is None:
        return ""
    if not isinstance(promised, dict):
        return spoken.minutes(promised)
    text = spoken.minutes(promised["minutes"])
    if "calendar" in promised:
        text = _("%(time)s (%(calendar)s)") % {"time": text, "calendar": promised["calendar"]}
    return text


def _hours(kept: dict[str, Any]) -> list[tuple[str, str]]:
    """Every calendar that the terms name, and when it counts."""
    promised = [p for metrics in kept["targets"].values() for p in metrics.values() if isinstance(p, dict)]
    names = dict.fromkeys([kept["calendar"], *(p["calendar"] for p in promised if "calendar" in p)])
    found = {c.name: c for c in Calendar.objects.filter(name__in=names)}
    return [
        (name, calendars.hours_in_words(working_calendar(json.dumps(found[name].content), name)))
        for name in names
        if name in found
    ]
