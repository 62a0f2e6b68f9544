"""What a page costs, as a multiple of a bare Django page measured beside it in the same run.

    bench/run pages [--tickets 100000] [--data DIR] [--rounds 5] [--requests 40]

The processor time of the web process and of all its database's processes is read before and after each group of requests; groups
of all pages take turns, and the least disturbed round of each counts, so that a busy machine moves the ratios little.
"""

import argparse
import random
import re
import sys
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.bare import TABLE
from bench.house import LONG, MESSAGES, Browser, add_long_ticket, free_port, house, running, signed_in
from bench.meters import Cost, cpu_ms, descendants, postgres_of, undisturbed

AGENT = "agent3@desk.example"
SEARCHES = (
    "scanner firmware",
    "stampante offline",
    "vpn timeout",
    "laptop error",
)  # rare to common: gen_tickets.SEARCHES
BARE = "bare Django page, 25 rows"
# Page -> at most so many times the bare page, or so many ms.
LIMITS = {"list": 3.0, "ticket": 3.0, "search": 4.0}
NEW_TICKET_MS = 12.0
SHORT, OF_MANY = "small ticket", f"newest of {MESSAGES:,} messages"
LONG_AGAINST_SHORT = 2.0  # a very long ticket opens at its newest messages, at so many times the cost of a small one


@dataclass(frozen=True)
class Page:
    """One thing to ask for: by whom it is answered, and how."""

    name: str
    web: int  # pid
    ask: Callable[[], object]


def main() -> int:
    """Measure and print a table; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(prog="bench/run pages", description=str(__doc__).splitlines()[0])
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="a folder to keep the loaded tickets in, for the next time")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40, help="requests of each page in a round")
    options = parser.parse_args()
    with house(options.tickets, options.data) as folder:
        import django

        django.setup()
        costs = _measured(folder / "postgres", options.rounds, options.requests)
    return report(costs, options.tickets)


def _measured(postgres_folder: Path, rounds: int, requests: int) -> dict[str, Cost]:
    port, bare_port = free_port(), free_port()
    olmo = running([sys.executable, "-m", "olmo.ops.cli", "web"], port, OLMO_PORT=str(port))
    bare = running([sys.executable, "-m", "bench.bare", str(bare_port)], bare_port, **_bare_database())
    with olmo as web, bare as other:
        stranger = Browser(bare_port)
        pages = [Page(BARE, other, lambda: stranger.ask("/tickets")), *_pages(port, web)]
        return measure(pages, postgres_folder, rounds, requests)


def measure(pages: list[Page], postgres_folder: Path, rounds: int, requests: int) -> dict[str, Cost]:
    """The cost of each page, all of them measured in turns."""
    for page in pages:
        for _warm_up in range(10):
            page.ask()
    found: dict[str, list[Cost]] = {page.name: [] for page in pages}
    for _round in range(rounds):
        for page in pages:
            found[page.name].append(_cost(page, postgres_folder, requests))
    return {name: undisturbed(costs) for name, costs in found.items()}


def _cost(page: Page, postgres_folder: Path, requests: int) -> Cost:
    database = postgres_of(postgres_folder)
    web = descendants(page.web)
    start = time.perf_counter(), cpu_ms(web), cpu_ms(database)
    for _request in range(requests):
        page.ask()
    end = time.perf_counter(), cpu_ms(web), cpu_ms(database)
    wall, in_web, in_database = ((after - before) / requests for before, after in zip(start, end, strict=True))
    return Cost(web=in_web, database=in_database, wall=wall * 1000)


def _pages(port: int, web: int) -> list[Page]:
    agent = signed_in(port, AGENT)
    numbers = _some_numbers(200)
    chosen = random.Random(5)
    short, long = _short(), _long()
    pages = [
        Page("list, inbox", web, lambda: agent.ask("/desk/")),
        Page("list, mine", web, lambda: agent.ask("/desk/?box=mine")),
        Page("list, all open", web, lambda: agent.ask("/desk/?box=open")),
        Page("ticket", web, lambda: agent.ask(f"/desk/tickets/{chosen.choice(numbers)}")),
        Page(SHORT, web, lambda: agent.ask(f"/desk/tickets/{short}")),
        Page(OF_MANY, web, lambda: agent.ask(f"/desk/tickets/{long}")),
    ]
    pages += [Page(f"search: {words}", web, _searching(agent, words)) for words in SEARCHES]
    return [*pages, Page("portal: new ticket", web, _reporting(signed_in(port, _a_requester())))]


def _searching(agent: Browser, words: str) -> Callable[[], object]:
    path = "/desk/search?" + urllib.parse.urlencode({"q": words})
    return lambda: agent.ask(path)


def _reporting(requester: Browser) -> Callable[[], object]:
    """The POST of the portal's form, as a browser sends it; the form itself is fetched once."""
    form = requester.ask("/requests/new").decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    if token is None:
        raise SystemExit("bench: the portal's form has no CSRF token")
    body = urllib.parse.urlencode({
        "csrfmiddlewaretoken": token[1], "subject": "The printer on floor 3 is very slow", "affected": "2", "pressing": "2",
        "text": "Since this morning each page takes a minute. I turned it off and on, and nothing changed. " * 3,
    }).encode()  # fmt: skip
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return lambda: requester.ask("/requests/new", body, 303, **kind)


