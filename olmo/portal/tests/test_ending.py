"""The requester's side of an ending: withdraw, confirm, open again, and what they may expect until then."""

from datetime import timedelta
from typing import Any

from django.test import Client as Browser

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotAllowed, NotFound
from olmo.people import signin
from olmo.people.actions import enrol_requester
from olmo.reports import rollup, usual
from olmo.reports.models import ANY_CATEGORY, UsualTime
from olmo.tickets import actions
from olmo.tickets.models import Category, Message, Status, Ticket
from tests.cast import DeskTest

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Ending(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.browser = Browser()
        self.browser.force_login(self.rui, backend=signin.BACKEND)

    def page(self, ticket: Ticket) -> Any:
        return self.browser.get(f"/requests/{ticket.number}")

    def send(self, ticket: Ticket, what: str, text: str = "") -> Any:
        return self.browser.post(f"/requests/{ticket.number}/answers", {"send": what, "text": text})

    def withdraw(self, ticket: Ticket, reason: str) -> Any:
        return self.browser.post(f"/requests/{ticket.number}/withdrawal", {"reason": reason})

    def status(self, ticket: Ticket) -> str:
        return Ticket.objects.get(pk=ticket.pk).status


class Withdrawing(Ending):
    def test_ends_it_with_the_reason_in_the_conversation(self) -> None:
        ticket = self.report("Mouse")
        self.assertContains(self.page(ticket), "Withdraw the request")
        self.assertContains(self.browser.get(f"/requests/{ticket.number}/withdrawal"), "Why is it no longer needed?")
        self.assertEqual(self.withdraw(ticket, "Found another one.").status_code, 303)
        self.assertEqual(self.status(ticket), Status.CLOSED)
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).resolution_code, "withdrawn")
        self.assertContains(self.page(ticket), "Found another one.")
        self.assertLogged(ticket, "opened", "received", "resolved", "closed")

    def test_without_a_reason_is_refused_at_the_field(self) -> None:
        ticket = self.report("Mouse")
        self.assertContains(self.withdraw(ticket, "  "), "Write something first.", status_code=422)
        self.assertEqual(self.status(ticket), Status.NEW)

    def test_twice_is_refused_in_words_and_keeps_what_was_typed(self) -> None:
        ticket = self.report("Mouse")
        self.withdraw(ticket, "Found another one.")
        again = self.withdraw(ticket, "The second reason.")
        self.assertContains(again, "withdrawn already", status_code=409)
        self.assertContains(again, "The second reason.", status_code=409)
        self.assertEqual(Message.objects.filter(ticket=ticket).count(), 2)

    def test_what_was_solved_in_the_meantime_is_refused(self) -> None:
        ticket = self.report("Mouse")
        actions.resolve(ticket, by=self.alma, code="fixed", note="A new one is on your desk.")
        self.assertContains(self.withdraw(ticket, "Found one."), "finished already", status_code=409)

    def test_somebody_else_s_is_refused(self) -> None:
        ticket = self.report("Mouse")
        lea = enrol_requester(self.acme, "Lea", "lea@acme.example")
        actions.watch(ticket, by=self.alma, person=lea)
        for person, refusal in ((lea, NotAllowed), (self.alma, NotAllowed), (self.bea, NotFound)):
            with self.assertRaises(refusal):
                actions.withdraw(ticket, by=person, reason="x")

    def test_can_be_taken_back_by_one_press_without_a_reason(self) -> None:
        ticket = self.report("Mouse")
        self.withdraw(ticket, "Found another one.")
        self.assertContains(self.page(ticket), "I need it after all: open it again")
        self.assertEqual(self.send(ticket, "reopen").status_code, 303)
        self.assertEqual(self.status(ticket), Status.OPEN)


class Confirming(Ending):
    def test_closes_what_is_solved(self) -> None:
        ticket = self.report("Mouse")
        actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        self.assertContains(self.page(ticket), 'value="confirm"')
        self.send(ticket, "confirm")
        self.assertEqual(self.status(ticket), Status.CLOSED)
        self.assertLogged(ticket, "opened", "resolved", "closed")

    def test_what_was_opened_again_elsewhere_is_refused_and_stays_open(self) -> None:
        ticket = self.report("Mouse")
        actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        actions.reopen(ticket, by=self.alma)
        self.assertContains(self.send(ticket, "confirm"), "opened again in the meantime", status_code=409)
        self.assertEqual(self.status(ticket), Status.OPEN)


