"""Those who are asked hear of it by the ways that they chose; the mail has one link, to a page with two buttons."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from olmo.kernel import clock
from olmo.notifications import kinds, wording
from olmo.notifications.noticing import notify
from olmo.notifications.rhythm import quiet_until, rhythms
from olmo.notifications.sending import automatic_headers, preferences_url, sender_for
from olmo.notifications.telling import Reader, once_by_itself, post
from olmo.outbox import actions as outbox
from olmo.people.models import Person
from olmo.tickets.models import ACTIVE, Event, Ticket

from . import links, policy, substitutes
from .models import Approval, Link, OrderState
from .queries import readable
from .showing import facts

PURPOSE, ASKING = "approval", ("order_approval_asked", "order_approval_reminded")
LEAST_TIME = timedelta(hours=12)  # to decide, after quiet hours; with less a mail does not wait for their end


def ask(event: Event, approval: Approval) -> None:
    """Tell the approver, and who stands in for them now; each once of this event."""
    everybody = [approval.approver, *substitutes.standing_in(approval.approver)]
    asked = [person for person in everybody if policy.is_asked(person, approval)]
    for person in asked:
        url = links.url(approval, person)
        if kinds.wants(person, "order"):
            _mail(event, approval, person, url)
    notify(
        event, asked, lambda: _subject(approval), kind="order", why="approver", tells_author=True,
        without=frozenset({kinds.MAIL}),
    )  # fmt: skip


def ask_who_came_since() -> int:
    """Ask those who stand in since after the question was put; returns of how many approvals. By many, at any time.

    All that waits for people who are away is looked at, in a few statements: what was asked long ago keeps nothing else back.
    """
    rows = Approval.objects.filter(
        approver__in=substitutes.away(), decision="", dropped_at=None, order__state=OrderState.PENDING,
        order__ticket__status__in=ACTIVE,
    )  # fmt: skip
    rows = rows.select_related(
        "approver", "order__item__service", "order__recipient", "order__by", "order__client", "order__ticket"
    )
    waiting = list(rows.order_by("expires_at", "pk"))
    known = set(Link.objects.filter(approval__in=waiting).values_list("approval", "person"))
    deputies = {one.pk: substitutes.standing_in(one) for one in {row.approver for row in waiting}}
    fresh = {row: [one for one in deputies[row.approver_id] if (row.pk, one.pk) not in known] for row in waiting}
    return sum(_ask_deputies(row, since) for row, since in fresh.items() if since)


@transaction.atomic
def _ask_deputies(approval: Approval, fresh: list[Person]) -> bool:
    if not any(policy.is_asked(one, approval) for one in fresh):
        return False
    events = Event.objects.filter(ticket=approval.order.ticket_id, kind=ASKING[0], data__approval=approval.pk)
    for event in events.select_related("ticket", "by"):
        ask(event, approval)
    return True


def call_off(ticket: Ticket) -> None:
    """What did not leave yet of questions that nobody has to answer any more stays here."""
    over = Approval.objects.filter(order__ticket=ticket).exclude(decision="", dropped_at=None)
    if pks := list(over.values_list("pk", flat=True)):
        events = Event.objects.filter(ticket=ticket, kind__in=ASKING, data__approval__in=pks)
        outbox.withdraw([f"event:{pk}" for pk in events.values_list("pk", flat=True)])


def _subject(approval: Approval) -> str:
    words = {"what": approval.order.item, "name": approval.order.recipient.name}
    return _("Please approve: %(what)s, for %(name)s") % words


def _mail(event: Event, approval: Approval, person: Person, url: str) -> None:
    reader = Reader((person.email or "").lower(), person)
    notice = once_by_itself(event, reader, PURPOSE, why="approver", kind="order") if person.email else None
    if notice is None:
        return
    ticket, sender = event.ticket, sender_for(event.ticket)
    with override(person.language):
        context = {
            "facts": facts(approval.order), "parts": readable(approval.order, approval.revision), "approval": approval,
            "in_place_of": approval.approver.name if person.pk != approval.approver_id else "",
            "is_reminder": event.kind != ASKING[0], "preferences_url": preferences_url(person),
        }  # fmt: skip
        mail = wording.written(
            "approval", f"[#{ticket.number}] {_subject(approval)}", language=person.language, ticket=ticket, person=person,
            url=url, **context,
        )  # fmt: skip
    headers = automatic_headers("auto-generated", sender)
    waits_until = _waits_until(person, approval)
    post(notice, reader, mail, sender=sender, headers=headers, is_automatic=True, not_before=waits_until)


def _waits_until(person: Person, approval: Approval) -> datetime | None:
    """The end of their quiet hours, where that leaves time to decide; None: at once."""
    at = quiet_until(rhythms([person]).get(person.pk), person, approval.order.ticket, clock.now())
    return at if at is not None and approval.expires_at - at >= LEAST_TIME else None
