"""An administrator writes, tries and saves a rule; a mail comes in and lands with the right team, and the ticket says why."""

from playwright.sync_api import Page, expect

from olmo.channels.tests import stage
from olmo.people.models import Person
from olmo.routing.rules.models import Rule
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Ticket

from .base import Journey, Theme


class WritingARule(Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            stage.open_mailbox()
            stage.arrive(stage.mail("The VPN drops.", subject="VPN yesterday"))
        stage.do_jobs()

    def press(self, page: Page, name: str) -> None:
        """Go to a button by the keyboard and press it."""
        page.get_by_role("button", name=name, exact=True).first.focus()
        page.keyboard.press("Enter")

    def write(self, page: Page) -> None:
        """A rule for mail about the VPN, tried and saved."""
        page.goto(self.url("/desk/admin/rules"))
        page.get_by_role("link", name="New rule").click()
        page.fill("#id_name", "VPN to Network")
        page.select_option("#new_what", "words")
        self.press(page, "Add")
        page.fill("#id_c0-values", "VPN, remote access")
        page.select_option("#new_what", "mailbox")
        self.press(page, "Add")
        page.get_by_role("checkbox", name=stage.HELP).check()
        page.select_option("#id_team", label="Network")
        self.press(page, "Try it on the last 90 days")
        page.wait_for_selector("#trial")
        stage.do_jobs()
        page.reload()
        expect(page.locator("#trial [role=status]")).to_contain_text("1 of 1 ticket would have been changed")
        expect(page.locator("#trial")).to_contain_text("VPN yesterday")
        self.assertFalse(Rule.objects.exists())
        expect(page.locator("#id_c0-values")).to_have_value("VPN, remote access")

    def arrives(self) -> Ticket:
        """A mail by the way of all mail, and what follows."""
        row = stage.arrive(stage.mail("It does not connect.", subject="The VPN again"))
        stage.do_jobs()
        return stage.ticket_of(row)

    def lands(self, page: Page, theme: str) -> None:
        """The new ticket is with the team, and its page tells why."""
        with scope(EVERY_CLIENT):
            ticket = self.arrives()
            self.assertEqual(Ticket.objects.get(pk=ticket.pk).team_id, self.network.pk)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        page.get_by_role("link", name="Rule “VPN to Network”").first.click()
        expect(page.locator("main")).to_contain_text(
            "Words in the subject or the text: has one of “VPN”, “remote access”"
        )
        expect(page.locator("main")).to_contain_text(f"Mailbox: is one of {stage.HELP}")
        self.picture(page, f"rules-why-{theme}")

    def test_by_the_keyboard(self) -> None:
        page = self.sign_in(self.ines, bypass_csp=True)
        self.write(page)
        self.assert_accessible(page)
        self.picture(page, "rules-editor")
        page.locator("#trial").scroll_into_view_if_needed()
        self.picture(page, "rules-trial")
        self.press(page, "Save")
        expect(page.locator(".rules__one")).to_contain_text("Team: Network")
        self.assert_accessible(page)
        self.picture(page, "rules-list")
        self.lands(page, "light")
        self.assert_accessible(page)

    def test_without_scripts(self) -> None:
        page = self.sign_in(self.ines, scripts=False)
        self.write(page)
        self.press(page, "Save")
        expect(page.locator(".rules__one")).to_contain_text("Team: Network")
        self.lands(page, "bare")

    def test_in_italian_on_a_phone(self) -> None:
        with scope(EVERY_CLIENT):
            Person.objects.filter(pk=self.ines.pk).update(language="it", time_zone="Europe/Rome")
        for theme in ("light", "dark"):
            self.italian(theme)

    def italian(self, theme: Theme) -> None:
        page = self.sign_in(self.ines, phone=True, theme=theme, bypass_csp=True)
        page.goto(self.url("/desk/admin/rules/new"))
        page.fill("#id_name", f"Stampanti {theme}")
        page.select_option("#new_what", "time")
        self.press(page, "Aggiungi")
        page.get_by_role("checkbox", name="lunedì").check()
        page.fill("#id_c0-from", "08:00")
        page.fill("#id_c0-to", "18:00")
        page.select_option("#id_team", label="Network" if theme == "light" else "Service desk")
        page.fill("#id_tags_text", theme)
        self.assert_not_sideways(page)
        self.assert_accessible(page)
        page.screenshot(path=f"test-results/rules-it-{theme}.png", full_page=True)
        self.press(page, "Salva")
        expect(page.locator(".rules__one").last).to_contain_text("lunedì 08:00–18:00 (Europe/Rome)")
        self.assert_not_sideways(page)
        self.assert_accessible(page)
        page.screenshot(path=f"test-results/rules-it-list-{theme}.png", full_page=True)
