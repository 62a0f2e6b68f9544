"""Where a ticket stands: its bucket, its reason, and by when somebody must act."""

from datetime import timedelta
from importlib import import_module

from django.db import connection

from olmo.kernel import clock
from olmo.tickets import actions, standing
from olmo.tickets.changes import Received
from olmo.tickets.log import changing
from olmo.tickets.models import Standing, Status, Ticket
from tests.cast import DeskTest


class Stands(DeskTest):
    def of(self, ticket: Ticket) -> Standing:
        self.assertReplays(ticket)
        return Standing.objects.get(ticket=ticket)

    def place(self, ticket: Ticket) -> tuple[str, str]:
        found = self.of(ticket)
        return found.bucket, found.reason


class Reasons(Stands):
    def test_a_new_request_needs_a_first_response_and_then_the_next(self) -> None:
        ticket = self.report("Printer")
        self.assertEqual(self.place(ticket), ("todo", "first_response"))
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        self.assertEqual(self.place(ticket), ("todo", "first_response"))
        actions.reply(ticket, by=self.alma, message=self.say("On my way."))
        self.assertEqual(self.place(ticket), ("todo", "in_progress"))
        actions.receive(ticket, by=self.rui, message=self.say("Still broken."))
        self.assertEqual(self.place(ticket), ("todo", "next_response"))

    def test_a_note_is_no_answer(self) -> None:
        ticket = self.report("Printer")
        actions.note(ticket, by=self.alma, message=self.say("Old model."))
        self.assertEqual(self.place(ticket), ("todo", "first_response"))

    def test_a_caller_was_spoken_to_already(self) -> None:
        ticket = self.report("Phone", channel="phone")
        self.assertEqual(self.place(ticket), ("todo", "untaken"))
        actions.assign(ticket, by=self.alma, team=None, assignee=self.alma)
        self.assertEqual(self.place(ticket), ("todo", "in_progress"))

    def test_an_escalation_stays_one_until_somebody_takes_it(self) -> None:
        ticket = self.report("Switch")
        actions.escalate(ticket, by=self.alma, note="Please look.", team=self.network)
        self.assertEqual(self.place(ticket), ("todo", "escalated"))
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove)
        self.assertEqual(self.place(ticket), ("todo", "first_response"))

    def test_it_waits_for_somebody_or_for_a_date(self) -> None:
        ticket = self.report("Monitor")
        actions.hold(ticket, by=self.alma, reason="requester")
        self.assertEqual(self.place(ticket), ("waiting", "requester"))
        actions.hold(ticket, by=self.alma, reason="third_party")
        self.assertEqual(self.place(ticket), ("waiting", "third_party"))
        friday = clock.now() + timedelta(days=2)
        actions.hold(ticket, by=self.alma, reason="date", wake_at=friday)
        self.assertEqual(self.place(ticket), ("waiting", "date"))
        self.assertEqual(self.of(ticket).act_by, friday)
        actions.receive(ticket, by=self.rui, message=self.say("Now, please."))
        self.assertEqual(self.place(ticket), ("todo", "first_response"))

    def test_what_a_third_party_has_stays_there_when_the_requester_writes_and_the_desk_owes_an_answer(self) -> None:
        ticket = self.report("Line")
        actions.hold(ticket, by=self.alma, reason="third_party")
        actions.receive(ticket, by=self.rui, message=self.say("Any news?"))
        self.assertEqual((ticket.status, ticket.hold_reason), (Status.WAITING, "third_party"))
        self.assertEqual(self.place(ticket), ("todo", "first_response"))
        actions.reply(ticket, by=self.alma, message=self.say("They are at it."))
        self.assertEqual(self.place(ticket), ("waiting", "third_party"))
        actions.receive(ticket, by=self.rui, message=self.say("And now?"))
        self.assertEqual(self.place(ticket), ("todo", "next_response"))
        actions.hold(ticket, by=self.alma, reason="third_party")  # having read it
        self.assertEqual(self.place(ticket), ("waiting", "third_party"))
        actions.resume(ticket, by=self.alma)
        self.assertEqual(self.place(ticket), ("todo", "next_response"))
        self.assertReplays(ticket)

    def test_what_was_written_before_ended_the_hold_as_it_did_then(self) -> None:
        ticket = self.report("Line")
        actions.hold(ticket, by=self.alma, reason="third_party")
        with changing(ticket, by=self.rui) as log:  # the words of an older version say nothing of the hold
            log.record(Received(message=ticket.last_message_id or 0))
        self.assertEqual(self.place(ticket), ("todo", "first_response"))

    def test_it_is_resolved_then_closed_and_comes_back(self) -> None:
        ticket = self.report("Mouse")
        actions.resolve(ticket, by=self.alma, code="fixed", note="New battery.")
        self.assertEqual(self.place(ticket), ("done", "resolved"))
        actions.close(ticket, by=self.alma)
        self.assertEqual(self.place(ticket), ("done", "closed"))
        self.assertIsNone(self.of(ticket).act_by)
        actions.receive(ticket, by=self.rui, message=self.say("It is dead again."))
        self.assertEqual(self.place(ticket), ("todo", "next_response"))

    def test_a_merged_ticket_is_done_until_it_is_taken_out(self) -> None:
        one, two = self.report("One"), self.report("Two")
        actions.merge(two, one, by=self.alma)
        self.assertEqual(self.place(two), ("done", "merged"))
        actions.unmerge(two, by=self.alma)
        self.assertEqual(self.place(two), ("todo", "first_response"))


