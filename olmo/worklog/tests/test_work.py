"""Time: a timer that cannot be lost, entries that are corrected in the open, and totals that everybody can check."""

from datetime import date, timedelta

from django.db import DatabaseError, transaction

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.tenancy.scope import scope
from olmo.worklog import actions, administration, queries
from olmo.worklog.actions import Work
from olmo.worklog.models import Activity, Correction, Entry, Timer
from tests.cast import DeskTest

TODAY = date(2026, 3, 2)


class TheTimer(DeskTest):
    def test_it_is_counted_from_when_it_was_started_whoever_asks(self) -> None:
        ticket = self.report("Printer")
        with self.at("2026-03-02 09:00"):
            actions.start_timer(ticket, by=self.alma)
        with self.at("2026-03-02 09:20"):
            timer = queries.timer_of(self.alma)
            assert timer is not None
            self.assertEqual(queries.seconds_of(timer), 1200)
            actions.pause_timer(by=self.alma)
        with self.at("2026-03-02 11:00"):
            actions.resume_timer(by=self.alma)
        with self.at("2026-03-02 11:04"):
            entry = actions.stop_timer(by=self.alma)
        assert entry is not None
        self.assertEqual((entry.minutes, entry.day, entry.person), (24, TODAY, self.alma))
        self.assertFalse(Timer.objects.exists())

    def test_one_runs_at_a_time_and_starting_another_enters_the_first(self) -> None:
        first, second = self.report("Printer"), self.report("Phone")
        with self.at("2026-03-02 09:00"):
            actions.start_timer(first, by=self.alma)
        with self.at("2026-03-02 09:05"):
            actions.start_timer(second, by=self.alma)
            actions.start_timer(second, by=self.alma)
        self.assertEqual([(e.ticket, e.minutes) for e in Entry.objects.all()], [(first, 5)])
        self.assertEqual(Timer.objects.get().ticket, second)

    def test_a_slip_enters_nothing_and_what_is_discarded_neither(self) -> None:
        ticket = self.report("Printer")
        actions.start_timer(ticket, by=self.alma)
        self.assertIsNone(actions.stop_timer(by=self.alma))
        actions.start_timer(ticket, by=self.alma)
        actions.discard_timer(by=self.alma)
        self.assertFalse(Entry.objects.exists())
        with self.assertRaises(Conflict):
            actions.stop_timer(by=self.alma)

    def test_a_timer_that_runs_for_long_is_asked_about(self) -> None:
        with self.at("2026-03-02 09:00"):
            timer = actions.start_timer(self.report("Printer"), by=self.alma)
            self.assertFalse(queries.is_idle(timer))
        with self.at("2026-03-02 10:00"):
            self.assertTrue(queries.is_idle(timer))

    def test_not_on_a_ticket_that_the_agent_may_not_see(self) -> None:
        ticket = self.report("Printer")
        with self.assertRaises(NotFound):
            actions.start_timer(ticket, by=self.otto)
        with self.assertRaises(NotAllowed):
            actions.start_timer(ticket, by=self.rui)


class Entering(DeskTest):
    def enter(self, minutes: int = 30, **more: object) -> Entry:
        work = Work(**{"minutes": minutes, "day": actions.today(self.alma), **more})  # type: ignore[arg-type]
        return actions.log_work(self.report("Printer"), work, by=self.alma)

    def test_minutes_are_rounded_up_by_the_rule(self) -> None:
        administration.save_rules(step_minutes=15, idle_minutes=60, call_activity=None, by=self.ines)
        self.assertEqual([self.enter(n).minutes for n in (1, 15, 16)], [15, 15, 30])

    def test_what_cannot_be_is_refused_by_name(self) -> None:
        tomorrow = actions.today(self.alma) + timedelta(days=1)
        unused = Activity.objects.create(name="Fax", is_active=False)
        wrong: dict[str, dict[str, object]] = {
            "minutes": {"minutes": 0}, "day": {"day": tomorrow}, "activity": {"activity": unused},
        }  # fmt: skip
        for field, values in wrong.items():
            with self.subTest(field), self.assertRaises(Invalid) as refused:
                self.enter(**values)  # type: ignore[arg-type]
            self.assertEqual(refused.exception.field, field)
        self.assertFalse(Entry.objects.exists())

    def test_billable_is_as_the_activity_is_unless_it_says_otherwise(self) -> None:
        internal = Activity.objects.create(name="Meeting", is_billable=False)
        self.assertEqual(
            [self.enter(activity=internal, is_billable=said).is_billable for said in (None, True)], [False, True]
        )

    def test_totals_count_what_is_not_removed(self) -> None:
        entry = self.enter(30)
        actions.log_work(entry.ticket, Work(minutes=10, day=entry.day, is_billable=False), by=self.tove)
        found = queries.totals(self.alma, entry.ticket)
        self.assertEqual((found.minutes, found.billable, found.own, found.entries), (40, 30, 30, 2))
        actions.remove(entry, by=self.alma)
        self.assertEqual(queries.totals(self.alma, entry.ticket).minutes, 10)


class Correcting(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.entry = actions.log_work(
            self.report("Printer"), Work(minutes=30, day=actions.today(self.alma), note="Rui’s desk"), by=self.alma
        )

    def work(self, minutes: int) -> Work:
        return Work(minutes=minutes, day=self.entry.day, is_billable=True)

    def test_the_trail_says_what_it_was_before_and_keeps_no_words(self) -> None:
        actions.correct(self.entry, self.work(20), by=self.alma)
        first, second = Correction.objects.filter(entry=self.entry)
        self.assertEqual(first.change["minutes"], [None, 30])
        self.assertEqual((second.change["minutes"], second.by), ([30, 20], self.alma))
        self.assertNotIn("Rui", str([first.change, second.change]))

    def test_by_whoever_did_the_work_or_an_administrator(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.correct(self.entry, self.work(20), by=self.tove)
        with self.assertRaises(NotFound):
            actions.correct(self.entry, self.work(20), by=self.otto)
        actions.correct(self.entry, self.work(20), by=self.ines)
        self.assertEqual(Entry.objects.get().minutes, 20)

    def test_two_at_once_do_not_overwrite_each_other(self) -> None:
        actions.correct(self.entry, self.work(20), by=self.ines, seen=1)
        with self.assertRaises(Conflict):
            actions.correct(self.entry, self.work(10), by=self.alma, seen=1)

    def test_neither_trail_nor_entry_can_be_deleted(self) -> None:
        for rows in (Correction.objects.all(), Entry.objects.all()):
            with self.assertRaises(DatabaseError), transaction.atomic():
                rows.delete()

    def test_another_clients_agent_sees_nothing(self) -> None:
        with scope([self.bolt.pk]):
            self.assertEqual((Entry.objects.count(), Correction.objects.count()), (0, 0))
        self.assertEqual(queries.of_ticket(self.otto, self.entry.ticket), [])
