"""Live streams: who hears what, how soon, and what ends them. Through the real ASGI application and real NOTIFYs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast
from unittest import mock

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.http import HttpRequest
from django.test import Client as Browser
from django.urls import reverse

from olmo.asgi import application
from olmo.kernel import config, listeners, live, stream
from olmo.kernel.testing import CommittingTest
from olmo.people import signin, streams
from olmo.people.middleware import PersonMiddleware
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from tests.cast import Cast, assemble

PATIENCE = 10


class Ear:
    """Somebody who listens: what arrived, piece by piece."""

    def __init__(self) -> None:
        self.status = 0
        self.pieces: asyncio.Queue[str] = asyncio.Queue()
        self.answered = asyncio.Event()
        self.ended = asyncio.Event()
        self.leave = asyncio.Event()

    async def receive(self) -> dict[str, str]:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answered.set()
        elif message["body"]:
            self.pieces.put_nowait(message["body"].decode())
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.ended.set()

    async def hears(self) -> str:
        """The next piece that is no heartbeat."""
        while True:
            piece = await asyncio.wait_for(self.pieces.get(), PATIENCE)
            if piece != ":\n\n":
                return piece

    async def hears_end(self) -> bool:
        return await asyncio.wait_for(self.ended.wait(), PATIENCE)


@asynccontextmanager
async def listening(url: str, cookie: str, method: str = "GET") -> AsyncIterator[Ear]:
    """An open stream; it is closed, as a browser would, at the end of the block."""
    path, _mark, query = url.partition("?")
    ear = Ear()
    request = {
        "type": "http", "path": path, "query_string": query.encode(), "method": method,
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", f"olmo_session={cookie}".encode())],
    }  # fmt: skip
    task = asyncio.create_task(application(request, ear.receive, ear.send))
    try:
        yield ear
    finally:
        ear.leave.set()
        await asyncio.wait_for(task, PATIENCE)


async def elsewhere(do: Callable[..., Any], *given: Any, **named: Any) -> None:
    """Do it in another thread, whose database connection is closed afterwards."""

    def alone() -> None:
        try:
            do(*given, **named)
        finally:
            connections.close_all()

    await sync_to_async(alone, thread_sensitive=False)()


class StreamTest(Cast, CommittingTest):
    """A test with a hub as in a new process."""

    def setUp(self) -> None:
        with scope(EVERY_CLIENT):
            assemble(self)
        stream.hub.__init__()  # type: ignore[misc]  # a hub as in a new process
        stream.hub.guard = streams.guard

    def signed_in(self, person: Person, tickets: list[int] | None = None) -> tuple[str, str]:
        """The address of a stream of `person`, and the key of their session."""
        browser = Browser()
        with scope(EVERY_CLIENT):
            browser.force_login(person, backend=signin.BACKEND)
        found: list[str] = []

        def view(request: HttpRequest) -> Any:
            found.append(streams.stream_url(request, tickets))
            return mock.Mock(status_code=200, headers={})

        request = HttpRequest()
        request.session = browser.session
        PersonMiddleware(view)(request)
        return found[0], str(browser.session.session_key)

    def run_(self, story: Callable[[], Awaitable[None]]) -> None:
        async def whole() -> None:
            try:
                await story()
            finally:
                await asyncio.wait_for(stream.hub.is_listening.wait(), PATIENCE)  # a half-made link would stay behind
                stream.hub.stop()
                await asyncio.gather(*stream.hub._tasks, return_exceptions=True)

        asyncio.run(whole())

    def open_(self, person: Person, tickets: list[int] | None = None) -> Any:
        return listening(*self.signed_in(person, tickets))

    def tearDown(self) -> None:
        connections.close_all()


class Listening(StreamTest):
    def test_an_agent_hears_of_every_ticket_of_their_clients_only(self) -> None:
        alma, otto = self.signed_in(self.alma), self.signed_in(self.otto)

        async def story() -> None:
            async with listening(*alma) as everything, listening(*otto) as bolt_only:
                self.assertEqual(await everything.hears(), "event: changed\ndata: {}\n\n")
                await bolt_only.hears()
                await elsewhere(live.tell, client=self.acme.pk, ticket=7, public=1)
                await elsewhere(live.tell, client=self.bolt.pk, ticket=8, public=1)
                self.assertEqual(await everything.hears(), 'data: {"tickets": [7]}\n\n')
                self.assertEqual(await bolt_only.hears(), 'data: {"tickets": [8]}\n\n')

        self.run_(story)

    def test_a_requester_hears_of_their_own_tickets_only(self) -> None:
        rui = self.signed_in(self.rui, [7])

        async def story() -> None:
            async with listening(*rui) as ear:
                await ear.hears()
                for client, ticket in ((self.bolt, 7), (self.acme, 8), (self.acme, 7)):
                    await elsewhere(live.tell, client=client.pk, ticket=ticket, public=1)
                self.assertEqual(await ear.hears(), 'data: {"tickets": [7]}\n\n')

        self.run_(story)

    def test_a_requester_does_not_even_hear_that_something_internal_happened(self) -> None:
        rui = self.signed_in(self.rui, [7, 9])

        async def story() -> None:
            async with listening(*rui) as ear:
                await ear.hears()
                await elsewhere(live.tell, client=self.acme.pk, ticket=7, public=0)
                await elsewhere(live.tell, client=self.acme.pk, ticket=9, public=1)
                self.assertEqual(await ear.hears(), 'data: {"tickets": [9]}\n\n')

        self.run_(story)

    def test_what_happened_between_page_and_stream_is_told(self) -> None:
        alma = self.signed_in(self.alma)

        async def story() -> None:
            async with listening(*alma) as first:
                await first.hears()
                await elsewhere(live.tell, client=self.acme.pk, ticket=7, public=1)
                await first.hears()
            async with listening(*alma) as later:  # the page may be older than the hub
                self.assertEqual(await later.hears(), "event: changed\ndata: {}\n\n")
            stream.hub._since -= 60  # it has listened for a while
            async with listening(*alma) as later:
                self.assertEqual(await later.hears(), 'data: {"tickets": [7]}\n\n')

        self.run_(story)

    def test_many_changes_are_told_as_one(self) -> None:
        ear = stream.Stream(listeners.Listener(1, "", "", None, None))
        for ticket in range(stream.MOST_PENDING + 1):
            ear.offer(ticket)
        self.assertEqual(asyncio.run(cast(Any, ear.next())), b"event: changed\ndata: {}\n\n")

    def test_a_false_old_or_borrowed_address_is_refused(self) -> None:
        url, key = self.signed_in(self.alma)
        _other_url, other_key = self.signed_in(self.tove)
        late = mock.patch("olmo.kernel.listeners.ADDRESS_SECONDS", -1)

        async def status(url: str, key: str, method: str = "GET") -> int:
            async with listening(url, key, method) as ear:
                await asyncio.wait_for(ear.answered.wait(), PATIENCE)
                return ear.status

        async def story() -> None:
            self.assertEqual(await status(url, key), 200)
            for false, cookie in (
                (url + "x", key),
                (url, other_key),
                (url, ""),
                ("/live", key),
                ("/live?t=%00%ff", key),
            ):
                self.assertEqual(await status(false, cookie), 403, false)
            self.assertEqual(await status(url, key, "POST"), 405)
            with late:
                self.assertEqual(await status(url, key), 403)

        self.run_(story)

    def ends_after(self, cause: Callable[[], object], session: tuple[str, str]) -> None:
        """The stream ends soon after `cause`."""

        async def story() -> None:
            with mock.patch("olmo.kernel.stream.GUARD_SECONDS", 0.1):
                async with listening(*session) as ear:
                    await ear.hears()
                    await asyncio.sleep(0.3)
                    self.assertFalse(ear.ended.is_set())
                    await elsewhere(cause)
                    await ear.hears_end()

        self.run_(story)

    def test_it_ends_when_the_person_leaves(self) -> None:
        def leave() -> None:
            with scope(EVERY_CLIENT):
                Person.objects.filter(pk=self.alma.pk).update(is_active=False)

        self.ends_after(leave, self.signed_in(self.alma))

    def test_it_ends_when_the_password_changes(self) -> None:
        def change() -> None:
            with scope(EVERY_CLIENT):
                Person.objects.filter(pk=self.rui.pk).update(password="another")

        self.ends_after(change, self.signed_in(self.rui, [1]))

    def test_it_ends_when_the_agent_works_for_fewer_clients(self) -> None:
        def narrow() -> None:
            with scope(EVERY_CLIENT):
                self.alma.clients.add(self.bolt)

        self.ends_after(narrow, self.signed_in(self.alma))

    def test_it_ends_at_once_when_the_session_is_signed_out(self) -> None:
        browser = Browser()
        url, key = self.signed_in(self.alma)
        browser.cookies["olmo_session"] = key

        async def story() -> None:
            async with listening(url, key) as ear:
                await ear.hears()
                await elsewhere(browser.post, reverse("people:sign_out"))
                await ear.hears_end()

        self.run_(story)

    def test_it_goes_on_after_the_database_broke_the_link(self) -> None:
        alma = self.signed_in(self.alma)

        def cut() -> None:
            with psycopg.connect(host=connection.settings_dict["HOST"], dbname="postgres", user="olmo_owner",
                                 password=config.current().login().password, autocommit=True) as owner:  # fmt: skip
                owner.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where application_name = 'olmo live' and datname = %s",
                    [connection.settings_dict["NAME"]],
                )

        async def story() -> None:
            async with listening(*alma) as ear:
                await ear.hears()
                await elsewhere(cut)
                self.assertEqual(await ear.hears(), "event: changed\ndata: {}\n\n")
                await elsewhere(live.tell, client=self.acme.pk, ticket=9, public=1)
                self.assertEqual(await ear.hears(), 'data: {"tickets": [9]}\n\n')

        self.run_(story)

    def test_a_person_keeps_their_newest_streams(self) -> None:
        alma = self.signed_in(self.alma)

        async def story() -> None:
            with mock.patch("olmo.kernel.stream.MOST_OF_ONE_PERSON", 1):
                async with listening(*alma) as first:
                    await first.hears()
                    async with listening(*alma) as second:
                        await first.hears_end()
                        self.assertFalse(second.ended.is_set())

        self.run_(story)

    def test_nothing_is_kept_of_a_reader_who_left(self) -> None:
        alma = self.signed_in(self.alma)

        async def story() -> None:
            async with listening(*alma) as ear:
                await ear.hears()
                self.assertEqual(len(stream.hub.streams), 1)
            self.assertEqual(stream.hub.streams, [])

        self.run_(story)
