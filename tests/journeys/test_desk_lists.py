"""An agent works through a list: it stays beside the ticket, grows as one scrolls, and is saved as a view."""

from playwright.sync_api import ViewportSize, expect

from olmo.kernel import clock
from olmo.status import actions as status
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage

from .base import Journey


class WorkingThroughAList(Journey):
    def many(self, count: int) -> None:
        with scope(EVERY_CLIENT):
            for n in range(count):
                actions.open_ticket(
                    by=self.rui, requester=self.rui, client=self.acme, subject=f"T{n:02}", message=NewMessage(text="Help.")
                )  # fmt: skip

    def test_the_list_stays_beside_the_ticket_and_moves_along(self) -> None:
        self.many(3)
        with scope(EVERY_CLIENT):
            news = status.Settings(kind="announcement", title_en="Laptops", in_desk=True, begins_at=clock.now())
            status.tell(news, by=self.ines, text_en="Ask for the size of the screen.")
        page = self.sign_in(self.alma)
        page.set_viewport_size(ViewportSize(width=1500, height=900))
        page.goto(self.url("/desk/?box=open&sort=oldest"))
        page.wait_for_selector("html[data-script]")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator(".list-pane .row")).to_have_count(3)
        expect(page.locator('.list-pane .row[aria-current="true"] .row__title')).to_have_text("T00")
        tops = {
            css: page.locator(css).evaluate("e => e.getBoundingClientRect().top")
            for css in (".list-pane", "main.ticket")
        }
        bottom = page.locator(".desk__above").evaluate("e => e.getBoundingClientRect().bottom")
        self.assertGreater(bottom, 20, "the news stand above")
        self.assertEqual(
            tops, {".list-pane": bottom, "main.ticket": bottom}, "list and ticket side by side beneath the news"
        )
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("T01")
        expect(page.locator('.list-pane .row[aria-current="true"] .row__title')).to_have_text("T01")
        self.assert_accessible(page)

    def test_the_list_grows_as_one_scrolls_and_is_saved_as_a_view(self) -> None:
        self.many(60)
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/?box=open&sort=oldest"))
        page.wait_for_selector("html[data-script]")
        for _turn in range(4):
            page.mouse.wheel(0, 5000)
            page.wait_for_timeout(200)
        expect(page.locator(".row")).to_have_count(60)
        page.mouse.wheel(0, -20000)
        page.locator(".list-tools summary", has_text="Save as a view").click()
        page.fill("#view-name", "Oldest first")
        page.get_by_role("button", name="Save the view").click()
        expect(page.locator("h1")).to_have_text("Oldest first")
        expect(page.locator(".nav__item", has_text="Oldest first").locator(".count")).to_have_text("60")
        self.assert_accessible(page)
