"""The page about suggestions: for those who lead, with plain words where the figures say nothing."""

import re

from django.urls import reverse

from olmo.people import signin
from olmo.selfservice.models import HoldOut
from tests.cast import DeskTest


class Looking(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.ines, backend=signin.BACKEND)
        self.url = reverse("desk:selfservice")

    def test_leads_see_it_and_others_do_not(self) -> None:
        self.assertContains(self.client.get(self.url), "Too few to say anything")
        for person, status in ((self.alma, 404), (self.rui, 404)):
            self.client.force_login(person, backend=signin.BACKEND)
            self.assertEqual(self.client.get(self.url).status_code, status)
        self.desk.leads.add(self.alma)
        self.client.force_login(self.alma, backend=signin.BACKEND)
        page = self.client.get(self.url)
        self.assertNotContains(page, "selfservice_share")
        self.assertContains(page, "Measuring is off")

    def test_an_administrator_sets_the_share_and_is_told_what_is_wrong(self) -> None:
        share = reverse("desk:selfservice_share")
        refused = self.client.post(share, {"percent": "80"})
        self.assertEqual(refused.status_code, 422)
        self.assertContains(refused, 'value="80"', status_code=422)
        self.assertRedirects(self.client.post(share, {"percent": "5"}), self.url, status_code=303)
        self.assertEqual(HoldOut.objects.get().percent, 5)
        stale = self.client.post(share, {"percent": "7", "seen": "another"})
        self.assertContains(stale, "save again to replace it", status_code=409)
        newest = re.findall(r'name="seen" value="([^"]+)"', stale.content.decode())[0]
        self.assertRedirects(self.client.post(share, {"percent": "7", "seen": newest}), self.url, status_code=303)
        self.client.force_login(self.alma, backend=signin.BACKEND)
        self.assertEqual(self.client.post(share, {"percent": "9"}).status_code, 403)
