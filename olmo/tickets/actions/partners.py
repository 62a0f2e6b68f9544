"""Escalation to an external unit: a partner's desk works on the ticket, by mail, under its own reference."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.files import Stored
from olmo.kernel.text import clean_line
from olmo.people.models import Person

from .. import policy, suppliers
from ..changes import PartnerAnswered, PartnerAsked, PartnerReferenced, PutOnHold
from ..log import Log, changing
from ..models import Attachment, Event, HoldReason, Message, MessageKind, PartnerCase, Supplier, Ticket
from .values import checked_text
from .waiting import require_decided
from .writing import NewFile, NewMessage, add_files, message_row, require_whole

MOST_REFERENCE = 80


def ask_partner(
    ticket: Ticket, *, by: Person, supplier: Supplier, text: str, messages: Collection[int] = (),
    files: Collection[int] = (), uploads: Collection[int] = (), waits: bool = True, reference: str = "",
    is_markdown: bool = False, seen: int | None = None,
) -> Event:  # fmt: skip
    """Write to a partner's desk, with messages of the ticket quoted and files of it sent along (their ids).

    The first time it becomes their case too. waits: the ticket waits for them from then on, under their contract. uploads: ids of
    draft attachments of `by`.
    Raises NotFound, NotAllowed, Invalid (no words; a partner without an address or no longer in use; a message or a file that is
    not this ticket's, or was erased), Conflict (finished, merged elsewhere; it is to wait, and waits for an approval).
    """
    words = checked_text(text)
    with changing(ticket, by=by, seen=seen, touching=["status"] if waits else ()) as log:
        policy.require_work(by, ticket)
        require_whole(ticket)
        if ticket.is_done:
            raise Conflict(_("This ticket is finished; reopen it before you write to a partner."))
        if waits:
            require_decided(ticket)
        suppliers.checked(supplier)
        if not supplier.email:
            raise Invalid(
                "supplier", _("%(name)s has no mail address. An administrator can add one.") % {"name": supplier}
            )
        quoted = _quoted(ticket, messages)
        message = NewMessage(
            text=words, quoted=quoted, to=[supplier.email], files=_files(ticket, files), uploads=list(uploads),
            is_markdown=is_markdown,
        )  # fmt: skip
        row = _row(log, message, supplier)
        row.is_from_desk = True
        row.save(force_insert=True)
        add_files(row, message, uploader=by)
        _case(log, supplier, reference)
        event = log.record(PartnerAsked(message=row.pk, supplier=supplier.pk))
        if waits:
            log.record(PutOnHold(reason=HoldReason.THIRD_PARTY, supplier=supplier.pk))
        return event


def hear_partner(
    ticket: Ticket, *, by: Person, supplier: Supplier, message: NewMessage, reference: str = "", wakes: bool = True
) -> Event:
    """Keep what a partner's desk wrote: agents see it, the requester never. by: the robot of the channel.

    reference: what they call the ticket; kept when nothing is known yet. wakes: no program wrote it.
    """
    with changing(ticket, by=by) as log:
        row = _row(log, message, supplier)
        row.save(force_insert=True)
        add_files(row, message, uploader=by)
        case = _case(log, supplier, "")
        if reference and not case.reference:
            _refer(log, case, reference)
        is_theirs = ticket.supplier_id in (None, supplier.pk)  # what one partner says does not end the time of another
        return log.record(PartnerAnswered(message=row.pk, supplier=supplier.pk, wakes=wakes and is_theirs))


def set_reference(ticket: Ticket, *, by: Person, supplier: Supplier, reference: str) -> Event | None:
    """Write down what a partner calls the ticket. None when it is that already.

    Raises NotFound, NotAllowed, Invalid (nothing, too long), Conflict (it is not at that partner's desk).
    """
    text = clean_line(reference, MOST_REFERENCE + 1)
    if not text or len(text) > MOST_REFERENCE:
        raise Invalid("reference", _("A reference has 1 to %(most)d characters.") % {"most": MOST_REFERENCE})
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        case = PartnerCase.objects.filter(ticket=ticket, supplier=supplier).first()
        if case is None:
            raise Conflict(_("This ticket is not at the desk of %(name)s.") % {"name": supplier})
        return None if case.reference == text else _refer(log, case, text)


def _case(log: Log, supplier: Supplier, reference: str) -> PartnerCase:
    """The ticket at that partner's desk; it begins with the first message."""
    ticket = log.ticket
    case, _is_new = PartnerCase.objects.get_or_create(
        ticket=ticket, supplier=supplier, defaults={"client_id": ticket.client_id, "by": log.by, "at": clock.now()}
    )
    text = clean_line(reference, MOST_REFERENCE)
    if text and text != case.reference:
        _refer(log, case, text)
    return case


def _refer(log: Log, case: PartnerCase, reference: str) -> Event:
    case.reference = clean_line(reference, MOST_REFERENCE)
    case.save(update_fields=["reference"])
    return log.record(PartnerReferenced(supplier=case.supplier_id, case=case.pk))


def _row(log: Log, message: NewMessage, supplier: Supplier) -> Message:
    ticket = log.ticket
    author = message.author or log.by
    row = message_row(ticket, message, author=author, client_id=ticket.client_id, kind=MessageKind.INTERNAL)
    row.partner, row.is_from_desk = supplier, False
    return row


def _quoted(ticket: Ticket, ids: Collection[int]) -> str:
    """Messages of the ticket as they go along, in their order."""
    found = {m.pk: m for m in Message.objects.filter(pk__in=ids, ticket__in=_whole(ticket)).select_related("author")}
    if len(found) < len(set(ids)) or any(m.redacted_at for m in found.values()):
        raise Invalid("messages", _("A message that was chosen is no longer there. Please choose again."))
    parts = [f"{m.author.name}, {m.at:%Y-%m-%d %H:%M} UTC:\n{m.text}" for _pk, m in sorted(found.items())]
    return "\n\n".join(parts)


def _files(ticket: Ticket, ids: Collection[int]) -> list[NewFile]:
    """Files of the ticket as they go along."""
    rows = list(Attachment.objects.filter(pk__in=ids, message__ticket__in=_whole(ticket), message__redacted_at=None))
    if len(rows) < len(set(ids)):
        raise Invalid("files", _("A file that was chosen is no longer there. Please choose again."))
    return [NewFile(name=a.name, media_type=a.media_type, content=Stored(a.sha256, a.size)) for a in rows]


def _whole(ticket: Ticket) -> list[int]:
    return [ticket.pk, *ticket.absorbed_ids]
