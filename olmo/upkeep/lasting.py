"""Whether solutions lasted: a ticket came back when it was reopened, or its requester asked the same again, within 7 days."""

from collections.abc import Collection
from datetime import datetime, timedelta

from olmo.tickets.models import Event, Status, Ticket

LASTS = timedelta(days=7)
SOLVED = (Status.RESOLVED, Status.CLOSED)


def came_back(tickets: Collection[int], alike: Collection[int] = ()) -> set[int]:
    """Those that came back. alike: tickets of the same kind of request, among which repeats are sought."""
    return _reopened(tickets) | _repeated(tickets, alike)


def solved_since(tickets: Collection[int], since: datetime, most: int) -> list[int]:
    """Those that were opened since then and are solved, the newest first."""
    rows = Ticket.objects.filter(pk__in=list(tickets), opened_at__gte=since, status__in=SOLVED, merged_into=None)
    return list(rows.order_by("-opened_at").values_list("pk", flat=True)[:most])


def _reopened(tickets: Collection[int]) -> set[int]:
    rows = Event.objects.filter(ticket__in=list(tickets), kind__in=["resolved", "reopened"]).order_by("ticket", "seq")
    solved: dict[int, datetime] = {}
    found = set()
    for pk, kind, at in rows.values_list("ticket_id", "kind", "at"):
        if kind == "resolved":
            solved[pk] = at
        elif pk in solved and at - solved[pk] <= LASTS:
            found.add(pk)
    return found


def _repeated(tickets: Collection[int], alike: Collection[int]) -> set[int]:
    asked: dict[int, list[tuple[int, datetime]]] = {}
    rows = Ticket.objects.filter(pk__in=list(alike), merged_into=None)
    for pk, requester, opened in rows.values_list("pk", "requester_id", "opened_at"):
        asked.setdefault(requester, []).append((pk, opened))
    solved = Ticket.objects.filter(pk__in=list(tickets), resolved_at__isnull=False)
    return {
        pk
        for pk, requester, at in solved.values_list("pk", "requester_id", "resolved_at")
        if at and any(other != pk and at < opened <= at + LASTS for other, opened in asked.get(requester, ()))
    }
