"""On the phone: a call is noted, a call-back is promised, made, moved or dropped."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.actions import robot
from olmo.people.models import Person

from .. import policy
from ..changes import CallbackDone, CallbackDropped, CallbackMissed, CallbackPromised, Called
from ..log import Log, changing
from ..models import ACTIVE, CallDirection, CallOutcome, Channel, Event, Message, MessageKind, Ticket
from .values import checked_future, checked_text
from .writing import NewMessage, add_files, message_row, require_whole

MOST_MINUTES = 24 * 60
GRACE = timedelta(minutes=5)  # a call that begins a little later is not missed


def log_call(
    ticket: Ticket, *, by: Person, text: str, direction: str = CallDirection.IN, minutes: int = 0,
    uploads: list[int] | None = None,
) -> Event:  # fmt: skip
    """Note a call about this ticket: what was said, who called whom, and how many minutes it took.

    The note is for agents. The call counts as an answer and wakes a ticket that waits for the requester.
    Raises NotFound, NotAllowed, Invalid (text, direction, minutes), Conflict (merged elsewhere).
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        require_whole(ticket)
        return _called(log, checked_text(text), direction, minutes, uploads or [])


def promise_callback(ticket: Ticket, *, by: Person, at: datetime, note: str = "", seen: int | None = None) -> Event:
    """Promise the requester a call at a moment. A promise that stands already is replaced.

    note: for whoever calls; agents only. Raises NotFound, NotAllowed, Invalid (at: passed), Conflict (finished), Stale.
    """
    with changing(ticket, by=by, seen=seen, touching=["callback"]) as log:
        policy.require_work(by, ticket)
        if ticket.is_done:
            raise Conflict(_("This ticket is finished; reopen it before you promise a call."))
        checked_future("at", at)
        return log.record(CallbackPromised(at=at, message=_note(log, note)))


def complete_callback(
    ticket: Ticket, *, by: Person, outcome: str, note: str = "", minutes: int = 0, again_at: datetime | None = None,
    seen: int | None = None,
) -> Event:  # fmt: skip
    """Say what became of a promised call: reached (with what was said), not reached, or moved to another time.

    again_at: when the next try is; needed for "rescheduled", possible for "not_reached".
    Raises NotFound, NotAllowed, Invalid, Conflict (none is promised), Stale.
    """
    if outcome not in CallOutcome.values:
        raise Invalid("outcome", _("Say what became of the call."))
    if outcome == CallOutcome.RESCHEDULED and again_at is None:
        raise Invalid("again_at", _("Say which time was agreed."))
    with changing(ticket, by=by, seen=seen, touching=["callback"]) as log:
        policy.require_work(by, ticket)
        _require_promised(ticket)
        if outcome == CallOutcome.REACHED:
            _called(log, checked_text(note, "note"), CallDirection.OUT, minutes, [])
            return log.record(CallbackDone(outcome=outcome))
        return log.record(
            CallbackDone(outcome=outcome, at=checked_future("again_at", again_at), message=_note(log, note))
        )


def drop_callback(ticket: Ticket, *, by: Person) -> Event:
    """Take a promise back: the call is no longer needed. Raises NotFound, NotAllowed, Conflict (none is promised)."""
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        _require_promised(ticket)
        return log.record(CallbackDropped())


def mark_missed(limit: int = 500) -> int:
    """Record every promised call whose time passed some minutes ago without a call; returns how many. Safe to run at any time."""
    clockwork = robot("Olmo")
    late = Ticket.objects.filter(callback_at__lte=clock.now() - GRACE, status__in=ACTIVE).order_by("callback_at")
    marked = 0
    for ticket in late.select_for_update(skip_locked=True, of=("self",))[:limit]:
        with changing(ticket, by=clockwork) as log:
            if ticket.callback_at and not _is_marked(ticket, ticket.callback_at):
                log.record(CallbackMissed(at=ticket.callback_at))
                marked += 1
    return marked


def _is_marked(ticket: Ticket, at: datetime) -> bool:
    return Event.objects.filter(ticket=ticket, kind=CallbackMissed.kind, data__at=at.isoformat()).exists()


def checked_minutes(minutes: int, name: str = "minutes") -> int:
    """How long something took: 0 minutes to a day."""
    if not 0 <= minutes <= MOST_MINUTES:
        raise Invalid(name, _("Minutes go from 0 to %(most)d.") % {"most": MOST_MINUTES})
    return minutes


def _called(log: Log, text: str, direction: str, minutes: int, uploads: list[int]) -> Event:
    if direction not in CallDirection.values:
        raise Invalid("direction", _("Say who called."))
    message = NewMessage(
        text=text,
        channel=Channel.PHONE,
        uploads=uploads,
        call_direction=direction,
        call_minutes=checked_minutes(minutes),
    )
    row = _row(log, message)
    row.save(force_insert=True)
    add_files(row, message, uploader=log.by)
    return log.record(Called(message=row.pk, direction=direction, minutes=minutes))


def _note(log: Log, text: str) -> int | None:
    """Words about a call as an internal note, if there are any."""
    if not text.strip():
        return None
    row = _row(log, NewMessage(text=checked_text(text, "note"), channel=Channel.PHONE))
    row.save(force_insert=True)
    return row.pk


def _row(log: Log, message: NewMessage) -> Message:
    ticket = log.ticket
    return message_row(ticket, message, author=log.by, client_id=ticket.client_id, kind=MessageKind.INTERNAL)


def _require_promised(ticket: Ticket) -> None:
    if ticket.callback_at is None:
        raise Conflict(_("No call-back is promised here any more."))
