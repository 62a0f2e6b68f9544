"""Functional escalation: to the next tier or a named team, and back with a reason."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel.errors import Conflict, Invalid
from olmo.people.models import Person, Team
from olmo.people.queries import next_tier_team

from .. import policy
from ..changes import Escalated, GivenBack
from ..log import changing
from ..models import Event, MessageKind, Ticket
from .values import checked_team, checked_text
from .writing import NewMessage, message_row

_MOVES = (Escalated.kind, GivenBack.kind)


def escalate(
    ticket: Ticket, *, by: Person, note: str, team: Team | None = None, tried: Collection[str] | None = None,
    seen: int | None = None,
) -> Event:  # fmt: skip
    """Hand the ticket to the next tier (or a named team) with a handover note: what was tried, believed, needed.

    note: 1 to 200,000 characters, internal. tried: which items of `Team.tried_first` of its team were tried; None: nobody was
    asked. They stand below the note. Raises NotFound, NotAllowed, Invalid (no note; an item that the team does not have; the
    same team), Conflict (no higher tier; done). Source: ITIL 4, incident management practice, functional escalation.
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
        items = _asked(ticket, tried)
        row = _note(ticket, by, words + _checklist(items, tried or (), by))
        change = Escalated(
            team=target.pk, from_team=ticket.team_id, message=row, is_return=_had_it(ticket, target.pk),
            tried=len(tried or ()), tried_of=len(items),
        )  # fmt: skip
        return log.record(change)


def give_back(ticket: Ticket, *, by: Person, reason: str, seen: int | None = None) -> Event:
    """Give an escalated ticket back to the team that it came from.

    reason: 1 to 200,000 characters, internal: what they should do, or why it is theirs.
    Raises NotFound, NotAllowed, Invalid (no reason; that team takes nothing any more), Conflict (it was not escalated; done).
    """
    words = checked_text(reason, "reason")
    with changing(ticket, by=by, seen=seen, touching=["team", "assignee"]) as log:
        policy.require_work(by, ticket)
        if ticket.is_done:
            raise Conflict(_("This ticket is finished; reopen it before you give it back."))
        origin = came_from(ticket)
        if origin is None or ticket.team_id is None:
            raise Conflict(
                _("No team escalated this ticket to the one that has it; there is nobody to give it back to.")
            )
        try:
            checked_team(origin)
        except Invalid as gone:
            raise Invalid("reason", gone.message) from None
        return log.record(GivenBack(team=origin.pk, from_team=ticket.team_id, message=_note(ticket, by, words)))


def came_from(ticket: Ticket) -> Team | None:
    """The team that escalated the ticket to the one that has it now; None where nobody did."""
    if ticket.team_id is None:
        return None
    moves = Event.objects.filter(ticket=ticket, kind=Escalated.kind, data__team=ticket.team_id)
    last = moves.order_by("-seq").values_list("data__from_team", flat=True).first()
    return Team.objects.filter(pk=last).first() if last else None


def _had_it(ticket: Ticket, team: int) -> bool:
    """Whether a team gave the ticket away before."""
    return Event.objects.filter(ticket=ticket, kind__in=_MOVES, data__from_team=team).exists()


def _asked(ticket: Ticket, tried: Collection[str] | None) -> list[str]:
    """What its team tries before it escalates. Raises Invalid for an item that is not among it."""
    if tried is None:
        return []
    items = list(ticket.team.tried_first) if ticket.team else []
    if any(item not in items for item in tried):
        raise Invalid("tried", _("What this team tries first was changed meanwhile. Please look again."))
    return items


def _checklist(items: list[str], tried: Collection[str], by: Person) -> str:
    """The items as lines below the note, in its author's language."""
    with override(by.language):
        lines = [
            (_("Tried: %(item)s") if item in tried else _("Not tried: %(item)s")) % {"item": item} for item in items
        ]
    return "".join(["\n\n", "\n".join(lines)]) if lines else ""


def _note(ticket: Ticket, by: Person, words: str) -> int:
    row = message_row(ticket, NewMessage(text=words), author=by, client_id=ticket.client_id, kind=MessageKind.INTERNAL)
    row.save(force_insert=True)
    return row.pk
