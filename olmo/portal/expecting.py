"""What a requester may expect: by when an answer and a solution are promised, and how long such requests usually take."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.kernel import clock, spoken
from olmo.reports import usual
from olmo.service_levels import queries as promised
from olmo.service_levels.models import AgreementKind, Clock
from olmo.tickets.models import Ticket


def words(ticket: Ticket) -> list[str]:
    """Sentences about an open request; none where nothing is promised and too little is known."""
    return [*_promises(ticket), *_usually(ticket)]


def _promises(ticket: Ticket) -> list[str]:
    """Service levels alone: what teams and suppliers owe each other is no business of requesters."""
    rows = {
        row.metric: row
        for row in promised.of(ticket)
        if row.kind == AgreementKind.SERVICE_LEVEL and row.state == "running"
    }
    answer, solution = rows.get("first_response"), rows.get("resolution")
    late = [row for row in (answer, solution) if row and row.due_at and row.due_at < clock.now()]
    if late:
        return [_("It takes longer than we promised. The desk knows, and goes on.")]
    said = {_("We answer by %(when)s."): answer, _("We mean to have it solved by %(when)s."): solution}
    return [sentence % {"when": _near(row)} for sentence, row in said.items() if row and row.due_at]


def _near(row: Clock) -> str:
    return spoken.near(row.due_at) if row.due_at else ""


def _usually(ticket: Ticket) -> list[str]:
    found = usual.of(ticket)
    if found is None:
        return []
    low, high = rough(found.low_minutes), rough(found.high_minutes)
    if low == high:
        return [_("Requests like this are usually solved in about %(time)s.") % {"time": high}]
    return [_("Requests like this are usually solved in %(least)s to %(most)s.") % {"least": low, "most": high}]


def rough(minutes: int) -> str:
    """A duration as one says it when it need not be exact: "20 minutes", "2 hours", "3 days"."""
    if minutes < 55:
        n = max(5, 5 * round(minutes / 5))
        return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}
    if minutes < 23.5 * 60:
        n = max(1, round(minutes / 60))
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    n = max(1, round(minutes / 1440))
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
