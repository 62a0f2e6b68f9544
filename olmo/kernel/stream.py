"""Live pages, the other half of `kernel.live`: one LISTEN connection a process, fanned out to the open streams.

A stream is a server-sent-event answer of a small ASGI route beside Django (a Django view would pin a thread and a database
connection for as long as it is open). It says only "look again", with ids; what a page then fetches is checked like any request.

    data: {"tickets": [12, 14]}      these tickets (their ids) changed
    event: changed                   anything may have changed
    event: bell                      the person of this stream was told something, or read it
    event: here                      who is at these tickets now (see `presence`), by the tickets' numbers

Who may listen to what is signed into the address (`listeners.address`) by a view that knows the person. While a stream is open,
`Hub.guard` looks every half minute whether session, person and rights are still the same, so a stream outlives its rights by less
than a minute.
"""

import asyncio
import contextlib
import json
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from . import config
from .listeners import Listener, Message, Refused, claimed
from .live import CHANNEL
from .presence import Presence, Sign

log = logging.getLogger("olmo.live")

HEARTBEAT_SECONDS = 20
GUARD_SECONDS = 30
LIFE_SECONDS = 600  # then the page asks for a new address, with the topics of that moment
SEND_SECONDS = 20  # a reader that takes nothing for so long is gone
MOST_PENDING = 50
MOST_OF_ONE_PERSON = 20
MOST_OPEN = 5000
REMEMBERED = 2000
OVERLAP_SECONDS = 2.0
FORGET_SECONDS = 5

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Message], Awaitable[None]]


Guard = Callable[[list[Listener]], Awaitable[set[Listener]]]


