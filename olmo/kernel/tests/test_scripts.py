"""The page of components in a real browser, under the product's content security policy."""

import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, cast
from wsgiref.simple_server import WSGIRequestHandler, make_server

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import RequestFactory, SimpleTestCase
from django.utils.csp import build_policy
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect, sync_playwright

from olmo.kernel.views import design

BUILT = Path(settings.STATIC_ROOT)
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """A test says only what fails."""


def site(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The page of components and the built files, without a database."""
    place = environ["PATH_INFO"]
    if place == "/design":
        body, kind = design(RequestFactory().get("/design")).content, "text/html; charset=utf-8"
    elif (file := BUILT / place.removeprefix("/static/")).is_file():
        body, kind = file.read_bytes(), KINDS[file.suffix]
    else:
        start_response("404 Not Found", [])
        return [b""]
    policy = build_policy(cast("dict[str, list[str]]", settings.SECURE_CSP))
    start_response("200 OK", [("Content-Type", kind), ("Content-Security-Policy", policy)])
    return [body]


CARRY = """() => new Promise((done, failed) => {
    const tag = Object.assign(document.createElement("script"), {src: "/static/built/widget.js", onload: done, onerror: failed})
    tag.dataset.key = "k"
    document.head.append(tag)
})"""


class Scripts(SimpleTestCase):
    browser: ClassVar[Browser]
    address: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        server = make_server("127.0.0.1", 0, site, handler_class=Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.address = f"http://127.0.0.1:{server.server_port}/design"
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS.split())
        cls.addClassCleanup(cls.browser.close)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.faults.append(said.text)

    def open(self, **options: Any) -> Page:
        context = self.browser.new_context(**options)
        self.addCleanup(context.close)
        page = context.new_page()
        self.faults: list[str] = []
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", self.hear)
        page.goto(self.address)
        page.wait_for_selector("html[data-script]")
        return page

    def test_nothing_on_the_page_is_refused_by_the_policy(self) -> None:
        page = self.open()
        page.wait_for_load_state("networkidle")
        self.assertEqual(self.faults, [])
        self.assertTrue(page.evaluate("document.styleSheets.length > 0"))

    def test_axe_finds_nothing_in_either_theme_wide_or_narrow(self) -> None:
        for theme, width in (("light", 1280), ("dark", 390)):
            with self.subTest(theme=theme, width=width):
                page = self.open(color_scheme=theme, viewport={"width": width, "height": 800}, bypass_csp=True)
                found = Axe().run(page).response["violations"]
                self.assertEqual([(fault["id"], fault["nodes"][0]["target"]) for fault in found], [])

    def test_nothing_scrolls_sideways_in_either_direction_of_writing(self) -> None:
        for width in (320, 640, 1280):
            for direction in ("ltr", "rtl"):
                with self.subTest(width=width, direction=direction):
                    page = self.open(viewport={"width": width, "height": 800})
                    page.evaluate("direction => { document.dir = direction }", direction)
                    self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)

    def test_the_widget_leaves_no_name_on_the_page_that_carries_it_and_may_be_there_twice(self) -> None:
        page = self.open()
        before = page.evaluate("Object.getOwnPropertyNames(window)")
        for _turn in range(2):
            page.evaluate(CARRY)
        self.assertEqual(self.faults, [])
        self.assertEqual(set(page.evaluate("Object.getOwnPropertyNames(window)")) - set(before), set())
        self.assertEqual(page.locator("[data-olmo-help]").count(), 1)

    def test_a_reply_and_a_note_are_two_drafts_that_outlive_the_page(self) -> None:
        page = self.open()
        page.fill("#reply-text", "for Giulia")
        page.locator("label:has(#as-note)").click()
        self.assertFalse(page.is_visible("#reply-text"))
        self.assertEqual(page.input_value("#note-text"), "")
        page.fill("#note-text", "for agents")
        self.assertTrue(page.is_visible("[data-send=note]"))
        self.assertFalse(page.is_visible("[data-send=reply]"))
        kept = page.evaluate("name => JSON.parse(localStorage.getItem(`olmo-draft:design:${name}`)).text", "note")
        self.assertEqual(kept, "for agents")
        asked: list[str] = []

        def leave(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", leave)
        page.reload()
        self.assertEqual(asked, ["beforeunload"])
        self.assertEqual(page.input_value("#note-text"), "for agents")

    def test_a_menu_opens_by_keyboard_and_gives_the_focus_back(self) -> None:
        page = self.open()
        fact = page.locator("#panel summary.fact").first
        fact.press("Enter")
        expect(page.locator("[data-find]")).to_be_focused()
        page.keyboard.type("alma")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#panel button[value='Alma Ferri']")).to_be_focused()
        page.keyboard.press("Escape")
        expect(fact).to_be_focused()
        expect(page.locator("details[data-menu][open]")).to_have_count(0)

    def test_the_list_is_worked_by_keys(self) -> None:
        page = self.open()
        page.keyboard.press("Escape")
        for key in ("j", "j", "x"):
            page.keyboard.press(key)
        self.assertEqual(page.evaluate("document.activeElement.closest('.row')?.id"), "row-4807")
        self.assertTrue(page.is_checked("#row-4807 input"))
        page.keyboard.press("Escape")
        self.assertFalse(page.is_checked("#row-4807 input"))

    def test_without_scripts_reply_and_note_still_part(self) -> None:
        context = self.browser.new_context(java_script_enabled=False)
        self.addCleanup(context.close)
        page = context.new_page()
        page.goto(self.address)
        page.locator("label:has(#as-note)").click()
        self.assertTrue(page.is_visible("#note-text"))
        self.assertFalse(page.is_visible("#reply-text"))
        self.assertTrue(page.is_visible("#files"))
