"""Holds, resolution, closure, reopening."""

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.tickets import actions
from olmo.tickets.models import ResolutionCode, Status, Ticket
from tests.cast import DeskTest

FIXED = ResolutionCode.FIXED


class Waiting(DeskTest):
    def test_a_hold_has_a_reason_and_ends(self) -> None:
        ticket = self.report("Disk")
        actions.hold(ticket, by=self.alma, reason="third_party")
        self.assertEqual((ticket.status, ticket.hold_reason), (Status.WAITING, "third_party"))
        actions.resume(ticket, by=self.alma)
        self.assertLogged(ticket, "opened", "put_on_hold", "resumed")

    def test_until_a_date_needs_a_future_one(self) -> None:
        ticket = self.report("Disk")
        for reason, field in (("date", "wake_at"), ("mood", "reason")):
            with self.assertRaises(Invalid) as refused:
                actions.hold(ticket, by=self.alma, reason=reason)
            self.assertEqual(refused.exception.field, field)

    def test_it_wakes_by_itself_once(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket = self.report("Disk")
            until = clock.now().replace(hour=15)
            actions.hold(ticket, by=self.alma, reason="date", wake_at=until)
            self.assertEqual(actions.wake_due(), 0)
        with self.at("2026-03-02 15:00"):
            self.assertEqual(actions.wake_due(), 1)
            self.assertEqual(actions.wake_due(), 0)
        self.assertLogged(ticket, "opened", "put_on_hold", "resumed")

    def test_a_ticket_at_work_cannot_be_resumed(self) -> None:
        with self.assertRaises(Conflict):
            actions.resume(self.report("Disk"), by=self.alma)


class Resolving(DeskTest):
    def test_it_has_a_code_and_words_for_the_requester(self) -> None:
        ticket = self.report("Printer")
        actions.resolve(ticket, by=self.alma, code=FIXED, note="New toner fitted.")
        self.assertEqual((ticket.status, ticket.resolution_code), (Status.RESOLVED, FIXED))
        self.assertEqual(ticket.last_message and ticket.last_message.text, "New toner fitted.")
        self.assertLogged(ticket, "opened", "resolved")

    def test_not_twice(self) -> None:
        ticket = self.report("Printer")
        actions.resolve(ticket, by=self.alma, code=FIXED)
        with self.assertRaises(Conflict):
            actions.resolve(ticket, by=self.alma, code=FIXED)

    def test_not_without_a_code_nor_by_the_requester_nor_by_strangers(self) -> None:
        ticket = self.report("Printer")
        with self.assertRaises(Invalid):
            actions.resolve(ticket, by=self.alma, code="magic")
        with self.assertRaises(NotAllowed):
            actions.resolve(ticket, by=self.rui, code=FIXED)
        with self.assertRaises(NotFound):
            actions.resolve(ticket, by=self.otto, code=FIXED)


class Closing(DeskTest):
    def test_the_requester_may_withdraw(self) -> None:
        ticket = self.report("Printer")
        actions.close(ticket, by=self.rui)
        self.assertEqual((ticket.status, ticket.resolution_code), (Status.CLOSED, ResolutionCode.WITHDRAWN))
        self.assertLogged(ticket, "opened", "resolved", "closed")

    def test_by_itself_some_days_after_it_was_resolved(self) -> None:
        self.acme.close_after_days = 3
        self.acme.save()
        with self.at("2026-03-02 09:00"):
            ticket = self.report("Printer")
            actions.resolve(ticket, by=self.alma, code=FIXED)
        with self.at("2026-03-05 08:59"):
            self.assertEqual(actions.close_due(), 0)
        with self.at("2026-03-05 09:00"):
            self.assertEqual(actions.close_due(), 1)
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.CLOSED)
        self.assertLogged(ticket, "opened", "resolved", "closed")

    def test_reopening_forgets_the_resolution(self) -> None:
        ticket = self.report("Printer")
        actions.close(ticket, by=self.alma)
        actions.reopen(ticket, by=self.rui)
        self.assertEqual((ticket.status, ticket.closed_at, ticket.resolution_code), (Status.OPEN, None, ""))
        self.assertLogged(ticket, "opened", "resolved", "closed", "reopened")

    def test_an_open_ticket_cannot_be_reopened_nor_a_closed_one_closed(self) -> None:
        ticket = self.report("Printer")
        with self.assertRaises(Conflict):
            actions.reopen(ticket, by=self.alma)
        actions.close(ticket, by=self.alma)
        with self.assertRaises(Conflict):
            actions.close(ticket, by=self.alma)
        with self.assertRaises(NotFound):
            actions.reopen(ticket, by=self.bea)
