"""Who works on it: assignment."""

from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people.models import Person, Team

from .. import policy
from ..changes import Assigned
from ..log import changing
from ..models import Event, Ticket
from .values import checked_team


def assign(
    ticket: Ticket,
    *,
    by: Person,
    team: Team | None,
    assignee: Person | None,
    seen: int | None = None,
    why: dict[str, Any] | None = None,
) -> Event | None:
    """Give the ticket to a team, a person, both or nobody. Returns None when that is how it is already.

    why: what an assignment that went by itself says for itself (numbers and codes; see `routing.assignment.choosing`).

    Raises NotFound, NotAllowed, Invalid (not an active agent of this client), Stale (reassigned meanwhile).
    """
    with changing(ticket, by=by, seen=seen, touching=["team", "assignee"]) as log:
        policy.require_work(by, ticket)
        if assignee is not None:
            _require_agent(assignee, ticket)
        if team is not None and team.pk != ticket.team_id:
            checked_team(team)
        change = Assigned(team=team.pk if team else None, assignee=assignee.pk if assignee else None, why=why)
        if (ticket.team_id, ticket.assignee_id) == (change.team, change.assignee):
            return None
        return log.record(change)


def _require_agent(person: Person, ticket: Ticket) -> None:
    if not (person.is_active and policy.may_work(person, ticket)):
        raise Invalid("assignee", _("%(name)s does not work for this organisation.") % {"name": person.name})
