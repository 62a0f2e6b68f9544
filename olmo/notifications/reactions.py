"""What this room does when a ticket's log grows (`wiring.AFTER`) and when a message is given up (`wiring.GIVEN_UP`)."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from olmo.channels.failures import count_against, message_of, words_of_silence
from olmo.channels.models import Mailbox
from olmo.outbox.actions import send
from olmo.outbox.models import Envelope
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tickets import actions, undo
from olmo.tickets.changes import (
    ApprovalAsked,
    Assigned,
    Breached,
    CallbackMissed,
    Change,
    DeliveryFailed,
    DraftReturned,
    Escalated,
    FollowUpPlanned,
    GivenBack,
    HandedOver,
    Noted,
    Opened,
    PartnerAnswered,
    PartnerAsked,
    Received,
    Replied,
    Resolved,
    SendStopped,
    TaskGiven,
    TaskOverdue,
    TaskReady,
    Warned,
    of_event,
)
from olmo.tickets.models import Event, Message, MessageKind

from . import judged, kinds, partners, promising, surveys, tasks
from .acknowledging import acknowledge
from .answers import send_answer
from .noticing import following_agents, members_of, notify, team_name
from .reminding import missed
from .sending import own_headers

# The relay's answer was about the recipient, not about this one message (RFC 5321 4.2.3; RFC 3463 5.1.x, 5.2.1).
_NO_SUCH_ADDRESS = re.compile(
    r"^5\d\d[ -](?:#?5\.(?:1\.\d+|2\.1)\b|.*\b(?:user|mailbox|recipient|address)\b)", re.IGNORECASE
)


def tell(event: Event) -> None:
    """AFTER reaction: tell those whom an event concerns."""
    change = of_event(event.kind, event.data)
    react = _REACTIONS.get(type(change))
    if react is not None and not undo.is_undone(event):
        react(event, change)


def given_up(envelope: Envelope) -> None:
    """GIVEN_UP reaction: record on the ticket that a message did not arrive, and count against an address that does not exist."""
    message = message_of(envelope)
    if message is None or _is_recorded(message, envelope):
        return
    olmo = robot("Olmo")
    actions.delivery_failed(message.ticket, by=olmo, message=message, envelope=envelope.pk)
    if _NO_SUCH_ADDRESS.match(envelope.last_error) and count_against(envelope.to):
        actions.note(message.ticket, by=olmo, message=actions.NewMessage(text=words_of_silence(envelope.to)))


def mailbox_failing(mailbox: Mailbox) -> None:
    """MAILBOX_FAILED reaction: tell the administrators that mail is not being fetched, in one mail each."""
    words = {"address": mailbox.address, "reason": mailbox.last_error}
    for person in Person.objects.filter(is_administrator=True, is_active=True).exclude(email=None):
        with override(person.language):
            subject = _("The mailbox %(address)s cannot be read") % words
            text = _("Olmo has not been able to fetch mail from %(address)s for some minutes: %(reason)s") % words
            rest = _("It tries again by itself, and says no more about it until the mailbox has worked again.")
        send(
            to=person.email or "", to_name=person.name, subject=subject, text=f"{text}\n\n{rest}\n", purpose="operations",
            reference=f"mailbox:{mailbox.pk}", is_automatic=True, headers=own_headers({"Auto-Submitted": "auto-generated"}),
        )  # fmt: skip


def _is_recorded(message: Message, envelope: Envelope) -> bool:
    known = Event.objects.filter(ticket_id=message.ticket_id, kind=DeliveryFailed.kind, data__envelope=envelope.pk)
    return known.exists()


def _opened(event: Event, change: Opened) -> None:
    message = _message(change.message)
    acknowledge(event, message)
    notify(
        event, [event.ticket.assignee], lambda: _("%(by)s opened a ticket for you.") % {"by": event.by.name}, message,
        kind="assigned", why="assignee",
    )  # fmt: skip


def _replied(event: Event, change: Replied) -> None:
    message = _message(change.message)
    send_answer(event, message)
    words = {"by": event.by.name}
    followers = following_agents(event.ticket)
    notify(event, followers, lambda: _("%(by)s replied.") % words, message, kind="replied", why="follower")


def _noted(event: Event, change: Noted) -> None:
    """Those who are mentioned, then the owner, then those who follow."""
    message, ticket, words = _message(change.message), event.ticket, {"by": event.by.name}
    mentioned = Person.objects.filter(pk__in=change.mentioned)
    notify(event, mentioned, lambda: _("%(by)s mentioned you.") % words, message, kind="mentioned", why="mentioned")
    for why, people in (("assignee", [ticket.assignee]), ("follower", following_agents(ticket))):
        others = [person for person in people if person is not None and person.pk not in change.mentioned]
        notify(event, others, lambda: _("%(by)s wrote an internal note.") % words, message, kind="noted", why=why)


def _resolved(event: Event, change: Resolved) -> None:
    if event.by.is_requester:
        return
    if change.message is not None or kinds.wants(event.ticket.requester, "resolved"):
        send_answer(event, _message(change.message), resolved=True)
    surveys.settle(event)


def _received(event: Event, change: Received) -> None:
    message = _message(change.message)
    ticket = event.ticket
    if message is None or message.kind != MessageKind.PUBLIC:
        return
    author = message.author.name
    for why, people in (("assignee", [ticket.assignee]), ("follower", following_agents(ticket))):
        notify(event, people, lambda: _("%(by)s wrote.") % {"by": author}, message, kind="answered", why=why)


def _assigned(event: Event, change: Assigned) -> None:
    words = {"by": event.by.name}
    notify(
        event, [_person(change.assignee)], lambda: _("%(by)s assigned a ticket to you.") % words, kind="assigned",
        why="assignee",
    )  # fmt: skip


def _escalated(event: Event, change: Escalated) -> None:
    words = {"by": event.by.name, "team": team_name(change.team)}
    notify(
        event, members_of(change.team), lambda: _("%(by)s escalated a ticket to %(team)s.") % words,
        _message(change.message), kind="escalated", why="team",
    )  # fmt: skip


def _given_back(event: Event, change: GivenBack) -> None:
    """Whoever escalated it hears the reason first, then their team."""
    words = {"by": event.by.name, "team": team_name(change.team)}
    said = lambda: _("%(by)s gave a ticket back to %(team)s.") % words  # noqa: E731
    moves = Event.objects.filter(
        ticket=event.ticket, kind=Escalated.kind, seq__lt=event.seq, data__team=change.from_team
    )
    last = moves.order_by("-seq").select_related("by").first()
    sender = last.by if last and not last.by.is_robot else None
    message = _message(change.message)
    notify(event, [sender], said, message, kind="escalated", why="escalator")
    others = [person for person in members_of(change.team) if sender is None or person.pk != sender.pk]
    notify(event, others, said, message, kind="escalated", why="team")


def _handed_over(event: Event, change: HandedOver) -> None:
    """One notice for all tickets that were handed over together."""
    if not change.count:
        return
    words = {"by": event.by.name, "n": change.count}

    def said() -> str:
        if not change.assignee:
            return (
                ngettext(
                    "%(by)s handed a ticket over to your team.",
                    "%(by)s handed %(n)d tickets over to your team.",
                    change.count,
                )
                % words
            )
        return (
            ngettext("%(by)s handed a ticket over to you.", "%(by)s handed %(n)d tickets over to you.", change.count)
            % words
        )

    people = [_person(change.assignee)] if change.assignee else members_of(change.team)
    why = "receiver" if change.assignee else "team"
    notify(event, people, said, _message(change.message), kind="handed_over", why=why)


def _approval_asked(event: Event, change: ApprovalAsked) -> None:
    words = {"by": event.by.name}
    notify(
        event, [_person(change.person)], lambda: _("%(by)s asks you to approve a reply.") % words, kind="approval",
        why="approver",
    )  # fmt: skip


def _draft_returned(event: Event, change: DraftReturned) -> None:
    words = {"by": event.by.name}
    notify(
        event, [_person(change.person)], lambda: _("%(by)s gave your reply back; the word is on the ticket.") % words,
        kind="given_back", why="drafter",
    )  # fmt: skip


def _send_stopped(event: Event, change: SendStopped) -> None:
    said = lambda: _("Your reply was not sent; it is a draft again, and the ticket says why.")  # noqa: E731
    notify(event, [_person(change.person)], said, kind="not_sent", why="drafter")


def _delivery_failed(event: Event, change: DeliveryFailed) -> None:
    message = _message(change.message)
    envelope = Envelope.objects.filter(pk=change.envelope).first()
    if message is None or envelope is None:
        return
    words = {"to": envelope.to, "reason": envelope.last_error}
    is_author = message.author.is_agent
    people = [message.author if is_author else event.ticket.assignee]
    notify(
        event, people, lambda: _("Your message to %(to)s could not be delivered: %(reason)s") % words, message,
        kind="failed", why="author" if is_author else "assignee",
    )  # fmt: skip


_REACTIONS: dict[type[Change], Callable[[Event, Any], None]] = {
    HandedOver: _handed_over, Noted: _noted, Opened: _opened,
    Replied: _replied, Resolved: _resolved, Received: _received, Assigned: _assigned,
    Escalated: _escalated, GivenBack: _given_back, DeliveryFailed: _delivery_failed, ApprovalAsked: _approval_asked,
    DraftReturned: _draft_returned, SendStopped: _send_stopped,
    PartnerAsked: partners.asked, PartnerAnswered: partners.answered,
    TaskReady: tasks.ready, TaskGiven: tasks.given, TaskOverdue: tasks.overdue,
    CallbackMissed: missed, Warned: promising.warned, Breached: promising.breached,
    FollowUpPlanned: judged.planned,
}  # fmt: skip


def _message(pk: int | None) -> Message | None:
    return Message.objects.select_related("author").filter(pk=pk).first() if pk else None


def _person(pk: int | None) -> Person | None:
    return Person.objects.filter(pk=pk).first() if pk else None
