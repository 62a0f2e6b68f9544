"""What is looked at again after the solution: bad ratings, by who leads the team; and whether a solution holds."""

from datetime import datetime, timedelta

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.actions import robot
from olmo.people.models import Kind, Person, Team
from olmo.tickets import policy
from olmo.tickets import queries as tickets
from olmo.tickets.actions.values import checked_future, checked_text
from olmo.tickets.actions.writing import NewMessage, message_row
from olmo.tickets.changes import FollowUpDone, FollowUpDropped, FollowUpPlanned, Reopened
from olmo.tickets.choices import FollowUpOutcome, FollowUpReason
from olmo.tickets.log import Log, changing
from olmo.tickets.models import Event, MessageKind, Ticket

from .models import NOBODY, Check, FollowUp, Rating
from .queries import rules, solution_of

MOST_TOLD = 20
# Which outcomes fit which reason, in the order in which they are offered.
OUTCOMES = {
    FollowUpReason.RATING: (FollowUpOutcome.SPOKEN, FollowUpOutcome.CHANGED, FollowUpOutcome.REOPENED, FollowUpOutcome.NOTHING),
    FollowUpReason.CHECK: (FollowUpOutcome.SOLVED, FollowUpOutcome.REOPENED, FollowUpOutcome.UNREACHED),
}  # fmt: skip


def plan(ticket: Ticket, *, by: Person, at: datetime, person: Person | None = None) -> Event:
    """Look at a solved ticket again at a moment, to see whether the solution holds. One that is planned already is moved.

    person: who does it, by default the author. Raises NotFound, NotAllowed, Invalid (at: passed; person: no agent who sees it),
    Conflict (not solved).
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        solution = solution_of(ticket)
        if solution is None:
            raise Conflict(_("This ticket is open. Resolve it first; then a follow-up can be planned."))
        whose = person or by
        if not (whose.is_robot or (whose.is_agent and whose.is_active and policy.may_see(whose, ticket))):
            raise Invalid("person", _("Choose an agent who may see this ticket."))
        checked_future("at", at)
        return _plan(log, FollowUpReason.CHECK, at, solution.seq, None if whose.is_robot else whose)


def by_category(ticket: Ticket, *, by: Person) -> Event | None:
    """Plan what the ticket's category asks for, unless something is planned; for who solved it."""
    check = Check.objects.filter(category=ticket.category_id).first() if ticket.category_id else None
    solution = solution_of(ticket)
    if check is None or solution is None or FollowUp.objects.filter(ticket=ticket, solution=solution.seq).exists():
        return None
    whose = solution.by if solution.by.is_agent else ticket.assignee
    return plan(ticket, by=by, at=clock.now() + timedelta(days=check.days), person=whose)


def after_rating(ticket: Ticket, rating: Rating) -> None:
    """A bad rating is followed up by who leads the team, in the transaction that records it; once for each solution."""
    found = rules()
    if rating.score > found.bad_up_to:
        return
    at = clock.now() + timedelta(days=found.follow_days)
    if not FollowUp.objects.filter(ticket=ticket, solution=rating.solution, why=FollowUpReason.RATING).exists():
        with changing(ticket, by=robot("Olmo")) as log:
            _plan(log, FollowUpReason.RATING, at, rating.solution, None, rating)


def finish(follow_up: FollowUp, *, by: Person, outcome: str, note: str = "") -> Event:
    """Say what became of it. note: for the desk alone; needed after a bad rating. "reopened" takes the ticket up again.

    Raises NotFound, NotAllowed, Invalid (outcome, note), Conflict (done already).
    """
    ticket = follow_up.ticket
    if outcome not in OUTCOMES[FollowUpReason(follow_up.why)]:
        raise Invalid("outcome", _("Say what became of it."))
    if follow_up.why == FollowUpReason.RATING and not note.strip():
        raise Invalid("note", _("Say what was done: whoever rates badly should not have done it in vain."))
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        row = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
        if row.done_at is not None:
            raise Conflict(_("Somebody has followed this up already."))
        row.done_at, row.done_by, row.outcome = clock.now(), by, outcome
        row.message_id = _note(log, note)
        row.save()
        event = log.record(FollowUpDone(why=row.why, outcome=outcome, message=row.message_id))
        if outcome == FollowUpOutcome.REOPENED and ticket.is_done and ticket.merged_into_id is None:
            log.record(Reopened())
        return event


