"""The rich editor and its texts: Markdown in and out, links, pictures, large and strange input."""

import base64
import re
from typing import Any, ClassVar

from playwright.sync_api import Page, expect

from olmo.kernel.markdown import as_html
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.actions import NewMessage
from olmo.tickets.models import Attachment, Message, Ticket

from .base import Journey

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNk+M+ABzDhkxy50gBALQETmXEDiQAAAABJRU5ErkJggg=="
)
PASTE = """(file) => {
  const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "shot (1).png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""
ROUND = """async ([text, url]) => {
  const { attach } = await import(url);
  const form = document.createElement("form"), field = document.createElement("textarea");
  field.value = text;
  form.append(field);
  document.body.append(form);
  const editor = attach(field, { bar: document.querySelector("template[data-rich-tools]"), label: "x", say() {} });
  const said = editor.getMarkdown();
  editor.destroy();
  form.remove();
  return said;
}"""
PASTE_HTML = (
    "html => { const data = new DataTransfer(); data.setData('text/html', html); document.activeElement.dispatchEvent("
    "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
)
COPIED = (
    '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p style="line-height:1.4">'
    '<span style="font-weight:400">plain </span><span style="font-weight:700">bold</span> <span style="font-style:italic">slanted'
    '</span></p><ul><li style="list-style-type:disc" onclick="x()"><p>one</p></li></ul><script>x()</script></b>'
)
TEXTS = [
    "Plain words.",
    "Two lines\nin one paragraph.",
    "One.\n\nTwo.",
    "**bold**, *slanted*, `code`",
    "**bold with `code` and [a link](https://example.org/a)**",
    "- one\n- two\n- three",
    "- one\n  - inside\n- two",
    "1. first\n2. second",
    "3. third\n4. fourth",
    "> quoted\n> still\n\nAnswer",
    "> one\n>\n> two",
    "```\nls -la | grep x\n\n# no heading\n```",
    "# Heading\n\nText\n\n## Smaller",
    "[a link](https://example.org/?a=1&b=2)",
    "Ask [@Tove Lind](person:12) please",
    "![shot](/files/12/shot.png)",
    "Before ![shot](/files/12/a%20b.png) after",
    "Stars \\* and \\_under\\_ and \\`tick\\`",
    "2 < 3 & 4 > 1",
    "a_b_c and __init__.py",
    "Ciao, perché? Così è.",
    "שלום עולם",
    "🎉 👩‍💻",
    "---",
    "line one  \nline two",
]


class Texts(Journey):
    is_rich: ClassVar[bool] = True

    def begin(self, **options: Any) -> tuple[Page, Ticket]:
        with scope(EVERY_CLIENT):
            ticket = actions.open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject="Printer",
                message=NewMessage(text="It burns."),
            )
        page = self.sign_in(self.alma, **options)
        page.goto(self.url(f"/desk/tickets/{ticket.number}"))
        return page, ticket

    def write(self, page: Page) -> None:
        page.locator("#reply-text").focus()
        expect(page.locator(".rich__text:visible")).to_be_focused()

    def send(self, page: Page) -> Message:
        page.locator('[data-send="reply"]').click()
        expect(page.locator(".said--agent")).to_have_count(1)
        with scope(EVERY_CLIENT):
            return Message.objects.filter(is_from_desk=True).latest("pk")

    def test_markdown_goes_through_the_editor_and_means_the_same(self) -> None:
        self.expected_faults = ["404"]  # the pictures of the texts are nobody's
        page, _ticket = self.begin()
        url = page.locator("[data-editor-url]").get_attribute("data-editor-url")
        for text in TEXTS:
            with self.subTest(text=text):
                once = page.evaluate(ROUND, [text, url])
                self.assertEqual(as_html(once).strip(), as_html(text).strip(), once)
                self.assertEqual(page.evaluate(ROUND, [once, url]), once, "a second time changes nothing")

    def test_a_link_is_set_by_the_form_in_the_toolbar(self) -> None:
        page, _ticket = self.begin()
        self.write(page)
        page.keyboard.type("See the manual")
        for _letter in "manual":
            page.keyboard.press("Shift+ArrowLeft")
        page.locator("[data-rich=link]:visible").click()
        field = page.locator("[data-rich-link]:visible input")
        expect(field).to_be_focused()
        self.assert_accessible(page)
        field.fill("javascript:alert(1)")
        field.press("Enter")
        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill("example.org/manual")
        field.press("Enter")
        expect(field).to_be_hidden()
        expect(page.locator("#reply-text")).to_have_value("See the [manual](https://example.org/manual)")
        # What other programs copy: no style and no handler reaches the page (its console would say so), bold stays where it was.
        page.keyboard.press("Control+a")
        page.evaluate(PASTE_HTML, COPIED)
        expect(page.locator("#reply-text")).to_have_value(re.compile(r"^plain \*\*bold\*\* \*slanted\*\n\n- one\s*$"))
        page.keyboard.press("Control+a")
        page.evaluate(PASTE_HTML, f"<table>{'<tr><td style="color:red" onclick="x()">cell</td></tr>' * 5000}</table>")
        expect(page.locator(".toast")).to_contain_text("plain text")

    def test_a_pasted_picture_stands_in_the_text_and_is_seen_on_both_sides(self) -> None:
        page, ticket = self.begin()
        self.write(page)
        page.keyboard.type("Look: ")
        page.evaluate(PASTE, base64.b64encode(PNG).decode())
        expect(page.locator(".rich__text:visible img[src]")).to_have_count(1)
        self.expected_faults = ["Applying inline style"]  # what taking the picture leaves in the editor
        self.picture(page, "writing-picture")
        message = self.send(page)
        with scope(EVERY_CLIENT):
            picture = Attachment.objects.get()
            self.assertEqual((picture.message_id, picture.is_inline), (message.pk, True))
        self.assertEqual(message.text, f"Look: ![shot (1).png](/files/{picture.pk}/shot%20%281%29.png)")
        shown = page.locator(".said--agent .said__text img")
        expect(shown).to_have_count(1)
        self.assertEqual(shown.evaluate("image => image.naturalWidth"), 10)
        portal = self.open()
        self.assertTrue(self.seen_by_rui(portal, ticket))

    def seen_by_rui(self, page: Page, ticket: Ticket) -> bool:
        with scope(EVERY_CLIENT):
            self.rui.set_password("rui's long password")
            self.rui.save()
        page.goto(self.url("/sign-in"))
        page.fill("input[name=address]", "rui@acme.example")
        page.fill("input[name=password]", "rui's long password")
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(self.url(f"/requests/{ticket.number}"))
        image = page.locator("img[src^='/files/']")
        expect(image).to_have_count(1)
        return bool(image.evaluate("image => image.naturalWidth === 10"))

    def test_letters_from_right_to_left_are_kept_as_they_are(self) -> None:
        page, _ticket = self.begin()
        self.write(page)
        page.keyboard.insert_text("שלום, המדפסת 2 שבורה 🎉")
        expect(page.locator(".rich__text:visible")).to_have_css("direction", "rtl")
        self.assertEqual(self.send(page).text, "שלום, המדפסת 2 שבורה 🎉")


class PlainTexts(Journey):
    """Where somebody writes plain Markdown."""

    def test_a_pasted_picture_becomes_markdown_at_the_cursor(self) -> None:
        page, _ticket = Texts.begin(self)  # type: ignore[arg-type]
        page.locator("label:has(#as-note)").click()
        field = page.locator("#note-text")
        field.fill("Before after")
        field.evaluate("field => field.setSelectionRange(7, 7)")
        field.focus()
        page.evaluate(PASTE, base64.b64encode(PNG).decode())
        with scope(EVERY_CLIENT):
            expect(field).to_have_value(f"Before ![shot (1).png](/files/{self.kept()}/shot%20%281%29.png)after")
        expect(page.locator(".if-note [data-uploads] .upload")).to_have_count(1)
        expect(page.locator(".if-reply [data-uploads] .upload")).to_have_count(0)

    def kept(self) -> int:
        for _try in range(50):
            if row := Attachment.objects.first():
                return row.pk
            self.browser.contexts[0].pages[0].wait_for_timeout(100)
        raise AssertionError("nothing was uploaded")

    def test_five_megabytes_are_cut_and_said(self) -> None:
        page, _ticket = Texts.begin(self)  # type: ignore[arg-type]
        page.locator("#reply-text").focus()
        page.evaluate(
            "() => { const data = new DataTransfer(); data.setData('text/plain', 'x'.repeat(5_000_000));"
            " document.activeElement.dispatchEvent("
            "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
        )
        expect(page.locator(".toast")).to_contain_text("very long")
        self.assertEqual(page.locator("#reply-text").evaluate("field => field.value.length"), 200_000)
        expect(page.locator(".if-reply .upload input[name=upload]")).to_have_count(1)
        with scope(EVERY_CLIENT):
            self.assertEqual(Attachment.objects.get().size, 5_000_000)
