"""An agent reads a ticket, answers it, and the others see it at once."""

import re

from playwright.sync_api import Page, expect

from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Attachment, Message, Status, Ticket

from .base import Journey


class Answering(Journey):
    def report(self, subject: str, text: str = "It does not work.") -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject=subject,
                message=NewMessage(text=text),
                channel="mail",
            )

    def last(self, ticket: Ticket) -> Message:
        with scope(EVERY_CLIENT):
            return Message.objects.filter(ticket=ticket).latest("pk")

    def open_ticket(self, page: Page, ticket: Ticket) -> None:
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        page.wait_for_selector("html[data-script]")

    def test_from_the_list_to_the_answer_without_leaving_the_page(self) -> None:
        ticket = self.report("Printer is out of toner")
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/?box=unassigned"))
        self.assert_accessible(page)
        page.get_by_role("link", name="Printer is out of toner").click()
        expect(page.locator("h1")).to_have_text("Printer is out of toner")
        self.assert_accessible(page)
        page.fill("#reply-text", "New toner is on its way.")
        page.fill("#cc", "boss@acme.example")
        expect(page.locator('[data-send="reply"]')).to_have_text("Send to Rui + 1")
        page.evaluate("window.stayed = true")
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent .said__text")).to_have_text("New toner is on its way.")
        expect(page.locator(".toast")).to_contain_text("Sent to Rui Alves")
        expect(page.locator("#reply-text")).to_have_value("")
        self.assertTrue(page.evaluate("window.stayed"))
        self.assertEqual(self.last(ticket).cc, ["boss@acme.example"])
        self.picture(page, "desk-answered")

    def test_reply_and_note_cannot_be_confused(self) -> None:
        ticket = self.report("Printer")
        page = self.sign_in(self.alma)
        self.open_ticket(page, ticket)
        page.fill("#reply-text", "Dear Rui")
        page.keyboard.press("Escape")
        page.locator("label:has(#as-note)").click()
        expect(page.locator("#reply-text")).to_be_hidden()
        expect(page.locator('[data-send="reply"]')).to_be_hidden()
        expect(page.locator("#note-text")).to_have_value("")
        page.fill("#note-text", "He is angry.")
        self.assert_accessible(page)
        page.locator('[data-send="note"]').click()
        expect(page.locator(".said--note .said__text")).to_have_text("He is angry.")
        self.assertEqual(self.last(ticket).kind, "internal")
        page.locator("label:has(#as-reply)").click()
        expect(page.locator("#reply-text")).to_have_value("Dear Rui")

    def test_a_stale_reply_comes_back_with_what_is_new(self) -> None:
        ticket = self.report("Printer")
        page = self.sign_in(self.alma)
        self.open_ticket(page, ticket)
        page.fill("#reply-text", "I will come at 3.")
        with scope(EVERY_CLIENT):
            actions.receive(ticket, by=self.rui, message=NewMessage(text="Never mind, it works."))
        self.expected_faults = ["409"]
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".composer__stale")).to_contain_text("Never mind, it works.")
        expect(page.locator("#reply-text")).to_have_value("I will come at 3.")
        self.assert_accessible(page)
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent .said__text")).to_have_text("I will come at 3.")

    def test_a_second_browser_sees_the_change_without_reloading(self) -> None:
        ticket = self.report("Printer")
        alma, tove = self.sign_in(self.alma), self.sign_in(self.tove)
        for page in (alma, tove):
            self.open_ticket(page, ticket)
        expect(tove.locator("html")).to_have_attribute("data-live", "on")
        tove.fill("#note-text", "typed by Tove") if tove.is_visible("#note-text") else None
        alma.fill("#reply-text", "New toner is on its way.")
        alma.locator('[data-send="reply"]').click()
        expect(tove.locator(".said--agent .said__text")).to_have_text("New toner is on its way.", timeout=5000)
        listed = self.sign_in(self.ines)
        listed.goto(self.url("/desk/?box=open"))
        expect(listed.locator("html")).to_have_attribute("data-live", "on")
        expect(listed.locator(".row")).to_have_count(1)
        self.report("Scanner")
        expect(listed.locator(".row")).to_have_count(2, timeout=5000)

    def test_a_file_is_dropped_and_travels_with_the_reply(self) -> None:
        ticket = self.report("Printer")
        page = self.sign_in(self.alma)
        self.open_ticket(page, ticket)
        page.set_input_files("#files", {"name": "guide.txt", "mimeType": "text/plain", "buffer": b"turn it off and on"})
        expect(page.locator('.upload input[name="upload"]')).to_have_count(1)
        page.fill("#reply-text", "See the guide.")
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".attachment")).to_contain_text("guide.txt")
        with scope(EVERY_CLIENT):
            self.assertEqual(Attachment.objects.get(name="guide.txt").message, self.last(ticket))

    def test_send_and_resolve_is_one_step(self) -> None:
        ticket = self.report("Printer")
        page = self.sign_in(self.alma)
        self.open_ticket(page, ticket)
        page.fill("#reply-text", "Done.")
        page.get_by_label("Send and do more").click()
        page.get_by_role("button", name="Send and resolve").click()
        expect(page.locator("#ticket-head .badge")).to_have_text("Resolved")
        with scope(EVERY_CLIENT):
            self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.RESOLVED)

    def test_a_property_is_changed_in_its_place(self) -> None:
        ticket = self.report("Printer")
        page = self.sign_in(self.alma)
        self.open_ticket(page, ticket)
        page.locator(".fact", has_text="Nobody yet").click()
        page.get_by_label("Owner").select_option(label="Alma Ferri")
        page.get_by_role("button", name="Assign").click()
        expect(page.locator("#panel")).to_contain_text("Alma Ferri")
        page.locator(".fact", has_text="Normal").click()
        high = page.locator("#priority-impact").get_by_label("High")
        high.check()
        page.locator("#priority-urgency").get_by_label("High").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#panel .priority")).to_have_attribute("data-level", "1")
        self.assertEqual(page.url, self.url(f"/desk/tickets/{ticket.number}"))

    def test_everything_works_without_scripts(self) -> None:
        ticket = self.report("Printer")
        page = self.sign_in(self.alma, scripts=False)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        page.fill("#reply-text", "By hand.")
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent .said__text")).to_have_text("By hand.")
        page.locator("label:has(#as-note)").click()
        page.fill("#note-text", "Quietly.")
        page.locator('[data-send="note"]').click()
        expect(page.locator(".said--note .said__text")).to_have_text("Quietly.")
        page.locator("summary", has_text="Hold").click()
        page.get_by_role("link", name="Hold…").click()
        page.get_by_label("for a third party").check()
        page.get_by_role("button", name="Put on hold").click()
        expect(page.locator("#ticket-head .badge")).to_have_text("Waiting for a third party")
        page.get_by_role("button", name="Resume").click()
        page.get_by_label("More actions").click()
        page.get_by_role("link", name=re.compile("More actions")).click()
        page.get_by_role("link", name="Change the subject…").click()
        page.fill("#subject-subject", "Printer on floor 3")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("h1")).to_have_text("Printer on floor 3")


class OnAPhone(Journey):
    def test_the_whole_job_fits_a_phone(self) -> None:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject="Stampante " * 12,
                message=NewMessage(text="a" * 400),
            )
        page = self.sign_in(self.alma, phone=True, theme="dark")
        for path in (
            "/desk/?box=open",
            f"/desk/tickets/{ticket.number}",
            "/desk/tickets/new",
            "/desk/search?q=stampante",
        ):
            page.goto(self.url(path))
            self.assert_not_sideways(page)
            self.assert_accessible(page)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        page.fill("#reply-text", "From the train.")
        page.locator('[data-send="reply"]').tap()
        expect(page.locator(".said--agent .said__text")).to_have_text("From the train.")
