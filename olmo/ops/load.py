"""`olmo load`: bring many tickets in at once, each with the log, messages and search words that it would have by verbs.

A line of the file is one ticket (docs/commands.md gives its fields). Lines are written in batches of one transaction each, so a
wrong line leaves nothing half done, and the message says from which line to go on. The guards and row security stay in force:
what is written is what the typed changes make of an empty row, applied in order. Nobody is notified of the past.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import JSONField
from psycopg.errors import ProgramLimitExceeded
from psycopg.types.json import Jsonb

from olmo.kernel.config import current
from olmo.kernel.errors import OlmoError
from olmo.kernel.text import digest
from olmo.kernel.tokens import new_token
from olmo.ops import roles
from olmo.ops.load_lines import BadLine, Line, Said, lines_of
from olmo.ops.problems import Problem
from olmo.people.actions import enrol_agent, enrol_requester, robot
from olmo.people.models import Team, Tier
from olmo.people.queries import by_address
from olmo.tenancy.models import Client, Domain
from olmo.tenancy.scope import scope
from olmo.tickets import search, standing
from olmo.tickets.changes import Assigned, Change, Closed, Noted, Opened, PutOnHold, Received, Replied, Resolved, Talk
from olmo.tickets.models import Channel, Event, HoldReason, Message, MessageKind, ResolutionCode, Ticket, TicketKind

BATCH = 2000  # tickets in one transaction
AGENTS = (
    "Anna Chen", "Marco Ito", "Giulia Popescu", "Luca Nagy", "Sara Kowalski", "Paolo Silva", "Elena Costa", "Davide Dubois",
    "Chiara Larsen", "Matteo Schmidt", "James Novak", "Emily Khan",
)  # fmt: skip
# Priority 1 to 4 by the default matrix: (impact, urgency).
LEVELS = {1: (1, 1), 2: (1, 2), 3: (2, 2), 4: (3, 3)}
# The client's own rule would close all that was resolved long ago in the first minutes: loaded tickets stay as they are.
STAYS_RESOLVED_DAYS = 32_000

TICKET = tuple(f'"{f.column}"' for f in Ticket._meta.concrete_fields)
MESSAGE = tuple(f'"{f.column}"' for f in Message._meta.concrete_fields)
EVENT = tuple(f'"{f.column}"' for f in Event._meta.concrete_fields if f.column != "id")
TICKET_FIELDS = tuple(f.attname for f in Ticket._meta.concrete_fields)
# A message as the file's are, but for what each one says: making 4 model instances a ticket would cost more than the database.
MESSAGE_ROW = {f.attname: getattr(Message(channel=Channel.MAIL), f.attname) for f in Message._meta.concrete_fields}
TABLES = {
    "tickets_ticket": TICKET, "tickets_message": MESSAGE, "tickets_event": EVENT, "tickets_standing": standing.COLUMNS,
}  # fmt: skip

# The words of a ticket as olmo_search_add_message would gather them one by one, for a whole batch at once.
WORDS = (
    "create or replace aggregate pg_temp.all_words(tsvector) (sfunc = tsvector_concat, stype = tsvector, initcond = '')"
)
INDEX = """
insert into tickets_searchdocument (ticket_id, client_id, block, words)
select t.id, t.client_id, t.id / 16384, setweight(to_tsvector(olmo_configuration(t.language), t.subject), 'A') || said.words
from load_tickets_ticket t join (
    select m.ticket_id, pg_temp.all_words(setweight(
        to_tsvector(olmo_configuration(o.language), left(m.text || ' ' || left(m.quoted, 20000), 100000)),
        (case m.kind when 'internal' then 'D' else 'C' end)::"char") order by m.at, m.id) as words
    from load_tickets_message m join load_tickets_ticket o on o.id = m.ticket_id group by m.ticket_id
) said on said.ticket_id = t.id order by t.id
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Load tickets from a JSON-lines file. Raises Problem naming a wrong line and how to go on after it."""
    parser = argparse.ArgumentParser(prog="olmo load", description="Load many tickets from a JSON-lines file.")
    parser.add_argument("file", type=Path, help="one ticket a line (see docs/commands.md); - reads standard input")
    parser.add_argument("--client", default="Corp Example", help="the organisation whose tickets they are")
    parser.add_argument("--domain", help="make this mail domain the organisation's")
    parser.add_argument("--from", dest="first", type=int, default=1, metavar="LINE", help="begin with this line")
    options = parser.parse_args(argv)
    loader = Loader(client_named(options.client, options.domain))
    with _opened(options.file) as stream:
        _load(loader, islice(enumerate(stream, 1), max(options.first, 1) - 1, None), options.file)
    _settle()
    return 0


def _opened(path: Path) -> Any:
    try:
        return sys.stdin if str(path) == "-" else path.open(encoding="utf-8")
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror})") from error


def _load(loader: "Loader", numbered: Iterator[tuple[int, str]], path: Path) -> None:
    """Write batch after batch, and say how far it is."""
    began, done = time.monotonic(), 0
    while True:
        batch = list(islice(numbered, BATCH))
        if not batch:
            break
        try:
            done += loader.write(lines_of(batch))
        except (BadLine, OlmoError, UnicodeDecodeError) as error:
            raise Problem(
                f"{path}, {error}; the {done} tickets before line {batch[0][0]} are loaded: correct it and go on with "
                f"--from {batch[0][0]}"
            ) from error
        _progress(f"\r{done} tickets, {done / (time.monotonic() - began):.0f} a second")
    _progress("\n" if done else "The file holds no ticket.\n")


def _progress(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _settle() -> None:
    """Let the planner know the new sizes now rather than in a minute; only the tables' owner may."""
    with roles.connect(current().login()) as owner:
        for table in (*TABLES, "tickets_searchdocument", "people_person"):
            owner.execute(f"vacuum (analyze) {table}".encode())


