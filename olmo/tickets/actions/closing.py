"""The end of a ticket, and its new beginning: resolve, close, reopen."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.people.actions import robot
from olmo.people.models import Person

from .. import family, policy, reactions
from ..changes import Closed, Received, Reopened, Resolved
from ..log import changing
from ..models import Channel, Event, MessageKind, ResolutionCode, Status, Ticket
from .checklists import require_ticked
from .values import checked_text
from .writing import NewMessage, add_files, message_row, receive, require_whole


def resolve(
    ticket: Ticket, *, by: Person, code: str, note: str = "", message: NewMessage | None = None, seen: int | None = None,
    on_first_contact: bool = False,
) -> Event:  # fmt: skip
    """Resolve an open ticket, with a code and words for the requester.

    note: plain text for the requester (or a whole `message` in its place); may be empty when a reply said it already.
    on_first_contact: see `opening.open_solved`.
    Raises NotFound, NotAllowed, Invalid, Conflict (already resolved; its checklist or its tasks must be done first), Stale.
    Source: ITIL 4, incident management practice.
    """
    if code not in ResolutionCode.values:
        raise Invalid("code", _("Say how it was resolved."))
    words = message or (NewMessage(text=checked_text(note, "note")) if note.strip() else None)
    with changing(ticket, by=by, seen=seen, touching=["messages", "status"]) as log:
        policy.require_work(by, ticket)
        if ticket.is_done:
            raise Conflict(_("This ticket is resolved already."))
        _require_ended(ticket)
        row = None
        if words:
            row = message_row(ticket, words, author=by, client_id=ticket.client_id, kind=MessageKind.PUBLIC)
            row.save(force_insert=True)
            add_files(row, words, uploader=by)
        return log.record(Resolved(code=code, message=row.pk if row else None, on_first_contact=on_first_contact))


def resolve_family(
    ticket: Ticket, *, by: Person, code: str, note: str = "", seen: int | None = None
) -> tuple[Event, list[Ticket]]:
    """Resolve a ticket and its open children with the same code and words, all or nothing. Returns the event, and the children.

    Raises what `resolve` raises, and Conflict (so many children that nobody could wait for it).
    """
    event = resolve(ticket, by=by, code=code, note=note, seen=seen)
    children = family.open_children(by, ticket)
    if len(children) > family.AT_ONCE:
        words = _(
            "%(n)d open tickets are below this one; at most %(most)d are resolved with it. Resolve them from their list."
        )
        raise Conflict(words % {"n": len(children), "most": family.AT_ONCE})
    for child in children:
        resolve(child, by=by, code=code, note=note)
    return event, children


def call_off(ticket: Ticket, *, by: Person, code: str, note: str = "") -> Event | None:
    """End a ticket whose reason is gone: it was not approved, or is needed no more. For the program itself.

    What is left of its checklist and its tasks keeps nobody: it ends with the ticket. note: words for the requester. Returns None
    when it has ended already. Raises NotAllowed (by a person).
    """
    with changing(ticket, by=by) as log:
        policy.require(by.is_robot)
        if ticket.is_done:
            return None
        row = None
        if note:
            words = NewMessage(text=checked_text(note, "note"))
            row = message_row(ticket, words, author=by, client_id=ticket.client_id, kind=MessageKind.PUBLIC)
            row.save(force_insert=True)
        return log.record(Resolved(code=code, message=row.pk if row else None))


def close(ticket: Ticket, *, by: Person) -> Event:
    """Close a ticket for good: an agent by hand, or the requester who says that it is solved or no longer needed.

    Raises NotFound, NotAllowed, Conflict (closed already; an agent: its checklist or its tasks must be done first).
    """
    with changing(ticket, by=by) as log:
        policy.require_sight(by, ticket)
        policy.require(policy.may_close(by, ticket))
        if ticket.status == Status.CLOSED:
            raise Conflict(_("This ticket is closed already."))
        if ticket.is_active:
            if not by.is_requester:
                _require_ended(ticket)
            log.record(Resolved(code=ResolutionCode.WITHDRAWN if by.is_requester else ResolutionCode.ANSWERED))
        return log.record(Closed())


def confirm(ticket: Ticket, *, by: Person) -> Event:
    """The requester says that the solution holds: the ticket is closed.

    Raises NotFound, NotAllowed, Conflict (closed already; opened again since, so there is nothing to confirm).
    """
    with changing(ticket, by=by) as log:
        policy.require_sight(by, ticket)
        policy.require(policy.may_close(by, ticket))
        if ticket.status == Status.CLOSED:
            raise Conflict(_("This ticket is closed already."))
        if ticket.is_active:
            raise Conflict(_("This request was opened again in the meantime, so there is no solution to confirm."))
        return log.record(Closed())


def withdraw(ticket: Ticket, *, by: Person, reason: str) -> Event:
    """The requester needs it no more: it ends, with their reason in the conversation.

    Raises NotFound, NotAllowed (not theirs), Invalid (reason), Conflict (finished, withdrawn already, merged elsewhere).
    """
    with changing(ticket, by=by) as log:
        policy.require_sight(by, ticket)
        policy.require(by.is_requester and ticket.requester_id == by.pk)
        require_whole(ticket)
        if ticket.is_done:
            raise Conflict(_withdrawn_already(ticket))
        words = NewMessage(text=checked_text(reason, "reason", 5000), channel=Channel.PORTAL)
        row = message_row(ticket, words, author=by, client_id=ticket.client_id, kind=MessageKind.PUBLIC)
        row.save(force_insert=True)
        log.record(Received(message=row.pk))
        log.record(Resolved(code=ResolutionCode.WITHDRAWN))
        return log.record(Closed())


def take_up_again(ticket: Ticket, *, by: Person, message: NewMessage) -> Event:
    """The requester says that it is not solved, and why. What they had withdrawn themselves needs no reason.

    Raises NotFound, NotAllowed, Invalid (text: no words), Conflict (open; merged elsewhere; closed too long ago).
    """
    was_withdrawn = ticket.resolution_code == ResolutionCode.WITHDRAWN
    has_words = bool(message.text.strip() or message.uploads or message.files)
    with transaction.atomic():
        event = reopen(ticket, by=by)
        if not has_words and not was_withdrawn:
            raise Invalid("text", _("Say what is still wrong, so that somebody can go on from there."))
        return receive(ticket, by=by, message=message) if has_words else event


def reopen(ticket: Ticket, *, by: Person) -> Event:
    """Take up a resolved or closed ticket again.

    Raises NotFound, NotAllowed, Conflict (open; merged elsewhere; for a requester: closed too long ago).
    """
    with changing(ticket, by=by) as log:
        policy.require_sight(by, ticket)
        policy.require(policy.may_close(by, ticket))
        if ticket.is_active:
            raise Conflict(_("This ticket is open."))
        if ticket.merged_into_id is not None:
            raise Conflict(_("This ticket was merged into another one; take the merge back first."))
        if by.is_requester and policy.is_past(ticket):
            raise Conflict(
                _("This request was closed some time ago. Please report it as a new one; it will be linked.")
            )
        return log.record(Reopened())


def _withdrawn_already(ticket: Ticket) -> str:
    if ticket.resolution_code == ResolutionCode.WITHDRAWN:
        return _("This request was withdrawn already.")
    return _("This request is finished already, so there is nothing to withdraw.")


def close_due(limit: int = 500) -> int:
    """Close tickets resolved for longer than their client's days; returns how many. Safe to run at any time, by many."""
    clockwork = robot("Olmo")
    due = (
        Ticket.objects.filter(status=Status.RESOLVED, resolved_at__lte=clock.now())
        .filter(resolved_at__lte=clock.now() - F("client__close_after_days") * timedelta(days=1))
        .order_by("resolved_at")[:limit]
    )
    closed = 0
    for ticket in due.select_for_update(skip_locked=True, of=("self",)):
        with changing(ticket, by=clockwork) as log:
            if ticket.status == Status.RESOLVED:
                log.record(Closed())
                closed += 1
    return closed


def _require_ended(ticket: Ticket) -> None:
    """What an agent must have done before: the checklist, and what other rooms ask for."""
    require_ticked(ticket)
    reactions.before_done(ticket)
