"""Reads: who is asked to take care of a ticket, and what came up to somebody's teams."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from olmo.kernel.prepared import Part
from olmo.people.models import Person
from olmo.service_levels.models import Clock
from olmo.tickets import queries as tickets
from olmo.tickets.changes import Escalated, GivenBack
from olmo.tickets.models import ACTIVE, Event, Message, Reason, Ticket

from .models import Firing, State, Watch

MOST = 100
SHOWN = (State.WAITING, State.TAKEN, State.UNANSWERED, State.DONE)
_ASKED = """(select json_build_array(policy_name, (select name from people_person where id = line[asked]))
from escalation_firing where ticket_id = %s and state = 'waiting' order by id desc limit 1)"""


@dataclass
class CameUp:
    """One ticket that came up to a team: from whom and why, how its promises stand, what was done about it."""

    ticket: Ticket
    event: Event | None = None
    words: str = ""
    clocks: list[Clock] = field(default_factory=list)
    firings: list[Firing] = field(default_factory=list)
    next_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Since when it is up here."""
        times = [self.event.at] if self.event else [firing.at for firing in self.firings[:1]]
        return times[0] if times else self.ticket.opened_at

    @property
    def is_asked(self) -> bool:
        """Whether somebody is asked to take care of it."""
        return any(firing.state == State.WAITING for firing in self.firings)


def asked(ticket: Ticket) -> Part:
    """[policy, who is asked now], as an expression of a statement that asks for more; null when nobody is."""
    return _ASKED, [ticket.pk]


def waiting_among(ids: Iterable[int]) -> set[int]:
    """Of these tickets, those that somebody is asked to take care of."""
    return set(Firing.objects.filter(ticket__in=list(ids), state=State.WAITING).values_list("ticket", flat=True))


def came_up(viewer: Person, teams: Iterable[int]) -> list[CameUp]:
    """What was escalated to these teams, and what a policy brought up there; the most pressing first, at most a hundred.

    Of their promises those that run, and those that were broken and count.
    """
    fired = Firing.objects.filter(ticket=OuterRef("pk"), state__in=SHOWN)
    found = tickets.visible_to(viewer).filter(
        Q(standing__reason=Reason.ESCALATED) | Q(Exists(fired)) | Q(returns__gt=0),
        team__in=list(teams),
        status__in=ACTIVE,
    )
    listed = found.select_related("client", "team", "assignee", "requester", "standing").order_by(
        "standing__act_by", "pk"
    )
    rows = {ticket.pk: CameUp(ticket) for ticket in listed[:MOST]}
    _add_moves(rows)
    kept = Clock.objects.filter(ticket__in=rows, is_waived=False).exclude(state="stopped", breached_at=None)
    for clock in kept.select_related("agreement__team", "agreement__supplier").order_by("place"):
        rows[clock.ticket_id].clocks.append(clock)
    for firing in (
        Firing.objects.filter(ticket__in=rows, state__in=SHOWN).select_related("taken_by").order_by("-at", "-pk")
    ):
        rows[firing.ticket_id].firings.append(firing)
    for pk, at in Watch.objects.filter(ticket__in=rows).values_list("ticket", "next_at"):
        rows[pk].next_at = at
    return list(rows.values())


def _add_moves(rows: Mapping[int, CameUp]) -> None:
    """The last escalation of each, with its note."""
    moves = Event.objects.filter(ticket__in=rows, kind__in=[Escalated.kind, GivenBack.kind])
    last = {event.ticket_id: event for event in moves.select_related("by").order_by("ticket", "seq")}
    notes = Message.objects.filter(pk__in=[event.data["message"] for event in last.values()], redacted_at=None)
    words = {note.pk: note.text for note in notes}
    for pk, event in last.items():
        rows[pk].event, rows[pk].words = event, words.get(event.data["message"], "")
