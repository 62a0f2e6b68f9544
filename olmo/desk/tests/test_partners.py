"""Writing to a partner's desk from the page of a ticket."""

from datetime import timedelta

from olmo.kernel import clock
from olmo.people.actions import robot
from olmo.tickets import actions
from olmo.tickets.models import Message, PartnerCase, Supplier
from olmo.worklog.models import Entry
from olmo.writing import sending
from olmo.writing.models import Draft

from .base import PageTest


class AtThePartners(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.carrier = Supplier.objects.create(name="Carrier", email="support@carrier.example")
        self.ticket = self.report("Line down", team=self.desk)

    def test_the_composer_offers_it_and_names_who_will_read(self) -> None:
        page = self.get(self.url(self.ticket))
        self.assertEqual(page.one("[data-send=partner]").text(), "Send to Carrier")
        self.assertIn("support@carrier.example", page.one("#supplier").text())
        Supplier.objects.create(name="Fiberlink", email="noc@fiberlink.example")
        self.assertEqual(self.get(self.url(self.ticket)).one("[data-send=partner]").text(), "Send to the partner")
        actions.resolve(self.ticket, by=self.alma, code="fixed", note="Done.")
        self.assertEqual(self.get(self.url(self.ticket)).words("[data-send=partner]"), [])

    def test_composer_panel_and_timeline(self) -> None:
        said = Message.objects.get(ticket=self.ticket)
        page = self.get(self.url(self.ticket))
        self.assertEqual(page.value("input[name=messages]"), str(said.pk))
        self.assertNotIn("At the partner’s desk", page.text)
        data = {
            "supplier": self.carrier.pk,
            "partner_text": "Please *check*.",
            "messages": [said.pk],
            "waits": "on",
            "partner_minutes": "7",
        }
        answer = self.post(self.url(self.ticket, "partner"), {**data, "reply_text": "Dear Rui"})
        self.assertEqual(answer.status, 303)
        page = self.get(self.url(self.ticket))
        for part in ("to the partner Carrier", "Waiting for Carrier", "At the partner’s desk"):
            self.assertIn(part, page.text)
        sent = Message.objects.get(ticket=self.ticket, partner=self.carrier)
        self.assertTrue(sent.is_markdown and said.text in sent.quoted)
        self.assertFalse(Draft.objects.exists())
        self.assertEqual(Entry.objects.get().message, sent)
        self.post(self.url(self.ticket, "reference"), {"supplier": self.carrier.pk, "reference": "SR-1"})
        self.assertEqual(PartnerCase.objects.get().reference, "SR-1")
        self.assertIn("Reference SR-1", self.get(self.url(self.ticket)).text)

    def test_it_is_a_draft_with_all_that_was_chosen(self) -> None:
        said = Message.objects.get(ticket=self.ticket)
        Supplier.objects.create(name="Aardvark", email="a@aardvark.example")
        data = {"supplier": self.carrier.pk, "partner_text": "Please", "messages": [said.pk], "reference": "SR-9"}
        kept = self.post(self.url(self.ticket, "partner", "draft"), data)
        self.assertEqual(kept.status, 200)
        page = self.get(self.url(self.ticket))
        self.assertIn("checked", page.one("#as-partner").attributes)
        self.assertIn("checked", page.one("input[name=messages]").attributes)
        self.assertNotIn("checked", page.one("input[name=waits]").attributes)
        self.assertEqual(page.one("#supplier option[selected]").attributes["data-name"], "Carrier")
        self.assertEqual(page.value("[name=reference]"), "SR-9")
        self.assertNotIn("Please", self.get(self.url(self.ticket), by=self.tove).text)

    def test_it_can_be_taken_back_in_the_moment_that_its_author_chose(self) -> None:
        self.alma.undo_seconds = 30
        self.alma.save(update_fields=["undo_seconds"])
        data = {"supplier": self.carrier.pk, "partner_text": "Please check.", "waits": "on"}
        self.post(self.url(self.ticket, "partner"), data)
        self.assertFalse(PartnerCase.objects.exists())
        self.assertIn("Your message to Carrier is about to leave", self.get(self.url(self.ticket)).text)
        draft = Draft.objects.get()
        self.post(f"/desk/drafts/{draft.pk}/sending/end", {"ticket": self.ticket.number})
        self.assertEqual(self.get(self.url(self.ticket)).one("#partner-text").text().strip(), "Please check.")
        self.post(self.url(self.ticket, "partner"), {**data, "partner_revision": draft.revision + 1})
        draft = Draft.objects.get()
        actions.hear_partner(self.ticket, by=robot("Olmo"), supplier=self.carrier, message=self.say("A cable is cut."))
        with clock.at(clock.now() + timedelta(minutes=1)):
            sending.send_due()
        draft.refresh_from_db()
        self.assertIn("Somebody wrote meanwhile", draft.stopped)
        self.assertFalse(Message.objects.filter(partner=self.carrier, is_from_desk=True).exists())

    def test_the_log_says_that_a_partner_reads_it(self) -> None:
        actions.ask_partner(self.ticket, by=self.alma, supplier=self.carrier, text="Please check.")
        actions.note(self.ticket, by=self.alma, message=self.say("They are slow."))
        said = self.get(self.url(self.ticket)).words(".said__private")
        self.assertEqual(said, ["Partner and agents only", "Internal note, agents only"])

    def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(self) -> None:
        data = {"supplier": self.carrier.pk, "partner_text": "", "reference": "SR-1", "note_text": "Slow."}
        page = self.post(self.url(self.ticket, "partner"), data)
        self.assertEqual((page.status, page.value("[name=reference]")), (422, "SR-1"))
        self.assertEqual(page.one("#partner-wrong").text().strip(), "Write something first.")
        self.assertEqual(page.one("#note-text").text().strip(), "Slow.")
        wrong = ({"supplier": 0}, "#supplier-wrong"), ({"messages": [987]}, ".composer__along .wrong")
        for more, place in wrong:
            with self.subTest(place):
                page = self.post(self.url(self.ticket, "partner"), {**data, "partner_text": "Please.", **more})
                self.assertEqual((page.status, len(page.words(place))), (422, 1))
                self.assertEqual(page.one("#partner-text").text().strip(), "Please.")
        self.assertFalse(PartnerCase.objects.exists())

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
