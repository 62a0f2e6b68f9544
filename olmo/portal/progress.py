"""How far a request is, in plain words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import spoken
from olmo.tickets.models import HoldReason, Status, Ticket

from .reading import Row


@dataclass(frozen=True)
class State:
    """A drawing (icons.svg) and a few words."""

    icon: str
    words: str


def in_list(row: Row) -> dict[str, Any]:
    """A row as look/requests.html prints it, without its address."""
    ticket, last = row.ticket, row.last
    state = _after_answer(row) or _of(ticket["status"], ticket["hold_reason"], ticket["assignee__name"])
    return {
        "number": ticket["number"], "title": ticket["subject"], "icon": state.icon, "state": state.words,
        "at": last.at if last else ticket["opened_at"], "is_unread": row.is_unread,
    }  # fmt: skip


def headline(ticket: Ticket) -> State:
    """The one sentence at the head of a request."""
    return _of(ticket.status, ticket.hold_reason, ticket.assignee.name if ticket.assignee else "")


def _after_answer(row: Row) -> State | None:
    """While work goes on, an answer of the desk says more than the state."""
    if row.last is None or not row.last.is_from_desk or row.ticket["status"] not in (Status.NEW, Status.OPEN):
        return None
    return State("chat", _("%(name)s answered you") % {"name": _first(row.last.author.name)})


def _of(status: str, hold_reason: str, assignee: str | None) -> State:
    if status == Status.WAITING:
        return _waiting(hold_reason)
    if status == Status.RESOLVED:
        return State("check", _("Solved. Does it work again?"))
    if status == Status.CLOSED:
        return State("done", _("Closed"))
    if assignee:
        return State("pen", _("%(name)s is working on it") % {"name": _first(assignee)})
    return State("inbox", _("Received, in the queue") if status == Status.NEW else _("Being worked on"))


def _waiting(reason: str) -> State:
    if reason == HoldReason.REQUESTER:
        return State("reply", _("We need an answer from you"))
    if reason == HoldReason.APPROVAL:
        return State("waiting", _("Waiting for an approval"))
    if reason == HoldReason.THIRD_PARTY:
        return State("waiting", _("Waiting for somebody outside"))
    return State("calendar", _("Planned for later"))


def stages(ticket: Ticket) -> list[dict[str, Any]]:
    """The way of a request, as look/stages.html prints it: done, now, to come."""
    reached = _reached(ticket)
    steps = [
        (_("Received"), spoken.moment(ticket.opened_at)),
        (_taken(ticket), _work_words(ticket)),
        (_("Solved"), spoken.moment(ticket.resolved_at) if ticket.resolved_at else ""),
        (_("Your confirmation"), _("Not solved after all? One answer and it is open again.")),
    ]
    return [
        {"title": title, "text": text if n <= reached or n == len(steps) - 1 else "", "is_": _place(n, reached)}
        for n, (title, text) in enumerate(steps)
    ]


def _place(n: int, reached: int) -> str:
    return "done" if n < reached else "now" if n == reached else "next"


def _reached(ticket: Ticket) -> int:
    """The step where it is now: 0 received, 1 in work, 3 to be confirmed; 4 when all is over."""
    return {Status.NEW: 0, Status.RESOLVED: 3, Status.CLOSED: 4}.get(Status(ticket.status), 1)


def _taken(ticket: Ticket) -> str:
    """What the second step is called: nobody has taken on what waits for an approval."""
    if _awaits_approval(ticket):
        return _waiting(HoldReason.APPROVAL).words
    return _("Taken on by %(name)s") % {"name": ticket.assignee.name} if ticket.assignee else _("Taken on")


def _work_words(ticket: Ticket) -> str:
    if ticket.status != Status.WAITING:
        return ""
    if _awaits_approval(ticket):
        return _("Work begins when it is approved.")
    words = _waiting(ticket.hold_reason).words
    return f"{words}: {spoken.near_inside(ticket.wake_at)}" if ticket.wake_at else words


def _awaits_approval(ticket: Ticket) -> bool:
    return ticket.status == Status.WAITING and ticket.hold_reason == HoldReason.APPROVAL


def _first(name: str) -> str:
    return name.split(" ", maxsplit=1)[0]
