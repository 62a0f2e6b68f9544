"""What a step does, by the verbs of tickets and by notices; and asking people one after the other until somebody takes it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.notifications.noticing import notify
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.queries import provider
from olmo.tickets import actions
from olmo.tickets.changes import EscalationUnanswered, PolicyStepped
from olmo.tickets.log import caused_by, changing
from olmo.tickets.models import Event, Ticket
from olmo.tickets.sentences import describe

from . import recipients
from .models import Act, Firing, State, Step
from .plan import Due, pause
from .watching import Watched, quiet_of

LATE = timedelta(minutes=10)
TELLING = frozenset({Act.NOTIFY, Act.PAGE, Act.MANAGER})


def take(ticket: Ticket, watched: Watched) -> None:
    """Take every step of one clock that is due, in order. Of several that tell somebody only the last one does."""
    now = clock.now()
    found = watched.due(now)
    telling = [due.pk for due in found if watched.steps[due.pk].act in TELLING]
    for due in found:
        is_joined = due.pk in telling[:-1]
        _take(ticket, watched, watched.steps[due.pk], due, is_joined=is_joined, is_late=now - due.at > LATE)


def _take(ticket: Ticket, watched: Watched, step: Step, due: Due, *, is_joined: bool, is_late: bool) -> None:
    """One step, once: the row of its firing is unique."""
    people = recipients.of(step, ticket) if step.act in TELLING else []
    asks = bool(step.answer_minutes) and step.act in TELLING and not is_joined
    is_needless = step.only_untaken and _is_taken(ticket, watched)
    state = State.SKIPPED if is_needless else State.WAITING if asks and people else State.DONE
    firing, is_new = Firing.objects.get_or_create(
        ticket=ticket, step=step, metric=watched.course.metric, started_at=watched.course.started_at,
        defaults={
            "client_id": ticket.client_id, "policy_name": watched.policy.name, "place": step.position, "act": step.act,
            "due_at": due.at, "at": clock.now(), "state": state, "answer_minutes": step.answer_minutes,
            "line": [person.pk for person in people] * max(1, step.rounds) if state == State.WAITING else [],
        },
    )  # fmt: skip
    if not is_new or is_needless:
        return
    first = people[0] if people and (asks or len(people) == 1) else None
    team = step.team_id or ticket.team_id if step.act != Act.RAISE else None
    event = _record(ticket, firing, first, None if first or step.person_id else team, step, is_late, is_joined)
    with caused_by(event):
        if step.act in (Act.REASSIGN, Act.RAISE):
            _change(ticket, step, watched.policy.name)
        elif not is_joined:
            told = [people[0]] if asks and people else people
            tell(event, told, asks=asks, collected=is_late)
    if state == State.WAITING:
        _ask(firing, 1)


def _is_taken(ticket: Ticket, watched: Watched) -> bool:
    course = watched.course
    known = Firing.objects.filter(ticket=ticket, metric=course.metric, started_at=course.started_at)
    return known.filter(state=State.TAKEN).exists()


def _record(
    ticket: Ticket, firing: Firing, person: Person | None, team: int | None, step: Step, is_late: bool, is_joined: bool
) -> Event:
    who = person.pk if person else step.person_id if step.act == Act.REASSIGN else None
    with changing(ticket, by=robot("Olmo")) as log:
        return log.record(
            PolicyStepped(
                policy=firing.policy_name, step=firing.place, act=firing.act, person=who, team=team, is_late=is_late,
                is_joined=is_joined,
            )
        )  # fmt: skip


def _change(ticket: Ticket, step: Step, policy: str) -> None:
    """Give the ticket to somebody else, or raise its priority. What cannot be done is a note on the ticket."""
    by = robot("Olmo")
    try:
        with transaction.atomic():
            if step.act == Act.RAISE:
                _raise(ticket, by)
            elif step.person is not None:
                actions.assign(ticket, by=by, team=step.team or ticket.team, assignee=step.person)
            elif step.team is not None and step.team_id != ticket.team_id:
                actions.escalate(ticket, by=by, note=_words(policy), team=step.team)
    except (Conflict, Invalid) as refusal:
        actions.note(ticket, by=by, message=actions.NewMessage(text=str(refusal.message)))


def _words(policy: str) -> str:
    """The handover note of a policy, in the language of the desk."""
    with override(getattr(provider(), "language", None) or "en"):
        return _("The policy “%(policy)s” gives the ticket on, since its time runs out.") % {"policy": policy}


def _raise(ticket: Ticket, by: Person) -> None:
    """One priority higher: the least change of urgency, then of impact, that brings it."""
    now = ticket.priority
    tries = [(i, u) for i in range(ticket.impact, 0, -1) for u in range(ticket.urgency, 0, -1)]
    tries.sort(key=lambda pair: (ticket.impact - pair[0]) + (ticket.urgency - pair[1]))
    found = next((pair for pair in tries if ticket.client.priority_of(*pair) < now), None)
    if found is not None:
        actions.prioritise(ticket, by=by, impact=found[0], urgency=found[1])


def tell(event: Event, people: list[Person], *, asks: bool = False, collected: bool = False) -> None:
    """Tell people of a step. asks: they are asked to take it. collected: not each by itself, it is late anyway."""

    def said() -> str:
        words = describe(people[0], [event])[0] + "."
        how = _("You are asked to take care of it: open the ticket and press “I take care of it”.")
        return f"{words} {how}" if asks else words

    if asks:
        notify(event, people, said, kind="page", why="asked", at_once=True)
    else:
        notify(event, people, said, kind="policy", why="policy", is_collected=collected)


def _ask(firing: Firing, asked: int) -> None:
    firing.asked = asked
    firing.answer_until = clock.now() + timedelta(minutes=firing.answer_minutes)
    firing.save(update_fields=["asked", "answer_until"])


def ask_next(firing: Firing) -> None:
    """Nobody answered in time: the next in line is asked, or it is said that everybody was; or the pause before the line starts
    over has ended. The firing is locked.
    """
    if not firing.asked:
        _start_over(firing)
        return
    ticket, before = firing.ticket, firing.line[firing.asked - 1]
    following = _next(firing)
    people = {person.pk: person for person in Person.objects.filter(pk__in=[before, following or 0])}
    with changing(ticket, by=robot("Olmo")) as log:
        event = log.record(
            EscalationUnanswered(
                policy=firing.policy_name, step=firing.place, person=before, minutes=firing.answer_minutes, next=following
            )
        )  # fmt: skip
    if following is None:
        if not firing.passes:  # once: the log tells of each time
            tell(event, list(Person.objects.filter(is_administrator=True, is_active=True)))
        _rest(firing)
        return
    tell(event, [people[following]], asks=True)
    _ask(firing, firing.asked)


def _rest(firing: Firing) -> None:
    """The line was gone through. Where its step asks until somebody takes it, it starts over after a pause; else that was all."""
    step = _going_on(firing)
    firing.asked, firing.passes, firing.answer_until = 0, firing.passes + 1, None
    if step is None:
        firing.state = State.UNANSWERED
    else:
        until = clock.now() + pause(step.again_minutes, firing.passes)
        quiet = quiet_of(step.policy) if step.respects_quiet else None
        firing.answer_until = quiet.after(until) if quiet else until
    firing.save(update_fields=["state", "asked", "passes", "answer_until"])


def _start_over(firing: Firing) -> None:
    """Ask the first again, of those whom the step means now; where it means nobody, it rests once more."""
    step = _going_on(firing)
    people = recipients.of(step, firing.ticket) if step else []
    if step is None or not people:
        _rest(firing)
        return
    firing.line = [person.pk for person in people] * max(1, step.rounds)
    firing.save(update_fields=["line"])
    event = _record(firing.ticket, firing, people[0], None, step, is_late=False, is_joined=False)
    tell(event, people[:1], asks=True)
    _ask(firing, 1)


def _going_on(firing: Firing) -> Step | None:
    """The step of a firing if its line starts over; None once the step was changed, removed or switched off."""
    step = Step.objects.select_related("policy", "team", "person").filter(pk=firing.step_id or 0).first()
    return step if step is not None and step.again_minutes and step.policy.is_active else None


def _next(firing: Firing) -> int | None:
    """Who is asked now; those who left the desk meanwhile are passed over."""
    while firing.asked < len(firing.line):
        firing.asked += 1
        pk = firing.line[firing.asked - 1]
        if Person.objects.filter(pk=pk, is_active=True).exists():
            return pk
    return None


def overdue(now: datetime, limit: int) -> list[Firing]:
    """Questions that nobody answered in time, the oldest first, their tickets locked; others may work on the rest."""
    found = Firing.objects.filter(state=State.WAITING, answer_until__lte=now).order_by("answer_until", "pk")
    return list(found.select_related("ticket__client").select_for_update(skip_locked=True, of=("ticket",))[:limit])
