"""The bell and the page of notices; the page of choices."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from olmo.channels.tests.stage import do_jobs
from olmo.notifications import queries
from olmo.notifications.models import Alert, Preference, Rhythm
from olmo.tickets import actions, mentions

from .base import PageTest


class Notices(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("VPN <b>")
        actions.note(self.ticket, by=self.alma, message=self.say(f"Hello {mentions.written(self.tove)}!"))
        do_jobs()

    def test_the_bell_counts_and_the_page_says_what_and_why(self) -> None:
        self.assertIn("1 unread", self.get("/desk/", by=self.tove).words("#bell")[0])
        page = self.get("/desk/notices", by=self.tove)
        words = page.words(".notice")[0]
        for part in ("Alma Ferri mentioned you", "VPN <b>", "because you were mentioned"):
            self.assertIn(part, words)
        message = self.last_message(self.ticket)
        self.assertEqual(
            page.one(".notice__what").attributes["href"], f"/desk/tickets/{self.ticket.number}#message-{message.pk}"
        )
        self.assertEqual(self.get("/desk/notices").words(".notice"), [])

    def test_tickets_are_asked_notice_by_notice_and_not_read_whole(self) -> None:
        with CaptureQueriesContext(connection) as read:
            self.assertEqual(len(queries.alerts(self.tove, limit=9)), 1)
        self.assertNotIn('"ticket_id" IN (SELECT', str([one["sql"] for one in read]))

    def test_looking_at_the_ticket_reads_its_notices(self) -> None:
        self.get(self.url(self.ticket), by=self.tove)
        self.assertEqual(Alert.objects.filter(read_at=None).count(), 0)
        self.assertNotIn("unread", self.look_again("/desk/notices/bell", by=self.tove).words("#bell")[0])

    def test_one_or_all_are_marked_as_read_and_only_ones_own(self) -> None:
        alert = Alert.objects.get()
        self.post("/desk/notices/read", {"notice": alert.pk})
        self.post("/desk/notices/read")
        self.assertEqual(Alert.objects.filter(read_at=None).count(), 1)
        answer = self.post("/desk/notices/read", {"notice": alert.pk}, by=self.tove)
        self.assertEqual((answer.status, answer.location), (303, "/desk/notices"))
        self.assertEqual(Alert.objects.filter(read_at=None).count(), 0)

    def test_the_note_shows_the_mention_as_a_mark_and_escapes_the_rest(self) -> None:
        actions.note(self.ticket, by=self.alma, message=self.say(f"[@<img src=x>](person:{self.tove.pk}) <i>"))
        page = self.get(self.url(self.ticket))
        self.assertEqual(page.words(".mention")[0], "@Tove Lind")
        self.assertEqual(page.all(".said__text img"), [])

    def test_answering_a_note_quotes_it_and_mentions_its_author(self) -> None:
        note = self.last_message(self.ticket)
        page = self.get(f"{self.url(self.ticket)}?note={note.pk}", by=self.tove)
        text = page.one("#note-text").text()
        self.assertIn("> Hello @Tove Lind!", text)
        self.assertIn(mentions.written(self.alma), text)
        self.assertEqual(self.get(f"{self.url(self.ticket)}?note=999999").one("#note-text").text().strip(), "")

    def test_a_mention_that_is_refused_keeps_the_note(self) -> None:
        text = f"See {mentions.written(self.otto)}"
        answer = self.post(self.url(self.ticket, "notes"), {"note_text": text, "send": "note"})
        self.assertEqual(answer.status, 422)
        self.assertIn("Otto Berg cannot be mentioned", answer.words("#note-wrong")[0])
        self.assertIn(text, answer.one("#note-text").text())

    def test_the_list_shows_mentions_as_words(self) -> None:
        self.assertIn("Hello @Tove Lind!", self.get("/desk/?box=mentions", by=self.tove).words(".row__last")[0])


class Choices(PageTest):
    place = "/account/notices"

    def test_what_is_chosen_is_kept(self) -> None:
        on = [box.attributes["value"] or "" for box in self.get(self.place).all('input[name="on"][checked]')]
        self.assertIn("mentioned:mail", on)
        on.remove("mentioned:mail")
        data = {"on": [*on, "noted:mail"], "collect_at": "13:00 8:00", "quiet_from": "20:00", "quiet_until": "07:00"}
        self.assertEqual(self.post(self.place, data).status, 303)
        kept = set(Preference.objects.values_list("person", "kind", "channel", "is_on"))
        self.assertEqual(kept, {(self.alma.pk, "mentioned", "mail", False), (self.alma.pk, "noted", "mail", True)})
        rhythm = Rhythm.objects.get(person=self.alma)
        self.assertEqual(
            ([f"{each:%H:%M}" for each in rhythm.collect_at], rhythm.urgent_passes), (["08:00", "13:00"], False)
        )
        again = self.get(self.place)
        self.assertEqual(again.value("#id_collect_at"), "08:00, 13:00")

    def test_what_is_no_time_is_refused_and_kept(self) -> None:
        answer = self.post(self.place, {"on": ["assigned:page"], "collect_at": "25:99", "quiet_from": "20:00"})
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.value("#id_collect_at"), "25:99")
        self.assertEqual(Preference.objects.count(), 0)

    def test_a_requester_has_their_own_choices_and_no_clock(self) -> None:
        page = self.get(self.place, by=self.rui)
        self.assertEqual(page.all("#id_collect_at"), [])
        self.assertEqual(len(page.all('input[name="on"]')), 5)
        self.post(self.place, {"on": ["received:mail", "mentioned:mail"]}, by=self.rui)
        self.assertEqual(
            set(Preference.objects.values_list("kind", "is_on")),
            {(kind, False) for kind in ("resolved", "survey", "order", "followed")},
        )

    def test_strangers_are_led_to_the_sign_in(self) -> None:
        self.assertIn(reverse("people:sign_in"), self.stranger(self.place).location)
