"""Two at the same moment (R30, R31, R32, R33): real connections, real commits."""

import asyncio
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from olmo.kernel import clock
from olmo.kernel.errors import OlmoError
from olmo.ops import worker
from olmo.service_levels import actions as service_levels
from olmo.service_levels.tests.test_clocks import OFFICE, PROMISE, moment
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.changes import of_event
from olmo.tickets.log import Stale
from olmo.tickets.models import Event, Message, Status, Ticket
from olmo.tickets.tests.test_races import Races


class Together(Races):
    """The same stage; what is tested there is not tested again."""

    def answer(self, ticket: Ticket, text: str) -> None:
        actions.receive(self.copy(ticket), by=self.rui, message=actions.NewMessage(text=text))

    def kinds(self, ticket: Ticket) -> list[str]:
        with scope(EVERY_CLIENT):
            return list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("kind", flat=True))


class R30TwoAgentsAtTheSameMoment(Together):
    def test_different_fields_are_both_kept(self) -> None:
        ticket = self.report("Both")
        one, two = self.copy(ticket), self.copy(ticket)
        self.together(
            lambda: actions.prioritise(one, by=self.alma, impact=1, urgency=1, seen=1),
            lambda: actions.assign(two, by=self.tove, team=self.network, assignee=None, seen=1),
        )
        kept = self.copy(ticket)
        self.assertEqual((kept.priority, kept.team), (1, self.network))
        self.assert_true(ticket)

    def test_at_the_same_field_the_second_is_shown_the_first_and_overwrites_nothing(self) -> None:
        ticket, stopped = self.report("Clash"), []
        copies = [self.copy(ticket) for _ in range(2)]

        def judge(copy: Ticket, who: Any, level: int) -> None:
            try:
                actions.prioritise(copy, by=who, impact=level, urgency=level, seen=1)
            except Stale as stale:
                stopped.append([event.kind for event in stale.events])
                raise

        self.together(lambda: judge(copies[0], self.alma, 1), lambda: judge(copies[1], self.tove, 3))
        self.assertEqual(len(stopped), 1)
        self.assertEqual(self.kinds(ticket)[1:], stopped[0])
        self.assert_true(ticket)

    def test_the_second_answer_is_stopped_with_the_first_one_shown(self) -> None:
        ticket, stopped = self.report("Once"), []
        copies = [self.copy(ticket) for _ in range(2)]

        def reply(copy: Ticket, who: Any) -> None:
            try:
                actions.reply(copy, by=who, message=actions.NewMessage(text=who.name), seen=1)
            except Stale as stale:
                stopped.append([event.kind for event in stale.events])
                raise

        self.together(lambda: reply(copies[0], self.alma), lambda: reply(copies[1], self.tove))
        self.assertEqual(stopped, [["replied"]])
        with scope(EVERY_CLIENT):
            self.assertEqual(Message.objects.filter(ticket=ticket, is_from_desk=True).count(), 1)


class R31TwoWorkersAtOneJob(Together):
    def test_one_of_them_gets_it_and_it_is_taken_again_when_that_one_dies(self) -> None:
        job = app.configure_task("olmo.hardening.a_job", allow_unknown=True).defer()
        first = async_to_sync(self.fetched)()
        self.assertEqual(first, [job])
        with connection.cursor() as cursor:
            cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '10 minutes'")
        self.assertEqual(async_to_sync(self.rescued)(), 1)
        self.assertEqual(async_to_sync(self.fetched)(), [job])

    async def fetched(self) -> list[int | None]:
        """What two workers got that asked at once."""
        with worker._own_connections() as own:
            async with own.open_async():
                manager = own.job_manager
                workers = [await manager.register_worker() for _ in range(2)]
                found = await asyncio.gather(*[manager.fetch_job(queues=None, worker_id=each) for each in workers])
        return [job.id for job in found if job is not None]

    async def rescued(self) -> int:
        with worker._own_connections() as own:
            async with own.open_async():
                return await worker.rescue(own)

    def test_two_sweeps_at_once_record_each_breach_once(self) -> None:
        with scope(EVERY_CLIENT), clock.at(moment("2026-01-01 00:00")):
            service_levels.set_calendar("Office", OFFICE, by=self.ines)
            agreed = service_levels.agree("Acme gold", by=self.ines, client=self.acme)
            service_levels.amend(agreed, PROMISE, by=self.ines, version="1", valid_from=moment("2026-01-01 00:00"))
        with clock.at(moment("2026-03-09 08:00")):
            tickets = [self.report(f"Problem {n}") for n in range(12)]

        def sweep() -> None:
            with clock.at(moment("2026-03-09 09:05")):
                while service_levels.sweep(limit=3):
                    pass

        self.together(sweep, sweep)
        for ticket in tickets:
            self.assertEqual(self.kinds(ticket), ["opened", "breached"])
        self.assert_true(*tickets)


class R32FiftyClosingsAndAnswers(Together):
    def test_the_history_is_legal_and_its_numbers_have_no_gap(self) -> None:
        ticket, refused = self.report("Busy"), []

        def close() -> None:
            try:
                actions.close(self.copy(ticket), by=self.alma)
            except OlmoError as error:
                refused.append(error)

        for _round in range(10):
            verbs: list[Callable[[], Any]] = []
            for _n in range(5):
                verbs += [close, lambda: self.answer(ticket, "No")]
            self.together(*verbs)
        with scope(EVERY_CLIENT):
            events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
        self.assertEqual([event.seq for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(sum(event.kind == "received" for event in events), 50)
        for kind in ("closed", "reopened"):  # or nothing was tried
            self.assertIn(kind, [event.kind for event in events])
        row = Ticket(pk=ticket.pk)
        for event in events:
            before = row.status
            of_event(event.kind, event.data).apply(row, event.at)
            if event.kind == "closed":
                self.assertNotEqual(before, Status.CLOSED)
            if event.kind == "reopened":
                self.assertIn(before, (Status.RESOLVED, Status.CLOSED))
        self.assert_true(ticket)


class R33MergesAtOnceWithAnAnswer(Together):
    def test_the_answer_lands_where_the_conversation_goes_on(self) -> None:
        first, second = self.report("A"), self.report("B")
        a, b = self.copy(first), self.copy(second)
        self.together(lambda: actions.merge(a, b, by=self.alma), lambda: self.answer(first, "While you merge"))
        rows = [self.copy(first), self.copy(second)]
        self.assertEqual(rows[0].merged_into_id, second.pk)
        with scope(EVERY_CLIENT):
            found = Message.objects.get(text="While you merge")
        self.assertIn(found.ticket_id, [second.pk, *rows[1].absorbed_ids])
        self.assert_true(first, second)

    def test_each_into_the_other_makes_no_circle_and_loses_no_word(self) -> None:
        first, second = self.report("A"), self.report("B")
        a, b, c, d = self.copy(first), self.copy(second), self.copy(second), self.copy(first)
        self.together(
            lambda: actions.merge(a, b, by=self.alma),
            lambda: actions.merge(c, d, by=self.tove),
            *[lambda n=n: self.answer((first, second)[n % 2], f"Word {n}") for n in range(4)],
        )
        rows = [self.copy(first), self.copy(second)]
        self.assertEqual(sum(row.merged_into_id is not None for row in rows), 1)
        with scope(EVERY_CLIENT):
            self.assertEqual(Message.objects.filter(text__startswith="Word").count(), 4)
        self.assert_true(first, second)


del Races, Together  # their own tests run where they are
