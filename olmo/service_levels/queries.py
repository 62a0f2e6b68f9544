"""Reads of service levels. A ticket is given by who may see it: the caller has asked `tickets.queries`."""

from datetime import datetime

from olmo.kernel import prepared
from olmo.kernel.prepared import Part
from olmo.tickets.models import Ticket

from .models import Agreement, AgreementKind, Clock

_OF_TICKET = f"select {prepared.columns(Clock, 'c')} from service_levels_clock c where ticket_id = %s order by place"  # noqa: S608


def of(ticket: Ticket) -> list[Clock]:
    """The clocks of a ticket that matter on its page: the newest of each metric, of the service levels and beside them.

    Of what was agreed with teams and suppliers, only what is not over or was broken.
    """
    rows = prepared.instances(Clock, prepared.rows(_OF_TICKET, [ticket.pk]))
    newest = {(row.kind != AgreementKind.SERVICE_LEVEL and row.agreement_id, row.metric): row for row in rows}
    return [row for row in newest.values() if row.kind == AgreementKind.SERVICE_LEVEL or matters(row)]


def matters(row: Clock) -> bool:
    """Whether a promise still runs, or was broken."""
    return row.state != "stopped" or row.breached_at is not None


def due(ticket: Ticket, metric: str, started_at: datetime, agreement: int | None = None) -> datetime | None:
    """When the promise of a clock, named by its metric, its start and whose it is, is due."""
    found = Clock.objects.filter(ticket=ticket, metric=metric, started_at=started_at)
    of_it = found.filter(agreement=agreement) if agreement else found.filter(kind=AgreementKind.SERVICE_LEVEL)
    return of_it.values_list("due_at", flat=True).first()


def party(agreement: int | None) -> str:
    """With whom something was agreed beside the service levels: the name of the team or the supplier; "" of a service level."""
    found = Agreement.objects.filter(pk=agreement).select_related("team", "supplier").first() if agreement else None
    return found.party if found else ""


def parties(rows: list[Clock]) -> dict[int, str]:
    """The same of several clocks: names by agreement."""
    wanted = {row.agreement_id for row in rows if row.kind != AgreementKind.SERVICE_LEVEL}
    if not wanted:
        return {}
    return {a.pk: a.party for a in Agreement.objects.filter(pk__in=wanted).select_related("team", "supplier")}


def any_of(ticket: Ticket) -> Part:
    """Whether a ticket has clocks, as an expression of a statement that asks for more (see kernel.prepared)."""
    return "(select exists (select 1 from service_levels_clock where ticket_id = %s))", [ticket.pk]
