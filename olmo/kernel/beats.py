"""What pages say of their readers: taken beside Django, gathered for a moment, told to every process in one NOTIFY.

A sign costs the check of a signature: no session, no person and no ticket is read. See `presence` for what becomes of it.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterable
from typing import Any

import psycopg
from django.conf import settings

from .listeners import Message, cookie
from .live import CHANNEL
from .presence import Refused, Sign, read
from .stream import Receive, Send, connect, empty

log = logging.getLogger("olmo.live")

PATH = "/live/here"
GATHER_SECONDS = 0.25
MOST_BODY = 4096
MOST_PAYLOAD = 7000  # bytes; PostgreSQL takes 7999


class Teller:
    """Gathers the signs of this process for a moment and tells all processes, over one connection that stays open."""

    def __init__(self) -> None:
        self._gathered: dict[tuple[int, str], Sign] = {}
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._task: asyncio.Task[None] | None = None

    def say(self, sign: Sign) -> None:
        """Have a sign told soon. A later one of the same page takes its place (it goes to one ticket at a time)."""
        known = self._gathered.get((sign.person, sign.tab))
        if known is None or known.turn <= sign.turn or known.ticket != sign.ticket:
            self._gathered[sign.person, sign.tab] = sign
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._task = loop.create_task(self._tell())

    async def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _tell(self) -> None:
        while self._gathered:
            await asyncio.sleep(GATHER_SECONDS)
            signs, self._gathered = list(self._gathered.values()), {}
            if not await self._is_told(signs) and not await self._is_told(signs):  # the first may meet a broken link
                log.warning("Presence was not told; the next signs come soon")

    async def _is_told(self, signs: list[Sign]) -> bool:
        try:
            await self._notify(signs)
        except (psycopg.Error, OSError):
            with contextlib.suppress(psycopg.Error, OSError):
                await self.close()
            return False
        return True

    async def _notify(self, signs: list[Sign]) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = await connect("olmo here")
        for payload in payloads(signs):
            await self._connection.execute("select pg_notify(%s, %s)", [CHANNEL, payload])


def payloads(signs: Iterable[Sign]) -> Iterable[str]:
    """The signs as texts, each short enough for one NOTIFY."""
    part: list[str] = []
    size = 0
    for sign in signs:
        text = json.dumps(sign.as_list(), ensure_ascii=False, separators=(",", ":"))
        if part and size + len(text.encode()) > MOST_PAYLOAD:
            yield f'{{"here":[{",".join(part)}]}}'
            part, size = [], 0
        part.append(text)
        size += len(text.encode()) + 1
    if part:
        yield f'{{"here":[{",".join(part)}]}}'


teller = Teller()


async def hear(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI application behind `PATH`: take what a page says of its reader."""
    try:
        sign = read(await _body(scope, receive), cookie(scope, settings.SESSION_COOKIE_NAME))
    except Refused as refusal:
        await empty(refusal.status, send)
        return
    teller.say(sign)
    await empty(204, send)


async def _body(scope: Message, receive: Receive) -> bytes:
    if scope["method"] != "POST":
        raise Refused(405)
    body = b""
    while True:
        piece = await receive()
        body += bytes(piece.get("body", b""))
        if len(body) > MOST_BODY:
            raise Refused(413)
        if not piece.get("more_body"):
            return body
