"""Going about the desk without reloads, and the palette."""

from playwright.sync_api import Page, Response, expect

from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions, queries
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Ticket

from .base import Journey


def _is_look(answer: Response, ticket: Ticket) -> bool:
    """Whether this is the look at the live parts of a ticket's page."""
    return "x-live" in answer.request.headers and answer.url.endswith(f"/tickets/{ticket.number}")


class Going(Journey):
    def report(self, subject: str) -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject=subject, message=NewMessage(text="Help.")
            )

    def open_desk(self, path: str = "/desk/?box=open", **options: object) -> Page:
        page = self.sign_in(self.alma, **options)  # type: ignore[arg-type]
        page.goto(self.url(path))
        page.wait_for_selector("html[data-script]")
        page.evaluate("window.sameDocument = true")
        return page

    def assert_not_loaded(self, page: Page) -> None:
        self.assertTrue(page.evaluate("window.sameDocument === true"), "the page was loaded anew")

    def test_a_ticket_opens_in_place_and_going_back_finds_the_row(self) -> None:
        ticket = self.report("Printer")
        for n in range(30):
            self.report(f"Other {n}")
        page = self.open_desk("/desk/?box=open&sort=newest")
        row = page.locator(f".row__subject[href$='/{ticket.number}']")
        row.focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Printer")
        expect(page).to_have_title(f"{ticket.number} Printer · Olmo")
        expect(page.locator("#voice")).to_contain_text("Printer")
        expect(page.locator("#main")).to_be_focused()
        expect(page.locator(".nav__find kbd")).not_to_be_empty()  # the hint of its key stays
        self.assertTrue(page.url.endswith(f"/desk/tickets/{ticket.number}"))
        page.go_back()
        expect(row).to_be_focused()
        page.go_forward()
        expect(page.locator("h1")).to_have_text("Printer")
        self.assert_not_loaded(page)

    def test_asking_ahead_reads_nothing_and_opening_does(self) -> None:
        ticket = self.report("Printer")
        page = self.open_desk()
        row = page.locator(f".row__subject[href$='/{ticket.number}']")
        with page.expect_response(f"**/desk/tickets/{ticket.number}") as asked:
            row.hover()
        self.assertEqual(asked.value.request.headers.get("x-ahead"), "1")
        self.assertTrue(self.is_unread(ticket))
        with page.expect_response(lambda answer: _is_look(answer, ticket)) as read:
            row.click()
            expect(page.locator("h1")).to_have_text("Printer")
        self.assertEqual(read.value.status, 200)
        self.assertFalse(self.is_unread(ticket))
        self.assert_not_loaded(page)

    def is_unread(self, ticket: Ticket) -> bool:
        with scope(EVERY_CLIENT):
            return ticket.pk in queries.unread(self.alma, [{"id": ticket.pk, "version": ticket.version}])

    def test_words_that_were_typed_survive_going_away_and_back(self) -> None:
        ticket = self.report("Printer")
        page = self.open_desk(f"/desk/tickets/{ticket.number}")
        page.fill("#reply-text", "half a thou")
        page.get_by_role("link", name="All open").click()
        expect(page.locator("#list")).to_be_visible()
        page.go_back()
        expect(page.locator("#reply-text")).to_have_value("half a thou")
        self.assert_not_loaded(page)

    def test_a_word_of_the_sentence_changes_the_list_in_place_and_keeps_the_focus(self) -> None:
        self.report("Printer")
        page = self.open_desk()
        page.locator("summary.word", has_text="what changed last").press("Enter")
        page.get_by_role("link", name="what is new").press("Enter")
        word = page.locator("summary.word", has_text="what is new")
        expect(word).to_be_focused()
        self.assert_not_loaded(page)

    def test_the_page_of_a_lost_session_is_loaded(self) -> None:
        ticket = self.report("Printer")
        page = self.open_desk()
        page.context.clear_cookies()
        self.expected_faults = ["403", "404"]
        page.locator(f".row__subject[href$='/{ticket.number}']").click()
        page.wait_for_url("**/sign-in**")

    def test_the_palette_finds_a_ticket_and_gives_a_command(self) -> None:
        ticket = self.report("Stampante bloccata")
        page = self.open_desk()
        page.keyboard.press("Control+k")
        field = page.get_by_role("combobox")
        expect(field).to_be_focused()
        page.keyboard.type("stamp")
        option = page.get_by_role("option", name="Stampante bloccata")
        expect(option).to_be_visible()
        expect(option).to_have_attribute("aria-selected", "true")
        self.assert_accessible(page)
        self.picture(page, "palette")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Stampante bloccata")
        page.keyboard.press("Control+k")
        expect(page.locator("#palette-list [role=option]").first).to_contain_text("Stampante bloccata")
        page.keyboard.type("internal note")
        expect(page.get_by_role("option", name="Write an internal note")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(page.locator("#note-text")).to_be_focused()
        self.assertTrue(page.url.endswith(f"/desk/tickets/{ticket.number}"))
        self.assert_not_loaded(page)

    def test_the_palette_on_a_phone(self) -> None:
        self.report("Stampante bloccata")
        page = self.open_desk(phone=True)
        page.locator(".tabbar a", has_text="Search").tap()
        expect(page.get_by_role("combobox")).to_be_focused()
        page.keyboard.type("stamp")
        option = page.get_by_role("option", name="Stampante bloccata")
        expect(option).to_be_visible()
        self.assert_accessible(page)
        self.picture(page, "palette-phone")
        option.tap()
        expect(page.locator("h1")).to_have_text("Stampante bloccata")
