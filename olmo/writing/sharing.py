"""Drafts that several people look at: shared with colleagues, given to somebody for approval, given back with a word."""

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean
from olmo.people.models import Person
from olmo.tickets import policy
from olmo.tickets.changes import ApprovalAsked, ApprovalGiven, ApprovalWithdrawn, DraftReturned
from olmo.tickets.log import changing
from olmo.tickets.models import Ticket

from . import drafting, sending
from .drafting import Content
from .models import Draft, Kind

MAX_WORD = 2000


@transaction.atomic
def share(draft: Draft, *, by: Person, is_shared: bool) -> Draft:
    """Let colleagues see and change a draft of one's own, or no longer. Raises NotFound."""
    draft = _own(draft, by)
    draft.is_shared = is_shared
    draft.save(update_fields=["is_shared"])
    return draft


@transaction.atomic
def ask(draft: Draft, *, by: Person, approver: Person, word: str = "") -> Draft:
    """Ask a colleague to approve a reply: until then its author cannot change it. They are told by a notice.

    Raises NotFound, Invalid (no such colleague; oneself; nothing written yet), Conflict (on its way).
    """
    draft = _own(draft, by)
    if draft.kind != Kind.REPLY or not draft.is_open:
        raise Conflict(_("Only a reply that is not on its way can be approved."))
    if approver.pk == by.pk or not approver.is_active or not policy.may_work(approver, draft.ticket):
        raise Invalid("approver", _("Choose a colleague who may see this ticket."))
    if not draft.text.strip():
        raise Invalid("text", _("Write something first."))
    draft.approver, draft.remark, draft.stopped = approver, clean(word, MAX_WORD).strip(), ""
    draft.save()
    with changing(draft.ticket, by=by) as log:
        log.record(ApprovalAsked(person=approver.pk))
    return draft


@transaction.atomic
def withdraw(draft: Draft, *, by: Person) -> Draft:
    """Take a reply back from its approver. Raises NotFound, Conflict (nobody was asked)."""
    draft = _own(draft, by)
    if draft.approver_id is None:
        raise Conflict(_("Nobody is asked to approve this any more."))
    with changing(draft.ticket, by=by) as log:
        log.record(ApprovalWithdrawn(person=draft.approver_id))
    draft.remark = ""
    return drafting.put_back(draft)


@transaction.atomic
def give_back(draft: Draft, *, by: Person, word: str) -> Draft:
    """Give a reply back to its author with a word on what to change. Raises NotFound, Invalid (no word)."""
    draft = _asked(draft, by)
    draft.remark = clean(word, MAX_WORD).strip()
    if not draft.remark:
        raise Invalid("word", _("Say what should change."))
    with changing(draft.ticket, by=by) as log:
        log.record(DraftReturned(person=draft.author_id))
    return drafting.put_back(draft)


@transaction.atomic
def approve(draft: Draft, *, by: Person, content: Content, seen: int | None = None) -> Ticket:
    """Send a reply in its author's name, with the approver's changes. Raises as `sending.send` does, and Moved."""
    draft = _asked(draft, by)
    draft = drafting.edit(draft, by=by, content=content)
    with changing(draft.ticket, by=by, seen=seen, touching=["messages"]) as log:
        log.record(ApprovalGiven(person=draft.author_id))
    return sending.send(draft, by=by)


def _own(draft: Draft, by: Person) -> Draft:
    draft = drafting.locked(draft, by)
    if draft.author_id != by.pk:
        raise NotFound
    policy.require_work(by, draft.ticket)
    return draft


def _asked(draft: Draft, by: Person) -> Draft:
    draft = drafting.locked(draft, by)
    if draft.approver_id != by.pk:
        raise NotFound
    return draft
