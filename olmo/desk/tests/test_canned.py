"""Ready answers on the ticket and in the administration."""

from django.urls import reverse

from olmo.people.models import AuditLine
from olmo.writing import canned, drafting
from olmo.writing.canned import Settings
from olmo.writing.drafting import Content
from olmo.writing.models import Draft, ReadyAnswer

from .base import PageTest


class Inserting(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("VPN")
        self.answer = canned.save(
            None, Settings(title="Greeting", scope="own", texts={"en": "Hello {first_name}"}), by=self.alma
        )
        self.place = reverse("desk:ticket_answers", args=[self.ticket.number])

    def press(self, noun: str = "replies", **typed: str) -> str:
        visit = self.post(reverse(f"desk:{noun}", args=[self.ticket.number]), {"send": "answers", **typed})
        return visit.location

    def test_the_button_keeps_what_is_typed_and_leads_to_the_answers(self) -> None:
        self.assertEqual(self.press(reply_text="Dear Rui,"), f"{self.place}?as=reply")
        self.assertEqual(Draft.objects.get().text, "Dear Rui,")
        self.assertEqual(self.get(f"{self.place}?q=greet").words(".drafts__text"), ["Hello Rui"])
        self.assertEqual(self.get(f"{self.place}?q=nothing").words(".drafts__text"), [])

    def test_with_nothing_typed_it_leads_there_too(self) -> None:
        self.assertEqual(self.press("notes"), f"{self.place}?as=note")
        self.assertFalse(Draft.objects.exists())

    def test_one_is_put_below_what_is_written_and_counted(self) -> None:
        draft = drafting.save(
            self.ticket, by=self.alma, kind="reply", content=Content(text="Dear Rui,", cc="lea@acme.example")
        )
        visit = self.post(reverse("desk:ticket_answer", args=[self.ticket.number, self.answer.pk]), {"as": "reply"})
        written = Draft.objects.get()
        self.assertEqual((written.text, written.cc), ("Dear Rui,\n\nHello Rui", "lea@acme.example"))
        self.assertEqual(written.pk, draft.pk if draft else 0)
        self.assertEqual(ReadyAnswer.objects.get().uses, 1)
        self.assertIn("Hello Rui", self.get(visit.location).one("#reply-text").text())

    def test_a_note_comes_back_as_a_note(self) -> None:
        drafting.save(self.ticket, by=self.alma, kind="reply", content=Content(text="Mine"))
        visit = self.post(reverse("desk:ticket_answer", args=[self.ticket.number, self.answer.pk]), {"as": "note"})
        shown = self.get(visit.location)
        self.assertIn("checked", shown.one("#as-note").attributes)
        self.assertIn("Hello Rui", shown.one("#note-text").text())

    def test_somebody_else_s_is_not_there(self) -> None:
        url = reverse("desk:ticket_answer", args=[self.ticket.number, self.answer.pk])
        self.assertEqual(self.post(url, {"as": "reply"}, by=self.ines).status, 404)
        self.assertEqual(self.get(self.place, by=self.rui).status, 404)


class Administering(PageTest):
    def setUp(self) -> None:
        super().setUp()
        wanted = Settings(title="Network down", scope="team", team=self.network, texts={"en": "We know."})
        self.answer = canned.save(None, wanted, by=self.tove)

    def test_an_administrator_finds_every_shared_one(self) -> None:
        admin = self.ines
        self.assertIn("Network down", self.get(reverse("desk:admin_answers"), by=admin).text)
        self.assertNotIn("Network down", self.get(f"{reverse('desk:admin_answers')}?q=zzz", by=admin).text)
        self.assertIn("Network down", self.get(f"{reverse('desk:admin')}?q=network do", by=admin).text)

    def test_two_editors_the_second_is_told(self) -> None:
        admin = self.ines
        url = reverse("desk:canned_one", args=[self.answer.pk])
        seen = self.get(url, by=admin).value("input[name=seen]")
        values = {
            "title": "Network down",
            "scope": "team",
            "team": str(self.network.pk),
            "text_en": "First",
            "seen": seen,
        }
        self.assertEqual(self.post(url, values, by=admin).status, 303)
        second = self.post(url, {**values, "text_en": "Second"}, by=admin)
        self.assertEqual(second.status, 409)
        self.assertIn("Second", second.one("#id_text_en").text())
        self.assertEqual(ReadyAnswer.objects.get().texts["en"], "First")
        self.assertEqual(AuditLine.objects.filter(subject="ready answer: Network down").count(), 1)
