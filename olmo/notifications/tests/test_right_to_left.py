"""Words that are written from right to left, and subjects without letters, in the mails of the desk."""

from olmo.channels.tests.stage import delivered, relay
from olmo.outbox.tests.sink import Sink
from olmo.people.models import Person
from olmo.tickets import actions
from tests.cast import DeskTest

HEBREW = "שלום, המדפסת 2 שבורה"


class RightToLeft(DeskTest):
    def test_an_answer_runs_in_the_direction_of_its_own_letters(self) -> None:
        Person.objects.filter(pk=self.alma.pk).update(signatures={"en": "צוות התמיכה"})
        ticket = self.report(HEBREW, text=HEBREW)
        with relay(Sink()) as sink:
            actions.reply(ticket, by=Person.objects.get(pk=self.alma.pk), message=self.say(f"{HEBREW} now"))
            answer = delivered(sink)[-1]
        html = answer.get_body(("html",)).get_content()  # type: ignore[union-attr]
        self.assertIn(f'<div dir="auto"><p>{HEBREW} now</p></div>', html)
        self.assertRegex(html, r'<p dir="auto"[^>]*>צוות התמיכה</p>')
        self.assertRegex(html, r'<blockquote dir="auto"[^>]*unicode-bidi:plaintext')
        self.assertEqual(answer["Subject"], f"[#{ticket.number}] {HEBREW}")

    def test_a_subject_of_pictures_alone_stays_whole(self) -> None:
        ticket = self.report("🎉🖨️🔥")
        with relay(Sink()) as sink:
            actions.reply(ticket, by=self.alma, message=self.say("Well"))
            answer = delivered(sink)[-1]
        self.assertEqual(answer["Subject"], f"[#{ticket.number}] 🎉🖨️🔥")

    def test_a_notice_sets_the_subject_apart_from_its_number(self) -> None:
        ticket = self.report(HEBREW)
        actions.assign(ticket, by=self.ines, team=self.desk, assignee=self.alma)
        with relay(Sink()) as sink:
            notice = [mail for mail in delivered(sink) if "alma@desk.example" in mail["To"]][-1]
        self.assertIn(f"#{ticket.number} <bdi>{HEBREW}</bdi>", notice.get_body(("html",)).get_content())  # type: ignore[union-attr]
