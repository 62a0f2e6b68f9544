"""Presence: who learns that somebody is at a ticket, and when it ends. Through the real ASGI application and real NOTIFYs."""

import asyncio
import json
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.asgi import application
from olmo.kernel import beats, presence, stream

from .test_live_streams import PATIENCE, Ear, StreamTest, listening

NUMBER, TICKET = 4821, 7


async def post(body: str, cookie: str, method: str = "POST") -> int:
    """The status of a sign, as a browser sends it."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.encode()}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    request = {
        "type": "http", "path": beats.PATH, "query_string": b"", "method": method,
        "headers": [(b"cookie", f"olmo_session={cookie}".encode())],
    }  # fmt: skip
    await application(request, receive, send)
    return statuses[0]


class BeingThere(StreamTest):
    def setUp(self) -> None:
        super().setUp()
        self.turn = 0
        beats.teller.__init__()  # type: ignore[misc]  # as in a new process
        self.url, self.key = self.signed_in(self.tove)

    def says(self, doing: str, *, tab: str = "t1") -> str:
        self.turn += 1
        person = self.tove
        made = presence.pass_for(
            person=person.pk,
            name=person.name,
            session=self.key,
            client=self.acme.pk,
            ticket=TICKET,
            number=NUMBER,
        )
        return urlencode({"pass": made, "tab": tab, "doing": doing, "turn": self.turn})

    async def heard(self, ear: Ear) -> Any:
        """The next word about presence."""
        while True:
            for part in (await ear.hears()).split("\n\n"):
                if part.startswith("event: here"):
                    return json.loads(part.partition("data: ")[2])

    def story(self, told: Any) -> None:
        async def whole() -> None:
            try:
                await told()
            finally:
                await beats.teller.close()

        self.run_(whole)

    def test_others_hear_who_reads_and_who_writes_and_that_they_left(self) -> None:
        alma = self.signed_in(self.alma)

        async def told() -> None:
            async with listening(*alma) as ear:
                await ear.hears()
                for doing in ("read", "reply", "change:priority"):
                    self.assertEqual(await post(self.says(doing), self.key), 204)
                    self.assertEqual(await self.heard(ear), {str(NUMBER): [[self.tove.pk, "Tove Lind", doing]]})
                await post(self.says("gone"), self.key)
                self.assertEqual(await self.heard(ear), {str(NUMBER): []})

        self.story(told)

    def test_whoever_comes_later_is_told_who_is_there(self) -> None:
        alma = self.signed_in(self.alma)

        async def told() -> None:
            async with listening(*alma) as first:
                await first.hears()
                await post(self.says("read"), self.key)
                await self.heard(first)
            async with listening(*alma) as later:
                self.assertEqual(await self.heard(later), {str(NUMBER): [[self.tove.pk, "Tove Lind", "read"]]})

        self.story(told)

    def test_whoever_falls_silent_is_forgotten(self) -> None:
        alma = self.signed_in(self.alma)

        async def told() -> None:
            async with listening(*alma) as ear:
                await ear.hears()
                await post(self.says("read"), self.key)
                await self.heard(ear)
                self.assertEqual(await self.heard(ear), {str(NUMBER): []})

        with mock.patch.object(presence, "SECONDS", 0.2), mock.patch.object(stream, "FORGET_SECONDS", 0.1):
            self.story(told)

    def test_agents_of_other_clients_and_requesters_hear_nothing(self) -> None:
        otto, rui, alma = self.signed_in(self.otto), self.signed_in(self.rui, [TICKET]), self.signed_in(self.alma)

        async def told() -> None:
            async with listening(*otto) as one, listening(*rui) as two, listening(*alma) as ear:
                for each in (one, two, ear):
                    await each.hears()
                await post(self.says("reply"), self.key)
                await self.heard(ear)
                self.assertTrue(one.pieces.empty() and two.pieces.empty())

        self.story(told)

    def test_a_person_with_two_tabs_is_one_with_the_most_telling_thing(self) -> None:
        known = presence.Presence()

        def is_news(tab: str, doing: str, turn: int) -> bool:
            return known.hear(presence.Sign(1, TICKET, NUMBER, 2, "Tove Lind", tab, doing, turn))

        self.assertTrue(is_news("a", "reply", 1))
        self.assertFalse(is_news("b", "read", 1))
        self.assertEqual(known.at(TICKET), [(2, "Tove Lind", "reply")])
        self.assertFalse(is_news("b", "gone", 2))
        self.assertTrue(is_news("a", "gone", 3))
        self.assertFalse(is_news("a", "read", 2), "what was overtaken on its way brings nobody back")

    def test_false_borrowed_and_odd_signs_are_refused(self) -> None:
        async def told() -> None:
            async with listening(self.url, self.key) as ear:
                await ear.hears()
                self.assertEqual(await post(self.says("read"), "another"), 403)
                self.assertEqual(await post("pass=x&tab=a&doing=read&turn=1", self.key), 403)
                self.assertEqual(await post(self.says("<b>"), self.key), 400)
                self.assertEqual(await post(self.says("read", tab="A B"), self.key), 400)
                self.assertEqual(await post("x" * 5000, self.key), 413)
                self.assertEqual(await post(self.says("read"), self.key, "GET"), 405)
                with mock.patch.object(presence, "PASS_SECONDS", -1):
                    self.assertEqual(await post(self.says("read"), self.key), 403)

        self.story(told)

    def test_two_hundred_signs_read_no_table_and_are_told_in_a_few_notifies(self) -> None:
        sent: list[str] = []

        async def told() -> None:
            async with listening(self.url, self.key) as ear:
                await ear.hears()
                told_by = beats.teller._notify

                async def counting(signs: list[presence.Sign]) -> None:
                    sent.extend(beats.payloads(signs))
                    await told_by(signs)

                with mock.patch.object(beats.teller, "_notify", counting):
                    for n in range(200):
                        await post(self.says("read", tab=f"t{n}"), self.key)
                    await asyncio.wait_for(self.heard(ear), PATIENCE)

        with CaptureQueriesContext(connection) as queries:
            self.story(told)
        self.assertEqual(len(queries), 0)
        self.assertLessEqual(len(sent), 6)
        self.assertTrue(all(len(payload.encode()) < 7999 for payload in sent))
