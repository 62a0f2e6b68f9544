"""What is known of tickets, for the rules: as they are now, or as they were when they were opened."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from olmo.tickets.changes import FieldsSet, Opened, Tagged, Watched, filled, loggable, of_event
from olmo.tickets.models import Event, Ticket

from .folding import folded
from .matching import State
from .world import mailboxes

# What was said when it was opened: later words do not change what came in.
_CAME = """
select t.id, e.at, e.by_id, e.data::text, coalesce(m.text, ''), m.source_id
from tickets_ticket t join tickets_event e on e.ticket_id = t.id and e.seq = 1
left join tickets_message m on m.id = (e.data ->> 'message')::bigint and m.redacted_at is null
where t.id = any(%s)
"""
_NEXT = """
select ticket_id, seq, kind, data::text, by_id, at from tickets_event
where ticket_id = any(%s) and seq between 2 and 40 and caused_by_id is null order by ticket_id, seq
"""
_ASKED = """
select p.id, p.is_vip, array(select lower(split_part(i.value, '@', 2)) from people_identity i
    where i.person_id = p.id and i.kind = 'email')
from people_person p where p.id = any(%s)
"""
_WITH_IT = (
    "fields_set",
    "tagged",
    "watched",
    "checklist_set",
    "linked",
)  # what may be recorded while a ticket is opened
_AT_ONCE = timedelta(seconds=2)


def now(ticket: Ticket, at: datetime) -> State:
    """A ticket as it is. at: the instant that counts for conditions about time."""
    (came,) = _came([ticket.pk]).values()
    return _states([(ticket, came, present(ticket), at)])[0]


def opened(tickets: Iterable[Ticket]) -> list[State]:
    """Tickets as they were when they were opened, in the same order. Their subject, and what is known of people, is of today."""
    rows = list(tickets)
    ids = [ticket.pk for ticket in rows]
    came, later = _came(ids), _later(ids)
    return _states(
        [
            (ticket, one, _first(ticket, one, later.get(ticket.pk, ())), one["at"])
            for ticket in rows
            if (one := came.get(ticket.pk))
        ]
    )


def is_of_opening(event: Event) -> bool:
    """Whether an event only tells what the ticket was opened with."""
    young = event.at - event.ticket.opened_at <= _AT_ONCE
    return young and event.caused_by_id is None and event.kind in _WITH_IT


def touched_since(event: Event) -> set[str]:
    """What people have changed after an event, before the worker came to it: that is left as they want it."""
    later = Event.objects.filter(ticket=event.ticket_id, seq__gt=event.seq, caused_by=None).select_related("ticket")
    changes = [of_event(one.kind, one.data) for one in later if not is_of_opening(one)]
    return {field for change in changes for field in change.fields_touched()}


def _came(ids: list[int]) -> dict[int, dict[str, Any]]:
    names = ("at", "by", "data", "text", "source")
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [ids])
        return {pk: dict(zip(names, rest, strict=True)) for pk, *rest in cursor.fetchall()}


def _later(ids: list[int]) -> Mapping[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [ids])
        for pk, *rest in cursor.fetchall():
            found.setdefault(pk, []).append(tuple(rest))
    return found


def present(ticket: Ticket) -> dict[str, Any]:
    """What the row itself tells."""
    return {
        "client": ticket.client_id, "channel": ticket.channel, "kind": ticket.kind, "category": ticket.category_id,
        "language": ticket.language, "requester": ticket.requester_id, "impact": ticket.impact, "urgency": ticket.urgency,
        "priority": ticket.priority, "team": ticket.team_id, "assignee": ticket.assignee_id, "status": ticket.status,
        "working_state": ticket.working_state_id, "fields": ticket.fields, "tags": frozenset(ticket.tags),
        "followers": frozenset(ticket.watcher_ids),
    }  # fmt: skip


def _first(ticket: Ticket, came: Mapping[str, Any], later: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """What the opening said, and what was recorded with it."""
    change = of_event("opened", _data(came["data"]))
    assert isinstance(change, Opened)
    state: dict[str, Any] = {
        "client": change.client, "channel": change.channel, "kind": change.ticket_kind, "category": change.category,
        "language": change.language, "requester": change.requester, "impact": change.impact, "urgency": change.urgency,
        "priority": change.priority, "team": change.team, "assignee": change.assignee,
        "status": "open" if change.assignee else "new", "working_state": None, "fields": {}, "tags": frozenset(),
        "followers": frozenset(),
    }  # fmt: skip
    for seq, (number, kind, data, by, at) in enumerate(later, 2):
        if number != seq or kind not in _WITH_IT or by != came["by"] or at - came["at"] > _AT_ONCE:
            break
        _add(state, of_event(kind, _data(data)), ticket)
    return state


def _add(state: dict[str, Any], change: Any, ticket: Ticket) -> None:
    if isinstance(change, FieldsSet):
        told = loggable(ticket.fields)
        words = {key: ticket.fields[key] if told.get(key) == value else value for key, value in change.values.items()}
        state["fields"] = filled(state["fields"], words)
    elif isinstance(change, Tagged):
        state["tags"] = (state["tags"] | set(change.added or ())) - set(change.removed or ())
    elif isinstance(change, Watched):
        state["followers"] |= {change.person}


def _states(rows: Sequence[tuple[Ticket, Mapping[str, Any], dict[str, Any], datetime]]) -> list[State]:
    """The same for all: words, the mailbox, who asked, the queues."""
    boxes = mailboxes([came["source"] for _t, came, _s, _at in rows if came["source"]])
    asked = _asked({state["requester"] for _t, _c, state, _at in rows})
    found = []
    for ticket, came, state, at in rows:
        subject, text = folded(ticket.subject), folded(came["text"])
        mailbox = boxes.get(came["source"])
        is_vip, domains = asked.get(state["requester"], (False, frozenset()))
        found.append(
            {
                **state, "at": at, "subject": subject, "text": text, "words": f"{subject}\n{text}", "mailbox": mailbox,
                "vip": is_vip, "domain": domains, "queues": _queues(state["channel"], mailbox, _data(came["data"]).get("team")),
            }
        )  # fmt: skip
    return found


def _queues(channel: str, mailbox: int | None, team: int | None) -> frozenset[str]:
    """Where a ticket came in: its channel, its mailbox, the team with which it began."""
    return frozenset({f"channel-{channel}", f"mailbox-{mailbox}", f"team-{team}"})


def _asked(ids: set[int]) -> dict[int, tuple[bool, frozenset[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [list(ids)])
        return {pk: (is_vip, frozenset(domains)) for pk, is_vip, domains in cursor.fetchall()}


def _data(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
