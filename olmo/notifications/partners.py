"""Words to a partner's desk by mail, and who hears of their answer."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.people.models import Person
from olmo.tenancy.queries import provider
from olmo.tickets import pictures
from olmo.tickets.changes import PartnerAnswered, PartnerAsked
from olmo.tickets.models import Event, Message, PartnerCase

from . import wording
from .answers import content_ids_of, files_of
from .noticing import following_agents, members_of, notify
from .sending import message_id, sender_for
from .telling import Reader, once, post

PURPOSE = "partner"


def asked(event: Event, change: PartnerAsked) -> None:
    """Reaction: the message leaves for the partner's desk, with our number and their reference in its subject."""
    message, ticket = Message.objects.filter(pk=change.message, redacted_at=None).first(), event.ticket
    case = PartnerCase.objects.filter(ticket=ticket, supplier=change.supplier).select_related("supplier").first()
    if message is None or case is None or not case.supplier.email:
        return
    reader = Reader(case.supplier.email)
    if (notice := once(event, reader, PURPOSE)) is None:
        return
    shown = content_ids_of(message)
    files, left_out = files_of(message, shown)
    language = getattr(provider(), "language", None) or "en"
    with override(language):
        about = _("Our number: %(number)s.") % {"number": f"#{ticket.number}"}
        yours = _("Your reference: %(reference)s.") % {"reference": case.reference} if case.reference else ""
    subject = wording.subject_of(ticket) + (f" ({case.reference})" if case.reference else "")
    mail = wording.written(
        "partner", subject, language=language, ticket=ticket, words=pictures.as_words(message.text),
        body=wording.as_html(message, shown), quoted=message.quoted, about=about, yours=yours, author_name=event.by.name,
        left_out=left_out,
    )  # fmt: skip
    post(notice, reader, mail, sender=sender_for(ticket), carried=message, files=files, headers=_thread(event, case))


def answered(event: Event, change: PartnerAnswered) -> None:
    """Reaction: the owner hears of it, and who follows; without an owner the team."""
    ticket, message = event.ticket, Message.objects.filter(pk=change.message).first()
    name = (
        PartnerCase.objects.filter(ticket=ticket, supplier=change.supplier)
        .values_list("supplier__name", flat=True)
        .first()
    )
    said = lambda: _("The partner %(name)s answered.") % {"name": name or "?"}  # noqa: E731
    owners: list[Person | None] = [ticket.assignee] if ticket.assignee else list(members_of(ticket.team_id))
    notify(event, owners, said, message, kind="answered", why="assignee" if ticket.assignee else "team")
    notify(event, following_agents(ticket), said, message, kind="answered", why="follower")


def _thread(event: Event, case: PartnerCase) -> dict[str, str]:
    """In-Reply-To and References of the partner's thread alone: what the requester wrote is not in it."""
    ticket = event.ticket
    sent = Event.objects.filter(
        ticket=ticket, kind=PartnerAsked.kind, data__supplier=case.supplier_id, seq__lt=event.seq
    )
    ours = [message_id(ticket, seq) for seq in sent.order_by("seq").values_list("seq", flat=True)]
    heard = Message.objects.filter(ticket=ticket, partner=case.supplier_id, is_from_desk=False).exclude(mail_id="")
    theirs = [
        f"<{mail_id}>" for mail_id in heard.order_by("-pk").values_list("mail_id", flat=True)[:5] if mail_id.isascii()
    ]
    own = message_id(ticket, event.seq)
    return {
        "In-Reply-To": (theirs or ours or [own])[0],
        "References": " ".join([*ours[:1], *reversed(theirs)] or [own]),
    }
