"""The status in the portal: one's own, the public one, its feeds, and news by mail."""

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

from django.test import Client as Browser
from django.urls import reverse

from olmo.kernel import clock
from olmo.outbox.models import Envelope
from olmo.people import signin
from olmo.status import actions, administration, subscribing
from olmo.status.models import Subscriber, Update
from olmo.status.tests.test_telling import StatusTest


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
        bea = Browser()
        bea.force_login(self.bea, backend=signin.BACKEND)
        self.assertNotContains(bea.get(reverse("portal:status")), "Zyxomma")
        self.assertEqual(
            bea.get(reverse("portal:happening", args=[Update.objects.get().happening_id])).status_code, 404
        )
        answer = self.stranger.get(reverse("portal:status"))
        self.assertEqual(answer.status_code, 303)

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

    def test_a_wrong_address_comes_back_with_the_reason_and_many_tries_are_stopped(self) -> None:
        answer = self.client.post(reverse("portal:status_subscribe"), {"address": "nobody"})
        self.assertContains(answer, 'value="nobody"', status_code=422)
        for _try in range(3):
            self.client.post(reverse("portal:status_subscribe"), {"address": "a@b.example"})
        answer = self.client.post(reverse("portal:status_subscribe"), {"address": "a@b.example"})
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(
            self.stranger.post(reverse("portal:status_subscribe"), {"address": "a@b.example"}).status_code, 404
        )

    def test_who_never_confirmed_is_forgotten(self) -> None:
        self.asked(self.client, "boss@acme.example")
        Subscriber.objects.update(asked_at=clock.now() - timedelta(days=8))
        self.assertEqual(subscribing.sweep(), 1)
