"""Why somebody was told: the page behind the link of each mail and each notice."""

from datetime import time

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.kernel import clock
from olmo.notifications import collecting
from olmo.notifications.models import Alert, Notice, Preference, Rhythm
from olmo.people.models import Person
from olmo.tickets import actions, mentions
from olmo.tickets.models import Event
from tests.cast import DeskTest


class Why(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("VPN", channel="portal")
        do_jobs()

    def ask(self, event: Event, by: Person) -> HttpResponse:
        browser = Client()
        browser.force_login(by, backend="olmo.people.backends.IdentityBackend")
        return browser.get(reverse("notices:told", args=[event.pk]))  # type: ignore[return-value]

    def words(self, event: Event, by: Person) -> str:
        answer = self.ask(event, by)
        self.assertEqual(answer.status_code, 200)
        main = answer.content.decode().split("<main", 1)[1]
        return " ".join(strip_tags(main).split())

    def mention(self) -> Event:
        event = actions.note(self.ticket, by=self.alma, message=self.say(f"Hello {mentions.written(self.tove)}, look."))
        do_jobs()
        return event


class OfAgents(Why):
    def test_a_mention_says_who_by_which_ways_and_what_was_chosen(self) -> None:
        words = self.words(self.mention(), self.tove)
        for part in (
            "Alma Ferri mentioned you.", "You are told because you were mentioned.", "In OlmoShown on",
            "By e-mail to tove@desk.example", "Waiting for tove@desk.example",
            "You are mentioned in a note: In Olmo, By e-mail, On my devices, as for everybody who chose nothing else.",
            "At once, at every hour.", "Everything that happens",
        ):  # fmt: skip
            self.assertIn(part, words)

    def test_the_mail_and_the_bell_lead_there(self) -> None:
        event = self.mention()
        place = reverse("notices:told", args=[event.pk])
        (mail,) = [envelope for envelope in envelopes(purpose="notice") if envelope.to == self.tove.email]
        self.assertIn("Why this mail: http", mail.text)
        self.assertIn(f"{place}\n", mail.text)
        self.assertIn(f'{place}"', mail.html)
        browser = Client()
        browser.force_login(self.tove, backend="olmo.people.backends.IdentityBackend")
        self.assertContains(browser.get("/desk/notices"), f'href="{place}"')

    def test_it_says_what_one_chose_and_why_when_only_mail_was_sent(self) -> None:
        Preference.objects.create(person=self.tove, kind="noted", channel="mail", is_on=True)
        Preference.objects.create(person=self.tove, kind="noted", channel="page", is_on=False)
        actions.watch(self.ticket, by=self.tove, person=self.tove)
        event = actions.note(self.ticket, by=self.alma, message=self.say("Hm."))
        do_jobs()
        self.assertFalse(Alert.objects.filter(person=self.tove, event=event).exists())
        words = self.words(event, self.tove)
        self.assertIn("You are told because you follow the ticket.", words)
        self.assertIn("By e-mail, as you chose.", words)
        self.assertIn("stop following it", words)

    def test_what_waits_for_its_time_and_then_leaves_with_others(self) -> None:
        Rhythm.objects.create(person=self.tove, collect_at=[time(13)], quiet_from=time(20), quiet_until=time(7))
        Person.objects.filter(pk=self.tove.pk).update(time_zone="UTC")
        with self.at("2026-03-02 09:00"):
            event = self.mention()
            words = self.words(event, self.tove)
        self.assertIn("Your rhythm holds it back: it leaves on", words)
        self.assertIn("Collected at 13:00. Not from 20:00 until 07:00.", words)
        with self.at("2026-03-02 13:00"):
            self.assertEqual(collecting.send_due(clock.now()), 1)
        (mail,) = envelopes(purpose="digest")
        self.assertIn(reverse("notices:told", args=[event.pk]), mail.text)
        mail.state, mail.sent_at = "sent", mail.created_at
        mail.save()
        self.assertIn("collected with other news", self.words(event, self.tove))

    def test_a_mail_that_was_not_sent_says_why(self) -> None:
        self.tove.identities.update(is_silenced=True)
        self.assertIn("mail to this address failed again and again", self.words(self.mention(), self.tove))

    def test_who_was_not_told_reads_so_and_who_was(self) -> None:
        words = self.words(self.mention(), self.alma)
        self.assertIn("You were not told of this.", words)
        self.assertIn("Tove Lind In Olmo, By e-mail", words)
        self.assertNotIn("How to change it", words)

    def test_the_menu_of_a_message_leads_there(self) -> None:
        event = self.mention()
        menu = reverse("desk:message_menu", args=[self.ticket.number, event.data["message"]])
        browser = Client()
        browser.force_login(self.alma, backend="olmo.people.backends.IdentityBackend")
        self.assertContains(browser.get(menu), f'href="{reverse("notices:told", args=[event.pk])}"')

    def test_there_is_no_such_page_for_an_agent_of_another_client(self) -> None:
        event = self.mention()
        self.assertEqual(self.ask(event, self.otto).status_code, 404)
        self.tove.clients.add(self.bolt)  # told of it once, and may not see it any more
        self.assertEqual(self.ask(event, self.tove).status_code, 404)

    def test_an_unknown_number_is_no_page_and_a_stranger_is_led_to_the_sign_in(self) -> None:
        unknown = Event(pk=2**40)
        self.assertEqual(self.ask(unknown, self.ines).status_code, 404)
        answer = Client().get(reverse("notices:told", args=[self.mention().pk]))
        self.assertEqual(answer.status_code, 303)
        self.assertIn("sign-in", answer["Location"])


class OfRequesters(Why):
    def test_the_acknowledgement_hangs_on_a_choice(self) -> None:
        event = Event.objects.get(ticket=self.ticket, kind="opened")
        words = self.words(event, self.rui)
        self.assertIn("You are told because it is your request.", words)
        self.assertIn("Your request has come in: By e-mail, as for everybody", words)
        self.assertNotIn("Who else was told", words)

    def test_an_answer_always_comes_and_its_mail_leads_here(self) -> None:
        event = actions.reply(self.ticket, by=self.alma, message=self.say("Restart it."))
        do_jobs()
        (mail,) = envelopes(purpose="reply")
        self.assertIn(reverse("notices:told", args=[event.pk]), mail.text)
        words = self.words(event, self.rui)
        self.assertIn("Answers to your own requests always come.", words)
        self.assertIn("By e-mail to rui@acme.example", words)

    def test_a_row_from_before_reasons_were_kept_still_says_whose_request_it_is(self) -> None:
        event = Event.objects.get(ticket=self.ticket, kind="opened")
        Notice.objects.update(why="", kind="")
        self.assertIn("because it is your request", self.words(event, self.rui))

    def test_there_is_no_such_page_for_who_was_not_sent_it(self) -> None:
        self.assertEqual(self.ask(self.mention(), self.rui).status_code, 404)
        event = actions.reply(self.ticket, by=self.alma, message=self.say("Restart it."))
        do_jobs()
        colleague = Person.objects.create(
            name="Ugo", kind="requester", email="ugo@acme.example", client=self.acme, sees_organisation=True
        )
        self.assertEqual(self.ask(event, colleague).status_code, 404)
        self.assertEqual(self.ask(event, self.bea).status_code, 404)
