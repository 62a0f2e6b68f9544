"""Where every ticket stands: in which of three buckets, for which reason, and by when somebody must act.

A standing is what one pure function makes of the ticket's row and of what its log says about the talk (`Talk`): it can always be
made again from the log, and `differences` does so. It is kept beside the ticket inside the same transaction, so that the lists
read it in the order of an index instead of judging thousands of rows.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from .changes import Change, Talk, of_event
from .models import Bucket, Event, HoldReason, Priority, Reason, Standing, Status, Ticket

COLUMNS = tuple(f.attname for f in Standing._meta.concrete_fields)

# How long an answer, and work on a ticket, may take by priority while nothing was agreed.
ANSWER_WITHIN: Mapping[int, timedelta] = {
    Priority.CRITICAL: timedelta(hours=1), Priority.HIGH: timedelta(hours=4), Priority.NORMAL: timedelta(days=1),
    Priority.LOW: timedelta(days=3),
}  # fmt: skip
WORK_WITHIN: Mapping[int, timedelta] = {
    Priority.CRITICAL: timedelta(hours=4), Priority.HIGH: timedelta(days=1), Priority.NORMAL: timedelta(days=3),
    Priority.LOW: timedelta(days=7),
}  # fmt: skip
ANSWERS = frozenset({Reason.FIRST_RESPONSE, Reason.NEXT_RESPONSE, Reason.ESCALATED})

_WAITS: Mapping[str, Reason] = {
    HoldReason.REQUESTER: Reason.REQUESTER, HoldReason.THIRD_PARTY: Reason.THIRD_PARTY, HoldReason.DATE: Reason.DATE,
    HoldReason.APPROVAL: Reason.APPROVAL,
}  # fmt: skip
_NAMES = ", ".join(COLUMNS)
_KEEP = (
    f"insert into tickets_standing ({_NAMES}) values ({', '.join(['%s'] * len(COLUMNS))}) "  # noqa: S608  (names of ours)
    f"on conflict (ticket_id) do update set {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"
)


def of(ticket: Ticket, talk: Talk, promised_at: datetime | None = None) -> Standing:
    """Where a ticket stands. promised_at: the next instant that a service level names, if one does."""
    bucket, reason = _place(ticket, talk)
    since = _since(reason, talk) or ticket.opened_at
    standing = Standing(
        ticket_id=ticket.pk, client_id=ticket.client_id, bucket=bucket, reason=reason, since=since, asked_at=talk.asked_at,
        handed_at=talk.handed_at, moved_at=talk.moved_at, wrote_at=talk.wrote_at, promised_at=promised_at,
    )  # fmt: skip
    standing.act_by = act_by(ticket, standing)
    return standing


def act_by(ticket: Ticket, standing: Standing) -> datetime | None:
    """By when somebody must act: the earliest of what was promised and agreed, else an allowance by priority.

    A ticket that waits asks for somebody on its date; one that is done asks for nobody. What had passed already when somebody
    put the ticket off to a date asks for nobody before that date: who put it off knew. What passes meanwhile does.
    """
    if standing.bucket == Bucket.DONE:
        return None
    named = [at for at in (standing.promised_at, ticket.due_at, ticket.callback_at) if at is not None]
    if ticket.wake_at is not None and standing.bucket == Bucket.WAITING:
        named = [at for at in named if at > standing.since] + [ticket.wake_at]
    if named or standing.bucket == Bucket.WAITING:
        return min(named, default=None)
    return standing.since + allowance(ticket.priority, standing.reason)


def allowance(priority: int, reason: str) -> timedelta:
    """How long a ticket of this priority may stay as it is while nothing was agreed."""
    within = ANSWER_WITHIN if reason in ANSWERS else WORK_WITHIN
    return within[priority]


def promise(ticket: Ticket, at: datetime | None) -> None:
    """A service level names the next instant by which somebody must act (None: none at present).

    Called in the transaction that changed the ticket, after `keep` ran; the ticket is as it will be saved.
    """
    kept = Standing.objects.get(ticket=ticket)
    kept.promised_at = at
    Standing.objects.filter(ticket=ticket).update(promised_at=at, act_by=act_by(ticket, kept))


def keep(ticket: Ticket, events: list[Event], changes: list[Change]) -> None:
    """INSIDE reaction: the standing follows the ticket."""
    if all(change.is_mark for change in changes):
        return
    talk, promised_at = _known(ticket, events[0].seq)
    for event, change in zip(events, changes, strict=True):
        talk = change.talk(talk, event.at)
    _save(of(ticket, talk, promised_at))


def rebuild(ticket: Ticket) -> None:
    """Make the standing anew from the log; what a service level promised is kept."""
    kept = Standing.objects.filter(ticket=ticket).first()
    events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
    _save(of(ticket, talk_of(events), kept.promised_at if kept else None))


def talk_of(events: list[Event]) -> Talk:
    """What a log says about the talk."""
    talk = Talk()
    for event in events:
        talk = of_event(event.kind, event.data).talk(talk, event.at)
    return talk


def differences(ticket: Ticket, events: list[Event], kept: Standing | None) -> dict[str, tuple[Any, Any]]:
    """Columns where what is kept and what the log makes disagree: {column: (kept, made)}; empty when it is true."""
    if kept is None:
        return {"standing": (None, "missing")}
    made = of(ticket, talk_of(events), kept.promised_at)
    return {
        name: (getattr(kept, name), getattr(made, name))
        for name in COLUMNS
        if getattr(kept, name) != getattr(made, name)
    }


def row(standing: Standing) -> tuple[Any, ...]:
    """The values of a standing in the order of COLUMNS."""
    return tuple(getattr(standing, name) for name in COLUMNS)


def _place(ticket: Ticket, talk: Talk) -> tuple[Bucket, Reason]:
    if ticket.merged_into_id is not None:
        return Bucket.DONE, Reason.MERGED
    if ticket.status in (Status.RESOLVED, Status.CLOSED):
        return Bucket.DONE, Reason.RESOLVED if ticket.status == Status.RESOLVED else Reason.CLOSED
    if ticket.status == Status.WAITING and not _is_asked_meanwhile(ticket, talk):
        return Bucket.WAITING, _WAITS.get(ticket.hold_reason, Reason.DATE)
    return Bucket.TODO, _to_do(ticket, talk)


def _is_asked_meanwhile(ticket: Ticket, talk: Talk) -> bool:
    """Whether somebody wrote while a third party has the ticket: it stays there, and the desk owes an answer."""
    is_asked = talk.wrote_at is not None and talk.asked_at is not None
    return is_asked and ticket.hold_reason == HoldReason.THIRD_PARTY


def _to_do(ticket: Ticket, talk: Talk) -> Reason:
    if talk.handed_at is not None and ticket.assignee_id is None:
        return Reason.ESCALATED
    if talk.asked_at is not None:
        return Reason.NEXT_RESPONSE if ticket.answered_at else Reason.FIRST_RESPONSE
    return Reason.IN_PROGRESS if ticket.assignee_id else Reason.UNTAKEN


def _since(reason: Reason, talk: Talk) -> datetime | None:
    if reason in (Reason.FIRST_RESPONSE, Reason.NEXT_RESPONSE):
        return talk.asked_at
    return talk.handed_at if reason == Reason.ESCALATED else talk.moved_at


def _known(ticket: Ticket, seq: int) -> tuple[Talk, datetime | None]:
    """The talk before the event `seq`, and what was promised."""
    if seq == 1:
        return Talk(), None
    kept = Standing.objects.filter(ticket=ticket).values_list(*Talk._fields, "promised_at").first()
    if kept is None:
        return talk_of(list(Event.objects.filter(ticket=ticket, seq__lt=seq).order_by("seq"))), None
    return Talk(*kept[:-1]), kept[-1]


def _save(standing: Standing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, row(standing))