class Stream:
    """One open page. News waits as a set of ids, so a slow reader costs no memory and never holds up the others."""

    __slots__ = ("_ends_at", "_is_ended", "_pending", "_presence", "_rings", "_seen_at", "_wake", "listener")

    def __init__(self, listener: Listener, presence: Presence | None = None) -> None:
        self.listener = listener
        self._presence = presence or Presence()
        self._rings = False
        self._seen_at: dict[int, int] = {}  # tickets where somebody came or went: id -> number
        self._wake = asyncio.Event()
        self._pending: set[int] | None = set()  # None: more than can be named
        self._is_ended = False
        self._ends_at = time.monotonic() + LIFE_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311

    def offer(self, ticket: int) -> None:
        """This ticket changed."""
        if self._pending is not None:
            self._pending.add(ticket)
            if len(self._pending) > MOST_PENDING:
                self._pending = None
        self._wake.set()

    def offer_everything(self) -> None:
        """Anything may have changed."""
        self._pending = None
        self._wake.set()

    def offer_presence(self, sign: Sign) -> None:
        """Somebody came, went or does something else at the ticket of this sign."""
        self._seen_at[sign.ticket] = sign.number
        self._wake.set()

    def ring(self) -> None:
        """The person of this stream was told something."""
        self._rings = True
        self._wake.set()

    def end(self) -> None:
        """Let the answer end; the page may ask for a new address."""
        self._is_ended = True
        self._wake.set()

    async def next(self) -> bytes | None:
        """The next piece of the answer: news, or a heartbeat when there is none for a while; None at the end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), HEARTBEAT_SECONDS)
        if self._is_ended or time.monotonic() > self._ends_at:
            return None
        self._wake.clear()
        rings, self._rings = self._rings, False
        return self._news() + self._people() + (b"event: bell\ndata: {}\n\n" if rings else b"") or b":\n\n"

    def _news(self) -> bytes:
        pending, self._pending = self._pending, set()
        if pending is None:
            return b"event: changed\ndata: {}\n\n"
        return b'data: {"tickets": %s}\n\n' % json.dumps(sorted(pending)).encode() if pending else b""

    def _people(self) -> bytes:
        seen_at, self._seen_at = self._seen_at, {}
        if not seen_at:
            return b""
        here = {number: self._presence.at(ticket) for ticket, number in seen_at.items()}
        return b"event: here\ndata: %s\n\n" % json.dumps(here).encode()


class Hub:
    """The open streams of this process, and what feeds and watches them."""

    def __init__(self) -> None:
        self.guard: Guard | None = None
        self.presence = Presence()
        self._streams: dict[int, list[Stream]] = {}
        self._recent: deque[tuple[float, int, int, bool]] = deque(maxlen=REMEMBERED)  # when, client, ticket, is public
        self._since = 0.0  # from when on nothing was missed
        self.is_listening = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def streams(self) -> list[Stream]:
        """All open streams."""
        return [stream for own in self._streams.values() for stream in own]

    def open(self, scope: Message) -> Stream:
        """Admit the listener of a request, with the news since their address was made. Raises Refused."""
        listener, made_at = claimed(scope)
        if len(self.streams) >= MOST_OPEN:
            raise Refused(503)
        self._keep_running()
        stream = Stream(listener, self.presence)
        own = self._streams.setdefault(listener.person, [])
        own.append(stream)
        if len(own) > MOST_OF_ONE_PERSON:
            own[0].end()
        self._catch_up(stream, made_at - OVERLAP_SECONDS)
        for sign in self.presence.everywhere():
            _show(stream, sign)
        return stream

    def close(self, stream: Stream) -> None:
        """Forget a stream whose answer has ended."""
        own = self._streams.get(stream.listener.person, [])
        with contextlib.suppress(ValueError):
            own.remove(stream)
        if not own:
            self._streams.pop(stream.listener.person, None)

    def publish(self, payload: str) -> None:
        """Pass on what was told: {client, ticket, public}, {bell: person}, {here: signs}, or {person} with new rights."""
        news = json.loads(payload)
        if "here" in news:
            for sign in (Sign(*given) for given in news["here"]):
                if self.presence.hear(sign):
                    self._tell_of(sign)
        elif "bell" in news:
            for own in self._streams.get(news["bell"], []):
                own.ring()
        elif "person" in news:
            for stream in self._streams.get(news["person"], []):
                stream.end()
        else:
            client, ticket, is_public = news["client"], news["ticket"], bool(news.get("public", 1))
            self._recent.append((time.time(), client, ticket, is_public))
            for stream in self.streams:
                if stream.listener.hears(client, ticket, is_public):
                    stream.offer(ticket)

    def stop(self) -> None:
        """End every stream and stop listening: the process is about to go."""
        for stream in self.streams:
            stream.end()
        for task in self._tasks:
            task.cancel()

    def _tell_of(self, sign: Sign) -> None:
        for stream in self.streams:
            _show(stream, sign)

    def _catch_up(self, stream: Stream, since: float) -> None:
        if not self.is_listening.is_set():
            return  # everybody is told to look again when listening begins
        is_whole = since >= self._since and (len(self._recent) < REMEMBERED or self._recent[0][0] <= since)
        if not is_whole:
            stream.offer_everything()
            return
        for at, client, ticket, is_public in self._recent:
            if at >= since and stream.listener.hears(client, ticket, is_public):
                stream.offer(ticket)

    def _keep_running(self) -> None:
        loop = asyncio.get_running_loop()
        if any(task.done() or task.get_loop() is not loop for task in self._tasks) or not self._tasks:
            self._tasks = [loop.create_task(job()) for job in (self._listen, self._watch, self._forget)]

    async def _listen(self) -> None:
        """Listen for ever: through restarts of the database, with a growing pause between tries."""
        pause = 0.5
        while True:
            try:
                async with await connect("olmo live") as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    self._begin()
                    pause = 0.5
                    await self._relay(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("Live pages have no database (%s); next try in %.1f s", type(error).__name__, pause)
            self.is_listening.clear()
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311
            pause = min(pause * 2, 30)

    def _begin(self) -> None:
        self._since = time.time()
        self.is_listening.set()
        for stream in self.streams:
            stream.offer_everything()

    async def _relay(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        while True:
            async for notify in connection.notifies(timeout=HEARTBEAT_SECONDS):
                try:
                    self.publish(notify.payload)
                except (ValueError, KeyError, TypeError):
                    log.warning("Not understood on %s: %.200r", CHANNEL, notify.payload)
            await connection.execute("select 1")  # a link that broke silently is noticed here

    async def _forget(self) -> None:
        """Let those be forgotten whose pages have fallen silent."""
        while True:
            await asyncio.sleep(FORGET_SECONDS)
            for sign in self.presence.forget():
                self._tell_of(sign)

    async def _watch(self) -> None:
        """End the streams of those who signed out, left, or may see less than when they began."""
        while True:
            await asyncio.sleep(GUARD_SECONDS)
            listeners = list({stream.listener for stream in self.streams})
            if not listeners or self.guard is None:
                continue
            try:
                gone = await self.guard(listeners)
            except Exception:
                log.exception("Open streams could not be checked")
                continue
            for stream in self.streams:
                if stream.listener in gone:
                    stream.end()


def _show(stream: Stream, sign: Sign) -> None:
    """Tell a stream of somebody's presence, as of an internal change of the ticket."""
    if stream.listener.hears(sign.client, sign.ticket, is_public=False):
        stream.offer_presence(sign)


async def connect(name: str) -> "psycopg.AsyncConnection[Any]":
    """A connection of its own, outside Django's. name: what the database calls it."""
    database = config.current().login()
    options: dict[str, Any] = {"connect_timeout": 10, **dict(database.options), "application_name": name}
    return await psycopg.AsyncConnection.connect(
        host=database.host, port=database.port, dbname=database.name, user=database.user,
        password=database.password or None, autocommit=True, **options,
    )  # fmt: skip


hub = Hub()


async def serve(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI application behind `PATH`."""
    try:
        stream = hub.open(scope)
    except Refused as refusal:
        await empty(refusal.status, send)
        return
    gone = asyncio.create_task(_until_gone(receive))
    gone.add_done_callback(lambda _: stream.end())
    try:
        await _answer(stream, send)
    except (TimeoutError, OSError):
        pass  # the reader went away in the middle of a piece
    finally:
        hub.close(stream)
        gone.cancel()


async def _answer(stream: Stream, send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    piece: bytes | None = b":\n\n"  # the browser knows at once that it is connected
    while piece is not None:
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        piece = await stream.next()
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def empty(status: int, send: Send) -> None:
    """An answer without words."""
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})
