"""Reads of surveys. A ticket is given by who may see it: the caller has asked `tickets.queries`."""

from datetime import datetime, timedelta

from olmo.kernel import clock
from olmo.kernel.prepared import Part
from olmo.tickets.models import Event, Ticket

from .models import Invitation, Rating, Rules, State

_LAST = """(select json_build_array(id, score, comment, coalesce(changed_at, at), erased_at is not null)
from surveys_rating where ticket_id = %s order by solution desc limit 1)"""
_OPEN = """(select json_agg(json_build_array(id, why, due_at) order by due_at, id)
from surveys_followup where ticket_id = %s and done_at is null)"""


def rules() -> Rules:
    """How the desk asks; before anybody said so: not at all."""
    return Rules.objects.filter(pk=1).first() or Rules(pk=1)


def solution_of(ticket: Ticket) -> Event | None:
    """The event that solved it, None while it is open."""
    if ticket.is_active:
        return None
    found = Event.objects.filter(ticket=ticket, kind="resolved").select_related("by").order_by("-seq")
    return found.first()


def rating_of(ticket: Ticket, solution: Event | None) -> Rating | None:
    """The rating of this solution."""
    return Rating.objects.filter(ticket=ticket, solution=solution.seq).first() if solution else None


def changeable_until(rating: Rating, days: int) -> datetime | None:
    """Until when the answer may be changed; None when that is over."""
    until = rating.at + timedelta(days=days)
    return until if until > clock.now() else None


def with_solution(event: Event) -> Invitation | None:
    """The invitation that goes along with the mail of this solution."""
    found = Invitation.objects.filter(ticket=event.ticket_id, solution=event.seq, due_at=None, state=State.PLANNED)
    return found.select_related("ticket").first()


def last_rating(ticket: Ticket) -> Part:
    """[id, score, comment, when, erased] of the newest rating, as an expression of a statement that asks for more; or null."""
    return _LAST, [ticket.pk]


def open_follow_ups(ticket: Ticket) -> Part:
    """[[id, why, due_at]] of what is still to be followed up, likewise; or null."""
    return _OPEN, [ticket.pk]
