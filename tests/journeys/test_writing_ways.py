"""The ways of a reply: approved, later, without scripts, by keys, in Italian on a phone; and when things break meanwhile."""

import re
from typing import Any

from playwright.sync_api import Dialog, Page, Route, expect

from olmo.automation import macros
from olmo.automation.macros import MacroSettings
from olmo.people.models import Person
from olmo.tenancy.models import Provider
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Attachment, Message, Status, Ticket
from olmo.writing import canned
from olmo.writing.models import Draft

from .base import Journey


class Ways(Journey):
    def begin(self, *, subject: str = "Printer", **options: Any) -> tuple[Page, Ticket]:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject=subject, message=NewMessage(text="It burns.")
            )
        page = self.sign_in(self.alma, **options)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        return page, ticket

    def sent(self) -> list[str]:
        with scope(EVERY_CLIENT):
            return list(Message.objects.filter(is_from_desk=True).order_by("pk").values_list("text", flat=True))

    def set_for_alma(self, **values: Any) -> None:
        with scope(EVERY_CLIENT):
            Person.objects.filter(pk=self.alma.pk).update(**values)

    def test_a_reply_is_approved_by_a_colleague(self) -> None:
        page, _ticket = self.begin()
        page.fill("#reply-text", "Is this right?")
        page.locator("[data-command=drafting]").click()
        page.locator('button[value="approval"]').click()
        page.wait_for_url(re.compile("/desk/drafts/"))
        page.select_option("#approver", label="Tove Lind")
        page.fill("#word", "Please look at the tone.")
        page.locator('button[value="ask"]').click()
        page.wait_for_url(re.compile("/desk/tickets/"))
        with scope(EVERY_CLIENT):
            draft = Draft.objects.get(approver=self.tove)
        other = self.sign_in(self.tove)
        other.goto(self.url(f"/desk/drafts/{draft.pk}"))
        expect(other.locator("blockquote")).to_contain_text("the tone")
        self.assert_accessible(other)
        other.fill("#text", "This is right.")
        other.locator('button[value="approve"]').click()
        expect(other.locator(".said--agent")).to_contain_text("This is right.")
        with scope(EVERY_CLIENT):
            self.assertEqual(Message.objects.get(is_from_desk=True).author_id, self.alma.pk)

    def test_what_is_sent_while_another_draft_is_being_saved_is_saved_by_nobody_else(self) -> None:
        page, _ticket = self.begin()
        held: list[Route] = []
        page.route("**/replies/draft", lambda route: held.append(route))  # noqa: PLW0108  (Playwright marks what it is given)
        saves: list[str] = []
        page.on("request", lambda asked: saves.append(asked.url) if asked.url.endswith("/notes/draft") else None)
        page.fill("#reply-text", "Dear Rui")
        page.wait_for_timeout(1000)  # its save is on the way, and held
        page.locator("label:has(#as-note)").click()
        page.fill("#note-text", "He is angry.")
        page.locator('[data-send="note"]').click()
        page.wait_for_timeout(1200)  # longer than the pause after which a draft is saved
        self.assertEqual((len(held), saves), (1, []))
        held[0].continue_()
        expect(page.locator(".said--note .said__text")).to_have_text("He is angry.")
        self.assertEqual(self.sent(), ["He is angry."])

    def test_a_reply_that_leaves_later_is_taken_back(self) -> None:
        page, _ticket = self.begin()
        page.fill("#reply-text", "Tomorrow then")
        page.locator("[data-command=schedule]").click()
        page.locator('button[value^="schedule:"]').first.click()
        expect(page.locator("#waiting .said__text")).to_have_text("Tomorrow then")
        page.locator("#waiting [data-undo-send], #waiting form button").first.click()
        expect(page.locator("#waiting .said")).to_have_count(0)
        expect(page.locator("#reply-text")).to_have_value("Tomorrow then")
        self.assertEqual(self.sent(), [])

    def test_without_scripts_a_reply_a_note_an_answer_and_undo(self) -> None:
        with scope(EVERY_CLIENT):
            wanted = canned.Settings(title="Greeting", scope="own", texts={"en": "Hello {first_name}"})
            canned.save(None, wanted, by=self.alma)
        page, ticket = self.begin(scripts=False)
        page.fill("#reply-text", "First words.")
        page.locator('.if-reply[value="answers"]').click()
        page.fill("input[name=q]", "greet")
        page.press("input[name=q]", "Enter")
        self.assert_not_sideways(page)
        page.get_by_role("button", name="Insert “Greeting”").click()
        expect(page.locator("#reply-text")).to_have_value("First words.\n\nHello Rui")
        page.locator('[data-send="reply"]').click()
        self.assertEqual(self.sent(), ["First words.\n\nHello Rui"])
        page.locator("label:has(#as-note)").click()
        page.fill("#note-text", "For us.")
        page.locator('[data-send="note"]').click()
        self.assertEqual(self.sent()[1:], ["For us."])
        self.set_for_alma(undo_seconds=30)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        page.fill("#reply-text", "Too early")
        page.locator('[data-send="reply"]').click()
        page.locator("#waiting form button").first.click()
        expect(page.locator("#reply-text")).to_have_value("Too early")
        page.locator("[data-command=schedule]").click()
        page.locator('button[value^="schedule:"]').first.click()
        expect(page.locator("#waiting .said__text")).to_have_text("Too early")
        self.assertEqual(len(self.sent()), 2)

    def test_without_scripts_a_file_a_macro_and_its_undo(self) -> None:
        with scope(EVERY_CLIENT):
            steps = {"assignee": "me", "state": "hold", "reason": "third_party", "note": "Ask the supplier."}
            macros.save(None, MacroSettings(name="Supplier", names={}, steps=steps), by=self.ines)
        page, ticket = self.begin(scripts=False)
        page.fill("#reply-text", "Look at this.")
        page.set_input_files("#files", {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"step one"})
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent .attached")).to_contain_text("plan.txt")
        page.goto(self.url(f"/desk/tickets/{ticket.number}/macros"))
        page.get_by_role("link", name="Supplier").click()
        page.get_by_role("button", name="Do it", exact=True).click()
        expect(page.locator("#ticket-head .badge")).to_have_text("Waiting for a third party")
        page.locator(".toast").get_by_role("button", name="Undo").click()
        expect(page.locator("#ticket-head .badge")).not_to_contain_text("Waiting")
        with scope(EVERY_CLIENT):
            now = Ticket.objects.get(pk=ticket.pk)
            self.assertEqual((now.status, now.assignee), (Status.OPEN, None))
            self.assertEqual(Attachment.objects.get().message_id, Message.objects.filter(kind="public").latest("pk").pk)

    def test_by_keys_alone(self) -> None:
        page, _ticket = self.begin()
        page.locator("#main").focus()
        page.keyboard.press("r")
        expect(page.locator("#reply-text")).to_be_focused()
        page.keyboard.type("By keys")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".said--agent")).to_contain_text("By keys")
        expect(page.locator("#composer[aria-busy]")).to_have_count(0)
        page.locator("#main").focus()
        page.keyboard.press("v")
        page.wait_for_url(re.compile("/answers"))
        expect(page.locator("input[name=q]:focus")).to_have_count(1)

    def test_by_keys_alone_from_the_list_to_the_end_and_back(self) -> None:
        with scope(EVERY_CLIENT):
            later = actions.open_ticket(
                by=self.rui, requester=self.rui, client=self.acme, subject="Scanner", message=NewMessage(text="Stuck.")
            )
        self.set_for_alma(lists={"after": "next"}, undo_seconds=30)
        page, ticket = self.begin()
        page.goto(self.url("/desk/?box=open&sort=oldest"))
        page.wait_for_selector("html[data-script]")
        page.keyboard.press("j")
        expect(page.locator(".row__subject:focus")).to_contain_text("Scanner")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(ticket.subject)
        page.keyboard.press("r")
        page.keyboard.type("Solved by keys")
        self.press_until(page, "summary[aria-label='Send and do more']")
        page.keyboard.press("Enter")
        self.press_until(page, "button[value=resolve]")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(later.subject)
        self.assertEqual(page.locator(":focus").count(), 1)
        page.keyboard.press("z")
        expect(page.locator(".toast").last).to_contain_text("a draft again")
        self.assertEqual(self.sent(), [])
        with scope(EVERY_CLIENT):
            self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.NEW)
            self.assertEqual(Draft.objects.get().text, "Solved by keys")

    def press_until(self, page: Page, selector: str) -> None:
        """Go by the Tab key until an element has the focus, which must show."""
        for _step in range(40):
            page.keyboard.press("Tab")
            if page.locator(f"{selector}:focus").count():
                ring = page.locator(selector).evaluate("at => getComputedStyle(at).outlineStyle")
                self.assertNotEqual(ring, "none", "the focus cannot be seen")
                return
        self.fail(f"{selector} was not reached by Tab")

    def test_at_twice_the_size(self) -> None:
        """A window of 1280 x 900 at 200 % is one of 640 x 450 (WCAG 2.2, 1.4.4 and 1.4.10)."""
        page, ticket = self.begin(device_scale_factor=2)
        page.set_viewport_size({"width": 640, "height": 450})
        page.goto(self.url("/desk/?box=open"))
        self.assert_not_sideways(page)
        page.get_by_role("link", name=ticket.subject).click()
        expect(page.locator("h1")).to_have_text(ticket.subject)
        self.assert_not_sideways(page)
        page.locator("label:has(#as-note)").click()
        page.fill("#note-text", "For us.")
        self.assert_accessible(page)
        page.locator('[data-send="note"]').click()
        expect(page.locator(".said--note")).to_contain_text("For us.")
        page.locator("label:has(#as-reply)").click()
        page.fill("#reply-text", "Twice as large")
        for button in ('[data-send="reply"]', "[data-command=drafting]"):
            page.locator(button).scroll_into_view_if_needed()
            expect(page.locator(button)).to_be_in_viewport(ratio=1)
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent")).to_contain_text("Twice as large")
        self.assert_not_sideways(page)
        page.fill("#reply-text", "Once more")
        self.picture(page, "writing-zoomed")

    def test_letters_from_right_to_left_run_so_in_list_and_ticket(self) -> None:
        page, ticket = self.begin(subject="המדפסת 2 שבורה")
        for place in ("h1", ".said__text"):
            expect(page.locator(place).first).to_have_attribute("dir", "auto")
        expect(page.locator("h1")).to_have_css("direction", "rtl")
        expect(page.locator(".said__text").first).to_have_css("direction", "ltr")
        page.goto(self.url("/desk/?box=open"))
        expect(page.locator(f"#row-{ticket.pk} .row__title")).to_have_css("direction", "rtl")
        expect(page.locator(f"#row-{ticket.pk} .row__last")).to_have_css("direction", "ltr")
        self.assert_not_sideways(page)
        self.picture(page, "writing-right-to-left")

    def test_in_italian_on_a_phone(self) -> None:
        self.set_for_alma(language="it", signatures={"it": "\n".join(f"Riga {n}" for n in range(300))})
        page, _ticket = self.begin(phone=True, subject="🎉🖨️🔥")
        expect(page.locator("h1")).to_have_text("🎉🖨️🔥")
        page.goto(self.url("/desk/?box=open"))
        page.get_by_role("link", name="🎉🖨️🔥").click()
        expect(page.locator("h1")).to_have_text("🎉🖨️🔥")
        signature = page.locator(".composer__signature")
        expect(page.locator(".composer__signed")).to_be_hidden()
        signature.locator("summary").click()
        expect(page.locator(".composer__signed")).to_be_visible()
        self.assertLess(page.locator(".composer__signed").evaluate("box => box.clientHeight"), 200)
        self.assert_not_sideways(page)
        self.assert_accessible(page)
        page.fill("#reply-text", "Ciao Rui")
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent")).to_contain_text("Ciao Rui")
        page.locator(".composer__signature summary").click()
        self.picture(page, "writing-signature-phone")  # at the end: it leaves empty style attributes

    def test_a_session_that_ends_while_writing_loses_nothing(self) -> None:
        self.expected_faults = ["40[13]"]
        with scope(EVERY_CLIENT):
            Provider.objects.update(signatures={"en": "The desk"})
        page, ticket = self.begin()
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.accept()

        page.on("dialog", answer)
        page.context.clear_cookies()  # also of what the page is still fetching
        page.locator("#reply-text").press_sequentially("Long thoughts")
        expect(page.locator("[data-draft-state]")).to_contain_text("sign in again")
        page.locator('[data-send="reply"]').click()
        page.wait_for_url(re.compile("/sign-in"))
        self.assertEqual((asked, self.sent()), ([], []), "nothing was asked, and nothing was sent")
        page.fill("input[name=address]", "alma@desk.example")
        page.fill("input[name=password]", "alma's long password")
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile(f"/desk/tickets/{ticket.number}$"))
        expect(page.locator("#reply-text")).to_have_value("Long thoughts")
        expect(page.locator("[data-draft-state]")).to_contain_text("Saved at")
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent")).to_contain_text("Long thoughts")

    def test_signed_in_anew_in_another_tab_the_first_one_goes_on(self) -> None:
        self.expected_faults = ["40[13]"]
        page, _ticket = self.begin()
        page.context.clear_cookies()
        page.wait_for_timeout(500)  # answers that were on their way would bring the old token back
        page.context.clear_cookies()
        other = self.watched(page.context)
        other.goto(self.url("/sign-in"))
        other.fill("input[name=address]", "alma@desk.example")
        other.fill("input[name=password]", "alma's long password")
        other.press("input[name=password]", "Enter")
        self.once_more(other)
        other.wait_for_url(re.compile("/desk/"), wait_until="commit")
        page.locator("#reply-text").press_sequentially("Still here")
        expect(page.locator("[data-draft-state]")).to_contain_text("Saved at")
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent")).to_contain_text("Still here")
        self.assertEqual(self.sent(), ["Still here"])

    def once_more(self, page: Any) -> None:
        """The other tab may have renewed the cookie in between: then the sign-in is shown again, and says so."""
        expect(page.locator("#desk-main, .banner[role=alert]").first).to_be_visible()
        if page.locator(".banner[role=alert]").count():
            expect(page.locator("input[name=address]")).to_have_value("alma@desk.example")
            page.fill("input[name=password]", "alma's long password")
            page.press("input[name=password]", "Enter")

    def test_without_a_connection_a_reply_is_neither_sent_nor_lost(self) -> None:
        self.expected_faults = ["ERR_INTERNET_DISCONNECTED", "Failed to fetch", "net::"]
        page, _ticket = self.begin()
        page.context.set_offline(True)
        page.fill("#reply-text", "From a tunnel")
        expect(page.locator("[data-draft-state]")).to_contain_text("kept in this browser")
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".toast--bad")).to_be_visible()
        expect(page.locator("#reply-text")).to_have_value("From a tunnel")
        page.context.set_offline(False)
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent")).to_contain_text("From a tunnel")
        self.assertEqual(self.sent(), ["From a tunnel"])

    def test_two_tabs_overwrite_nothing(self) -> None:
        self.expected_faults = ["409"]
        page, _ticket = self.begin()
        other = self.watched(page.context)
        other.goto(page.url)
        page.locator("#reply-text").fill("From the first")
        expect(page.locator("[data-draft-state]")).to_contain_text("Saved at")
        other.locator("#reply-text").fill("From the second")
        expect(other.locator("[data-clash]")).to_contain_text("From the first")
        expect(other.locator("#reply-text")).to_have_value("From the second")
        other.locator('[data-clash-take="mine"]').click()
        expect(other.locator("[data-draft-state]")).to_contain_text("Saved at")
        with scope(EVERY_CLIENT):
            self.assertEqual(Draft.objects.get().text, "From the second")
