"""What the reads behind the pages cost without the pages, and whether any of them walks a whole table.

    bench/run queries [--tickets 100000] [--data DIR] [--times 30]

Processor time of Python and of the database's process, in ms, for every list in every order (first and second page), searches,
counts, and one ticket with its messages and log. A plan that reads a table of tickets in full is named.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.house import house
from bench.meters import cpu_ms
from bench.pages import AGENT, SEARCHES

OTHER_SEARCHES = ("error", '"access denied"', "status:open vpn", "tag:vpn error", "from:rossi", "pc-1840", "0xF00FA62A")
LIMIT_MS = 10.0  # of the database, for lists and for SEARCHES, at any number of tickets
MANY_ROWS = 5000
BIG_TABLES = ("tickets_ticket", "tickets_event", "tickets_message", "tickets_searchdocument")


def main() -> int:
    """Measure and print a table; 1 when a list or one of the four searches passes the limit or walks a table."""
    parser = argparse.ArgumentParser(prog="bench/run queries", description=str(__doc__).splitlines()[0])
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--times", type=int, default=30)
    options = parser.parse_args()
    with house(options.tickets, options.data):
        import django

        django.setup()
        from olmo.tenancy.scope import EVERY_CLIENT, scope

        with scope(EVERY_CLIENT):
            bad = [_measured(name, read, options.times, limited) for name, read, limited in _reads()]
    return 1 if any(bad) else 0


def _reads() -> Iterator[tuple[str, Callable[[], Any], bool]]:
    """Name, read, and whether the limit is meant for it."""
    from olmo.desk.lists.filters import sorts_of
    from olmo.people.queries import by_address, with_access
    from olmo.tickets import finding, queries
    from olmo.tickets.boxes import BOXES

    known = by_address(AGENT)
    agent = with_access(known.pk) if known else None
    if agent is None:
        sys.exit(f"bench: nobody has the address {AGENT}")
    yield "who asks", lambda: with_access(agent.pk), True
    for box in BOXES:
        for sort in sorts_of(BOXES[box]):
            tickets = queries.box(agent, box)
            yield f"{box} by {sort}", lambda t=tickets, s=sort: queries.page(t, sort=s), True  # type: ignore[misc]
            after = queries.page(tickets, sort=sort).after
            yield f"{box} by {sort}, page 2", lambda t=tickets, s=sort, a=after: queries.page(t, sort=s, after=a), True  # type: ignore[misc]
    yield from _narrowed(agent)
    yield "counts of all boxes", lambda: queries.counts(agent, list(BOXES)), True
    for words in (*SEARCHES, *OTHER_SEARCHES):
        yield f"search: {words}", lambda w=words: finding.search(agent, w), words in SEARCHES  # type: ignore[misc]
    number = queries.page(queries.box(agent, "all")).rows[0]["number"]
    ticket = queries.by_number(agent, number)
    yield "ticket", lambda: queries.by_number(agent, number), True
    yield "its messages", lambda: list(queries.messages(agent, ticket)), True
    yield "its log", lambda: queries.events(agent, ticket), True


def _narrowed(agent: Any) -> Iterator[tuple[str, Callable[[], Any], bool]]:
    """Long lists through each word of the sentence: common values, rare ones, and such that nothing has."""
    from olmo.desk.lists.filters import Filters
    from olmo.people.queries import team_ids
    from olmo.tickets.queries import box

    one = box(agent, "open").order_by("pk")[:1].values("client_id", "requester_id", "assignee_id")[0]
    words = {
        "client": one["client_id"], "requester": one["requester_id"], "assignee": one["assignee_id"] or "me",
        "team": team_ids(agent)[0], "category": 1, "working_state": 1, "priority": 1, "kind": "service_request", "tag": "vpn",
        "channel": "phone", "language": "it", "opened": "7d", "updated": "7d", "unread": "1", "reason": "untaken",
    }  # fmt: skip
    for name in ("all", "open"):
        for word, value in {**words, "team ": "none", "assignee ": "none", "reason ": "third_party"}.items():
            filters = Filters(box=name, sort="updated", **{word.strip(): str(value)})
            is_found = filters.sieve(agent) is None  # else it is tried on DEPTH tickets at most, however many there are
            yield f"{name} with {word.strip()} {value}", lambda f=filters: f.page(agent, "", 25), is_found  # type: ignore[misc]
    for word in ("team", "assignee", "priority", "client", "tag"):
        filters = Filters(box="open", sort="urgency", **{word: str(words[word])})
        yield f"open by urgency with {word}", lambda f=filters: f.page(agent, "", 25), True  # type: ignore[misc]


def _measured(name: str, read: Callable[[], Any], times: int, limited: bool) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        backend = [cursor.fetchone()[0]]
    read()
    start = time.thread_time(), cpu_ms(backend), time.perf_counter()
    for _time in range(times):
        read()
    end = time.thread_time(), cpu_ms(backend), time.perf_counter()
    python, database, wall = ((after - before) / times for before, after in zip(start, end, strict=True))
    walked = _walked(read)
    over = limited and (database > LIMIT_MS or bool(walked))
    said = "  OVER" if over else ""
    print(
        f"{name:32} python {python * 1000:6.2f}  database {database:7.2f}  wall {wall * 1000:7.2f}{said}  {walked}",
        flush=True,
    )
    return over


def _walked(read: Callable[[], Any]) -> str:
    """The tables that a plan of this read walks (the function of the search has its own plans)."""
    from django.db import connection

    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        read()
    found = set()
    for sql, params in asked:
        if sql.lstrip().lower().startswith("select"):
            with connection.cursor() as cursor:
                cursor.execute(f"explain (analyze, timing off, format json) {sql}", params)
                found |= set(_scans(cursor.fetchone()[0][0]["Plan"]))
    return ", ".join(sorted(found))


def _scans(node: dict[str, Any]) -> Iterator[str]:
    """Big tables that are read from one end for more than a few rows (a LIMIT may end it at once)."""
    read = (node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)) * node.get("Actual Loops", 1)
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG_TABLES and read > MANY_ROWS:
        yield node["Relation Name"]
    for below in node.get("Plans", []):
        yield from _scans(below)