class ActBy(Stands):
    def test_without_an_agreement_the_priority_allows_a_time(self) -> None:
        with self.at("2026-03-02 09:00"):
            urgent, plain = self.report("Urgent", impact=1, urgency=1), self.report("Plain")
            self.assertEqual(self.of(urgent).act_by, clock.now() + timedelta(hours=1))
            self.assertEqual(self.of(plain).act_by, clock.now() + timedelta(days=1))
        with self.at("2026-03-02 11:00"):
            actions.receive(plain, by=self.rui, message=self.say("Hello?"))
        self.assertEqual(self.of(plain).since.hour, 9)

    def test_an_agreed_date_takes_its_place(self) -> None:
        ticket, date = self.report("Laptop"), clock.now() + timedelta(days=5)
        actions.set_due(ticket, by=self.alma, due_at=date)
        self.assertEqual(self.of(ticket).act_by, date)

    def test_what_had_passed_when_it_was_put_off_to_a_date_asks_for_nobody_before_that_date(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket, agreed = self.report("Laptop"), clock.now() + timedelta(hours=1)
            actions.set_due(ticket, by=self.alma, due_at=agreed)
            standing.promise(ticket, agreed)
        with self.at("2026-03-02 12:00"):
            monday = clock.now() + timedelta(days=7)
            actions.hold(ticket, by=self.alma, reason="date", wake_at=monday)
            self.assertEqual(self.of(ticket).act_by, monday)
            standing.promise(ticket, agreed)
            self.assertEqual(self.of(ticket).act_by, monday)

    def test_what_passes_while_it_waits_asks_for_somebody(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket, agreed = self.report("Laptop"), clock.now() + timedelta(days=1)
            actions.set_due(ticket, by=self.alma, due_at=agreed)
            actions.hold(ticket, by=self.alma, reason="date", wake_at=clock.now() + timedelta(days=7))
            self.assertEqual(self.of(ticket).act_by, agreed)

    def test_a_service_level_names_the_next_instant_and_it_outlives_other_changes(self) -> None:
        ticket, soon = self.report("Laptop"), clock.now() + timedelta(minutes=30)
        standing.promise(ticket, soon)
        self.assertEqual(self.of(ticket).act_by, soon)
        actions.note(ticket, by=self.alma, message=self.say("Looking."))
        self.assertEqual(self.of(ticket).act_by, soon)
        standing.promise(ticket, None)
        self.assertEqual(self.of(ticket).act_by, self.of(ticket).since + timedelta(days=1))


class Making(Stands):
    def test_what_was_lost_or_spoiled_is_made_again_from_the_log(self) -> None:
        ticket = self.report("Printer")
        actions.reply(ticket, by=self.alma, message=self.say("On my way."))
        before = standing.row(self.of(ticket))
        Standing.objects.filter(ticket=ticket).update(bucket="done", asked_at=clock.now())
        standing.rebuild(ticket)
        self.assertEqual(standing.row(self.of(ticket)), before)
        Standing.objects.filter(ticket=ticket).delete()
        actions.note(ticket, by=self.alma, message=self.say("A note finds nothing and makes it."))
        self.assertEqual(self.place(ticket), ("todo", "untaken"))

    def test_the_migration_places_tickets_as_the_function_does(self) -> None:
        first, second, third, fourth = (self.report(f"T{n}", channel=c) for n, c in enumerate(["mail", "phone"] * 2))
        actions.reply(first, by=self.alma, message=self.say("Yes?"))
        actions.receive(first, by=self.rui, message=self.say("No."))
        actions.receive(first, by=self.rui, message=self.say("No!"))
        actions.escalate(second, by=self.alma, note="Please", team=self.network)
        actions.hold(third, by=self.alma, reason="date", wake_at=clock.now() + timedelta(days=1))
        actions.set_due(fourth, by=self.alma, due_at=clock.now() + timedelta(days=3))
        merged, done = self.report("Merged"), self.report("Done", impact=1, urgency=1)
        actions.merge(merged, first, by=self.alma)
        actions.resolve(done, by=self.alma, code="fixed")
        actions.reopen(done, by=self.alma)
        tickets = list(Ticket.objects.all())
        Standing.objects.all().delete()
        fill = import_module("olmo.tickets.migrations.0008_standing").FILL.replace("set constraints all immediate;", "")
        with connection.cursor() as cursor:
            cursor.execute(fill)
        for ticket in tickets:
            with self.subTest(ticket.subject):
                self.assertReplays(ticket)
