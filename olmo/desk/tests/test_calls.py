"""Somebody calls: found in any spelling, shown what is open, opened, continued, or solved while they are still there."""

from datetime import timedelta

from olmo.kernel import clock
from olmo.people.actions import add_identity
from olmo.people.models import Identity
from olmo.tickets import actions
from olmo.tickets.models import Event, Message, Template, Ticket
from olmo.worklog.models import Entry

from .base import PageTest, Visit

NEW = "/desk/tickets/new"
FILLED = {"subject": "No sound", "channel": "phone", "kind": "incident", "impact": 2, "urgency": 2}


class FindingTheCaller(PageTest):
    def found(self, typed: str) -> list[str]:
        return self.look_again(f"/desk/people?whom=callers&q={typed}").words(".menu__item bdi")

    def test_by_number_in_any_spelling(self) -> None:
        self.rui.time_zone = "Europe/Rome"
        add_identity(self.rui, Identity.Kind.PHONE, "06 1234 5678")
        self.assertEqual(self.rui.identities.get(kind="phone").value, "+390612345678")
        for typed in ("06 12345678", "%2B39 06 1234 5678", "0039-06-12345678", "(06) 1234/5678", "5678"):
            self.assertIn("Rui Alves", self.found(typed), typed)
        self.assertNotIn("Rui Alves", self.found("06 9999"))

    def test_by_name_address_or_organisation_in_any_order(self) -> None:
        for typed in ("alves rui", "rui acme", "rui@acme", "Alv"):
            self.assertIn("Rui Alves", self.found(typed), typed)
        self.assertNotIn("Rui Alves", self.found("rui bolt"))

    def test_nobody_found_becomes_somebody_new_with_what_was_typed(self) -> None:
        visit = self.post(NEW, {"newcomer": "1", "q": "+39 06 555 0101", "subject": "Dead line", "text": "Nothing."})
        self.assertEqual((visit.status, visit.value("#id_phone")), (200, "+39 06 555 0101"))
        self.assertEqual((visit.value("#id_subject"), visit.words("#id_text")), ("Dead line", ["Nothing."]))
        visit = self.post(NEW, {"newcomer": "1", "q": "pia@acme.example"})
        self.assertEqual(visit.value("#id_email"), "pia@acme.example")
        self.assertEqual(visit.value("#id_client option[selected]"), str(self.acme.pk))
        self.assertEqual(self.post(NEW, {"newcomer": "1", "q": "Pia Rossi"}).value("#id_name"), "Pia Rossi")


