"""The status in the portal: one's own, the public one, its feeds, and news by mail."""

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from olmo.kernel import clock
from olmo.outbox.models import Envelope
from olmo.people import signin
from olmo.people.actions import enrol_requester
from olmo.people.models import Person
from olmo.status import actions, administration, subscribing
from olmo.status.models import Subscriber, Update
from olmo.status.tests.test_telling import StatusTest
from olmo.tenancy.models import Client


class StatusPages(StatusTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.rui, backend=signin.BACKEND)
        self.stranger = Browser()

    def public(self, client: Any = None, slug: str = "") -> None:
        administration.save_page(client, by=self.ines, is_public=True, slug=slug)

    def test_requesters_see_theirs_and_strangers_are_led_to_the_sign_in(self) -> None:
        self.tell("incident", clients=[self.acme.pk], level="fault", title_en="Zyxomma is down")
        page = self.client.get(reverse("portal:status"))
        self.assertContains(page, "Zyxomma is down")
        self.assertContains(page, "Something does not work")
        self.assertContains(page, '<span class="badge badge--brick">Does not work</span>', html=True)
        bea = Browser()
        bea.force_login(self.bea, backend=signin.BACKEND)
        self.assertNotContains(bea.get(reverse("portal:status")), "Zyxomma")
        self.assertEqual(
            bea.get(reverse("portal:happening", args=[Update.objects.get().happening_id])).status_code, 404
        )
        answer = self.stranger.get(reverse("portal:status"))
        self.assertEqual(answer.status_code, 303)

    def test_what_is_over_says_how_it_ended_and_its_day_once(self) -> None:
        with self.at("2026-03-02 09:00"):
            begun = clock.now()
            mended = self.tell("incident", level="fault", begins_at=begun)
            dropped = self.tell("planned", begins_at=begun + timedelta(hours=3), ends_at=begun + timedelta(hours=5))
            self.tell("planned", begins_at=begun, ends_at=begun + timedelta(hours=1))
        with self.at("2026-03-02 10:30"):
            actions.update(mended, by=self.ines, state="resolved", text_en="A cable.")
            actions.update(dropped, by=self.ines, state="cancelled", text_en="Not now.")
            page = self.client.get(reverse("portal:status"))
            for css, words in (("elm", "Solved"), ("slate", "Cancelled"), ("slate", "Over")):
                self.assertContains(page, f'<span class="badge badge--{css}">{words}</span>', html=True)
            for span in ("10:00–11:30", "13:00–15:00", "10:00–11:00"):
                self.assertContains(page, f"Mon 2 Mar 2026, {span}")
            self.assertNotContains(page, "Does not work")
            self.client.force_login(self.ines, backend=signin.BACKEND)
            self.assertContains(self.client.get(reverse("desk:status")), "Incident</span> Solved")

    def test_a_public_page_shows_what_concerns_its_readers_alone(self) -> None:
        self.tell("incident", title_en="Mail is slow")
        self.tell("incident", clients=[self.acme.pk], title_en="Zyxomma is down")
        self.public()
        self.public(self.acme, "acme")
        page = self.stranger.get(reverse("portal:status"))
        self.assertContains(page, "Mail is slow")
        self.assertNotContains(page, "Zyxomma")
        self.assertContains(self.stranger.get(reverse("portal:status_of", args=["acme"])), "Zyxomma")
        self.assertEqual(self.stranger.get(reverse("portal:status_of", args=["bolt"])).status_code, 404)

    def test_feeds_are_atom_and_an_organisation_s_is_at_a_signed_address(self) -> None:
        self.tell("incident", clients=[self.acme.pk], title_en="Zyxomma <b> & co")
        self.assertEqual(self.stranger.get(reverse("portal:status_feed")).status_code, 404)
        self.public()
        self.assertNotContains(self.stranger.get(reverse("portal:status_feed")), "Zyxomma")
        found = re.search(r'href="(/status/feed/[^"]+)"', self.client.get(reverse("portal:status")).content.decode())
        assert found is not None
        address = found[1]
        answer = self.stranger.get(address)
        self.assertEqual(answer["Content-Type"], "application/atom+xml; charset=utf-8")
        titles = [e.text for e in ET.fromstring(answer.content).iter("{http://www.w3.org/2005/Atom}title")]
        self.assertIn("Zyxomma <b> & co: Being looked into", titles)
        self.assertEqual(self.stranger.get(address[:-2] + "xx").status_code, 404)
        administration.save_page(self.acme, by=self.ines, is_public=False, renews=True)
        self.assertEqual(self.stranger.get(address).status_code, 404)

    def asked(self, browser: Browser, address: str) -> str:
        browser.post(reverse("portal:status_subscribe"), {"address": address})
        text = Envelope.objects.filter(to=address).latest("pk").text
        found = re.search(r"https?://[^/]+(/status/\S+)", text)
        assert found is not None
        return found[1]

    def test_an_address_confirms_is_told_and_leaves_by_one_press(self) -> None:
        link = self.asked(self.client, "boss@acme.example")
        self.assertContains(self.stranger.get(link), "<button")
        self.assertIsNone(Subscriber.objects.get().confirmed_at, "opening the link confirms nothing")
        row = self.tell("incident", clients=[self.acme.pk], title_en="Mail is slow")
        subscribing.tell(row.updates.get().pk)
        self.assertFalse(Envelope.objects.filter(purpose="status", reference__startswith="status:").exists())
        self.stranger.post(link)
        self.stranger.post(link)
        actions.update(row, by=self.ines, state="found", text_en="A full disk.")
        update = row.updates.first()
        assert update is not None
        self.assertEqual([subscribing.tell(update.pk), subscribing.tell(update.pk)], [1, 0])
        sent = Envelope.objects.get(reference__startswith=f"status:{update.pk}:")
        self.assertIn("A full disk.", sent.text)
        way_out = re.search(r"https?://[^/]+(/status/leave/[^>]+)", sent.headers["List-Unsubscribe"])
        assert way_out is not None
        self.assertEqual(self.stranger.get(way_out[1]).status_code, 200)
        self.assertEqual(Subscriber.objects.count(), 1)
        strict = Browser(enforce_csrf_checks=True)
        self.assertEqual(strict.post(way_out[1], {"List-Unsubscribe": "One-Click"}).status_code, 200)
        self.assertEqual(Subscriber.objects.count(), 0)
        self.assertEqual(self.stranger.get(way_out[1]).status_code, 404)

    def test_what_concerns_another_organisation_is_not_mailed(self) -> None:
        self.stranger.post(self.asked(self.client, "boss@acme.example"))
        row = self.tell("incident", clients=[self.bolt.pk])
        self.assertEqual(subscribing.tell(row.updates.get().pk), 0)
        self.assertEqual(subscribing.tell(self.tell("incident").updates.get().pk), 1)

    def confirmed(self, address: str, by: Any = None, client: Any = None) -> Subscriber:
        return Subscriber.objects.create(
            address=address, client=client, person=by, asked_at=clock.now(), confirmed_at=clock.now()
        )

    def told(self, **more: Any) -> list[str]:
        """Whom the mails of a new incident reach."""
        subscribing.tell((row := self.tell("incident", **more)).updates.get().pk)
        sent = Envelope.objects.filter(reference__startswith=f"status:{row.updates.get().pk}:")
        return sorted(sent.values_list("to", flat=True))

    def test_who_may_read_it_no_more_is_told_no_more(self) -> None:
        self.confirmed("rui@acme.example", self.rui, self.acme)
        self.confirmed("press@elsewhere.example", None, self.acme)
        self.confirmed("anybody@elsewhere.example")
        self.assertEqual(self.told(), ["rui@acme.example"])
        self.public()
        self.public(self.acme, "acme")
        self.assertEqual(self.told(), ["anybody@elsewhere.example", "press@elsewhere.example", "rui@acme.example"])
        self.assertEqual(self.told(clients=[self.acme.pk]), ["press@elsewhere.example", "rui@acme.example"])
        administration.save_page(self.acme, by=self.ines, is_public=False)
        self.assertEqual(self.told(clients=[self.acme.pk]), ["rui@acme.example"])
        Person.objects.filter(pk=self.rui.pk).update(client=self.bolt)
        self.assertEqual(self.told(clients=[self.acme.pk]), [])
        Person.objects.filter(pk=self.rui.pk).update(client=self.acme, is_active=False)
        self.assertEqual(self.told(clients=[self.acme.pk]), [])
        Person.objects.filter(pk=self.rui.pk).update(is_active=True)
        Client.objects.filter(pk=self.acme.pk).update(is_active=False)
        self.assertEqual(self.told(clients=[self.acme.pk]), [])

    def test_an_address_from_outside_is_not_told_what_is_not_public(self) -> None:
        answer = self.client.post(reverse("portal:status_subscribe"), {"address": "rival@elsewhere.example"})
        self.assertContains(answer, "This status is not public", status_code=422)
        self.public(self.acme, "acme")
        self.assertIn("/status/confirm/", self.asked(self.client, "rival@elsewhere.example"))

    def test_who_is_asked_anew_has_seven_days_again_in_the_language_of_now(self) -> None:
        self.asked(self.client, "boss@acme.example")
        Subscriber.objects.update(asked_at=clock.now() - timedelta(days=6), person=None)
        with override("it"):
            self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "it"
            self.rui.language = "it"
            self.rui.save()
            self.asked(self.client, "boss@acme.example")
        row = Subscriber.objects.get()
        self.assertGreater(row.asked_at, clock.now() - timedelta(days=1))
        self.assertEqual((row.language, row.person), ("it", self.rui))

    def test_whose_it_is_nobody_else_takes(self) -> None:
        mia = enrol_requester(self.acme, "Mia Conti", "mia@acme.example")
        self.confirmed("boss@acme.example", self.rui, self.acme)
        asked = [("boss", mia, self.rui), ("rui", mia, mia), ("rui", self.rui, self.rui), ("rui", mia, self.rui)]
        for name, by, whose in asked:
            address = f"{name}@acme.example"
            subscribing.ask(address, client=self.acme, by=by, language="en", place="")
            self.assertEqual(Subscriber.objects.get(address=address).person, whose, (name, by))

    def test_links_lead_each_reader_where_it_is(self) -> None:
        self.public(self.acme, "acme")
        self.confirmed("rui@acme.example", self.rui, self.acme)
        self.confirmed("press@elsewhere.example", None, self.acme)
        row = self.tell("incident", clients=[self.acme.pk], title_en="Zyxomma is down")
        subscribing.tell(row.updates.get().pk)
        page = reverse("portal:happening", args=[row.pk])
        mails = {one.to: one.text for one in Envelope.objects.filter(purpose="status")}
        self.assertIn(page, mails["rui@acme.example"])
        public = reverse("portal:status_of", args=["acme"])
        self.assertIn(f"{public}#happening-{row.pk}", mails["press@elsewhere.example"])
        self.assertContains(self.client.get(page), "Zyxomma")
        self.assertNotContains(self.stranger.get(public), page)
        self.public()
        self.assertIn("/sign-in", self.stranger.get(page)["Location"])

    def test_the_mail_of_what_is_written_ahead_leaves_when_it_begins(self) -> None:
        self.confirmed("rui@acme.example", self.rui, self.acme)
        later = clock.now() + timedelta(hours=2)
        row = self.tell(begins_at=later)
        update = row.updates.get().pk
        self.assertEqual(self.queued(), [(update, later)])
        self.assertEqual(subscribing.tell(update), 0)
        sooner = clock.now() - timedelta(minutes=1)
        actions.change(row, self.settings(begins_at=sooner), by=self.ines)
        self.assertEqual(self.queued()[1:], [(update, None)])
        self.assertEqual(subscribing.tell(update), 1)
        actions.change(row, self.settings(begins_at=sooner, title_en="Closed"), by=self.ines)
        self.assertEqual(len(self.queued()), 2)

    def queued(self) -> list[tuple[int, Any]]:
        rows = ProcrastinateJob.objects.filter(task_name="olmo.status.jobs.tell_subscribers").order_by("pk")
        return [(job.args["update"], job.scheduled_at) for job in rows]

    def test_a_wrong_address_comes_back_with_the_reason_and_many_tries_are_stopped(self) -> None:
        answer = self.client.post(reverse("portal:status_subscribe"), {"address": "nobody"})
        self.assertContains(answer, 'value="nobody"', status_code=422)
        for _try in range(3):
            self.client.post(reverse("portal:status_subscribe"), {"address": "a@acme.example"})
        answer = self.client.post(reverse("portal:status_subscribe"), {"address": "a@acme.example"})
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(
            self.stranger.post(reverse("portal:status_subscribe"), {"address": "a@acme.example"}).status_code, 404
        )

    def test_who_never_confirmed_is_forgotten(self) -> None:
        self.asked(self.client, "boss@acme.example")
        Subscriber.objects.update(asked_at=clock.now() - timedelta(days=8))
        self.assertEqual(subscribing.sweep(), 1)