@dataclass
class Rows:
    """What one batch will insert, in the order of the tables' columns."""

    tickets: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    standings: list[tuple[Any, ...]] = field(default_factory=list)


_JSON = {field.attname for field in Ticket._meta.concrete_fields if isinstance(field, JSONField)}


def _as_column(ticket: Ticket, name: str) -> Any:
    value = getattr(ticket, name)
    return Jsonb(value) if name in _JSON else value


class Loader:
    """Writes tickets of one client; knows the people and teams that it met so far."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.clockwork = 0
        self.teams: dict[str, Team] = {}
        self.agents: dict[int, int] = {}
        self.requesters: dict[str, int] = {}

    def write(self, lines: Iterator[Line]) -> int:
        """Insert tickets in one transaction; returns how many. Raises BadLine, OlmoError, and then nothing is written."""
        with scope([self.client.pk]):
            batch = list(lines)
            self._meet(batch)
            rows = self._rows(batch)
            self._insert(rows)
        return len(batch)

    def _meet(self, batch: list[Line]) -> None:
        """Make sure that everybody named in the batch exists."""
        self.clockwork = self.clockwork or robot("Olmo").pk
        for line in batch:
            if line.queue not in self.teams:
                self.teams[line.queue] = _team(line.queue)
            if line.author is not None and line.author not in self.agents:
                self.agents[line.author] = _agent(line.author, self.teams[line.queue])
            if line.email not in self.requesters:
                self.requesters[line.email] = _requester(self.client, line)

    def _rows(self, batch: list[Line]) -> Rows:
        rows = Rows()
        ids = _take("tickets_ticket_id_seq", len(batch))
        numbers = _take("ticket_numbers", len(batch))
        message_ids = iter(_take("tickets_message_id_seq", sum(len(line.said) for line in batch)))
        for line, pk, number in zip(batch, ids, numbers, strict=True):
            ticket = Ticket(pk=pk, number=number, subject=line.subject, reply_token=new_token(20))
            history = History(self, line, ticket, rows)
            history.tell([next(message_ids) for _ in line.said])
            rows.standings.append(standing.row(standing.of(ticket, history.talk)))
            rows.tickets.append(tuple(_as_column(ticket, name) for name in TICKET_FIELDS))
        return rows

    def _insert(self, rows: Rows) -> None:
        """COPY cannot write a table under row security: it fills temporary ones, and INSERT passes every check."""
        self._make_tables()
        with connection.cursor() as cursor:
            written = zip(TABLES.items(), (rows.tickets, rows.messages, rows.events, rows.standings), strict=True)
            for (table, columns), values in written:
                names = ", ".join(columns)
                with cursor.copy(f"copy load_{table} ({names}) from stdin") as copy:
                    for row in values:
                        copy.write_row(row)
                cursor.execute(f"insert into {table} ({names}) select {names} from load_{table}")  # noqa: S608
        self._index(rows)

    def _make_tables(self) -> None:
        """Temporary tables that empty themselves at each commit."""
        with connection.cursor() as cursor:
            cursor.execute(WORDS)
            for table, columns in TABLES.items():
                shape = f"select {', '.join(columns)} from {table} limit 0"  # noqa: S608  (names of ours)
                cursor.execute(f"create temporary table if not exists load_{table} on commit delete rows as {shape}")

    def _index(self, rows: Rows) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("analyze load_tickets_ticket; analyze load_tickets_message")
                cursor.execute(INDEX)
        except Exception as error:
            if not isinstance(error.__cause__, ProgramLimitExceeded):
                raise
            for ticket in Ticket.objects.filter(pk__in=[row[0] for row in rows.tickets]):
                search.rebuild(ticket)  # one has more words than a document holds: it keeps as many as fit


class History:
    """Tells one ticket's history by typed changes, as its log would have recorded them at the time."""

    def __init__(self, loader: Loader, line: Line, ticket: Ticket, rows: Rows) -> None:
        self.loader, self.line, self.ticket, self.rows = loader, line, ticket, rows
        self.talk = Talk()
        self.requester = loader.requesters[line.email]
        self.team = loader.teams[line.queue].pk
        self.agent = loader.agents[line.author] if line.author is not None else loader.clockwork

    def tell(self, message_ids: list[int]) -> None:
        """Record everything from `opened` to the status in the file."""
        self._open(message_ids[0])
        if self.line.agent is not None:
            self._record(Assigned(team=self.team, assignee=self.agent), self.agent, self.line.said[0].at)
        for pk, said in zip(message_ids[1:], self.line.said[1:], strict=True):
            self._say(pk, said)
        self._end()

    def _open(self, message: int) -> None:
        line, (impact, urgency) = self.line, LEVELS[self.line.priority]
        change = Opened(
            ticket_kind=TicketKind.INCIDENT, channel=Channel.MAIL, subject=digest(line.subject), language=line.language,
            client=self.loader.client.pk, requester=self.requester, impact=impact, urgency=urgency,
            priority=self.loader.client.priority_of(impact, urgency), message=message, team=self.team,
        )  # fmt: skip
        self._keep(message, line.said[0], self.requester)
        self._record(change, self.requester, line.said[0].at)

    def _say(self, pk: int, said: Said) -> None:
        if not said.is_agent:
            self._keep(pk, said, self.requester)
            self._record(Received(message=pk), self.requester, said.at)
            return
        self._keep(pk, said, self.agent)
        self._record(Replied(message=pk) if said.is_public else Noted(message=pk), self.agent, said.at)

    def _end(self) -> None:
        """The status of the file. Whoever was answered is no longer new, whatever the file says."""
        by, at = self.agent, self.ticket.updated_at + timedelta(minutes=5)
        if self.line.status == "pending":
            self._record(PutOnHold(reason=HoldReason.REQUESTER), by, at)
        if self.line.status in ("resolved", "closed"):
            self._record(Resolved(code=ResolutionCode.FIXED), by, at)
        if self.line.status == "closed":
            self._record(Closed(), self.loader.clockwork, at + timedelta(days=5))

    def _record(self, change: Change, by: int, at: datetime) -> None:
        """What `tickets.log.Log.record` does to a row, without a row that is there already."""
        ticket = self.ticket
        at = max(at, ticket.updated_at) if ticket.version else at
        change.apply(ticket, at)
        self.talk = change.talk(self.talk, at)
        ticket.version += 1
        if change.is_activity or ticket.version == 1:
            ticket.updated_at = at
        self.rows.events.append((ticket.pk, ticket.version, change.kind, by, at, Jsonb(change.as_data()), None, 0))

    def _keep(self, pk: int, said: Said, author: int) -> None:
        row = MESSAGE_ROW | {
            "id": pk, "client_id": self.loader.client.pk, "ticket_id": self.ticket.pk, "author_id": author,
            "kind": MessageKind.PUBLIC if said.is_public else MessageKind.INTERNAL, "is_from_desk": said.is_agent,
            "at": said.at, "text": said.text, "quoted": said.quoted,
        }  # fmt: skip
        self.rows.messages.append(tuple(row.values()))


