"""The desk's pages of the service status: told with a preview, gone on with, and shown at the head of pages."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from olmo.catalogue.models import Service
from olmo.kernel import clock
from olmo.people import signin
from olmo.status.models import Component, Happening
from olmo.tenancy.models import Client
from tests.cast import DeskTest

GIVEN = {
    "kind": "incident", "title_en": "Mail is slow", "text_en": "Large files are late.", "text_it": "I file grandi tardano.",
    "level": "warning", "begins_at": "2026-01-01T09:00", "in_portal": "on", "in_desk": "on", "is_banner": "on",
}  # fmt: skip


class Telling(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.ines, backend=signin.BACKEND)
        self.new = reverse("desk:happening_new")

    def test_a_preview_tells_nobody_and_loses_nothing(self) -> None:
        page = self.client.post(self.new, {**GIVEN, "preview": "1"})
        self.assertContains(page, "I file grandi tardano.", count=2)
        self.assertEqual(Happening.objects.count(), 0)

    def test_it_is_told_gone_on_with_and_ended(self) -> None:
        answer = self.client.post(self.new, GIVEN)
        row = Happening.objects.get()
        self.assertRedirects(answer, reverse("desk:happening", args=[row.pk]), status_code=303)
        self.assertContains(self.client.get("/desk/"), "Large files are late.")
        said = {"state": "resolved", "text_en": "Mended."}
        self.client.post(reverse("desk:happening_updates", args=[row.pk]), said)
        self.assertNotContains(self.client.get("/desk/"), "Mended.")
        page = self.client.get(reverse("desk:happening", args=[row.pk]))
        self.assertContains(page, "Mended.")
        self.assertNotContains(page, "<textarea")

    def test_what_an_agent_has_read_leaves_the_head_of_their_pages_until_more_is_said(self) -> None:
        self.client.post(self.new, GIVEN)
        row = Happening.objects.get()
        heard = reverse("desk:happening_heard")
        answer = self.client.post(heard, {"happening": row.pk, "next": "/desk/mine?a=1"})
        self.assertRedirects(answer, "/desk/mine?a=1", status_code=303, fetch_redirect_response=False)
        self.assertNotContains(self.client.get("/desk/"), "Large files are late.")
        self.client.post(
            reverse("desk:happening_updates", args=[row.pk]), {"state": "found", "text_en": "A full disk."}
        )
        self.assertContains(self.client.get("/desk/"), "A full disk.")
        away = self.client.post(heard, {"happening": row.pk, "next": "https://elsewhere.example/"})
        self.assertRedirects(away, "/desk/", status_code=303, fetch_redirect_response=False)
        self.client.force_login(self.alma, backend=signin.BACKEND)
        self.assertContains(self.client.get("/desk/"), "A full disk.")

    def test_nobody_hears_what_they_may_not_know(self) -> None:
        row = Happening.objects.create(
            kind="announcement", title_en="Ours", team=self.network, in_portal=False, in_desk=True, by=self.ines,
            begins_at=clock.now(), created_at=clock.now(),
        )  # fmt: skip
        self.client.force_login(self.alma, backend=signin.BACKEND)
        for pk in (row.pk, "no", "9" * 30):
            answer = self.client.post(reverse("desk:happening_heard"), {"happening": pk})
            self.assertEqual(answer.status_code, 404, pk)

    def test_an_end_before_the_beginning_is_refused_at_its_field(self) -> None:
        page = self.client.post(self.new, {**GIVEN, "ends_at": "2025-12-31T09:00"})
        self.assertContains(page, "It ends before it begins", status_code=422)
        self.assertContains(page, "Large files are late.", status_code=422)

    def test_agents_read_it_and_others_may_not_tell(self) -> None:
        self.client.post(self.new, {**GIVEN, "clients": [self.acme.pk]})
        row = Happening.objects.get()
        self.client.force_login(self.alma, backend=signin.BACKEND)
        self.assertContains(self.client.get(reverse("desk:status")), "Mail is slow")
        self.assertEqual(self.client.get(self.new).status_code, 403)
        self.client.force_login(self.otto, backend=signin.BACKEND)
        self.assertNotContains(self.client.get(reverse("desk:status")), "Mail is slow")
        self.assertEqual(self.client.get(reverse("desk:happening", args=[row.pk])).status_code, 404)

    def test_the_list_names_only_organisations_that_one_works_for_in_as_many_questions_as_ever(self) -> None:
        self.client.post(self.new, {**GIVEN, "clients": [self.acme.pk, self.bolt.pk]})
        self.assertContains(self.client.get(reverse("desk:status")), "Acme Industrial, Bolt")
        with CaptureQueriesContext(connection) as one:
            self.client.get(reverse("desk:status"))
        for _turn in range(4):
            self.client.post(self.new, {**GIVEN, "clients": [self.acme.pk]})
        with CaptureQueriesContext(connection) as five:
            self.client.get(reverse("desk:status"))
        self.assertEqual(len(one), len(five))
        self.client.force_login(self.otto, backend=signin.BACKEND)
        page = self.client.get(reverse("desk:status"))
        self.assertContains(page, "Bolt")
        self.assertNotContains(page, "Acme")

    def test_what_is_no_longer_in_use_stays_chosen(self) -> None:
        mail = Component.objects.create(name="Mail")
        self.client.post(self.new, {**GIVEN, "clients": [self.acme.pk], "components": [mail.pk]})
        row = Happening.objects.get()
        Component.objects.update(is_active=False)
        Client.objects.filter(pk=self.acme.pk).update(is_active=False)
        address = reverse("desk:happening", args=[row.pk])
        page = self.client.get(address).content.decode()
        ticked = re.findall(r'name="(clients|components)" value="(\d+)"[^>]* checked', page)
        seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
        self.client.post(address, {**GIVEN, **dict(ticked), "title_en": "Mail is very slow", "seen": seen})
        row.refresh_from_db()
        self.assertEqual((row.title_en, row.clients, row.components), ("Mail is very slow", [self.acme.pk], [mail.pk]))
        typed = {**GIVEN, **dict(ticked), "title_en": "Mail is back"}
        stale = self.client.post(address, {**typed, "seen": seen})
        self.assertContains(stale, "save again to replace it", status_code=409)
        newest = re.findall(r'name="seen" value="([^"]+)"', stale.content.decode())[0]
        self.assertEqual(self.client.post(address, {**typed, "seen": newest}).status_code, 303)
        self.assertNotContains(self.client.get(self.new), f'value="{self.acme.pk}"> Acme')

    def test_an_administrator_keeps_services_and_public_pages(self) -> None:
        self.client.post(reverse("desk:admin_component_new"), {"name": "Mail", "position": "0", "is_active": "on"})
        one = Component.objects.get()
        self.assertContains(self.client.get(reverse("desk:admin_components")), "Mail")
        self.client.post(self.new, {**GIVEN, "components": [one.pk]})
        self.assertContains(self.client.get(reverse("desk:admin_components") + "?q=mai"), '<td class="n">1')
        service = Service.objects.create(key="mail", names={"en": "Post"}, owner=self.alma)
        given = {"name": "Mail", "position": "0", "is_active": "on", "service": service.pk}
        self.client.post(reverse("desk:admin_component", args=[one.pk]), given)
        self.assertContains(self.client.get(reverse("desk:admin_components")), "Post")
        self.client.post(reverse("desk:admin_service_removal", args=[service.pk]))
        kept = self.client.get(reverse("desk:admin_service", args=[service.pk]))
        self.assertContains(kept, "It is used, so it stays. Service status: Mail.")
        self.assertNotContains(kept, reverse("desk:admin_service_removal", args=[service.pk]))
        address = reverse("desk:admin_status_page", args=[self.acme.pk])
        self.assertEqual(self.client.post(address, {"is_public": "on", "slug": ""}).status_code, 422)
        self.client.post(address, {"is_public": "on", "slug": "acme"})
        self.assertEqual(self.client.get(reverse("portal:status_of", args=["acme"])).status_code, 200)
