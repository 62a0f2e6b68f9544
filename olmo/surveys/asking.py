"""Whom the desk asks, and when: decided when a ticket is solved, looked at again before the mail leaves."""

import zlib
from datetime import timedelta

from olmo.kernel import clock
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.queries import desk_zone
from olmo.tickets.changes import RatingAsked
from olmo.tickets.log import changing
from olmo.tickets.models import Event, ResolutionCode, Ticket

from .models import NOBODY, Invitation, Moment, Rules, State
from .queries import rules, solution_of

# Nobody was helped here, so nobody is asked: put in by mistake (unwanted mail among it), withdrawn, or the same thing again.
NEVER = frozenset({ResolutionCode.WITHDRAWN, ResolutionCode.MISTAKE, ResolutionCode.DUPLICATE})


def consider(ticket: Ticket, event: Event) -> Invitation | None:
    """After a solution (or the closure): plan to ask the requester, where the rules say so. Once for each solution."""
    found = rules()
    kind = "closed" if found.moment == Moment.CLOSED else "resolved"
    if not found.is_on or event.kind != kind or not is_askable(ticket, found):
        return None
    solution = solution_of(ticket)
    if solution is None or not _is_chosen(ticket, solution.seq, found.share):
        return None
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=ticket.requester_id)  # two solutions at once
    if Invitation.objects.filter(ticket=ticket, solution=solution.seq).exists() or _asked_lately(ticket, found):
        return None
    now = clock.now()
    wait = {Moment.SOLUTION: None, Moment.LATER: timedelta(hours=found.hours), Moment.CLOSED: timedelta(0)}[
        Moment(found.moment)
    ]
    return Invitation.objects.create(
        client_id=ticket.client_id, ticket=ticket, solution=solution.seq, person_id=ticket.requester_id, made_at=now,
        agent=agent_of(ticket, solution), team=ticket.team_id or NOBODY, category=ticket.category_id or NOBODY,
        due_at=None if wait is None else now + wait, ends_at=now + (wait or timedelta(0)) + timedelta(days=found.answer_days),
    )  # fmt: skip


def is_askable(ticket: Ticket, found: Rules) -> bool:
    """Whether the requester of this ticket may be asked at all."""
    person = ticket.requester
    return (
        ticket.is_done
        and ticket.merged_into_id is None
        and ticket.resolution_code not in NEVER
        and ticket.client_id not in found.silent
        and person.is_requester
        and person.is_active
    )


def agent_of(ticket: Ticket, solution: Event) -> int:
    """Whom a rating concerns: who gave the solution, or whose ticket it is when a rule or the requester ended it."""
    return solution.by_id if solution.by.is_agent else ticket.assignee_id or NOBODY


def is_open(invitation: Invitation) -> bool:
    """Whether it may still leave: the ticket is as solved as it was, and its requester is the same."""
    ticket = invitation.ticket
    solution = solution_of(ticket)
    is_same = (
        solution is not None and solution.seq == invitation.solution and ticket.requester_id == invitation.person_id
    )
    return invitation.state == State.PLANNED and is_same and is_askable(ticket, rules())


def sent(invitation: Invitation) -> None:
    """The mail with the links is on its way."""
    now = clock.now()
    invitation.state, invitation.sent_at = State.SENT, now
    invitation.sent_day = now.astimezone(desk_zone()).date()
    invitation.save(update_fields=["state", "sent_at", "sent_day"])


def record(invitation: Invitation) -> Event:
    """Likewise by a mail of its own, which the ticket's log tells."""
    sent(invitation)
    with changing(invitation.ticket, by=robot("Olmo")) as log:
        return log.record(RatingAsked())


def give_up(ticket: Ticket) -> int:
    """The ticket is open again, or somebody else's: who was to be asked about its solution is not; returns how many."""
    return Invitation.objects.filter(ticket=ticket, state__in=[State.PLANNED, State.SENT]).update(state=State.VOID)


def due(limit: int = 200) -> list[int]:
    """Invitations whose mail is due, by id."""
    found = Invitation.objects.filter(state=State.PLANNED, due_at__lte=clock.now()).order_by("due_at")
    return list(found.values_list("pk", flat=True)[:limit])


def taken(pk: int) -> Invitation | None:
    """An invitation that is due, locked, its ticket first; None when somebody else mailed it. It is given up when it is not
    to be asked any more."""
    ticket = Invitation.objects.filter(pk=pk).values_list("ticket_id", flat=True).first()
    if ticket is None:
        return None
    lock(ticket)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("ticket__client", "ticket__requester")
    row = rows.filter(pk=pk, state=State.PLANNED).first()
    if row is None or is_open(row):
        return row
    drop(row)
    return None


def lock(ticket: int) -> None:
    """Lock a ticket. Whoever touches it and its invitation takes it first, or two would wait for each other."""
    Ticket.objects.select_for_update(of=("self",)).filter(pk=ticket).values_list("pk").first()


def _is_chosen(ticket: Ticket, solution: int, share: int) -> bool:
    """Whether this solution is among the share that is asked about: always the same answer, so that a job may come twice."""
    return zlib.crc32(f"survey {ticket.pk} {solution}".encode()) % 100 < share


def _asked_lately(ticket: Ticket, found: Rules) -> bool:
    since = clock.now() - timedelta(days=found.every_days)
    others = Invitation.objects.filter(person=ticket.requester_id, made_at__gt=since)
    return others.exclude(state=State.VOID, sent_at=None).exists()


def drop(invitation: Invitation) -> None:
    """Nobody can be asked: they have no address, or want no such question."""
    Invitation.objects.filter(pk=invitation.pk).update(state=State.VOID)
