"""Handing over: an agent's shift ends, and their tickets go on with others."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict, Invalid
from olmo.people.models import Person, Team

from .. import policy
from ..changes import HandedOver
from ..log import changing
from ..models import Event, MessageKind, Ticket
from .values import checked_team, checked_text
from .writing import NewMessage, message_row

MOST = 200


def hand_over(
    tickets: Iterable[Ticket], *, by: Person, assignee: Person | None = None, team: Team | None = None, note: str = "",
    notes: Mapping[int, str] | None = None,
) -> list[Event]:  # fmt: skip
    """Hand open tickets of one's own to a colleague, to a team, or each back to its own team: all of them or none.

    note: for all; notes: for one ticket each (by its number), in place of it. Internal, 1 to 200,000 characters.
    Raises NotFound, NotAllowed, Invalid (no ticket, no note, a colleague who may not see one), Conflict (not theirs, done).
    """
    chosen = sorted(tickets, key=lambda ticket: ticket.pk)
    if not chosen:
        raise Invalid("ticket", _("Choose at least one ticket."))
    if len(chosen) > MOST:
        raise Invalid("ticket", _("At most %(most)d tickets can be handed over at once.") % {"most": MOST})
    if assignee is not None and assignee.pk == by.pk:
        raise Invalid("to", _("Choose somebody else."))
    if team is not None:
        checked_team(team)
    own = notes or {}
    with transaction.atomic():
        counts = Counter(_taker(ticket, assignee, team) for ticket in chosen)  # the first for each says how many
        return [
            _hand(
                ticket, by, assignee, team, own.get(ticket.number, "").strip() or note,
                counts.pop(_taker(ticket, assignee, team), 0),
            )
            for ticket in chosen
        ]  # fmt: skip


def _taker(ticket: Ticket, assignee: Person | None, team: Team | None) -> int | None:
    """Who is told of it together with others: the colleague, or the team that it goes (back) to."""
    return assignee.pk if assignee else team.pk if team else ticket.team_id


def _hand(ticket: Ticket, by: Person, assignee: Person | None, team: Team | None, note: str, count: int) -> Event:
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        words = {"number": ticket.number}
        if ticket.is_done or ticket.assignee_id != by.pk:
            raise Conflict(_("Ticket %(number)s is not open and yours any more; nothing was handed over.") % words)
        if not note.strip():
            raise Invalid("note", _("Ticket %(number)s needs a note for whoever takes it.") % words)
        if assignee is not None and not (assignee.is_active and policy.may_work(assignee, ticket)):
            raise Invalid("to", _("%(name)s may not see ticket %(number)s.") % {"name": assignee.name, **words})
        if assignee is None and team is None and ticket.team_id is None:
            raise Invalid("to", _("Ticket %(number)s has no team to go back to; choose one.") % words)
        message = NewMessage(text=checked_text(note, "note"))
        row = message_row(ticket, message, author=by, client_id=ticket.client_id, kind=MessageKind.INTERNAL)
        row.save(force_insert=True)
        target = team.pk if team else ticket.team_id
        return log.record(
            HandedOver(message=row.pk, team=target, assignee=assignee.pk if assignee else None, count=count)
        )
