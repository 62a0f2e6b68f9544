"""What every journey needs: the web server in a process of its own, a browser, people who sign in, pictures, and axe.

    class Answering(Journey):
        def test_an_agent_answers(self) -> None:
            page = self.sign_in(self.alma)
            page.goto(self.url("/desk/"))

The browser is Chromium; where it is installed, its headless shell, which shows the same pages in half of the time. The server is
what `bin/olmo web` runs, on a free port of 127.0.0.1, with the test's own database (see `server`). A console error of a page (a
refused script, a failed fetch) fails the test, unless it waits for one (`self.expected_faults`).
"""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Literal
from unittest import SkipTest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's own loop runs in the thread of the test

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    ViewportSize,
    sync_playwright,
)

from olmo.kernel.testing import CommittingTest
from olmo.people.models import Person
from olmo.tenancy.scope import EVERY_CLIENT, scope
from tests.cast import Cast, assemble

from .server import nursery

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDE = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
AXE = Axe().axe_script
SERIOUS = frozenset({"serious", "critical"})
WHOLE = "document, {resultTypes: ['violations']}"  # what axe looks at, and by which rules


class Journey(Cast, CommittingTest):
    """A test that walks through pages as people do. The cast is on stage; what a test writes is committed."""

    address: ClassVar[str]
    is_rich: ClassVar[bool] = False  # whether texts are written in the rich editor
    is_app: ClassVar[bool] = False  # whether it needs all of a browser: service workers, notices of the system
    playwright: ClassVar[Playwright]
    browser: ClassVar[Browser]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        chromium = shutil.which("chromium")
        if chromium is None:
            if os.environ.get("CI"):
                raise AssertionError("chromium is not installed")
            raise SkipTest("chromium is not installed")
        RESULTS.mkdir(exist_ok=True)
        cls.address = nursery().address
        nursery().begin(RESULTS / f"web-{cls.__name__}.log")
        cls.addClassCleanup(nursery().end)
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        quick = None if cls.is_app else shutil.which("chromium-headless-shell")
        cls.browser = cls.playwright.chromium.launch(executable_path=quick or chromium, args=ARGUMENTS.split())
        cls.addClassCleanup(cls.browser.close)

    def setUp(self) -> None:
        super().setUp()
        self.expected_faults: list[str] = []  # patterns of console errors that belong to the journey
        self.faults: list[str] = []
        with scope(EVERY_CLIENT):
            assemble(self)

    def tearDown(self) -> None:
        unexpected = [f for f in self.faults if not any(re.search(p, f) for p in self.expected_faults)]
        self.assertEqual(unexpected, [], "errors on the console of a page")
        super().tearDown()

    def _callTestMethod(self, method: Callable[[], None]) -> None:
        """Of unittest, which offers no other place where a failure is known and the pages are still open."""
        try:
            super()._callTestMethod(method)  # type: ignore[misc]
        except Exception:
            self.show_what_stood()
            raise

    def show_what_stood(self) -> None:
        """Of a journey that failed: each page as its reader saw it, printed and as a picture, and what its console said."""
        pages = [page for context in self.browser.contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            with suppress(Error):
                page.screenshot(path=RESULTS / f"failed-{self._testMethodName}-{number}.png")
                print(f"--- {page.url}\n{page.locator('body').aria_snapshot(timeout=5_000)}")
        print("--- console:", *self.faults, sep="\n")

    def url(self, path: str) -> str:
        """A path as an address of the running server."""
        return self.address + path

    def open(self, *, phone: bool = False, scripts: bool = True, theme: Theme = "light", **options: Any) -> Page:
        """A page in a browser of its own (nobody is signed in)."""
        context = self.browser.new_context(
            viewport=PHONE if phone else WIDE,
            java_script_enabled=scripts,
            color_scheme=theme,
            has_touch=phone,
            **{"service_workers": "block", **options},
        )
        context.set_default_timeout(15_000)
        if not self.is_rich:  # plain text areas, which a test fills in at once
            context.add_init_script("try { localStorage.setItem('olmo-editor', 'plain') } catch {}")
        self.addCleanup(context.close)
        return self.watched(context)

    def watched(self, context: BrowserContext) -> Page:
        """A new page whose errors are noted."""
        page = context.new_page()
        page.on("pageerror", lambda fault: self.faults.append(f"{page.url}: {fault}"))
        page.on("console", lambda said: self._hear(page, said))
        return page

    def sign_in(self, person: Person, password: str = "", **options: Any) -> Page:
        """A page in a browser of its own, signed in as `person` by the sign-in page."""
        page = self.open(**options)
        page.goto(self.url("/sign-in"))
        page.fill("input[name=address]", person.email or "")
        page.fill("input[name=password]", password or f"{person.first_name.lower()}'s long password")
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def picture(self, page: Page, name: str) -> None:
        """A screenshot in test-results/."""
        RESULTS.mkdir(exist_ok=True)
        page.screenshot(path=RESULTS / f"{name}.png")

    def assert_accessible(self, page: Page, looked_at: str = WHOLE) -> None:
        """Axe finds nothing serious or critical on the page as it stands (WCAG 2.2 A and AA, and best practices)."""
        self.assertEqual(grave_faults(page, looked_at), [], page.url)

    def assert_not_sideways(self, page: Page) -> None:
        """Nothing makes the page scroll sideways."""
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        self.assertFalse(page.evaluate(wide), page.url)

    def _hear(self, page: Page, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.faults.append(f"{page.url}: {said.text}")


def grave_faults(page: Page, looked_at: str = WHOLE) -> list[str]:
    """What axe calls serious or critical, each with the first element that has it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(f"axe.run({looked_at}).then((found) => found.violations)")
    return [f"{f['id']}: {f['help']}: {f['nodes'][0]['target']}" for f in found if f["impact"] in SERIOUS]
