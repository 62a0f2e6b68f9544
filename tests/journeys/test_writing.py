"""Writing a reply: the rich editor, its keys, ready answers, mentions, taking back, and a line that breaks."""

import re

from playwright.sync_api import Page, expect

from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Attachment, Message, Ticket
from olmo.writing import canned
from olmo.writing.models import Draft

from .base import Journey


class Writing(Journey):
    is_rich = True

    def begin(self, **options: object) -> tuple[Page, Ticket]:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject="Printer",
                message=NewMessage(text="It burns."),
            )
        page = self.sign_in(self.alma, **options)  # type: ignore[arg-type]
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        return page, ticket

    def last(self) -> str:
        with scope(EVERY_CLIENT):
            return Message.objects.latest("pk").text

    def test_bold_by_keyboard_becomes_markdown_and_is_shown_bold(self) -> None:
        page, _ticket = self.begin()
        page.locator("#reply-text").focus()
        expect(page.locator(".rich__text")).to_be_focused()
        page.keyboard.type("Use the ")
        page.keyboard.press("Control+b")
        page.keyboard.type("new")
        page.keyboard.press("Control+b")
        page.keyboard.type(" toner")
        self.assert_accessible(page)
        expect(page.locator("[data-draft-state]")).to_contain_text("Saved at")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".said--agent .said__text strong")).to_have_text("new")
        self.assertEqual(self.last(), "Use the **new** toner")
        page.locator("#reply-text").focus()
        page.keyboard.type("One more thing")
        self.picture(page, "writing-rich")  # at the end: it leaves empty style attributes, which the page may not copy

    def test_five_megabytes_are_cut_and_said(self) -> None:
        page, _ticket = self.begin()
        page.locator("#reply-text").focus()
        expect(page.locator(".rich__text")).to_be_focused()
        page.keyboard.type("Kept. ")
        took = page.evaluate(
            "() => { const data = new DataTransfer(); data.setData('text/html', '<p>word</p>'.repeat(400000));"
            " data.setData('text/plain', 'word\\n\\n'.repeat(800000)); const began = performance.now();"
            " document.querySelector('.rich__text').dispatchEvent("
            "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));"
            " return performance.now() - began; }"
        )
        self.assertLess(took, 5000)
        expect(page.locator(".toast")).to_contain_text("very long")
        expect(page.locator(".rich__text")).to_contain_text("Kept.")
        expect(page.locator(".if-reply .upload")).to_contain_text("pasted.txt")
        expect(page.locator("[data-draft-state]")).to_contain_text("Saved at")
        with scope(EVERY_CLIENT):
            whole = Attachment.objects.get()
            self.assertEqual((whole.name, whole.size), ("pasted.txt", len("word\n\n") * 800000))
            self.assertEqual(Draft.objects.get().uploads, [whole.pk])

    def test_html_alone_of_five_megabytes_is_attached_as_its_words(self) -> None:
        page, _ticket = self.begin()
        page.locator("#reply-text").focus()
        expect(page.locator(".rich__text")).to_be_focused()
        page.evaluate(
            "() => { const data = new DataTransfer(); data.setData('text/html', '<p><b>word</b></p>'.repeat(280000));"
            " document.querySelector('.rich__text').dispatchEvent("
            "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
        )
        expect(page.locator(".if-reply .upload input[name=upload]")).to_have_count(1)
        with scope(EVERY_CLIENT):
            self.assertEqual(Attachment.objects.get().size, len("word") * 280000)

    def test_a_ready_answer_and_a_colleague_are_found_while_typing(self) -> None:
        with scope(EVERY_CLIENT):
            wanted = canned.Settings(title="Greeting", scope="own", texts={"en": "Hello {first_name}"})
            canned.save(None, wanted, by=self.alma)
        page, _ticket = self.begin()
        page.locator("#reply-text").focus()
        expect(page.locator(".rich__text")).to_be_focused()
        page.keyboard.type("/greet")
        expect(page.locator("#suggestions [role=option]")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator(".rich__text:visible")).to_contain_text("Hello Rui")
        page.locator("label:has(#as-note)").click()
        page.locator("#note-text").focus()
        expect(page.locator(".if-note .rich__text")).to_be_focused()
        page.keyboard.type("Ask @tov")
        expect(page.locator("#suggestions [role=option]:visible")).to_contain_text("Tove Lind")
        page.keyboard.press("Enter")
        expect(page.locator("#note-text")).to_have_value(
            re.compile(rf"^Ask \[@Tove Lind\]\(person:{self.tove.pk}\)\s*$")
        )

    def test_a_sent_reply_is_taken_back(self) -> None:
        with scope(EVERY_CLIENT):
            Person.objects.filter(pk=self.alma.pk).update(undo_seconds=30)
        page, _ticket = self.begin()
        page.locator("#reply-text").focus()
        expect(page.locator(".rich__text")).to_be_focused()
        page.keyboard.type("Too early")
        page.locator('[data-send="reply"]').click()
        expect(page.locator("#waiting .said__text")).to_have_text("Too early")
        self.assert_accessible(page)
        other = self.watched(page.context)
        other.goto(page.url)
        self.picture(other, "writing-waiting")
        page.locator("[data-undo-send]").click()
        expect(page.locator("#waiting .said")).to_have_count(0)
        expect(page.locator("#reply-text")).to_have_value("Too early")
        with scope(EVERY_CLIENT):
            self.assertFalse(Message.objects.filter(is_from_desk=True).exists())

    def test_a_broken_line_keeps_the_text_here_and_saves_it_later(self) -> None:
        self.expected_faults = ["ERR_INTERNET_DISCONNECTED", "Failed to fetch", "net::"]
        page, ticket = self.begin(phone=True)
        page.locator("#reply-text").focus()
        expect(page.locator(".rich__text")).to_be_focused()
        page.context.set_offline(True)
        page.keyboard.type("From a tunnel")
        page.wait_for_timeout(1500)
        page.context.set_offline(False)
        page.wait_for_timeout(500)
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(1500)
        with scope(EVERY_CLIENT):
            self.assertEqual(Draft.objects.get(ticket=ticket).text, "From a tunnel")
        self.picture(page, "writing-phone")
