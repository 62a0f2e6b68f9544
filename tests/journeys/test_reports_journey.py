"""From a number to its tickets, and a list as a file: as a lead and an agent do it, on a phone, in Italian, without scripts."""

import csv
import time
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from olmo.people.models import Person
from olmo.reports import rollup
from olmo.reports.models import Fact
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Ticket
from tests.journeys.base import Journey


class Reporting(Journey):
    def report(self, subject: str, *, by: Person | None = None) -> Ticket:
        asker = by or self.rui
        assert asker.client is not None
        words = actions.NewMessage(text="It does not work.")
        return actions.open_ticket(by=asker, requester=asker, client=asker.client, subject=subject, message=words)

    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            for n in range(6):
                ticket = self.report(f"Printer {n} is out of toner", by=self.rui if n % 2 else self.bea)
                actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma if n else self.tove)
            actions.resolve(ticket, by=self.alma, code="fixed", note="New toner fitted.")
            self.report("=HYPERLINK(1)")
        self.gather()

    def gather(self) -> None:
        """Count every ticket. A transaction anywhere on the server holds counting back, so other tests are waited for."""
        deadline = time.monotonic() + 120
        while True:
            rollup.refresh()
            with scope(EVERY_CLIENT):
                if Fact.objects.count() == Ticket.objects.count():
                    return
            self.assertLess(time.monotonic(), deadline, "the tickets were not counted")
            time.sleep(0.2)

    def test_a_lead_goes_from_a_number_to_its_tickets(self) -> None:
        page = self.sign_in(self.ines)
        page.goto(self.url("/desk/reports/desk"))
        expect(page.get_by_role("heading", name="Backlog by age")).to_be_visible()
        self.assert_accessible(page)
        self.picture(page, "reports-desk")
        row = page.locator(".finding table").first.locator("tbody tr").first
        number = row.locator("a.n-link").first
        said = int(number.inner_text())
        number.click()
        expect(page.locator("#list li")).to_have_count(said)
        expect(page.locator(".sentence")).to_contain_text("open")
        self.assert_accessible(page)

    def test_the_sentence_is_changed_by_keyboard(self) -> None:
        page = self.sign_in(self.ines)
        page.goto(self.url("/desk/reports/desk"))
        page.locator("summary", has_text="team").last.focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="organisation").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="By organisation")).to_be_visible()
        expect(page.locator(".report__apart")).to_contain_text("Bolt Logistics")

    def test_an_agent_sees_the_day_on_a_phone_in_italian(self) -> None:
        with scope(EVERY_CLIENT):
            self.alma.language = "it"
            self.alma.save()
        page = self.sign_in(self.alma, phone=True)
        page.goto(self.url("/desk/reports/"))
        expect(page.get_by_role("heading", name="La mia giornata")).to_be_visible()
        self.assert_not_sideways(page)
        self.assert_accessible(page)
        self.picture(page, "reports-day-phone-it")

    def test_a_list_leaves_as_a_file_without_scripts(self) -> None:
        page = self.sign_in(self.alma, scripts=False)
        page.goto(self.url("/desk/?box=all&sort=oldest"))
        page.locator("a[href*='/desk/exports']").click()
        self.picture(page, "export-form")
        with page.expect_download() as waited:
            page.get_by_role("button", name="Export").click()
        rows = list(csv.reader(Path(waited.value.path()).read_text("utf-8-sig").splitlines()))
        self.assertEqual(len(rows), 8)
        self.assertEqual(rows[-1][1], "'=HYPERLINK(1)")

    def test_a_list_leaves_as_a_workbook(self) -> None:
        page = self.sign_in(self.alma)
        page.goto(self.url("/desk/exports?box=all"))
        self.assert_accessible(page)
        page.get_by_label("Excel workbook").check()
        with page.expect_download() as waited:
            page.get_by_role("button", name="Export").click()
        self.assertTrue(waited.value.suggested_filename.endswith(".xlsx"))
        with Path(waited.value.path()).open("rb") as file:
            book = load_workbook(file)
        self.assertEqual(book.worksheets[0].max_row, 8)

    def test_settings_are_found_and_a_tag_is_looked_after(self) -> None:
        with scope(EVERY_CLIENT):
            actions.tag(self.report("Tunnel drops"), by=self.alma, add=["vnp"])
        page = self.sign_in(self.ines)
        page.goto(self.url("/desk/admin/"))
        page.get_by_role("searchbox", name="Find in all settings").fill("vnp")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="vnp").click()
        self.assert_accessible(page)
        page.get_by_label("New name").fill("vpn")
        page.get_by_role("button", name="Rename or merge").click()
        expect(page.get_by_text("0 of 1 tickets so far")).to_be_visible()
        self.assert_accessible(page)
        page.goto(self.url("/desk/admin/changes?kind=tag"))
        expect(page.locator(".admin-change")).to_contain_text("vpn")
        self.assert_accessible(page)
