"""The timer above every page of the desk."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.kernel import clock
from olmo.people.models import Person
from olmo.worklog import actions
from olmo.worklog.models import Entry, Timer

from .base import PageTest, Visit

PAGES = (
    "/desk/",
    "/desk/search?q=vpn",
    "/desk/week",
    "/desk/drafts",
    "/desk/tickets/new",
    "/desk/keys",
    "/desk/reports/",
)


class TheBar(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.ticket = self.report("VPN drops")
        actions.start_timer(self.ticket, by=self.alma)
        Timer.objects.update(started_at=clock.now() - timedelta(minutes=12, seconds=7))

    def test_it_stands_on_every_page_of_whoever_has_a_timer(self) -> None:
        for path in (*PAGES, self.url(self.ticket), self.url(self.ticket, "priority")):
            bar = self.get(path).one("#timer-bar")
            self.assertIn(str(self.ticket.number), bar.text(), path)
            self.assertRegex(bar.text(), r"12:0\d", path)
        self.assertEqual(self.get("/desk/admin/", by=self.ines).one("#timer-bar").text().strip(), "")
        self.assertEqual(self.get("/desk/", by=self.tove).all("#timer-bar form"), [])

    def test_it_is_stopped_from_anywhere_and_the_reader_stays_there(self) -> None:
        page = self.get("/desk/?box=open")
        form = page.one("#timer-bar form")
        typed = {"next": page.value("#timer-bar [name=next]"), "timer": "stop"}
        client = self.as_(self.alma)
        visit = Visit(client.post(str(form.attributes["action"]), typed))
        self.assertEqual((visit.status, visit.location), (303, "/desk/?box=open"))
        self.assertEqual((Entry.objects.get().minutes, Timer.objects.exists()), (13, False))
        page = Visit(client.get("/desk/?box=open"))
        self.assertEqual(page.all("#timer-bar form"), [])
        self.assertIn("13 minutes entered", page.text)

    def test_a_paused_one_stands_still_and_goes_on(self) -> None:
        url = self.url(self.ticket, "timer")
        self.post(url, {"timer": "pause", "next": "/desk/"})
        page = self.get("/desk/")
        self.assertEqual(page.one("#timer-bar .ticking").attributes["data-ticking"], "")
        self.assertRegex(page.one("#timer-bar .ticking").text(), r"12:0\d")
        self.assertEqual(self.post(url, {"timer": "resume", "next": "/desk/"}).location, "/desk/")
        self.assertNotEqual(self.get("/desk/").one("#timer-bar .ticking").attributes["data-ticking"], "")

    def test_no_address_of_elsewhere_is_followed(self) -> None:
        for url in ("https://evil.example/desk/", "//evil.example/desk/", "/sign-in", "javascript:1"):
            visit = self.post(self.url(self.ticket, "timer"), {"timer": "pause", "next": url})
            self.assertEqual(visit.location, self.url(self.ticket))
            self.post(self.url(self.ticket, "timer"), {"timer": "resume"})

    def test_it_costs_no_query(self) -> None:
        self.assertEqual(self.queries_of(self.alma), self.queries_of(self.tove))

    def queries_of(self, person: Person) -> int:
        client = self.as_(person)
        client.get("/desk/")
        with CaptureQueriesContext(connection) as made:
            client.get("/desk/")
        return len(made)
