"""An agent finds work, finds a ticket, and opens one for somebody who calls."""

from typing import Any

from playwright.sync_api import expect

from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Ticket

from .base import Journey


class Finding(Journey):
    def report(self, subject: str, **more: Any) -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject=subject,
                message=NewMessage(text="Help."),
                **more,
            )

    def test_a_word_of_the_sentence_narrows_the_list(self) -> None:
        self.report("Printer", team=self.desk)
        self.report("Switch", team=self.network)
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/?box=open"))
        page.wait_for_selector("html[data-script]")
        page.locator("summary.word", has_text="any team").click()
        page.get_by_role("link", name="Network").click()
        expect(page.locator(".row__title")).to_have_text(["Switch"])
        expect(page.locator(".sentence")).to_contain_text("Network")
        page.locator("summary.word", has_text="what changed last").click()
        self.assert_accessible(page)
        page.get_by_role("link", name="what is due first").click()
        expect(page.locator(".group")).to_have_text(["Without a date"])
        expect(page.locator(".row__title")).to_have_text(["Switch"])

    def test_the_desk_is_worked_by_keys_alone(self) -> None:
        ticket = self.report("Printer")
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/?box=open"))
        page.wait_for_selector("html[data-script]")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(self.url(f"/desk/tickets/{ticket.number}"))
        page.wait_for_selector("html[data-script]")
        page.keyboard.press("r")
        page.keyboard.type("By keys alone.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".said--agent .said__text")).to_have_text("By keys alone.")

    def test_search_names_the_word_that_it_does_not_know(self) -> None:
        self.report("Stampante bloccata")
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/"))
        page.wait_for_selector("html[data-script]")
        page.keyboard.press("/")
        page.keyboard.type("stampan")
        page.keyboard.press("Enter")
        expect(page.locator(".row mark")).to_have_text(["Stampante"])
        self.expected_faults = ["422"]
        page.fill("#q", "stampan stato:open")
        page.press("#q", "Enter")
        expect(page.locator("#q-wrong")).to_contain_text("“stato:”")
        expect(page.locator("#q")).to_have_value("stampan stato:open")
        self.assert_accessible(page)

    def test_a_ticket_for_a_caller(self) -> None:
        known = self.report("Old trouble")
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/tickets/new"))
        page.wait_for_selector("html[data-script]")
        page.fill("#id_subject", "Phone is dead")
        page.locator("#caller").press_sequentially("alves")
        page.locator("#callers button", has_text="Rui Alves").click()
        expect(page.locator(".caller")).to_contain_text(str(known.number))
        expect(page.locator("#id_subject")).to_have_value("Phone is dead")
        page.fill("#id_text", "No sound since noon.")
        page.set_input_files("#files", {"name": "photo.png", "mimeType": "image/png", "buffer": b"png"})
        expect(page.locator('.upload input[name="upload"]')).to_have_count(1)
        page.get_by_label("I take it myself").check()
        self.assert_accessible(page)
        page.get_by_role("button", name="Open the ticket").click()
        expect(page.locator("h1")).to_have_text("Phone is dead")
        expect(page.locator(".attachment")).to_contain_text("photo.png")
        expect(page.locator("#panel")).to_contain_text("Alma Ferri")

    def test_two_tickets_become_one_after_a_look_at_what_happens(self) -> None:
        one, two = self.report("Printer"), self.report("Printer again")
        page = self.sign_in(self.alma)
        page.goto(self.url(f"/desk/tickets/{two.number}"))
        page.wait_for_selector("html[data-script]")
        page.get_by_label("More actions").click()
        page.get_by_role("link", name="Merge into another ticket…").click()
        page.fill("#merge-number", str(one.number))
        page.get_by_role("button", name="Show what happens").click()
        expect(page.locator(".effect")).to_contain_text(f"{two.number} goes on inside {one.number}")
        self.assert_accessible(page)
        page.get_by_role("button", name=f"Merge {two.number} into {one.number}").click()
        expect(page.locator("h1")).to_have_text("Printer")
        expect(page.locator(".said")).to_have_count(2)
