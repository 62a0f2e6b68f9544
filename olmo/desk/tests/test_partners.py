"""Writing to a partner's desk from the page of a ticket."""

from olmo.tickets import actions
from olmo.tickets.models import Message, PartnerCase, Supplier

from .base import PageTest


class AtThePartners(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.carrier = Supplier.objects.create(name="Carrier", email="support@carrier.example")
        self.ticket = self.report("Line down", team=self.desk)

    def test_form_panel_and_timeline(self) -> None:
        form = self.get(self.url(self.ticket, "partner"))
        said = Message.objects.get(ticket=self.ticket)
        self.assertEqual(form.value("input[name=messages]"), str(said.pk))
        self.assertNotIn("At the partner’s desk", form.text)
        data = {"supplier": self.carrier.pk, "text": "Please check.", "messages": [said.pk], "waits": "on"}
        self.assertEqual(self.post(self.url(self.ticket, "partner"), data).status, 303)
        page = self.get(self.url(self.ticket))
        for part in ("to the partner Carrier", "Waiting for Carrier", "At the partner’s desk"):
            self.assertIn(part, page.text)
        self.post(self.url(self.ticket, "reference"), {"supplier": self.carrier.pk, "reference": "SR-1"})
        self.assertEqual(PartnerCase.objects.get().reference, "SR-1")
        self.assertIn("Reference SR-1", self.get(self.url(self.ticket)).text)

    def test_the_log_says_that_a_partner_reads_it(self) -> None:
        actions.ask_partner(self.ticket, by=self.alma, supplier=self.carrier, text="Please check.")
        actions.note(self.ticket, by=self.alma, message=self.say("They are slow."))
        said = self.get(self.url(self.ticket)).words(".said__private")
        self.assertEqual(said, ["Partner and agents only", "Internal note, agents only"])

    def test_without_words_nothing_typed_is_lost(self) -> None:
        data = {"supplier": self.carrier.pk, "text": "", "reference": "SR-1"}
        page = self.post(self.url(self.ticket, "partner"), data)
        self.assertEqual((page.status, page.value("[name=reference]")), (422, "SR-1"))

    def test_their_words_are_forwarded_only_as_a_reply_of_an_agent(self) -> None:
        actions.ask_partner(self.ticket, by=self.alma, supplier=self.carrier, text="Please check.")
        event = actions.hear_partner(
            self.ticket, by=self.alma, supplier=self.carrier, message=self.say("A cable is cut.")
        )
        pk = event.data["message"]
        self.assertIn("Forward to the requester", self.get(self.url(self.ticket, "messages", pk, "menu")).text)
        page = self.get(f"{self.url(self.ticket)}?as=reply&forward={pk}")
        self.assertIn("> A cable is cut.", page.one("textarea[name=reply_text]").text())
        self.assertNotIn("cable", self.get(f"/requests/{self.ticket.number}", by=self.rui).text)
