"""`olmo tickets` and `olmo ticket`: what is in the desk, for scripts and for a look from the terminal.

With --json the fields are a format that scripts rely on (docs/commands.md): names are added, never changed or dropped.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from olmo.kernel.errors import Invalid, NotFound
from olmo.ops.problems import Problem
from olmo.people.actions import robot
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import finding, queries, sentences
from olmo.tickets.models import Attachment, Event, Message, Ticket

MAX_LISTED = 5000
COLUMNS = (("number", 8), ("status", 9), ("priority", 3), ("updated", 17), ("requester", 20), ("assignee", 16))


def main_list(argv: Sequence[str] | None = None) -> int:
    """Search tickets as an agent of every organisation does, and print them, best or newest first."""
    parser = argparse.ArgumentParser(prog="olmo tickets", description=main_list.__doc__)
    parser.add_argument("query", nargs="*", help="such as: status:open vpn (none lists the newest)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--limit", type=_limit, default=50, help=f"at most so many (50; up to {MAX_LISTED})")
    options = parser.parse_args(argv)
    with scope(EVERY_CLIENT):
        try:
            rows = finding.search(robot("Olmo"), " ".join(options.query), limit=options.limit)
        except Invalid as refusal:
            sys.stderr.write(f"olmo: {refusal}\n")
            return 2
        tickets = _listed(rows)
    _print(map(_json, tickets) if options.json else _table(tickets))
    return 0


def main_one(argv: Sequence[str] | None = None) -> int:
    """Print one ticket with its messages and its log. Raises Problem when there is none with this number."""
    parser = argparse.ArgumentParser(prog="olmo ticket", description="Print one ticket with its messages and its log.")
    parser.add_argument("number", type=int)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(argv)
    with scope(EVERY_CLIENT):
        viewer = robot("Olmo")
        try:
            found = whole(viewer, queries.by_number(viewer, options.number))
        except (NotFound, OverflowError) as error:
            raise Problem(f"there is no ticket {options.number}; `bin/olmo tickets` lists them") from error
    _print([_json(found)] if options.json else _page(found))
    return 0


def whole(viewer: Person, ticket: Ticket) -> dict[str, Any]:
    """Everything about a ticket: its row with names in place of ids, its messages, its log."""
    (row,) = _listed(finding.search(viewer, f"#{ticket.number}", limit=1))
    category = ticket.category
    return row | {
        "category": category.name if category else None,
        "impact": ticket.impact, "urgency": ticket.urgency, "resolution_code": ticket.resolution_code,
        "answered_at": _at(ticket.answered_at), "closed_at": _at(ticket.closed_at), "fields": ticket.fields,
        "watchers": list(Person.objects.filter(pk__in=ticket.watcher_ids).order_by("name").values_list("name", flat=True)),
        "links": [{"kind": link["kind"], "number": _number(link["ticket"])} for link in ticket.links],
        "merged_into": _number(ticket.merged_into_id) if ticket.merged_into_id else None,
        "messages": [_message(message) for message in queries.messages(viewer, ticket)],
        "log": _log(viewer, ticket),
    }  # fmt: skip


def _listed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    people = {row["requester_id"] for row in rows} | {row["assignee_id"] for row in rows}
    addresses = dict(Person.objects.filter(pk__in=people - {None}).values_list("pk", "email"))
    return [
        {
            **{name: row[name] for name in ("number", "subject", "status", "hold_reason", "priority", "kind", "channel")},
            "client": row["client__name"],
            "requester": {"name": row["requester__name"], "email": addresses.get(row["requester_id"])},
            "team": row["team__name"],
            "assignee": _assignee(row, addresses),
            **{name: _at(row[name]) for name in ("opened_at", "updated_at", "wake_at", "due_at", "resolved_at")},
            "tags": row["tags"], "language": row["language"], "version": row["version"],
        }
        for row in rows
    ]  # fmt: skip


def _assignee(row: dict[str, Any], addresses: dict[int, str | None]) -> dict[str, Any] | None:
    if row["assignee_id"] is None:
        return None
    return {"name": row["assignee__name"], "email": addresses.get(row["assignee_id"])}


def _message(message: Message) -> dict[str, Any]:
    files = Attachment.objects.filter(message=message).order_by("pk")
    return {
        "id": message.pk, "kind": message.kind, "channel": message.channel, "at": _at(message.at),
        "author": {"name": message.author.name, "email": message.author.email}, "is_from_desk": message.is_from_desk,
        "text": message.text, "quoted": message.quoted, "to": message.to, "cc": message.cc,
        "redacted_at": _at(message.redacted_at),
        "attachments": [
            {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256} for file in files
        ],
    }  # fmt: skip


def _log(viewer: Person, ticket: Ticket) -> list[dict[str, Any]]:
    events: list[Event] = queries.events(viewer, ticket)
    return [
        {
            "seq": event.seq, "kind": event.kind, "by": event.by.name, "at": _at(event.at), "sentence": sentence,
            "data": event.data,
        }
        for event, sentence in zip(events, sentences.describe(viewer, events), strict=True)
    ]  # fmt: skip


def _number(pk: int) -> int:
    return Ticket.objects.values_list("number", flat=True).get(pk=pk)


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MAX_LISTED):
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MAX_LISTED}")
    return int(text)


def _json(ticket: dict[str, Any]) -> str:
    return json.dumps(ticket, ensure_ascii=False)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


def _table(tickets: list[dict[str, Any]]) -> Iterable[str]:
    """Columns that fit the terminal; the subject takes what is left."""
    width = shutil.get_terminal_size().columns
    yield (_columns([name for name, _size in COLUMNS]) + "subject").rstrip()
    for ticket in tickets:
        assignee = ticket["assignee"]["name"] if ticket["assignee"] else "-"
        cells = [
            ticket["number"], ticket["status"], ticket["priority"], ticket["updated_at"][:16].replace("T", " "),
            ticket["requester"]["name"], assignee,
        ]  # fmt: skip
        yield (_columns(cells) + ticket["subject"])[: max(width, 100)]


def _columns(cells: list[Any]) -> str:
    return "".join(f"{str(cell)[: size - 1]:{size}}" for cell, (_name, size) in zip(cells, COLUMNS, strict=True))


def _page(ticket: dict[str, Any]) -> Iterable[str]:
    """One ticket to be read: what it is, what was said, what happened."""
    assignee = ticket["assignee"]["name"] if ticket["assignee"] else "nobody"
    yield f"#{ticket['number']} {ticket['subject']}"
    yield f"{ticket['status']}, priority {ticket['priority']}, {ticket['client']}, {ticket['requester']['name']}"
    yield f"team {ticket['team'] or 'none'}, assigned to {assignee}, tags: {', '.join(ticket['tags']) or 'none'}"
    for message in ticket["messages"]:
        note = " (internal note)" if message["kind"] == "internal" else ""
        yield f"\n{message['at'][:16].replace('T', ' ')}  {message['author']['name']}{note}"
        yield from (f"    {line}" for line in message["text"].splitlines())
        yield from (f"    [{file['name']}, {file['size']} bytes]" for file in message["attachments"])
    yield ""
    yield from (f"{e['seq']:>4}  {e['at'][:16].replace('T', ' ')}  {e['sentence']}" for e in ticket["log"])
