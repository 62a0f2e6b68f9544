"""The desk's pages of the service status: told with a preview, gone on with, and shown at the head of pages."""

from django.urls import reverse

from olmo.people import signin
from olmo.status.models import Component, Happening
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

    def test_an_administrator_keeps_services_and_public_pages(self) -> None:
        self.client.post(reverse("desk:admin_component_new"), {"name": "Mail", "position": "0", "is_active": "on"})
        one = Component.objects.get()
        self.assertContains(self.client.get(reverse("desk:admin_components")), "Mail")
        self.client.post(self.new, {**GIVEN, "components": [one.pk]})
        self.assertContains(self.client.get(reverse("desk:admin_components") + "?q=mai"), '<td class="n">1')
        address = reverse("desk:admin_status_page", args=[self.acme.pk])
        self.assertEqual(self.client.post(address, {"is_public": "on", "slug": ""}).status_code, 422)
        self.client.post(address, {"is_public": "on", "slug": "acme"})
        self.assertEqual(self.client.get(reverse("portal:status_of", args=["acme"])).status_code, 200)
