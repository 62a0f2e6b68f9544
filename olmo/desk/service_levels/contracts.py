"""What was agreed, and whether it was kept: with a client, with a team of one's own, with a supplier."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel import clock, spoken
from olmo.kernel.errors import NotFound
from olmo.people.queries import clients_seen_by
from olmo.service_levels import compliance, terms_in_force
from olmo.service_levels.compliance import Behind, Count, Counted, Month, Whose
from olmo.service_levels.models import Agreement, AgreementKind
from olmo.service_levels.promises import METRICS
from olmo.tenancy.models import Client
from olmo.tenancy.queries import desk_zone
from olmo.tickets.models import Priority
from olmo.tickets.sentences import METRICS as NAMES

from ..lists import files
from ..lists.filters import Filters
from ..reports import charts
from ..shell import DeskRequest, agents, page

COUNTED = ("kept", "broken", "waived")  # the numbers of a file


@require_safe
@agents
def listed(request: DeskRequest) -> HttpResponse:
    """Every organisation with how its promises were kept this month, and what was agreed with teams and suppliers."""
    zone = desk_zone()
    beside = Agreement.objects.exclude(kind=AgreementKind.SERVICE_LEVEL).select_related("team", "supplier", "client")
    rows = [{"one": one, "count": _so_far(one, count, zone)} for one, count in _overview(request)]
    context = {
        "rows": rows,
        "leaves_url": reverse("desk:contracts_file") if rows else "",
        "beside": list(beside.order_by("kind", "name")),
    }
    return page(request, "desk/contracts.html", context)


def _overview(request: DeskRequest) -> list[tuple[Client, Count]]:
    """The organisations with the counts of this month."""
    clients = list(clients_seen_by(request.person).filter(is_active=True).order_by("name"))
    counts = compliance.overview(request.person, [client.pk for client in clients])
    return [(one, counts.get(one.pk, Count())) for one in clients]


def _so_far(client: Client, count: Count, zone: ZoneInfo) -> dict[str, Any]:
    """The count of a client's month, with its tickets. zone: the desk's, for clients without one."""
    month = Month.of(clock.now(), ZoneInfo(client.time_zone) if client.time_zone else zone)
    return _line(Whose(client=client.pk), month, count)


@require_safe
@agents
def client(request: DeskRequest, pk: int) -> HttpResponse:
    """The contract with a client: the agreements in force, their terms, and how they were kept."""
    found = clients_seen_by(request.person).filter(pk=pk).first()
    if found is None:
        raise NotFound
    agreements = terms_in_force.of_client(found)
    return _contract(request, Whose(client=pk), found.name, agreements, reverse("desk:contract_file", args=[pk]))


@require_safe
@agents
def agreement(request: DeskRequest, pk: int) -> HttpResponse:
    """What was agreed with a team or a supplier, counted apart from the promises to clients."""
    found = _beside(pk)
    file_url = reverse("desk:contract_beside_file", args=[pk])
    return _contract(request, Whose(agreement=pk), found.name, terms_in_force.of_agreement(found), file_url)


def _beside(pk: int) -> Agreement:
    rows = Agreement.objects.exclude(kind=AgreementKind.SERVICE_LEVEL).select_related("team", "supplier", "client")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _contract(
    request: DeskRequest, whose: Whose, title: str, agreements: list[terms_in_force.InForce], file_url: str
) -> HttpResponse:
    month, now, counted = _counted(request, whose)
    trend = _trend(whose, month, counted)
    context = {
        "title": title, "agreements": agreements, "metrics": [NAMES[metric] for metric in METRICS],
        "month": _month(month), "rows": _rows(whose, month, counted),
        "total": _line(whose, month, counted.of(month=str(month))),
        "trend": trend, "chart": _chart(trend), "before_url": f"?month={month.plus(-1)}",
        "after_url": f"?month={month.plus(1)}" if month < now else "", "file_url": f"{file_url}?month={month}",
        "is_now": month == now,
    }  # fmt: skip
    return page(request, "desk/contract.html", context)


def _counted(request: DeskRequest, whose: Whose) -> tuple[Month, Month, Counted]:
    """The month that is asked for, the present one, and the counts."""
    zone = compliance.zone_of(whose)
    text = request.GET.get("month", "")
    now = Month.of(clock.now(), zone)
    month = Month.read(text) if text else now
    return month, now, whose.counted(month, zone, request.person)


def _rows(whose: Whose, month: Month, counted: Counted) -> list[dict[str, Any]]:
    """The counts of a month by metric, and each by priority."""
    found = []
    for metric in METRICS:
        whole = counted.of(month=str(month), metric=metric)
        levels = [
            {
                "label": p.label,
                **_line(whose, month, counted.of(month=str(month), metric=metric, priority=p), metric, p),
            }
            for p in Priority
        ]
        name = str(NAMES[metric])
        told = _line(whose, month, whole, metric)
        if whole.settled:
            found.append(
                {"label": name[:1].upper() + name[1:], **told, "levels": [one for one in levels if one["settled"]]}
            )
    return found


def _line(whose: Whose, month: Month, count: Count, metric: str = "", priority: int = 0) -> dict[str, Any]:
    """One count with the way to the tickets behind each of its numbers."""

    def url(verdict: str) -> str:
        return Filters(box="all", promise=str(Behind(whose, month, metric, priority, verdict))).url()

    return {**_shown(count), "urls": {verdict: url(verdict) for verdict in ("settled", "kept", "broken", "waived")}}


def _shown(count: Count) -> dict[str, Any]:
    return {
        "settled": count.settled, "kept": count.kept, "broken": count.broken, "waived": count.waived,
        "share": _percent(count.share), "forgiven_share": _percent(count.forgiven_share),
    }  # fmt: skip


def _percent(share: float | None) -> str:
    """A share; what is not whole is never rounded up to 100."""
    if share is None:
        return "–"
    return _("%(n)d %%") % {"n": int(share) if share > 99 else round(share)}


def _trend(whose: Whose, month: Month, counted: Counted) -> list[dict[str, Any]]:
    months = [month.plus(n + 1 - compliance.MONTHS) for n in range(compliance.MONTHS)]
    return [{"label": _month(one), **_line(whose, one, counted.of(month=str(one)))} for one in months]


def _chart(trend: list[dict[str, Any]]) -> str:
    points = [(one["label"].split()[0][:3], one["settled"], one["kept"]) for one in trend]
    return charts.flow(points, _("Promises settled by month as bars, those kept as a line"))


def _month(month: Month) -> str:
    return spoken.month(month.first)


@require_POST
@agents
def overview_file(request: DeskRequest) -> HttpResponse:
    """Every organisation with how its promises were kept this month, as a file."""
    counts = [_("Kept"), pgettext("promises", "Broken"), _("Of these waived")]
    columns = dict(zip(("client", *COUNTED), [_("Organisation"), *counts], strict=True))
    rows = [[one.name, count.kept, count.broken, count.waived] for one, count in _overview(request)]
    ids, things = files.counted(str(_("Contracts")), columns, rows)
    return files.as_file(request, ids, things, ending=files.asked(request), what=str(_("Contracts")))


@require_POST
@agents
def client_file(request: DeskRequest, pk: int) -> HttpResponse:
    """The counts of twelve months as a file."""
    found = clients_seen_by(request.person).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return _file(request, Whose(client=pk), found.name)


@require_POST
@agents
def agreement_file(request: DeskRequest, pk: int) -> HttpResponse:
    """The same of what was agreed with a team or a supplier."""
    return _file(request, Whose(agreement=pk), _beside(pk).name)


def _file(request: DeskRequest, whose: Whose, name: str) -> HttpResponse:
    _month, _now, counted = _counted(request, whose)
    told = [_("With"), _("Month"), _("Promise"), _("Priority")]
    counts = [_("Kept"), pgettext("promises", "Broken"), _("Of these waived")]
    columns = dict(zip(("with", "month", "promise", "priority", *COUNTED), [*told, *counts], strict=True))
    ids, things = files.counted(str(_("Promises")), columns, _file_rows(counted, name))
    what = f"{_('Contract')}: {name}"
    return files.as_file(request, ids, things, ending=files.asked(request), what=what)


def _file_rows(counted: Counted, name: str) -> Iterator[list[object]]:
    for (month, metric, priority), count in sorted(counted.cells.items()):
        told = [month, str(NAMES[metric]), str(Priority(priority).label), count.kept, count.broken, count.waived]
        yield [name, *told]