def client_named(name: str, domain: str | None = None) -> Client:
    """The client with this name, made when there is none; `domain` becomes its mail domain. Raises Problem (taken)."""
    client = Client.objects.filter(name__iexact=name).first()
    client = client or Client.objects.create(name=name, close_after_days=STAYS_RESOLVED_DAYS)
    if domain:
        held, _made = Domain.objects.get_or_create(name=domain.lower(), defaults={"client": client})
        if held.client_id != client.pk:
            raise Problem(f"--domain {domain} belongs to the organisation {held.client.name}")
    return client


def _team(name: str) -> Team:
    first, _made = Tier.objects.get_or_create(level=1, defaults={"name": "Tier 1"})
    return Team.objects.get_or_create(name=name, defaults={"tier": first})[0]


def _agent(index: int, team: Team) -> int:
    """The agent of this index; they have no password, so that nobody signs in who was not asked to."""
    address = f"agent{index}@desk.example"
    name = AGENTS[index] if index < len(AGENTS) else f"Agent {index}"
    found = by_address(address) or enrol_agent(name, address)
    team.members.add(found)
    return found.pk


def _requester(client: Client, line: Line) -> int:
    found = by_address(line.email) or enrol_requester(client, line.name, line.email, language=line.language)
    return found.pk


def _take(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s) from generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]
