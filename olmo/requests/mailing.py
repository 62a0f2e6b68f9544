"""Mail to those who are asked: what it is about, and one link to a page with two buttons."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.notifications import wording
from olmo.notifications.sending import automatic_headers, sender_for
from olmo.notifications.telling import Reader, once_by_itself, post
from olmo.people.models import Person
from olmo.tickets.models import Event

from . import links, policy
from .models import Approval
from .queries import readable
from .showing import facts
from .substitutes import standing_in

PURPOSE = "approval"


def ask(event: Event, approval: Approval) -> None:
    """Mail the approver, and who stands in for them now."""
    away = standing_in(approval.approver)
    for person in [approval.approver, *away]:
        if policy.may_be_asked(person, approval.order):
            _mail(event, approval, person)


def _mail(event: Event, approval: Approval, person: Person) -> None:
    reader = Reader((person.email or "").lower(), person)
    notice = once_by_itself(event, reader, PURPOSE) if person.email else None
    if notice is None:
        return
    ticket, sender = event.ticket, sender_for(event.ticket)
    with override(person.language):
        subject = _("Please approve: %(what)s, for %(name)s") % {
            "what": approval.order.item, "name": approval.order.recipient.name,
        }  # fmt: skip
        context = {
            "facts": facts(approval.order), "parts": readable(approval.order, approval.revision), "approval": approval,
            "in_place_of": approval.approver.name if person.pk != approval.approver_id else "",
            "is_reminder": event.kind != "order_approval_asked",
        }  # fmt: skip
        mail = wording.written(
            "approval", f"[#{ticket.number}] {subject}", language=person.language, ticket=ticket, person=person,
            url=links.url(approval, person), **context,
        )  # fmt: skip
    headers = automatic_headers("auto-generated", sender)
    post(notice, reader, mail, sender=sender, headers=headers, is_automatic=True)
