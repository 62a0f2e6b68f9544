"""What is known of tickets, for the rules: as they are now, or as they were when they were opened."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection

from olmo.assets.models import Asset
from olmo.tickets.changes import AssetsNamed, FieldsSet, Tagged, Watched, filled, loggable, of_event
from olmo.tickets.models import Event, Ticket

from .folding import READ, folded
from .matching import State
from .world import mailboxes

_CAME = "select ticket_id, at, by_id, data::text from tickets_event where ticket_id = any(%s) and seq = 1"
# What was said when it was opened: later words do not change what came in. A statement of its own: joined to the events by what
# their data says, the planner reads all messages that there are.
_SAID = "select id, left(text, %s), source_id from tickets_message where id = any(%s) and redacted_at is null"
_NEXT = """
select ticket_id, seq, kind, data::text, by_id, at from tickets_event
where ticket_id = any(%s) and seq between 2 and 40 and kind = any(%s) and caused_by_id is null order by ticket_id, seq
"""
_ASKED = """
select p.id, p.is_vip, array(select lower(split_part(i.value, '@', 2)) from people_identity i
    where i.person_id = p.id and i.kind = 'email')
from people_person p where p.id = any(%s)
"""
_WITH_IT = (
    "fields_set",
    "tagged",
    "assets_named",
    "watched",
    "checklist_set",
    "linked",
)  # what may be recorded while a ticket is opened
_AT_ONCE = timedelta(seconds=2)


class Row(Protocol):
    """What is read of a ticket's row: the ticket itself, or a row of ROW."""

    pk: int
    client_id: int
    channel: str
    kind: str
    service_id: int | None
    category_id: int | None
    language: str
    requester_id: int
    impact: int
    urgency: int
    priority: int
    team_id: int | None
    assignee_id: int | None
    status: str
    working_state_id: int | None
    fields: dict[str, Any]
    tags: list[str]
    watcher_ids: list[int]
    asset_ids: list[int]
    subject: str


# The same as columns: many tickets are read without a model each.
ROW = (
    "pk", "client_id", "channel", "kind", "service_id", "category_id", "language", "requester_id", "impact", "urgency",
    "priority", "team_id", "assignee_id", "status", "working_state_id", "fields", "tags", "watcher_ids", "asset_ids", "subject",
)  # fmt: skip


def now(ticket: Ticket, at: datetime) -> State:
    """A ticket as it is. at: the instant that counts for conditions about time."""
    (came,) = _came([ticket.pk]).values()
    return _states([(ticket, came, present(ticket), at)])[0]


def opened(tickets: Iterable[Row]) -> list[State]:
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
    """By ticket: when and by whom it was opened, what the event says, and what was written then, and where it came in."""
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [ids])
        found = {
            pk: {"at": at, "by": by, "data": json.loads(data), "text": "", "source": None}
            for pk, at, by, data in cursor.fetchall()
        }
        first = {one["data"]["message"]: one for one in found.values() if one["data"].get("message")}
        cursor.execute(_SAID, [READ, list(first)])
        for message, text, source in cursor.fetchall():
            first[message].update(text=text, source=source)
    return found


def _later(ids: list[int]) -> Mapping[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [ids, list(_WITH_IT)])
        for pk, *rest in cursor.fetchall():
            found.setdefault(pk, []).append(tuple(rest))
    return found


def present(ticket: Row) -> dict[str, Any]:
    """What the row itself tells."""
    return {
        "client": ticket.client_id, "channel": ticket.channel, "kind": ticket.kind, "category": ticket.category_id,
        "service": ticket.service_id, "language": ticket.language, "requester": ticket.requester_id, "impact": ticket.impact,
        "urgency": ticket.urgency, "priority": ticket.priority, "team": ticket.team_id, "assignee": ticket.assignee_id,
        "status": ticket.status, "working_state": ticket.working_state_id, "fields": ticket.fields,
        "tags": frozenset(ticket.tags), "followers": frozenset(ticket.watcher_ids), "assets": frozenset(ticket.asset_ids),
    }  # fmt: skip


def _first(ticket: Row, came: Mapping[str, Any], later: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """What the opening said, and what was recorded with it."""
    said = came["data"]  # of `Opened`: numbers and words, which need no reading
    state: dict[str, Any] = {
        "client": said["client"], "channel": said["channel"], "kind": said["ticket_kind"], "category": said.get("category"),
        "service": said.get("service"), "language": said["language"], "requester": said["requester"], "impact": said["impact"],
        "urgency": said["urgency"], "priority": said["priority"], "team": said.get("team"), "assignee": said.get("assignee"),
        "status": "open" if said.get("assignee") else "new", "working_state": None, "fields": {}, "tags": frozenset(),
        "followers": frozenset(), "assets": frozenset(),
    }  # fmt: skip
    for seq, (number, kind, data, by, at) in enumerate(later, 2):
        if number != seq or kind not in _WITH_IT or by != came["by"] or at - came["at"] > _AT_ONCE:
            break
        _add(state, of_event(kind, json.loads(data)), ticket)
    return state


def _add(state: dict[str, Any], change: Any, ticket: Row) -> None:
    if isinstance(change, FieldsSet):
        told = loggable(ticket.fields)
        words = {key: ticket.fields[key] if told.get(key) == value else value for key, value in change.values.items()}
        state["fields"] = filled(state["fields"], words)
    elif isinstance(change, Tagged):
        state["tags"] = (state["tags"] | set(change.added or ())) - set(change.removed or ())
    elif isinstance(change, AssetsNamed):
        state["assets"] = (state["assets"] | set(change.assets_added or ())) - set(change.assets_removed or ())
    elif isinstance(change, Watched):
        state["followers"] |= {change.person}


def _states(rows: Sequence[tuple[Row, Mapping[str, Any], dict[str, Any], datetime]]) -> list[State]:
    """The same for all: words, the mailbox, who asked, the queues."""
    boxes = mailboxes([came["source"] for _t, came, _s, _at in rows if came["source"]])
    asked = _asked({state["requester"] for _t, _c, state, _at in rows})
    named = _named({pk for _t, _c, state, _at in rows for pk in state["assets"]})
    found = []
    for ticket, came, state, at in rows:
        subject, text = folded(ticket.subject), folded(came["text"])
        mailbox = boxes.get(came["source"])
        is_vip, domains = asked.get(state["requester"], (False, frozenset()))
        found.append(
            {
                **state, "at": at, "subject": subject, "text": text, "words": f"{subject}\n{text}", "mailbox": mailbox,
                "vip": is_vip, "domain": domains, "queues": _queues(state["channel"], mailbox, came["data"].get("team")),
                "asset_kind": frozenset(named[pk][0] for pk in state["assets"] if pk in named),
                "asset": frozenset(named[pk][1] for pk in state["assets"] if pk in named),
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


def _named(ids: set[int]) -> dict[int, tuple[int, str]]:
    """Kind of assets, and their tags as they are compared."""
    rows = Asset.objects.filter(pk__in=ids).values_list("pk", "kind_id", "tag_key") if ids else []
    return {pk: (kind, tag) for pk, kind, tag in rows}