def drop(follow_up: FollowUp, *, by: Person) -> Event:
    """A planned look is no longer needed. Raises NotFound, NotAllowed, Conflict (done already; after a bad rating)."""
    if follow_up.why == FollowUpReason.RATING:
        raise Conflict(_("A bad rating is followed up; say what was done."))
    with changing(follow_up.ticket, by=by) as log:
        policy.require_work(by, follow_up.ticket)
        if not FollowUp.objects.filter(pk=follow_up.pk, done_at=None).delete()[0]:
            raise Conflict(_("Somebody has followed this up already."))
        return log.record(FollowUpDropped())


def give_up(ticket: Ticket) -> int:
    """The ticket is open again: whether its solution holds is answered. Returns how many were planned."""
    return FollowUp.objects.filter(ticket=ticket, done_at=None, why=FollowUpReason.CHECK).delete()[0]


def mine(viewer: Person) -> Q:
    """What is this agent's: planned for them, and the bad ratings of teams that they lead (of no team: an administrator's).

    A team that nobody leads has its bad ratings followed up by its members. Names no present moment and asks nothing of its own.
    """
    led = Team.objects.filter(leads=viewer).values("pk")
    unled = Team.objects.filter(members=viewer, leads=None).values("pk")
    administers = Person.objects.filter(pk=viewer.pk, is_administrator=True)
    of_teams = Q(team__in=led) | Q(team__in=unled) | Q(team=NOBODY) & Q(Exists(administers))
    return Q(person=viewer) | Q(person=None) & of_teams


def judged(viewer: Person) -> "QuerySet[FollowUp]":
    """The bad ratings that this agent has to follow up, the most pressing first."""
    found = FollowUp.objects.filter(mine(viewer), why=FollowUpReason.RATING, done_at=None)
    seen = found.filter(ticket__in=tickets.visible_to(viewer))
    return seen.select_related("ticket__client", "ticket__requester", "rating").order_by("due_at", "pk")


def open_of(ticket: Ticket) -> list[FollowUp]:
    """What is still to be followed up on a ticket, the most pressing first."""
    found = FollowUp.objects.filter(ticket=ticket, done_at=None).select_related("rating", "person", "ticket")
    return list(found.order_by("due_at", "pk"))


def whose(follow_up: FollowUp) -> list[Person]:
    """Who is to be told of it: the agent, or who leads the team, else its members; without a team those who administer."""
    if follow_up.person is not None:
        return [follow_up.person]
    agents = Person.objects.filter(is_active=True, kind=Kind.AGENT).order_by("pk")
    if follow_up.team == NOBODY:
        return list(agents.filter(is_administrator=True)[:MOST_TOLD])
    return list(agents.filter(led_teams=follow_up.team)[:MOST_TOLD]) or list(
        agents.filter(teams=follow_up.team)[:MOST_TOLD]
    )


def _plan(
    log: Log, why: str, at: datetime, solution: int, person: Person | None, rating: Rating | None = None
) -> Event:
    ticket = log.ticket
    values = {
        "client_id": ticket.client_id, "team": ticket.team_id or NOBODY, "person": person, "due_at": at, "told_at": None,
        "made_at": clock.now(), "rating": rating, "done_at": None, "done_by": None, "outcome": "", "message": None,
    }  # fmt: skip
    FollowUp.objects.update_or_create(ticket=ticket, solution=solution, why=why, defaults=values)
    return log.record(FollowUpPlanned(why=why, at=at, person=person.pk if person else None))


def _note(log: Log, text: str) -> int | None:
    if not text.strip():
        return None
    words = NewMessage(text=checked_text(text, "note"))
    row = message_row(log.ticket, words, author=log.by, client_id=log.ticket.client_id, kind=MessageKind.INTERNAL)
    row.save(force_insert=True)
    return row.pk
