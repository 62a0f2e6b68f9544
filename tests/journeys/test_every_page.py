"""Every page of the address map, as those see it whom it is for: axe in both themes, nothing sideways at 200 % or on a phone."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize

from olmo.tenancy.scope import EVERY_CLIENT, scope
from tests.routes import routes

from .base import PHONE, WHOLE, WIDE, Journey
from .stage import Stage

pytestmark = pytest.mark.long
ZOOMED = ViewportSize(width=640, height=450)  # 1280 x 900 at 200 %
# Another theme changes colours alone; in the navigation, which is on every page of the desk, the same ones each time.
COLOURS = "{exclude: ['.nav']}, {resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"
WITH_NAVIGATION = "desk/"  # the page on which it is looked at
_ARGUMENT = re.compile(r"<(?:\w+:)?\w+>")

# Whose pages these are; all others are a requester's. Each address is in one walk at least, or passed over.
FOR_AGENTS = re.compile(r"desk/|account/devices$")
FOR_ALL = re.compile(r"account($|/)|design$|offline$")
FOR_STRANGERS = re.compile(r"sign-in|approvals/|rating/|status/(of|confirm|leave)/|widget/|offline$")
# Addresses that are no page to look at, and why. Those that only take a POST say so themselves.
PASSED_OVER = {
    "there is none once Olmo has an administrator; `test_whole_way` looks at it": r"set-up/",
    "files, styles, streams and feeds": r".*\.(css|png|js|csv|json|ics|webmanifest)$|(.*/)?files/|.*/pictures/"
    r"|live/|status/feed|.*/(source|markdown)$",
    "a mail as it came, for a frame": r".*/messages/<int:pk>$",
    "parts of a page, which only scripts ask for": r"desk/(nav|people|palette|notices/bell|tickets/new/templates)$"
    r"|.*/(presence|quotation|suggestions/\w+)$",
    "leads on to a page": r"language/|account/notices/told/",
}
_PASSED_OVER = re.compile("|".join(PASSED_OVER.values()))


class EveryPage(Stage, Journey):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            self.furnish()
            self.rui.set_password("rui's long password")
            self.rui.save()

    def test_axe_finds_nothing_grave_for_an_administrator(self) -> None:
        page = self.sign_in(self.ines, bypass_csp=True)
        self.walk(page, [one for one in pages() if FOR_AGENTS.match(one) or FOR_ALL.match(one)], at_least=245)

    def test_axe_finds_nothing_grave_for_a_requester(self) -> None:
        page = self.sign_in(self.rui, bypass_csp=True)
        others = (FOR_AGENTS, FOR_STRANGERS)
        self.walk(page, [one for one in pages() if not any(some.match(one) for some in others)], at_least=24)

    def test_axe_finds_nothing_grave_for_a_stranger(self) -> None:
        page = self.open(bypass_csp=True)
        self.walk(page, [one for one in pages() if FOR_STRANGERS.match(one)], at_least=10)

    def walk(self, page: Page, routes: list[str], *, at_least: int) -> None:
        """Each of these pages, loaded once: another theme and another size are what a reader's own device changes under it.

        One that does not answer is a fault, unless its view says that it takes no GET.
        """
        seen = 0
        for route in routes:
            path = f"/{self.filled(route)}"
            with self.subTest(path=path):
                if self.is_page(page, path):
                    self.begin(page, path)
                    seen += 1
                    self.look(page, WHOLE if route == WITH_NAVIGATION else COLOURS)
        self.assertGreaterEqual(seen, at_least)

    def is_page(self, page: Page, path: str) -> bool:
        """Whether its view takes a GET, as it says to whoever asks by a method that no view takes."""
        answer = page.request.fetch(self.url(path), method="OPTIONS", max_redirects=0)
        self.assertEqual(answer.status, 405, "the view does not say what it takes")
        return "GET" in answer.headers["allow"]

    def begin(self, page: Page, path: str) -> None:
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        answer = page.goto(self.url(path))
        assert answer is not None
        is_whole = page.evaluate("document.compatMode === 'CSS1Compat'")  # a part of a page has no doctype
        self.assertEqual((answer.status, answer.url, is_whole), (200, self.url(path), True))

    def look(self, page: Page, in_dark: str) -> None:
        self.assert_accessible(page)
        with self.subTest(theme="dark"):
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            self.assert_accessible(page, in_dark)
        for size in (ZOOMED, PHONE):
            with self.subTest(width=size["width"]):
                page.set_viewport_size(size)
                self.assert_not_sideways(page)

    def filled(self, route: str) -> str:
        """An address of the map with things of the stage in the places of its arguments."""
        path = _ARGUMENT.sub(lambda found: self.fitting(route, found.start()), route)
        return f"{path}?{self.asking[route]}" if route in self.asking else path

    def fitting(self, route: str, at: int) -> str:
        """What stands in the place of the argument that begins there; nothing that exists, where the stage has none."""
        before = route[:at].rstrip("/")
        other = [
            number for word, number in self.numbers.items() if before == word.split("/<")[0] and route.startswith(word)
        ]
        thing = other[0] if other else self.things.get(before, "0")
        return str(getattr(thing, "pk", thing))


def pages() -> list[str]:
    """Every address but for those that are passed over."""
    return [one for one in sorted(set(routes())) if not _PASSED_OVER.match(one)]
