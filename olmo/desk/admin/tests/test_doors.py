"""Who may come in."""

from django.urls import reverse

from olmo.desk.admin import urls
from olmo.people.models import AuditLine

from .base import AdminTest


def pages() -> list[str]:
    """The address of every page; where one thing is meant, of one that is not there."""
    names = [(pattern.name, str(pattern.pattern).count("<")) for pattern in urls.urlpatterns]
    return [reverse(f"desk:{name}", args=[10**6] * count) for name, count in names]


NO_PAGES = ("admin_rule_trials", "admin_services_usual")  # only begin something


class ComingIn(AdminTest):
    def test_an_administrator_sees_every_list_and_every_empty_form(self) -> None:
        none = {reverse(f"desk:{name}") for name in NO_PAGES}
        for url in pages():
            if str(10**6) not in url and url not in none:
                self.assertEqual(self.get(url, by=self.ines).status, 200, url)

    def test_what_is_not_there_is_not_found(self) -> None:
        for url in pages():
            if str(10**6) in url:
                seen = {self.get(url, by=self.ines).status, self.post(url, by=self.ines).status}
                self.assertTrue(seen <= {404, 405} and 404 in seen, (url, seen))

    def test_other_agents_and_requesters_find_nothing_there(self) -> None:
        for url in pages():
            for person in (self.alma, self.otto, self.rui):
                statuses = {self.get(url, by=person).status, self.post(url, by=person).status}
                self.assertTrue(statuses <= {404, 405} and 404 in statuses, (url, person.name, statuses))
        self.assertEqual(AuditLine.objects.count(), 0)

    def test_an_administrator_of_some_organisations_only_finds_nothing_either(self) -> None:
        self.ines.clients.add(self.bolt)
        for url in pages():
            self.assertIn(self.get(url, by=self.ines).status, (404, 405), url)

    def test_strangers_are_led_to_the_sign_in(self) -> None:
        for url in pages():
            visit = self.stranger(url)
            if visit.status != 405:
                self.assertIn(visit.status, (302, 303), url)
                self.assertTrue(
                    visit.location.startswith("/sign-in?next=%2Fdesk%2Fadmin") or "next=/desk/admin" in visit.location
                )

    def test_the_navigation_leads_here(self) -> None:
        visit = self.get("/desk/", by=self.ines)
        self.assertEqual([a.text(strip=True) for a in visit.all('a[href="/desk/admin/"]')], ["Administration"])
