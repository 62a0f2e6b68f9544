"""A list as a file: complete, harmless, in the reader's language, and known to have been taken."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from openpyxl import load_workbook

from olmo.desk.tests.base import PageTest
from olmo.people.models import AuditLine, Person
from olmo.reports.exports.values import Cells, Style, harmless
from olmo.tickets import actions
from olmo.tickets.models import CustomField

USUAL = {"format": "csv", "dates": "iso", "separator": ",", "has_mark": "on", "columns": ["number", "subject"]}


class Exporting(PageTest):
    def export(self, query: str = "?box=all", *, by: Person | None = None, **changed: Any) -> bytes:
        answer = self.as_(by or self.alma).post(f"/desk/exports{query}", {**USUAL, **changed})
        self.assertEqual(answer.status_code, 200)
        return b"".join(answer)

    def rows(self, *given: Any, **changed: Any) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.export(*given, **changed).decode("utf-8-sig"), newline="")))

    def test_all_of_a_list_leaves_in_its_order(self) -> None:
        with self.at("2026-03-02 09:00"):
            first = self.report("Printer")
        with self.at("2026-03-02 10:00"):
            second = self.report("Scanner")
        found = self.rows("?box=all&sort=oldest")
        self.assertEqual(
            found, [["Number", "Subject"], [str(first.number), "Printer"], [str(second.number), "Scanner"]]
        )
        self.assertEqual(self.rows("?box=all&sort=newest")[1][1], "Scanner")

    def test_more_rows_than_are_read_at_a_time(self) -> None:
        with self.at("2026-03-02 09:00"):
            numbers = [str(self.report(f"Fault {n}").number) for n in range(12)]
        from olmo.reports.exports import streaming

        usual, streaming.AT_A_TIME = streaming.AT_A_TIME, 5
        self.addCleanup(setattr, streaming, "AT_A_TIME", usual)
        self.assertEqual([row[0] for row in self.rows("?box=all&sort=oldest")[1:]], numbers)

    def test_filters_and_search_of_the_page_hold(self) -> None:
        mine = self.report("Printer on fire")
        self.report("Scanner")
        actions.assign(mine, by=self.alma, team=self.desk, assignee=self.alma)
        self.assertEqual([row[1] for row in self.rows("?box=mine")[1:]], ["Printer on fire"])
        self.assertEqual([row[1] for row in self.rows("?q=scanner")[1:]], ["Scanner"])

    def test_nothing_becomes_a_formula(self) -> None:
        evil = ["=HYPERLINK(1)", "+1", "-2+3", "@SUM(A1)", "＝1+1"]
        for subject in evil:
            self.report(subject)
        found = [row[1] for row in self.rows("?box=all&sort=oldest")[1:]]
        self.assertEqual(found, [f"'{subject}" for subject in evil])
        sheet = load_workbook(io.BytesIO(self.export(format="xlsx"))).active
        kinds = {one.data_type for row in sheet.iter_rows(min_row=2) for one in row}  # type: ignore[union-attr]
        self.assertEqual(kinds, {"n", "s"})
        self.assertEqual([harmless(text) for text in ("\tx", "\rx", "\nx", "x=1")], ["'\tx", "'\rx", "'\nx", "x=1"])
        self.assertEqual(Cells(Style(), is_sheet=False)(-5), -5)

    def test_a_workbook_holds_dates_and_custom_fields(self) -> None:
        CustomField.objects.create(key="serial", label="Serial number", labels={"it": "Matricola"}, kind="text")
        with self.at("2026-03-02 09:00"):
            ticket = self.report("Printer")
            actions.set_fields(ticket, by=self.alma, values={"serial": "=X1"})
        content = self.export(format="xlsx", dates="local", columns=["number", "opened", "field:serial"])
        rows = [[one.value for one in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]  # type: ignore[union-attr]
        self.assertEqual(rows[0], ["Number", "Opened", "Serial number"])
        self.assertEqual(rows[1], [ticket.number, datetime(2026, 3, 2, 9, 0), "'=X1"])  # noqa: DTZ001  (a cell)

    def test_words_and_dates_are_the_readers(self) -> None:
        self.alma.language, self.alma.time_zone = "it", "Europe/Rome"
        self.alma.save()
        with self.at("2026-03-02 09:00"):
            self.report("Stampante")
        wanted: dict[str, Any] = {"columns": ["status", "priority", "opened"], "separator": ";"}
        content = self.export(dates="local", **wanted).decode("utf-8-sig").splitlines()
        self.assertEqual(content[0], "Stato;Priorità;Aperto")
        self.assertEqual(content[1].split(";")[:2], ["Nuovo", "Normale"])
        self.assertIn("02/03/2026 10:00", content[1])
        self.assertTrue(self.export(**wanted).decode("utf-8-sig").splitlines()[1].endswith("2026-03-02T10:00:00+01:00"))

    def test_the_mark_is_a_choice(self) -> None:
        self.assertTrue(self.export().startswith(b"\xef\xbb\xbf"))
        self.assertFalse(self.export(has_mark="").startswith(b"\xef\xbb\xbf"))

    def test_only_what_the_agent_sees_leaves(self) -> None:
        self.report("Ours at Acme")
        self.report("Truck is late", by=self.bea)
        self.assertEqual([row[1] for row in self.rows("?box=all", by=self.otto)[1:]], ["Truck is late"])
        self.assertEqual(self.as_(self.rui).post("/desk/exports?box=all", USUAL).status_code, 404)

    def test_the_change_log_knows_who_took_what(self) -> None:
        self.report("Printer")
        self.export("?box=all&priority=3")
        line = AuditLine.objects.get()
        self.assertEqual(line.by, self.alma)
        self.assertIn("priority normal", line.subject)
        self.assertEqual(line.change["rows"], [None, 1])

    def test_a_wrong_form_is_explained_and_keeps_what_was_chosen(self) -> None:
        visit = self.post("/desk/exports?box=all", {**USUAL, "columns": [], "dates": "iso"})
        self.assertEqual(visit.status, 422)
        self.assertIn("Choose at least one column.", visit.text)
        self.assertIn("checked", visit.one("input[name=dates][value=iso]").attributes)
        self.assertEqual(AuditLine.objects.count(), 0)

    def test_looking_at_the_form_takes_nothing(self) -> None:
        self.assertEqual(self.get("/desk/exports?box=all").status, 200)
        self.assertEqual(AuditLine.objects.count(), 0)

    def test_the_list_and_the_search_lead_here(self) -> None:
        self.report("Printer")
        self.assertTrue(self.get("/desk/?box=all&priority=3").all('a[href="/desk/exports?box=all&priority=3"]'))
        self.assertTrue(self.get("/desk/search?q=printer").all('a[href="/desk/exports?q=printer"]'))

    def test_moments_have_a_zone(self) -> None:
        at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.assertEqual(Cells(Style(dates="iso"), is_sheet=True)(at), "2026-03-02T09:00:00+00:00")
