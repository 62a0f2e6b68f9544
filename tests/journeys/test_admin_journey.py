"""An administrator sets the desk up: an organisation, an agent who is invited, comes in and leaves again, a team that ends."""

import re

from playwright.sync_api import Page, expect

from olmo.outbox.models import Envelope
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .base import Journey


class SettingTheDeskUp(Journey):
    def go(self, page: Page, *links: str) -> None:
        for link in links:
            page.get_by_role("link", name=link, exact=True).first.click()

    def invitation(self, address: str) -> str:
        with scope(EVERY_CLIENT):
            text = Envelope.objects.filter(to=address).latest("pk").text
        found = re.search(r"/sign-in/link/\S+", text)
        assert found is not None
        return found.group()

    def test_a_clash_is_explained_and_then_the_organisation_is_there(self) -> None:
        self.expected_faults.append("422")  # a form that is refused
        page = self.sign_in(self.ines)
        self.go(page, "Administration")
        expect(page.locator("h1")).to_have_text("Administration")
        self.assert_accessible(page)
        self.picture(page, "admin-overview")

        self.go(page, "Organisations", "New organisation")
        page.fill("#id_name", "Cedar Foundation")
        page.fill("#id_domains", "bolt.example")
        page.select_option("#id_priority_1_3", "1")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#id_domains-wrong")).to_have_text("bolt.example belongs to Bolt Logistics already.")
        expect(page.locator("#id_name")).to_have_value("Cedar Foundation")
        self.assert_accessible(page)
        self.picture(page, "admin-organisation-refused")
        page.fill("#id_domains", "cedar.example")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Cedar Foundation was saved.")
        with scope(EVERY_CLIENT):
            cedar = Client.objects.get(name="Cedar Foundation")
        self.assertEqual((cedar.matrix[0][2], cedar.domains.get().name), (1, "cedar.example"))

    def test_an_agent_is_invited_comes_in_and_leaves_again(self) -> None:
        page = self.sign_in(self.ines)
        self.go(page, "Administration", "Agents", "New agent")
        page.fill("#id_name", "Nadir Haddad")
        page.fill("#id_addresses", "nadir@desk.example")
        page.get_by_role("checkbox", name="Network").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row").filter(has_text="Nadir Haddad")).to_contain_text("Network")

        his = self.open()
        his.goto(self.url(self.invitation("nadir@desk.example")))
        his.locator("main form button").first.click()
        his.wait_for_url("**/desk/**")

        page.get_by_role("link", name="Nadir Haddad").click()
        page.get_by_role("checkbox", name="Active").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row").filter(has_text="Nadir Haddad")).to_have_count(0)
        his.goto(self.url("/desk/"))
        self.assertIn("/sign-in", his.url)

        self.go(page, "Change log")
        expect(page.locator(".admin-change").first).to_contain_text("Nadir Haddad")
        self.assert_accessible(page)
        self.picture(page, "admin-changes")

    def test_a_team_ends_on_a_phone_without_scripts(self) -> None:
        page = self.sign_in(self.ines, phone=True, scripts=False)
        page.goto(self.url("/desk/admin/"))
        self.assert_not_sideways(page)
        self.go(page, "Teams and tiers", "Network")
        page.get_by_role("checkbox", name="Active").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row").filter(has_text="Network")).to_contain_text("Not active")
        expect(page.locator(".toast")).to_contain_text("Network was saved.")
        self.assert_not_sideways(page)
        self.picture(page, "admin-teams-phone")

    def test_other_agents_find_nothing(self) -> None:
        page = self.sign_in(self.alma)
        self.expected_faults.append("404")
        expect(page.get_by_role("link", name="Administration")).to_have_count(0)
        page.goto(self.url(f"/desk/admin/agents/{self.alma.pk}"))
        expect(page.locator("h1")).to_have_text("This page is not here")
        with scope(EVERY_CLIENT):
            self.assertFalse(Person.objects.get(pk=self.alma.pk).is_administrator)
