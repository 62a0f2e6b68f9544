"""Holds: work waits for somebody or for a date, and wakes."""

from datetime import datetime

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.actions import robot
from olmo.people.models import Person

from .. import policy, suppliers
from ..changes import PutOnHold, Resumed
from ..log import changing
from ..models import Event, HoldReason, Status, Supplier, Ticket
from .values import checked_future


def hold(
    ticket: Ticket, *, by: Person, reason: str, wake_at: datetime | None = None, supplier: Supplier | None = None,
    seen: int | None = None,
) -> Event:  # fmt: skip
    """Put work on hold: for the requester, for a third party, or until a date.

    wake_at: when it comes back by itself; needed for "date". A message from outside wakes it before.
    supplier: the third party, when it is one that is known; its underpinning contract counts while the ticket waits for it.
    Raises NotFound, NotAllowed, Invalid, Conflict (finished), Stale.
    """
    if reason not in HoldReason.values or reason == HoldReason.APPROVAL:
        raise Invalid("reason", _("Say what the ticket waits for."))
    if reason == HoldReason.DATE and wake_at is None:
        raise Invalid("wake_at", _("Say until when the ticket waits."))
    if supplier is not None and reason != HoldReason.THIRD_PARTY:
        raise Invalid("supplier", _("Only a third party that the ticket waits for has a name."))
    with changing(ticket, by=by, seen=seen, touching=["status"]) as log:
        policy.require_work(by, ticket)
        require_decided(ticket)
        if ticket.is_done:
            raise Conflict(_("This ticket is finished; reopen it before you put it on hold."))
        until, whom = checked_future("wake_at", wake_at), suppliers.checked(supplier)
        return log.record(PutOnHold(reason=reason, wake_at=until, supplier=whom))


def resume(ticket: Ticket, *, by: Person) -> Event:
    """Go on with work that waited. Raises NotFound, NotAllowed, Conflict (it does not wait)."""
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        if ticket.status != Status.WAITING:
            raise Conflict(_("This ticket is not on hold."))
        require_decided(ticket)
        return log.record(Resumed())


def require_decided(ticket: Ticket) -> None:
    """A ticket that waits for an approval goes on when that is decided. Raises Conflict."""
    if ticket.status == Status.WAITING and ticket.hold_reason == HoldReason.APPROVAL:
        raise Conflict(_("This ticket waits for an approval. It goes on by itself when that is decided."))


def wake_due(limit: int = 500) -> int:
    """Resume every ticket whose hold has ended by now, oldest first; returns how many. Safe to run at any time, by many."""
    clockwork = robot("Olmo")
    due = Ticket.objects.filter(status=Status.WAITING, wake_at__lte=clock.now()).order_by("wake_at")[:limit]
    woken = 0
    for ticket in due.select_for_update(skip_locked=True, of=("self",)):
        with changing(ticket, by=clockwork) as log:
            if ticket.status == Status.WAITING and ticket.wake_at and ticket.wake_at <= clock.now():
                log.record(Resumed())
                woken += 1
    return woken
