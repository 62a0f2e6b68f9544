"""Several agents at one ticket: who is there, who writes, and what comes while somebody writes."""

from typing import Any

from playwright.sync_api import Page, expect

from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Ticket

from .base import Journey


class Together(Journey):
    def setUp(self) -> None:
        super().setUp()
        self.pages: list[Page] = []

    def report(self, subject: str) -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject=subject,
                message=NewMessage(text="It does not work."), channel="mail",
            )  # fmt: skip

    def at(self, person: Person, path: str, **options: Any) -> Page:
        page = self.sign_in(person, **options)
        page.goto(self.url(path))
        expect(page.locator("html")).to_have_attribute("data-live", "on")
        self.pages.append(page)
        return page

    def tearDown(self) -> None:
        """Go from every page as people do, while the database is there: the server outlives the test, and would remember them."""
        for page in self.pages:
            if not page.is_closed():
                page.on("dialog", lambda asked: asked.accept())  # words that were not sent are asked about
                page.goto("about:blank")
                page.wait_for_timeout(1000)
        super().tearDown()

    def test_presence_appears_in_ticket_and_list_and_goes(self) -> None:
        ticket = self.report("Printer is out of toner")
        place = f"/desk/tickets/{ticket.number}"
        tove, ines = self.at(self.tove, place), self.at(self.ines, "/desk/?box=open")
        alma = self.at(self.alma, place)
        head = alma.locator('[data-here-in="head"]')
        expect(head).to_have_text("Tove Lind is reading")
        expect(tove.locator('[data-here-in="head"]')).to_have_text("Alma Ferri is reading")
        seen = ines.locator(f"#row-{ticket.pk} .row__seen")
        expect(seen).to_contain_text("is reading")
        tove.locator("#reply-text").press_sequentially("Dear Rui")
        expect(alma.locator('[data-here-in="composer"]')).to_have_text("Tove Lind is writing a reply")
        expect(seen).to_contain_text("Tove Lind is writing a reply")
        expect(seen.locator(".presence--writing")).to_be_visible()
        self.picture(alma, "together-writing")
        self.picture(ines, "together-list")
        for page in (alma, ines):
            self.assert_accessible(page)
        second = tove.context.new_page()  # a second tab hears from the first one
        second.goto(self.url("/desk/?box=open"))
        expect(second.locator(f"#row-{ticket.pk} .row__seen")).to_contain_text("Alma Ferri is reading")
        second.close()
        tove.fill("#reply-text", "")
        tove.goto(self.url("/desk/?box=open"))
        expect(head).to_have_text("")
        alma.close(run_before_unload=True)  # as a hand closes a tab
        expect(seen).to_have_text("")

    def test_a_property_that_somebody_changes_is_marked_and_stays_free(self) -> None:
        ticket = self.report("Scanner")
        place = f"/desk/tickets/{ticket.number}"
        tove, alma = self.at(self.tove, place), self.at(self.alma, place)
        priority = tove.locator('#panel details[data-from$="/priority"]')
        priority.locator("summary").click()
        expect(priority.locator("form")).to_be_visible()
        mark = alma.locator('#panel [data-here-field="priority"]')
        expect(mark).to_have_text("Tove Lind is changing this")
        self.picture(alma, "together-changing")
        self.assert_accessible(alma)
        tove.keyboard.press("Escape")
        expect(mark).to_have_count(0)

    def test_a_message_that_comes_while_one_types_is_announced_and_moves_nothing(self) -> None:
        ticket = self.report("Fax")
        page = self.at(self.alma, f"/desk/tickets/{ticket.number}")
        page.locator("#reply-text").press_sequentially("I will come at 3.")
        before = page.locator("#reply-text").bounding_box()
        with scope(EVERY_CLIENT):
            actions.receive(ticket, by=self.rui, message=NewMessage(text="Never mind, it works."))
        news = page.locator("[data-arrivals]")
        expect(news).to_have_text("1 new message above: show it")
        expect(page.locator("#reply-text")).to_be_focused()
        after = page.locator("#reply-text").bounding_box()
        assert before is not None
        assert after is not None
        self.assertEqual(before["y"], after["y"])
        self.assert_accessible(page)
        self.expected_faults = ["409"]
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".composer__stale")).to_contain_text("Never mind, it works.")
        expect(page.locator("#reply-text")).to_have_value("I will come at 3.")
        self.picture(page, "together-stale")
