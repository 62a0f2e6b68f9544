"""What the page of a ticket reads, in three statements: its messages, its events, and what stands around them.

Plain SQL: the page is opened all day, and the same by models costs three times as much. Row security applies as everywhere;
whoever calls has found the ticket by `queries.by_number`, which decides who may see it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from olmo.people.models import Person

from .models import Event, MessageKind, Ticket
from .queries import absorbed


@dataclass(frozen=True, slots=True)
class File:
    """An attachment of a message; its content is fetched by its page."""

    pk: int
    name: str
    media_type: str
    size: int
    content_id: str
    is_inline: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A message with what is shown of its author, and its files."""

    pk: int
    ticket_id: int
    kind: str
    channel: str
    is_from_desk: bool
    is_verified: bool
    at: datetime
    text: str
    quoted: str
    html: str
    to: list[str]
    cc: list[str]
    is_markdown: bool
    redacted_at: datetime | None
    withdrawn_at: datetime | None
    call_direction: str
    call_minutes: int | None
    author_name: str
    author_kind: str
    author_email: str
    files: tuple[File, ...]

    @property
    def is_internal(self) -> bool:
        return self.kind == MessageKind.INTERNAL


# The author comes by a subselect: as a join, under row security, planning it takes longer than reading it.
_MESSAGES = """
select m.id, m.ticket_id, m.kind, m.channel, m.is_from_desk, m.is_verified, m.at, m.text, m.quoted, m.html, m.to, m.cc,
    m.is_markdown, m.redacted_at, m.withdrawn_at, m.call_direction, m.call_minutes,
    (select array[name, kind, coalesce(email, '')] from people_person where id = m.author_id),
    (select json_agg(json_build_array(id, name, media_type, size, content_id, is_inline) order by id)
        from tickets_attachment where message_id = m.id)
from tickets_message m
where m.ticket_id = any(%(tickets)s) and (m.kind = 'public' or not %(public_only)s)
    and (%(before)s::bigint is null or (m.at, m.id) < (select at, id from tickets_message where id = %(before)s))
    and (%(only)s::bigint[] is null or m.id = any(%(only)s))
order by m.at desc, m.id desc limit %(limit)s
"""
_EVENTS = """
select e.id, e.ticket_id, e.seq, e.kind, e.by_id, e.at, e.data, (select name from people_person where id = e.by_id)
from tickets_event e
where e.ticket_id = %(ticket)s and (%(since)s::timestamptz is null or e.at >= %(since)s)
    and (%(until)s::timestamptz is null or e.at < %(until)s)
order by e.seq
"""
_EVENT = ["id", "ticket_id", "seq", "kind", "by_id", "at", "data"]  # in the order of the model, as from_db reads them
# Each with the value that it needs: without one it is left out, since planning costs more than reading here.
_AROUND = {
    "client": "(select name from tenancy_client where id = %(client)s)",
    "team": "(select name from people_team where id = %(team)s)",
    "category": "(select json_build_array(name, names) from tickets_category where id = %(category)s)",
    "working_state": "(select json_build_array(name, names) from tickets_workingstate where id = %(working_state)s)",
    "requester": "(select json_agg(json_build_array(kind, value) order by kind, id) from people_identity"
    " where person_id = %(requester)s)",
    "watchers": "(select array_agg(name order by name) from people_person where id = any(%(watchers)s))",
    "ticket": "(select seq from tickets_readmark where person_id = %(viewer)s and ticket_id = %(ticket)s)",
    "viewer": "(select json_agg(json_build_array(key, label, labels, kind) order by position, id) from tickets_customfield"
    " where (client_id is null or client_id = %(client)s) and (category_id is null or category_id = %(category)s))",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field that tickets like this one have."""

    key: str
    label: str
    labels: dict[str, str]
    kind: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a ticket. `read_up_to` is the version that the viewer has seen, 0 for none."""

    client: str
    team: str
    category: str
    category_names: dict[str, str]
    working_state: str
    working_state_names: dict[str, str]
    identities: list[tuple[str, str]]
    watchers: list[str]
    fields: list[Field]
    read_up_to: int


def messages(
    viewer: Person, ticket: Ticket, *, limit: int, before: int | None = None, only: Iterable[int] | None = None
) -> list[Said]:
    """The newest messages of a ticket and of those merged into it, the newest last; a requester gets the public ones.

    before: only those older than this message (its id). only: of these ids.
    """
    values = {
        "tickets": [ticket.pk, *absorbed(ticket)], "public_only": viewer.is_requester, "before": before,
        "only": None if only is None else list(only), "limit": limit,
    }  # fmt: skip
    return [_said(row) for row in reversed(_rows(_MESSAGES, values))]


def events(ticket: Ticket, *, since: datetime | None = None, until: datetime | None = None) -> list[Event]:
    """The log of a ticket in order, from `since` on and before `until`; each with its author's name."""
    authors: dict[int, Person] = {}
    return [_event(row, authors) for row in _rows(_EVENTS, {"ticket": ticket.pk, "since": since, "until": until})]


def around(viewer: Person, ticket: Ticket) -> Around:
    """Names, addresses and fields that the page shows beside the conversation."""
    values = {
        "client": ticket.client_id, "team": ticket.team_id, "category": ticket.category_id,
        "working_state": ticket.working_state_id, "requester": ticket.requester_id,
        "watchers": ticket.watcher_ids, "viewer": viewer.pk, "ticket": ticket.pk,
    }  # fmt: skip
    columns = [sql if values[name] else "null" for name, sql in _AROUND.items()]
    client, team, category, state, identities, watchers, seq, fields = _rows(f"select {', '.join(columns)}", values)[0]
    name, names = _json(category) or ("", {})
    state_name, state_names = _json(state) or ("", {})
    return Around(
        client=client or "", team=team or "", category=name, category_names=names,
        working_state=state_name, working_state_names=state_names,
        identities=[(kind, value) for kind, value in _json(identities) or []], watchers=watchers or [],
        fields=[Field(*field) for field in _json(fields) or []], read_up_to=seq or 0,
    )  # fmt: skip


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _said(row: tuple[Any, ...]) -> Said:
    own, author, files = row[:-2], row[-2], row[-1]
    return Said(*[*own, *author, tuple(File(*file) for file in _json(files) or ())])


def _event(row: tuple[Any, ...], authors: dict[int, Person]) -> Event:
    *own, data, name = row
    event = Event.from_db(None, _EVENT, [*own, _json(data)])
    if event.by_id not in authors:
        authors[event.by_id] = Person.from_db(None, ["id", "name"], [event.by_id, name])
    event.by = authors[event.by_id]
    return event


def _json(value: Any) -> Any:
    """Django leaves JSON of the server as text, to be read by its fields."""
    return json.loads(value) if isinstance(value, str) else value
