"""What the page of a ticket reads, in three statements: its messages, its events, and what stands around them.

Plain SQL: the page is opened all day, and the same by models costs three times as much. Row security applies as everywhere;
whoever calls has found the ticket by `queries.by_number`, which decides who may see it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from olmo.kernel import prepared
from olmo.kernel.prepared import Part, as_json, joined
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
    partner: str | None
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
    (select name from tickets_supplier where id = m.partner_id),
    (select array[name, kind, coalesce(email, '')] from people_person where id = m.author_id),
    (select json_agg(json_build_array(id, name, media_type, size, content_id, is_inline) order by id)
        from tickets_attachment where message_id = m.id)
from tickets_message m
where {conditions}
order by m.at desc, m.id desc limit %(limit)s
"""
# Only the conditions that are needed are in the statement: its kept plan walks the ticket's index from the newest on.
_OF_ONE, _OF_SEVERAL = "m.ticket_id = %(ticket)s", "m.ticket_id = any(%(tickets)s)"
_PUBLIC, _ONLY = "m.kind = 'public'", "m.id = any(%(only)s)"
_BEFORE = "(m.at, m.id) < (select at, id from tickets_message where id = %(before)s)"
_EVENTS = """
select e.id, e.ticket_id, e.seq, e.kind, e.by_id, e.at, e.data, (select name from people_person where id = e.by_id)
from tickets_event e
where e.ticket_id = %(ticket)s {until}
order by e.seq desc {limit}
"""
_UNTIL = "and e.at < %(until)s"
_STEP = 200  # events that are read at first, from the newest on, where only those since a moment are wanted
_EVENT = ["id", "ticket_id", "seq", "kind", "by_id", "at", "data"]  # in the order of the model, as from_db reads them
_AT = _EVENT.index("at")
_AROUND = """
(select name from tenancy_client where id = %s), (select name from people_team where id = %s),
(select json_build_array(name, names) from tickets_category where id = %s),
(select json_build_array(name, names) from tickets_workingstate where id = %s),
(select json_agg(json_build_array(kind, value) order by kind, id) from people_identity where person_id = %s),
(select array_agg(name order by name) from people_person where id = any(%s::bigint[])),
(select seq from tickets_readmark where person_id = %s and ticket_id = %s),
(select json_agg(json_build_array(key, label, labels, kind) order by position, id) from tickets_customfield
    where (client_id is null or client_id = %s) and (category_id is null or category_id = %s))
"""
_OWN = 8  # expressions of it


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field that tickets like this one have."""

    key: str
    label: str
    labels: dict[str, str]
    kind: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a ticket. `read_up_to` is the version that the viewer has seen, 0 for none.

    `also` is what the further expressions answered, by their names.
    """

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
    also: Mapping[str, Any] = field(default_factory=dict)


def messages(
    viewer: Person, ticket: Ticket, *, limit: int, before: int | None = None, only: Iterable[int] | None = None
) -> list[Said]:
    """The newest messages of a ticket and of those merged into it, the newest last; a requester gets the public ones.

    before: only those older than this message (its id). only: of these ids.
    """
    values: dict[str, Any] = {"limit": limit}
    if ticket.absorbed_ids:
        conditions, values["tickets"] = [_OF_SEVERAL], [ticket.pk, *absorbed(ticket)]
    else:
        conditions, values["ticket"] = [_OF_ONE], ticket.pk
    if viewer.is_requester:
        conditions.append(_PUBLIC)
    if before is not None:
        conditions, values["before"] = [*conditions, _BEFORE], before
    if only is not None:
        conditions, values["only"] = [*conditions, _ONLY], list(only)
    rows = prepared.rows(_MESSAGES.format(conditions=" and ".join(conditions)), values)
    return [_said(row) for row in reversed(rows)]


def events(ticket: Ticket, *, since: datetime | None = None, until: datetime | None = None) -> list[Event]:
    """The log of a ticket in order, from `since` on and before `until`; each with its author's name."""
    authors: dict[int, Person] = {}
    rows = _newest_events(ticket.pk, since, until)
    return [_event(row, authors) for row in reversed(rows) if since is None or row[_AT] >= since]


def _newest_events(ticket: int, since: datetime | None, until: datetime | None) -> list[tuple[Any, ...]]:
    """Events from the newest on, back to `since`: a long log is not read whole for its end."""
    values: dict[str, Any] = {"ticket": ticket}
    if until is not None:
        values["until"] = until
    sql = _EVENTS.format(until=_UNTIL if until else "", limit="limit %(limit)s" if since else "")
    if since is None:
        return prepared.rows(sql, values)
    limit = _STEP
    while True:
        rows = prepared.rows(sql, {**values, "limit": limit})
        if len(rows) < limit or rows[-1][_AT] < since:
            return rows
        limit *= 4


def around(viewer: Person, ticket: Ticket, also: Mapping[str, Part] | None = None) -> Around:
    """Names, addresses and fields that the page shows beside the conversation, in one statement.

    also: further expressions that the same statement answers, by name.
    """
    own = (
        _AROUND,
        [
            ticket.client_id, ticket.team_id, ticket.category_id, ticket.working_state_id, ticket.requester_id,
            ticket.watcher_ids, viewer.pk, ticket.pk, ticket.client_id, ticket.category_id,
        ],
    )  # fmt: skip
    more = also or {}
    answer = prepared.rows(*joined([own, *more.values()]))[0]
    client, team, category, state, identities, watchers, seq, fields = answer[:_OWN]
    name, names = as_json(category) or ("", {})
    state_name, state_names = as_json(state) or ("", {})
    return Around(
        client=client or "", team=team or "", category=name, category_names=names,
        working_state=state_name, working_state_names=state_names,
        identities=[(kind, value) for kind, value in as_json(identities) or []], watchers=watchers or [],
        fields=[Field(*field) for field in as_json(fields) or []], read_up_to=seq or 0,
        also=dict(zip(more, answer[_OWN:], strict=True)),
    )  # fmt: skip


def _said(row: tuple[Any, ...]) -> Said:
    own, author, files = row[:-2], row[-2], row[-1]
    return Said(*[*own, *author, tuple(File(*file) for file in as_json(files) or ())])


def _event(row: tuple[Any, ...], authors: dict[int, Person]) -> Event:
    *own, data, name = row
    event = Event.from_db(None, _EVENT, [*own, as_json(data)])
    if event.by_id not in authors:
        authors[event.by_id] = Person.from_db(None, ["id", "name"], [event.by_id, name])
    event.by = authors[event.by_id]
    return event