class ACall(PageTest):
    def begun(self, minutes: int) -> str:
        return (clock.now() - timedelta(minutes=minutes, seconds=-5)).isoformat()

    def call(self, **data: object) -> Visit:
        return self.post(NEW, {**FILLED, "requester": self.rui.pk, "began_at": self.begun(7), **data})

    def test_its_minutes_become_an_entry_of_work(self) -> None:
        self.assertEqual(self.call(text="No sound since noon.").status, 303)
        entry = Entry.objects.get()
        self.assertEqual((entry.minutes, entry.person, entry.ticket), (7, self.alma, Ticket.objects.get()))
        self.assertEqual((str(entry.activity), entry.is_billable), ("Phone call", True))
        message = Message.objects.get()
        self.assertEqual((message.call_direction, message.call_minutes), ("in", 7))
        self.assertEqual(entry.message, message)

    def test_minutes_may_be_typed_and_a_moment_that_cannot_be_counts_from_now(self) -> None:
        self.call(minutes="3")
        self.call(minutes="0")
        self.call(began_at="2999-01-01T00:00:00+00:00")
        self.call(began_at="rubbish")
        self.assertEqual(list(Entry.objects.order_by("pk").values_list("minutes", flat=True)), [3])

    def test_solved_on_the_spot_is_one_transaction_and_a_fact_of_the_log(self) -> None:
        self.assertEqual(self.call(solved="1", code="fixed", solution="Turned it up.").status, 303)
        ticket = Ticket.objects.get()
        self.assertEqual((ticket.status, ticket.is_first_contact, ticket.assignee), ("resolved", True, self.alma))
        self.assertLogged(ticket, "opened", "resolved")
        self.assertTrue(Event.objects.get(ticket=ticket, kind="resolved").data["on_first_contact"])
        actions.reopen(ticket, by=self.alma)
        self.assertFalse(ticket.is_first_contact)
        self.assertReplays(ticket)

    def test_without_a_solution_nothing_is_opened_and_nothing_lost(self) -> None:
        visit = self.call(solved="1", code="fixed", solution=" ", text="No sound.")
        self.assertEqual((visit.status, Ticket.objects.count(), Entry.objects.count()), (422, 0, 0))
        self.assertEqual(visit.words("#id_text"), ["No sound."])
        self.assertEqual(len(visit.all("#id_solution-wrong")), 1)

    def test_it_can_go_on_in_a_ticket_that_is_open(self) -> None:
        ticket = self.report("Old trouble")
        visit = self.call(**{"continue": ticket.number, "text": "It is worse now.", "subject": ""})
        self.assertEqual((visit.status, visit.location), (303, self.url(ticket)))
        self.assertLogged(ticket, "opened", "called")
        self.assertEqual((Entry.objects.get().ticket, Ticket.objects.count()), (ticket, 1))
        self.assertIn("Incoming call, 7 min", self.get(self.url(ticket)).text)
        visit = self.call(**{"continue": ticket.number, "text": ""})
        self.assertEqual((visit.status, len(visit.all("#id_text-wrong"))), (422, 1))

    def test_another_clients_ticket_is_not_there(self) -> None:
        ticket = self.report("Old trouble")
        visit = self.post(NEW, {**FILLED, "continue": ticket.number, "text": "x"}, by=self.otto)
        self.assertEqual(visit.status, 404)
        self.assertLogged(ticket, "opened")


class BeginningFromATemplate(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.template = Template.objects.create(
            name="New laptop", kind="service_request", impact=3, urgency=3, subject="Laptop for {caller}", text="Model:",
            tags=["laptop"], checklist=["Order it", "Hand it over"], needs_checklist=True, team=self.desk,
        )  # fmt: skip

    def test_it_fills_in_and_keeps_what_was_typed(self) -> None:
        visit = self.post(
            NEW, {"apply": "", "begin_from": self.template.pk, "requester": self.rui.pk, "text": "Urgent."}
        )
        self.assertEqual(visit.value("#id_subject"), "Laptop for Rui Alves")
        self.assertEqual(visit.one("#id_text").text().split("\n"), ["Urgent.", "", "Model:"])
        self.assertEqual(visit.value("#id_impact option[selected]"), "3")
        self.assertEqual(visit.words("#id_checklist"), ["Order it Hand it over"])

    def test_the_ticket_has_its_checklist_which_must_be_done_first(self) -> None:
        data = {**FILLED, "requester": self.rui.pk, "template": self.template.pk, "checklist": "Order it\nHand it over"}
        self.post(NEW, data)
        ticket = Ticket.objects.get()
        self.assertEqual((ticket.template, len(ticket.checklist["items"])), (self.template, 2))
        self.assertLogged(ticket, "opened", "checklist_set")
        visit = self.post(NEW, {**data, "solved": "1", "code": "fixed", "solution": "Here it is."})
        self.assertEqual((visit.status, Ticket.objects.count()), (409, 1))
        self.assertIn("2 items of the checklist are left", visit.text)

    def test_those_of_the_category_come_first_and_those_of_others_never(self) -> None:
        Template.objects.create(name="Only Bolt", client=self.bolt)
        visit = self.get(f"{NEW}?requester={self.rui.pk}")
        self.assertEqual(visit.words("#begin-from option"), ["None", "New laptop"])
        self.assertNotIn("Only Bolt", visit.text)
