"""What 500 open live streams cost: memory of the web process, the pace of other requests beside them, and how soon news arrives.

bench/run streams [--streams 500] [--tickets 2000] [--data DIR]

Every stream belongs to a session of its own, of agents who have as many open as one may. Beside them a browser asks for a
page, first with none open and then with all of them, while tickets change.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.house import Browser, free_port, house, running, signed_in
from bench.meters import descendants, pss_mb

LIMIT_MB = 50.0
LIMIT_PACE = 1.25  # the page beside the streams, against the page alone
LIMIT_SECONDS = 1.0
PER_PERSON = 20
REQUESTS = 100
CHANGES = 20


def main() -> int:
    """Measure and print; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(prog="bench/run streams", description=str(__doc__).splitlines()[0])
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with house(options.tickets, options.data):
        import django

        django.setup()
        port = free_port()
        with running([sys.executable, "-m", "olmo.ops.cli", "web"], port, OLMO_PORT=str(port)) as web:
            reader = signed_in(port, "agent3@desk.example")
            _pace(reader)
            alone, before = _pace(reader), pss_mb(descendants(web))
            addresses = _addresses(port, options.streams)
            return asyncio.run(_measure(port, web, reader, addresses, alone, before))


async def _measure(
    port: int, web: int, reader: Browser, addresses: list[tuple[str, str]], alone: float, before: float
) -> int:
    began = time.monotonic()
    ears = await asyncio.gather(*(_open(port, path, cookie) for path, cookie in addresses))
    opened = time.monotonic() - began
    await asyncio.sleep(3)
    after = pss_mb(descendants(web))
    beside = await asyncio.to_thread(_pace, reader)
    heard = [await _one_change(ears) for _change in range(CHANGES)]
    for _reader, writer in ears:
        writer.close()
    return _report(len(addresses), after - before, alone, beside, opened, heard)


def _pace(reader: Browser) -> float:
    """Milliseconds of a page, by the clock: the median of many."""
    return statistics.median(_timed(lambda: reader.ask("/account")) for _request in range(REQUESTS)) * 1000


def _timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _addresses(port: int, count: int) -> list[tuple[str, str]]:
    """The signed addresses of so many streams, with the cookie of each."""
    found = []
    for n in range(count):
        browser = signed_in(port, _listener(n // PER_PERSON))
        url = json.loads(browser.ask("/live/token"))["url"]
        browser.connection.close()
        found.append((url, browser.cookies["olmo_session"]))
    return found


def _listener(n: int) -> str:
    """The address of the n-th agent who listens, made when there is none yet."""
    from olmo.people.actions import enrol_agent
    from olmo.people.queries import by_address
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    address = f"listener{n}@desk.example"
    with scope(EVERY_CLIENT):
        if by_address(address) is None:
            enrol_agent(f"Listener {n}", address)
    return address


Ear = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _open(port: int, path: str, cookie: str) -> Ear:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: olmo_session={cookie}\r\n\r\n".encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in answer.split(b"\r\n", 1)[0]:
        raise SystemExit(f"bench: a stream was refused: {answer[:60]!r}")
    return reader, writer


async def _one_change(ears: list[Ear]) -> list[float]:
    """Seconds from the commit of a change until each stream has told it."""
    number = time.monotonic_ns() % 10**9
    waiting = [asyncio.create_task(_until(reader, str(number).encode())) for reader, _writer in ears]
    await asyncio.sleep(0.2)
    start = time.perf_counter()
    await asyncio.to_thread(_tell, number)
    return [at - start for at in await asyncio.gather(*waiting)]


async def _until(reader: asyncio.StreamReader, words: bytes) -> float:
    while words not in await reader.readline():
        pass
    return time.perf_counter()


def _tell(number: int) -> None:
    from django.db import connection

    from olmo.kernel import live

    live.tell(client=1, ticket=number, seq=1)
    connection.close()


def _report(count: int, grown: float, alone: float, beside: float, opened: float, heard: list[list[float]]) -> int:
    times = sorted(seconds for change in heard for seconds in change)
    median, late = times[len(times) // 2], times[int(len(times) * 0.99)]
    rows = [
        (f"memory of {count} open streams, MB PSS", grown, LIMIT_MB),
        ("a page beside them against alone, x", beside / alone, LIMIT_PACE),
        ("commit to stream, median, s", median, LIMIT_SECONDS),
        ("commit to stream, 99 of 100, s", late, LIMIT_SECONDS),
    ]
    print(f"\n{count} streams opened in {opened:.1f} s; page alone {alone:.1f} ms, beside them {beside:.1f} ms\n")
    for name, value, limit in rows:
        print(f"{name:44}{value:9.3f}   limit {limit:g}{'   OVER' if value > limit else ''}")
    return int(any(value > limit for _name, value, limit in rows))
