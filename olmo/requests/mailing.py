"""Those who are asked hear of it by the ways that they chose; the mail has one link, to a page with two buttons."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.notifications import kinds, wording
from olmo.notifications.noticing import notify
from olmo.notifications.sending import automatic_headers, preferences_url, sender_for
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
    """Tell the approver, and who stands in for them now."""
    everybody = [approval.approver, *standing_in(approval.approver)]
    asked = [person for person in everybody if policy.is_asked(person, approval)]
    for person in asked:
        if kinds.wants(person, "order"):
            _mail(event, approval, person)
    notify(
        event, asked, lambda: _subject(approval), kind="order", why="approver", tells_author=True,
        without=frozenset({kinds.MAIL}),
    )  # fmt: skip


def _subject(approval: Approval) -> str:
    words = {"what": approval.order.item, "name": approval.order.recipient.name}
    return _("Please approve: %(what)s, for %(name)s") % words


def _mail(event: Event, approval: Approval, person: Person) -> None:
    reader = Reader((person.email or "").lower(), person)
    notice = once_by_itself(event, reader, PURPOSE) if person.email else None
    if notice is None:
        return
    ticket, sender = event.ticket, sender_for(event.ticket)
    with override(person.language):
        context = {
            "facts": facts(approval.order), "parts": readable(approval.order, approval.revision), "approval": approval,
            "in_place_of": approval.approver.name if person.pk != approval.approver_id else "",
            "is_reminder": event.kind != "order_approval_asked", "preferences_url": preferences_url(),
        }  # fmt: skip
        mail = wording.written(
            "approval", f"[#{ticket.number}] {_subject(approval)}", language=person.language, ticket=ticket, person=person,
            url=links.url(approval, person), **context,
        )  # fmt: skip
    headers = automatic_headers("auto-generated", sender)
    post(notice, reader, mail, sender=sender, headers=headers, is_automatic=True)
