"""Entries of work as a file: those of one's week, of a person's or a team's, and those of a ticket."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.people.models import Person
from olmo.reports.exports.streaming import Things
from olmo.tickets import queries as tickets
from olmo.worklog import queries
from olmo.worklog.models import Entry

from ..lists import files
from ..shell import DeskRequest, agents
from . import week as weeks


@require_POST
@agents
def week(request: DeskRequest) -> HttpResponse:
    """The entries behind the page of a week: one's own, `person`'s, or those of a `team`'s people."""
    first = weeks.monday(request)
    if request.GET.get("team"):
        team = weeks.team_of(request)
        people, name = weeks.members(team), team.name
    else:
        whose = weeks.whose(request)
        people, name = [whose], whose.name
    found = queries.between(request.person, people, first, first + timedelta(days=weeks.DAYS - 1))
    return _file(request, found, f"{_('Entries of work')}: {name}, {first.isoformat()}")


@require_POST
@agents
def of_ticket(request: DeskRequest, number: int) -> HttpResponse:
    """Everything that was entered on a ticket."""
    ticket = tickets.by_number(request.person, number)
    return _file(request, queries.of_ticket(request.person, ticket), f"{_('Entries of work')}: {number}")


def _file(request: DeskRequest, found: Iterable[Entry], what: str) -> HttpResponse:
    ids = array("q", [one.pk for one in found])
    things = Things(str(_("Entries of work")), _columns(), _cells(request.person))
    return files.as_file(request, ids, things, ending=files.asked(request), what=what)


def _columns() -> dict[str, str]:
    return {
        "day": _("Day"), "agent": _("Agent"), "number": _("Ticket"), "subject": _("Subject"), "client": _("Organisation"),
        "activity": _("Activity"), "minutes": _("Minutes"), "is_billable": _("Billable"), "note": _("Note"),
    }  # fmt: skip


def _cells(viewer: Person) -> Callable[[Sequence[int]], list[list[Any]]]:
    """How the cells of some entries are read, in this order; what the viewer may not see any more is left out."""

    def read(some: Sequence[int]) -> list[list[Any]]:
        found = queries.entries(viewer).select_related("ticket__client", "activity", "person").in_bulk(list(some))
        return [
            [one.day, one.person.name, one.ticket.number, one.ticket.subject, one.ticket.client.name,
             str(one.activity or ""), one.minutes, one.is_billable, one.note]
            for one in (found[pk] for pk in some if pk in found)
        ]  # fmt: skip

    return read
