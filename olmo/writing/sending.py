"""How a draft leaves: at once, after the moment in which it can be undone, or at a moment that its author chose.

What waits is checked twice: when it is queued, by sending it for trial in a savepoint that is rolled back, and when it leaves. In
between the requester, or a colleague, may have written: then it does not leave, and goes back to its author with a word.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound, OlmoError
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions, pictures
from olmo.tickets.actions import NewMessage
from olmo.tickets.changes import SendCancelled, SendScheduled, SendStopped
from olmo.tickets.log import changing
from olmo.tickets.models import Attachment, Event, HoldReason, Ticket

from . import drafting
from .models import Draft, Kind, Then
from .recipients import addresses

SEND = "olmo.writing.jobs.send"
LONGEST = timedelta(days=366)
# what somebody else did meanwhile that makes an answer stale; a note of a colleague does not
_ANSWERS = frozenset({"received", "replied", "resolved"})
_OF_PARTNERS = frozenset({"partner_asked", "partner_answered", "resolved"})  # the same for a message to a partner

Sending = Callable[[Draft, NewMessage, int | None], object]


@transaction.atomic
def send(draft: Draft, *, by: Person, seen: int | None = None) -> Ticket:
    """Send a draft now, in its author's name. seen: the version on the page from which it is sent.

    Raises NotFound, NotAllowed, Invalid (empty, not an address), Conflict (merged, resolved already), Stale.
    """
    draft = drafting.locked(draft, by)
    return _leave(draft, seen)


@transaction.atomic
def queue(draft: Draft, *, by: Person, at: datetime, is_scheduled: bool, seen: int | None = None) -> Draft:
    """Let a reply leave at a moment. It is checked now as if it left now.

    is_scheduled: the author chose the moment, which the log then tells. Raises as `send` does, and Invalid for a moment that
    passed or is more than a year away.
    """
    if is_scheduled and not clock.now() < at <= clock.now() + LONGEST:
        raise Invalid("send_at", _("Choose a moment in the future, within a year."))
    draft = drafting.locked(draft, by)
    if draft.author_id != by.pk:
        raise NotFound
    version = Ticket.objects.select_for_update(of=("self",)).values_list("version", flat=True).get(pk=draft.ticket_id)
    _rehearse(draft, seen)
    draft.send_at, draft.is_scheduled, draft.seen, draft.stopped, draft.remark = at, is_scheduled, version, "", ""
    draft.save()
    app.configure_task(SEND, schedule_at=at, queue="reactions", allow_unknown=False).defer(draft_id=draft.pk)
    if is_scheduled:
        with changing(draft.ticket, by=by) as log:
            log.record(SendScheduled(send_at=at))
    return draft


@transaction.atomic
def take_back(draft: Draft, *, by: Person) -> Draft:
    """Undo the sending of a draft that has not left: it is as it was before. Raises NotFound, Conflict (it has left)."""
    found = Draft.objects.filter(pk=draft.pk, author=by).select_for_update(of=("self",)).first()
    if found is None or found.send_at is None:
        raise Conflict(_("It was sent already; it cannot be taken back any more."))
    if found.is_scheduled:
        with changing(found.ticket, by=by) as log:
            log.record(SendCancelled())
    return drafting.put_back(found)


@transaction.atomic
def send_waiting(draft: Draft, *, by: Person) -> Ticket:
    """Let a reply that waits leave now. Raises NotFound, Conflict (it has left; somebody wrote meanwhile)."""
    found = Draft.objects.filter(pk=draft.pk, author=by).select_for_update(of=("self",)).first()
    if found is None or found.send_at is None:
        raise Conflict(_("It was sent already."))
    if _is_overtaken(found):
        raise Conflict(_("Somebody wrote meanwhile. Take the reply back and read it again before you send it."))
    return _leave(found, None)


def send_due(draft_id: int | None = None) -> int:
    """Send every reply whose moment has come (or this one), each in a transaction of its own; returns how many left.

    Safe to run at any time, by many: a reply and the end of its draft are one transaction.
    """
    due = Draft.objects.filter(send_at__lte=clock.now()).order_by("send_at", "pk")
    rows = due if draft_id is None else due.filter(pk=draft_id)
    with scope(EVERY_CLIENT):
        ids = list(rows.values_list("pk", flat=True)[:500])
    return sum(_send_one(pk) for pk in ids)


def _send_one(pk: int) -> bool:
    with scope(EVERY_CLIENT):
        rows = Draft.objects.select_for_update(of=("self",), skip_locked=True)
        draft = rows.select_related("author").filter(pk=pk, send_at__lte=clock.now()).first()
        return draft is not None and _send_or_stop(draft)


def _send_or_stop(draft: Draft) -> bool:
    with override(draft.author.language):
        try:
            with transaction.atomic():
                if not draft.author.is_active:
                    raise Conflict(_("Its author does not work here any more."))
                if _is_overtaken(draft):
                    raise Conflict(_("Somebody wrote meanwhile. Read it, and send your reply again or change it."))
                _leave(draft, None)
        except OlmoError as refusal:
            _stop(draft, str(refusal.message))
            return False
    return True


def _stop(draft: Draft, reason: str) -> None:
    """Give a reply back to its author, say why, and tell it in the log; who left shares it with those who stay."""
    draft.is_shared = draft.is_shared or not draft.author.is_active
    draft = drafting.put_back(draft)
    Draft.objects.filter(pk=draft.pk).update(stopped=reason[:300], is_shared=draft.is_shared)
    with changing(draft.ticket, by=robot("Olmo")) as log:
        log.record(SendStopped(person=draft.author_id))


def _is_overtaken(draft: Draft) -> bool:
    """Whether somebody else wrote since the draft was queued; the ticket is locked, so that nobody does while it leaves."""
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=draft.ticket_id)
    kinds = _OF_PARTNERS if draft.kind == Kind.PARTNER else _ANSWERS
    newer = Event.objects.filter(ticket=ticket, seq__gt=draft.seen, kind__in=kinds)
    return newer.exclude(by=draft.author_id).exists()


def _rehearse(draft: Draft, seen: int | None) -> None:
    with transaction.atomic():
        trial = transaction.savepoint_create()
        _leave(draft, seen)
        transaction.savepoint_rollback(trial)


def _leave(draft: Draft, seen: int | None) -> Ticket:
    """Send the words and end the draft. Works on rows of its own, so that a rehearsal leaves no trace in `draft`."""
    own = Draft.objects.select_related("ticket__requester", "ticket__client", "author", "supplier").get(pk=draft.pk)
    _LEAVING[Kind(own.kind)](own, seen)
    if own.work:
        _tell_work(own)
    own.delete()
    return own.ticket


def _tell_work(draft: Draft) -> None:
    """The minutes that were typed with it, told to who enters them (`wiring.SENT`)."""
    for enter in getattr(import_module(settings.OLMO_WIRING), "SENT", ()):
        enter(draft.ticket, draft.work, by=draft.author, at=draft.updated_at)


def _leave_as_reply(draft: Draft, seen: int | None) -> None:
    message = NewMessage(
        text=draft.text, to=addresses(draft.to, "to"), cc=addresses(draft.cc, "cc"), uploads=_uploads(draft), is_markdown=True
    )  # fmt: skip
    _SENDINGS[draft.then](draft, message, seen)


def _leave_as_note(draft: Draft, seen: int | None) -> None:
    message = NewMessage(text=draft.text, uploads=_uploads(draft), is_markdown=True)
    actions.note(draft.ticket, by=draft.author, message=message)


def _leave_to_partner(draft: Draft, seen: int | None) -> None:
    if draft.supplier is None:
        raise Invalid("supplier", _("Choose a partner’s desk that has a mail address."))
    actions.ask_partner(
        draft.ticket, by=draft.author, supplier=draft.supplier, text=draft.text, messages=draft.quoted, files=draft.attached,
        uploads=_uploads(draft), waits=draft.waits, reference=draft.reference, is_markdown=True,
    )  # fmt: skip


def _uploads(draft: Draft) -> list[int]:
    """The draft's files, and the author's pictures in its text, whose line may have been taken away."""
    shown = Attachment.objects.filter(pk__in=pictures.ids_in(draft.text), uploader=draft.author, message=None)
    own = shown.values_list("pk", flat=True) if "/files/" in draft.text else []
    return list(dict.fromkeys([*draft.uploads, *own]))


def _reply(draft: Draft, message: NewMessage, seen: int | None) -> None:
    actions.reply(draft.ticket, by=draft.author, message=message, seen=seen)


def _wait(draft: Draft, message: NewMessage, seen: int | None) -> None:
    _reply(draft, message, seen)
    actions.hold(draft.ticket, by=draft.author, reason=HoldReason.REQUESTER)


def _resolve(draft: Draft, message: NewMessage, seen: int | None) -> None:
    if not message.text.strip() and not message.uploads:
        raise Invalid("text", _("Write something first."))
    actions.resolve(draft.ticket, by=draft.author, code=draft.code, message=message, seen=seen)


_SENDINGS: dict[str, Sending] = {Then.REPLY: _reply, Then.WAIT: _wait, Then.RESOLVE: _resolve}
_LEAVING: dict[Kind, Callable[[Draft, int | None], None]] = {
    Kind.REPLY: _leave_as_reply, Kind.NOTE: _leave_as_note, Kind.PARTNER: _leave_to_partner,
}  # fmt: skip
