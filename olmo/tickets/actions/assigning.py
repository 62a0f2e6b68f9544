"""Who works on it: assignment and functional escalation."""

from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict, Invalid
from olmo.people.models import Person, Team
from olmo.people.queries import next_tier_team

from .. import policy
from ..changes import Assigned, Escalated
from ..log import changing
from ..models import Event, MessageKind, Ticket
from .values import checked_team, checked_text
from .writing import NewMessage, message_row


def assign(
    ticket: Ticket, *, by: Person, team: Team | None, assignee: Person | None, seen: int | None = None
) -> Event | None:
    """Give the ticket to a team, a person, both or nobody. Returns None when that is how it is already.

    Raises NotFound, NotAllowed, Invalid (not an active agent of this client), Stale (reassigned meanwhile).
    """
    with changing(ticket, by=by, seen=seen, touching=["team", "assignee"]) as log:
        policy.require_work(by, ticket)
        if assignee is not None:
            _require_agent(assignee, ticket)
        if team is not None and team.pk != ticket.team_id:
            checked_team(team)
        change = Assigned(team=team.pk if team else None, assignee=assignee.pk if assignee else None)
        if (ticket.team_id, ticket.assignee_id) == (change.team, change.assignee):
            return None
        return log.record(change)


def escalate(ticket: Ticket, *, by: Person, note: str, team: Team | None = None, seen: int | None = None) -> Event:
    """Hand the ticket to the next tier (or a named team) with a handover note: what was tried, believed, needed.

    note: 1 to 200,000 characters, internal. Raises NotFound, NotAllowed, Invalid (no note), Conflict (no higher tier; done).
    Source: ITIL 4, incident management practice, functional escalation.
    """
    words = checked_text(note, "note")
    with changing(ticket, by=by, seen=seen, touching=["team", "assignee"]) as log:
        policy.require_work(by, ticket)
        if ticket.is_done:
            raise Conflict(_("This ticket is finished; reopen it before you escalate it."))
        target = team or next_tier_team(ticket.team)
        if target is None:
            raise Conflict(_("There is no higher tier to escalate to."))
        checked_team(target)
        if target.pk == ticket.team_id:
            raise Invalid("team", _("The ticket is with this team already."))
        row = message_row(
            ticket, NewMessage(text=words), author=by, client_id=ticket.client_id, kind=MessageKind.INTERNAL
        )
        row.save(force_insert=True)
        return log.record(Escalated(team=target.pk, from_team=ticket.team_id, message=row.pk))


def _require_agent(person: Person, ticket: Ticket) -> None:
    if not (person.is_active and policy.may_work(person, ticket)):
        raise Invalid("assignee", _("%(name)s does not work for this organisation.") % {"name": person.name})
