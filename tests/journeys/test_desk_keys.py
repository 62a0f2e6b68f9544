"""An agent works the desk by keys, makes them their own, and switches them off."""

from playwright.sync_api import Page, expect

from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Ticket

from .base import Journey


class WorkingByKeys(Journey):
    def report(self, subject: str) -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject=subject, message=NewMessage(text="Help.")
            )

    def open_desk(self, path: str = "/desk/", person: Person | None = None, **options: object) -> Page:
        page = self.sign_in(person or self.alma, **options)  # type: ignore[arg-type]
        page.goto(self.url(path))
        page.wait_for_selector("html[data-script]")
        return page

    def test_question_mark_lists_the_keys_and_two_keys_lead_to_a_box(self) -> None:
        page = self.open_desk()
        page.keyboard.press("?")
        dialog = page.locator("#keys")
        expect(dialog).to_be_visible()
        expect(dialog.locator(".keys")).to_contain_text(["All open"])
        self.assert_accessible(page)
        self.picture(page, "keys-dialog")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        page.keyboard.press("g")
        page.keyboard.press("u")
        page.wait_for_url("**/desk/?box=unassigned")

    def test_a_property_opens_by_its_key_with_the_focus_in_it(self) -> None:
        ticket = self.report("Printer")
        page = self.open_desk(f"/desk/tickets/{ticket.number}")
        page.keyboard.press("p")
        expect(page.locator("#panel details[open] .menu :focus:checked")).to_have_count(1)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(page.locator("#toasts")).to_contain_text("Undo")
        expect(page.locator('summary[data-command="priority"]')).to_be_focused()
        page.keyboard.press("r")
        page.keyboard.type("We look into it.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#waiting, .said--agent").first).to_contain_text("We look into it.")
        expect(page.locator("#main:focus, #main :focus")).to_have_count(1)

    def test_a_changed_key_works_and_the_old_one_does_not(self) -> None:
        ticket = self.report("Printer")
        page = self.open_desk("/desk/keys")
        self.assert_accessible(page)
        self.picture(page, "keys-page")
        page.fill("#key-note", "c")
        self.expected_faults = ["422"]
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#wrong-note")).to_contain_text("taken by")
        page.fill("#key-note", "b")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#toasts")).to_contain_text("Your keys were changed.")
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        page.wait_for_selector("html[data-script]")
        page.keyboard.press("n")
        expect(page.locator("#note-text")).to_be_hidden()
        page.keyboard.press("b")
        expect(page.locator("#note-text")).to_be_focused()

    def test_switched_off_letters_do_nothing(self) -> None:
        page = self.open_desk("/desk/keys")
        page.get_by_label("Single keys work").uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#toasts")).to_contain_text("Your keys were changed.")
        page.goto(self.url("/desk/"))
        page.wait_for_selector("html[data-script]")
        page.keyboard.press("c")
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_hidden()
        self.assertEqual(page.url, self.url("/desk/"))
