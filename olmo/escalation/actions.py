"""Verbs: somebody takes care of what a policy asked for; the sweep of everything that is due."""

import logging
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, OlmoError
from olmo.people.models import Person
from olmo.tickets import policy
from olmo.tickets.changes import EscalationTaken
from olmo.tickets.log import ChainTooDeep, changing
from olmo.tickets.models import Event, Ticket

from . import acting, watching
from .models import Firing, State, Watch

BATCH = 100
logger = logging.getLogger(__name__)


def acknowledge(ticket: Ticket, *, by: Person) -> Event:
    """Say that one takes care of what a policy asked for; nobody else is asked then.

    Raises NotFound, NotAllowed, Conflict (nobody is asked any more: somebody else took it, or it is over).
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        waiting = list(Firing.objects.select_for_update().filter(ticket=ticket, state=State.WAITING).order_by("pk"))
        if not waiting:
            raise Conflict(_not_asked(ticket))
        Firing.objects.filter(pk__in=[firing.pk for firing in waiting]).update(
            state=State.TAKEN, taken_by=by, answer_until=None
        )
        last = waiting[-1]
        return log.record(EscalationTaken(policy=last.policy_name, step=last.place))


def sweep(limit: int = BATCH) -> int:
    """Take every step that is due by now, and ask the next where nobody answered; returns how much was looked at.

    Idempotent: a step is taken once for a clock, whoever sweeps and however often. The tickets are what is locked, as by every
    verb, so that a sweep and somebody's answer wait for one another in one order.
    """
    now = clock.now()
    asked = acting.overdue(now, limit)
    for firing in asked:
        _guarded(firing.ticket, partial(_go_on, firing))
    due = Watch.objects.filter(next_at__lte=now).order_by("next_at", "pk").select_related("ticket__client")
    watches = list(due.select_for_update(skip_locked=True, of=("ticket",))[:limit])
    for watch in watches:
        _guarded(watch.ticket, partial(_act, watch.ticket))
    return len(asked) + len(watches)


def finish(ticket: Ticket, taken_by: Person | None = None) -> int:
    """Nobody need be asked any more: the ticket is done, or somebody took it in hand. Returns how many questions ended."""
    state = State.TAKEN if taken_by else State.ENDED
    waiting = Firing.objects.filter(ticket=ticket, state=State.WAITING)
    return waiting.update(state=state, taken_by=taken_by, answer_until=None)


def _act(ticket: Ticket) -> None:
    found = watching.watched(ticket)
    for each in found:
        acting.take(ticket, each)
    watching.keep(ticket)


def _go_on(firing: Firing) -> None:
    firing.refresh_from_db(fields=["state", "answer_until"])
    if firing.state != State.WAITING or firing.answer_until is None or firing.answer_until > clock.now():
        return
    if firing.ticket.is_done:
        finish(firing.ticket)
    else:
        acting.ask_next(firing)


def _guarded(ticket: Ticket, act: Callable[[], None]) -> None:
    """One ticket that cannot be worked on does not stop the others; it is looked at again in a while."""
    try:
        with transaction.atomic():
            act()
    except (OlmoError, ChainTooDeep):
        logger.exception("escalation of ticket %s", ticket.number)
        later = clock.now() + acting.LATE
        Watch.objects.filter(ticket=ticket).update(next_at=later)
        Firing.objects.filter(ticket=ticket, state=State.WAITING).update(answer_until=later)


def _not_asked(ticket: Ticket) -> str:
    last = Firing.objects.filter(ticket=ticket, state=State.TAKEN).select_related("taken_by").order_by("-at").first()
    if last is not None and last.taken_by is not None:
        return _("%(name)s takes care of it already.") % {"name": last.taken_by.name}
    return _("Nobody is asked to take care of this ticket any more.")