def _some_numbers(count: int) -> list[int]:
    """Tickets from all over the years, most of them open ones, as agents open them."""
    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets.models import ACTIVE, Ticket

    with scope(EVERY_CLIENT):
        active = list(Ticket.objects.filter(status__in=ACTIVE).order_by("pk").values_list("number", flat=True)[:5000])
        done = list(Ticket.objects.order_by("pk").values_list("number", flat=True)[: count * 10 : 10])
    return random.Random(5).sample(active, min(count, len(active))) + done[: count // 4]


def _long() -> int:
    """The ticket of very many messages, which is made if there is none yet."""
    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets.models import Ticket

    for _try in range(2):
        with scope(EVERY_CLIENT):
            found = Ticket.objects.filter(subject=LONG).values_list("number", flat=True).first()
        if found is not None:
            return int(found)
        add_long_ticket()
    raise SystemExit("bench: the long ticket was not loaded")


def _short() -> int:
    """An open ticket with as many messages as fit one page."""
    from django.db.models import Count

    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets.models import ACTIVE, Ticket

    with scope(EVERY_CLIENT):
        some = Ticket.objects.filter(status__in=ACTIVE).order_by("pk")[:2000].values("pk")
        counted = Ticket.objects.filter(pk__in=some).annotate(said=Count("messages"))
        return int(counted.order_by("said", "pk").values_list("number", flat=True)[0])


def _a_requester() -> str:
    from olmo.people.models import Person
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT):
        return str(Person.objects.filter(kind="requester").order_by("pk").values_list("email", flat=True)[0])


def _bare_database() -> dict[str, str]:
    """A database of its own beside Olmo's, in the same server; returns how to reach it."""
    import psycopg

    from olmo.kernel.config import current
    from olmo.ops import postgres

    server = postgres.server(current())
    with psycopg.connect(server.dsn, autocommit=True) as superuser:
        if not superuser.execute("select 1 from pg_database where datname = 'bare'").fetchone():
            superuser.execute("create database bare")
            with psycopg.connect(server.dsn, dbname="bare", autocommit=True) as fresh:
                fresh.execute(TABLE.encode())
        info = superuser.info
        return {
            "PGHOST": info.host, "PGPORT": str(info.port), "PGUSER": info.user, "PGPASSWORD": info.password,
            "PGDATABASE": "bare",
        }  # fmt: skip


def report(costs: dict[str, Cost], tickets: int) -> int:
    """Print the table; 1 when a limit is passed."""
    bare, passed = costs[BARE].cpu, 0
    print(f"\n{tickets:,} tickets; ms of processor time for one request\n")
    print(f"{'page':32}{'web':>8}{'database':>10}{'sum':>8}{'ratio':>8}{'limit':>10}{'wall':>8}")
    for name, cost in costs.items():
        limit, is_over = _judged(name, cost, costs)
        passed += is_over
        print(
            f"{name:32}{cost.web:8.2f}{cost.database:10.2f}{cost.cpu:8.2f}{cost.cpu / bare:8.2f}{limit:>10}{cost.wall:8.2f}"
            f"{'  OVER' if is_over else ''}"
        )
    return 1 if passed else 0


def _judged(name: str, cost: Cost, costs: dict[str, Cost]) -> tuple[str, bool]:
    if name == OF_MANY:
        return f"{LONG_AGAINST_SHORT:.0f} x small", cost.cpu > LONG_AGAINST_SHORT * costs[SHORT].cpu
    bare = costs[BARE].cpu
    if name == "portal: new ticket":
        return f"{NEW_TICKET_MS:.0f} ms", cost.cpu > NEW_TICKET_MS
    limit = next((limit for begin, limit in LIMITS.items() if name.startswith(begin)), None)
    return (f"{limit:.0f} x", cost.cpu / bare > limit) if limit else ("", False)
