"""Tickets in relation to one another: link, merge and unmerge, split."""

from contextlib import ExitStack

from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.files import Stored
from olmo.people.models import Person

from .. import family, policy
from ..changes import Absorbed, Linked, Merged, Released, SplitOff, Unlinked, Unmerged
from ..log import Log, changing
from ..models import Attachment, Event, LinkKind, Message, MessageKind, Ticket
from ..replay import replay
from ..working import still_of
from .opening import open_ticket
from .writing import NewFile, NewMessage


def link(ticket: Ticket, other: Ticket, *, by: Person, kind: str) -> Event | None:
    """Relate `ticket` to `other`; both logs say so.

    Raises NotFound, NotAllowed, Invalid (itself; no such relation), Conflict (a second parent; a circle of parents).
    """
    if kind not in LinkKind.values:
        raise Invalid("kind", _("Choose how the tickets belong together."))
    _require_two(ticket, other)
    with ExitStack() as stack:
        here, there = _both(stack, ticket, other, by)
        change = Linked(link_kind=kind, other=other.pk)
        if {"kind": kind, "ticket": other.pk} in ticket.links:
            return None
        if family.is_child_link(kind):
            family.require_tree(*((ticket, other) if kind == LinkKind.CHILD else (other, ticket)))
        there.record(change.seen_from_there(ticket.pk))
        return here.record(change)


def unlink(ticket: Ticket, other: Ticket, *, by: Person, kind: str) -> Event | None:
    """Take a relation back, in both logs. Raises NotFound, NotAllowed."""
    with ExitStack() as stack:
        here, there = _both(stack, ticket, other, by)
        change = Unlinked(link_kind=kind, other=other.pk)
        if {"kind": kind, "ticket": other.pk} not in ticket.links:
            return None
        there.record(change.seen_from_there(ticket.pk))
        return here.record(change)


def merge(ticket: Ticket, into: Ticket, *, by: Person) -> Event:
    """Let `ticket` go on inside `into`: its messages show there, answers to it land there, and it is closed.

    No message moves, so `unmerge` restores both exactly. Raises NotFound, NotAllowed, Invalid (itself, another client),
    Conflict (one of them is merged already).
    """
    _require_two(ticket, into)
    with ExitStack() as stack:
        here, there = _both(stack, ticket, into, by)
        if ticket.client_id != into.client_id:
            raise Invalid("into", _("Tickets of two organisations cannot be merged."))
        if ticket.merged_into_id is not None or into.merged_into_id is not None:
            raise Conflict(_("One of these tickets is merged already; use the one that it went into."))
        there.record(Absorbed(other=ticket.pk))
        return here.record(Merged(other=into.pk))


def unmerge(ticket: Ticket, *, by: Person) -> Event:
    """Take a merge back: the ticket has again the status and hold that it had before.

    Raises NotFound, NotAllowed, Conflict (not merged).
    """
    into = Ticket.objects.filter(pk=ticket.merged_into_id).first() if ticket.merged_into_id else None
    if into is None:
        raise Conflict(_("This ticket is not merged."))
    with ExitStack() as stack:
        here, there = _both(stack, ticket, into, by)
        if ticket.merged_into_id != into.pk:
            raise Conflict(_("This ticket is not merged."))
        there.record(Released(other=ticket.pk))
        return here.record(_state_before_merge(ticket))


def split(message: Message, *, by: Person, subject: str) -> Ticket:
    """Make a message the beginning of a ticket of its own, linked with the one it came from, where it also stays.

    Raises NotFound, NotAllowed, Invalid (no subject), Conflict (an internal note, or erased).
    """
    origin = message.ticket
    with changing(origin, by=by) as log:
        policy.require_work(by, origin)
        if message.kind == MessageKind.INTERNAL or message.redacted_at:
            raise Conflict(_("Only a message of the conversation can become a ticket."))
        fresh = open_ticket(
            by=by, client=origin.client, requester=origin.requester, subject=subject, message=_copy(message),
            kind=origin.kind, channel=message.channel, impact=origin.impact, urgency=origin.urgency,
            category=origin.category, team=origin.team, language=origin.language,
        )  # fmt: skip
        log.record(SplitOff(message=message.pk, other=fresh.pk))
        with changing(fresh, by=by) as there:
            there.record(Linked(link_kind=LinkKind.RELATED, other=origin.pk))
        log.record(Linked(link_kind=LinkKind.RELATED, other=fresh.pk))
    return fresh


def _both(stack: ExitStack, ticket: Ticket, other: Ticket, by: Person) -> tuple[Log, Log]:
    """Lock two tickets, the lower id first, so that two people can never wait for each other."""
    logs = {t.pk: stack.enter_context(changing(t, by=by)) for t in sorted((ticket, other), key=lambda t: t.pk)}
    policy.require_work(by, ticket)
    policy.require_work(by, other)
    return logs[ticket.pk], logs[other.pk]


def _require_two(ticket: Ticket, other: Ticket) -> None:
    if ticket.pk == other.pk:
        raise Invalid("other", _("This is the ticket itself."))


def _state_before_merge(ticket: Ticket) -> Unmerged:
    """What the row said before its last merge: the replay of the log up to there."""
    merged = Event.objects.filter(ticket=ticket, kind=Merged.kind).order_by("-seq").first()
    if merged is None:
        raise NotFound
    before = replay(ticket, until=merged.seq - 1)
    return Unmerged(
        other=merged.data["other"], status=before.status, hold_reason=before.hold_reason, wake_at=before.wake_at,
        closed_at=before.closed_at, working_state=still_of(before.status, before.working_state_id),
        supplier=before.supplier_id,
    )  # fmt: skip


def _copy(message: Message) -> NewMessage:
    return NewMessage(
        text=message.text, html=message.html, quoted=message.quoted, channel=message.channel, author=message.author,
        is_markdown=message.is_markdown, is_verified=message.is_verified,
        files=[
            NewFile(
                name=a.name, media_type=a.media_type, content=Stored(a.sha256, a.size), content_id=a.content_id,
                is_inline=a.is_inline,
            )
            for a in Attachment.objects.filter(message=message)
        ],
    )  # fmt: skip