class OpeningAgain(Ending):
    def solved(self) -> Ticket:
        ticket = self.report("Mouse")
        actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        return ticket

    def test_says_why(self) -> None:
        ticket = self.solved()
        self.send(ticket, "reopen", "It is stuck again.")
        self.assertEqual(self.status(ticket), Status.OPEN)
        self.assertLogged(ticket, "opened", "resolved", "reopened", "received")

    def test_without_a_why_is_refused_at_the_field_and_stays_solved(self) -> None:
        ticket = self.solved()
        self.assertContains(self.send(ticket, "reopen"), "Say what is still wrong", status_code=422)
        self.assertLogged(ticket, "opened", "resolved")

    def test_after_the_days_of_the_organisation_is_a_new_request(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket = self.solved()
            actions.close(ticket, by=self.rui)
        with self.at("2026-03-20 09:00"):
            with self.assertRaises(Conflict):
                actions.reopen(ticket, by=self.rui)
            refused = self.send(ticket, "reopen", "It is back.")
        self.assertContains(refused, "report it as a new one", status_code=409)
        self.assertContains(refused, "It is back.", status_code=409)
        self.assertEqual(self.status(ticket), Status.CLOSED)


class Expecting(Ending):
    def finish(self, n: int, minutes: int, **more: Any) -> None:
        for _one in range(n):
            began = clock.now() - timedelta(days=3)
            with clock.at(began):
                ticket = self.report("Mouse", **more)
            with clock.at(began + timedelta(minutes=minutes)):
                actions.resolve(ticket, by=self.alma, code="fixed")

    def test_how_long_such_requests_usually_take_is_learnt_and_said(self) -> None:
        category = Category.objects.create(name="Hardware")
        self.finish(16, 120, category=category)
        self.finish(5, 2880, category=category)
        rollup.refresh()
        usual.learn()
        known = UsualTime.objects.get(client=self.acme, category=category.pk)
        self.assertEqual((known.n, known.low_minutes, known.high_minutes), (21, 120, 2880))
        words = "usually solved in 2 hours to 2 days"
        self.assertContains(self.page(self.report("Mouse", category=category)), words)
        self.assertContains(self.page(self.report("Mouse")), words)  # of the client, where the category knows nothing

    def test_below_twenty_nothing_is_said_and_other_clients_teach_nothing(self) -> None:
        self.finish(19, 120)
        self.finish(25, 60, by=self.bea)
        rollup.refresh()
        usual.learn()
        self.assertFalse(UsualTime.objects.filter(client=self.acme).exists())
        self.assertTrue(UsualTime.objects.filter(client=self.bolt, category=ANY_CATEGORY).exists())
        self.assertNotContains(self.page(self.report("Mouse")), "usually solved")

    def test_what_was_withdrawn_or_merged_teaches_nothing(self) -> None:
        self.finish(19, 120)
        actions.withdraw(self.report("Mouse"), by=self.rui, reason="No.")
        rollup.refresh()
        self.assertEqual(usual.learn(), 0)

    def test_what_a_service_level_promises_is_said(self) -> None:
        from olmo.service_levels import loading

        terms = {
            "version": "1", "from": "2026-01-01T00:00:00+00:00", "reason": "Signed", "calendar": "always", "pauses": [],
            "targets": {str(level): {"first_response": 60, "resolution": 480} for level in (1, 2, 3, 4)},
        }  # fmt: skip
        calendars = {"always": {"zone": "Europe/Rome", "hours": {day: [["00:00", "24:00"]] for day in _DAYS}}}
        given = {"agreement": "Acme, care", "client": self.acme.name, "calendars": calendars, "terms": terms}
        loading.load(given, by=self.ines)
        ticket = self.report("Mouse")
        page = self.page(ticket)
        self.assertContains(page, "We answer by")
        self.assertContains(page, "solved by")
        with clock.at(clock.now() + timedelta(hours=9)):
            self.assertContains(self.page(ticket), "It takes longer than we promised")
