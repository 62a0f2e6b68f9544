"""Several agents at one ticket: who is there, who writes, and what comes while somebody writes."""

from typing import Any

from playwright.sync_api import Page, expect

from olmo.channels.tests.stage import do_jobs
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions, mentions
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

    def test_a_tool_that_somebody_has_open_says_so_to_whoever_opens_it_too(self) -> None:
        ticket = self.report("VPN")
        place = f"/desk/tickets/{ticket.number}"
        tove, alma = self.at(self.tove, place), self.at(self.alma, place)
        tove.keyboard.press("h")
        expect(tove.locator("#ticket-head details[open] form")).to_be_visible()
        mark = alma.locator('#ticket-head [data-here-field="hold"]').first
        expect(mark).to_contain_text("Tove Lind is changing this")
        alma.keyboard.press("h")
        form = alma.locator("#ticket-head details[open] form")
        expect(form.locator("[data-here-field]")).to_have_text("Tove Lind is changing this")
        self.assert_accessible(alma)
        self.picture(alma, "together-tool")
        tove.keyboard.press("Escape")
        expect(mark).to_have_count(0)
        expect(form).to_be_visible()

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

    def test_a_mention_rings_the_bell_and_leads_to_the_note(self) -> None:
        ticket = self.report("VPN")
        tove = self.at(self.tove, "/desk/?box=open")
        with scope(EVERY_CLIENT):
            actions.note(ticket, by=self.alma, message=NewMessage(text=f"Look, {mentions.written(self.tove)}!"))
            do_jobs()
        expect(tove.locator("#bell .count")).to_contain_text("1")
        tove.locator("#bell a").click()
        expect(tove.locator(".notice")).to_contain_text("Alma Ferri mentioned you")
        expect(tove.locator(".notice")).to_contain_text("because you were mentioned")
        self.assert_accessible(tove)
        self.picture(tove, "together-notices")
        tove.locator(".notice__what").click()
        expect(tove.locator(".mention")).to_have_text("@Tove Lind")
        expect(tove.locator("#bell .count")).to_have_count(0)
        tove.goto(self.url("/account/notices"))
        self.assert_accessible(tove)
        self.picture(tove, "together-choices")

    def test_a_notice_says_why_it_was_sent(self) -> None:
        ticket = self.report("VPN")
        with scope(EVERY_CLIENT):
            actions.note(ticket, by=self.alma, message=NewMessage(text=f"Look, {mentions.written(self.tove)}!"))
            do_jobs()
        for phone in (False, True):
            page = self.sign_in(self.tove, phone=phone, scripts=not phone, theme="dark" if phone else "light")
            page.goto(self.url("/desk/notices"))
            self.assert_not_sideways(page)
            self.picture(page, f"together-notices-{'phone' if phone else 'wide'}")
            page.get_by_role("link", name=f"Why you are told this of ticket {ticket.number}").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Why I was told")
            expect(page.locator("main")).to_contain_text("because you were mentioned")
            self.assert_not_sideways(page)
            self.picture(page, f"together-why-{'phone' if phone else 'wide'}")
            if not phone:
                self.assert_accessible(page)
        page.get_by_role("link", name="Choose what I am told", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What I am told")

    def test_a_shift_ends(self) -> None:
        for subject in ("VPN", "Printer"):
            ticket = self.report(subject)
            with scope(EVERY_CLIENT):
                actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        page = self.sign_in(self.alma, phone=True)
        page.goto(self.url("/desk/handover"))
        self.assert_accessible(page)
        self.assert_not_sideways(page)
        self.picture(page, "together-handover-phone")
        page.select_option("#to", label="Tove Lind")
        page.fill("#note", "Rui waits for a call at 4.")
        page.get_by_role("button", name="See what would happen").click()
        expect(page.locator("#preview-title")).to_have_text("2 tickets go to Tove Lind")
        self.assert_accessible(page)
        self.picture(page, "together-handover-preview")
        page.get_by_role("button", name="Hand over", exact=True).click()
        expect(page.locator(".toast")).to_contain_text("2 tickets handed over")
        with scope(EVERY_CLIENT):
            self.assertEqual({t.assignee_id for t in Ticket.objects.all()}, {self.tove.pk})
