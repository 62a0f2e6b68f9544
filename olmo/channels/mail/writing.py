"""The one thread that writes what SMTP and LMTP sessions bring: everything that waits at the moment goes in one commit."""

import asyncio
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from olmo.kernel.config import Config

from . import addresses, store
from .connecting import Connection, connect, media_folder
from .store import Arrival

log = logging.getLogger("olmo.mail-in")

AT_ONCE = 256
BYTES_AT_ONCE = 16 * 2**20

TAKEN = "250 2.0.0 OK: kept"
NO_DATABASE = "451 4.3.0 The desk cannot keep mail at the moment; please try again later"
NO_SPACE = "452 4.3.1 There is no space left at the desk; please try again later"


@dataclass(slots=True)
class _Wish:
    """An arrival (or None: the book of addresses is to be read) and the future that waits for the answer."""

    arrival: Arrival | None
    answer: "asyncio.Future[str]"


class Writer(threading.Thread):
    """Keeps arrivals in groups and answers each with its SMTP reply. `book` knows our addresses."""

    def __init__(self, config: Config, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name="writer", daemon=True)
        self.book = addresses.Book()
        self._config, self.loop = config, loop
        self._media = media_folder(config)
        self._wishes: queue.SimpleQueue[_Wish | None] = queue.SimpleQueue()
        self._connection: Connection | None = None

    async def keep(self, arrival: Arrival) -> str:
        """The SMTP reply for a message, once it is safe (250) or cannot be (4xx)."""
        return await self._wish(arrival)

    async def ours(self) -> addresses.Ours | None:
        """Our addresses; None while they were never heard."""
        if not self.book.is_fresh:
            await self._wish(None)
        return self.book.ours

    def stop(self) -> None:
        """Answer what waits, then end."""
        self._wishes.put(None)

    def _wish(self, arrival: Arrival | None) -> "asyncio.Future[str]":
        answer = self.loop.create_future()
        self._wishes.put(_Wish(arrival, answer))
        return answer

    def run(self) -> None:
        """Serve wishes until `stop`."""
        while (first := self._wishes.get()) is not None:
            group, ends = self._group(first)
            self._answer(group)
            if ends:
                break
        if self._connection is not None:
            self._connection.close()

    def _group(self, first: _Wish) -> tuple[list[_Wish], bool]:
        """What waits now, within bounds; and whether the end was among it."""
        group, size = [first], _size(first)
        while len(group) < AT_ONCE and size < BYTES_AT_ONCE:
            try:
                wish = self._wishes.get_nowait()
            except queue.Empty:
                break
            if wish is None:
                return group, True
            group.append(wish)
            size += _size(wish)
        return group, False

    def _answer(self, group: list[_Wish]) -> None:
        arrivals = [wish.arrival for wish in group if wish.arrival]
        if any(wish.arrival is None for wish in group) and not self.book.is_fresh:
            self._read_book()
        replies = iter(self._keep(arrivals))
        answers = [(wish.answer, next(replies) if wish.arrival else TAKEN) for wish in group]
        self.loop.call_soon_threadsafe(_resolve, answers)

    def _read_book(self) -> None:
        try:
            self.book.put(addresses.load(self._connected()))
        except psycopg.Error as error:
            self._lost(error)

    def _keep(self, arrivals: Sequence[Arrival]) -> list[str]:
        """A reply for each. A group that the database refuses is tried one by one: a bad message stops only itself."""
        if not arrivals:
            return []
        try:
            store.keep(self._connected(), arrivals, self._media)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            full = isinstance(error, psycopg.errors.DiskFull)
            self._lost(error)
            return [NO_SPACE if full else NO_DATABASE] * len(arrivals)
        except OSError:
            log.exception("A message could not be written to %s", self._media)
            return [self._keep([one])[0] for one in arrivals] if len(arrivals) > 1 else [NO_SPACE]
        except psycopg.Error:
            if len(arrivals) > 1:
                return [self._keep([one])[0] for one in arrivals]
            log.exception("Message %s could not be kept", arrivals[0].sha256)
            return [NO_DATABASE]
        return [TAKEN] * len(arrivals)

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._config)
        return self._connection

    def _lost(self, error: psycopg.Error) -> None:
        log.error("The database cannot keep mail: %s", " ".join(str(error).split()))
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _size(wish: _Wish) -> int:
    return len(wish.arrival.raw) if wish.arrival else 0


def _resolve(answers: list[tuple["asyncio.Future[str]", str]]) -> None:
    for future, reply in answers:
        if not future.done():  # the session may be gone by now
            future.set_result(reply)
