"""A workbook leaves while it is written, and holds what was given to it."""

import io
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

from django.test import SimpleTestCase
from openpyxl import load_workbook

from olmo.reports.exports.workbook import Workbook


class Writing(SimpleTestCase):
    def written(self, *rows: list[Any], title: str = "Tickets", most_rows: int = 10) -> Any:
        book = Workbook(title, most_rows)
        labels = [f"Column {n}" for n in range(len(rows[0]))]
        content = book.begin(["subject"] * len(labels), labels) + book.add(rows) + book.end()
        return load_workbook(io.BytesIO(content))

    def cells(self, *rows: list[Any], **options: Any) -> list[list[Any]]:
        return [[one.value for one in row] for row in self.written(*rows, **options).active.iter_rows(min_row=2)]

    def test_rows_leave_before_the_last_one_is_there(self) -> None:
        book = Workbook("Tickets", 100_000)
        begun = book.begin(["subject"], ["Subject"])
        self.assertTrue(begun.startswith(b"PK"))
        pieces = [
            book.add([f"Fault {n * n} of {n}"] for n in range(start, start + 5000)) for start in (0, 5000, 10_000)
        ]
        self.assertGreater(min(map(len, pieces)), 10_000)
        whole = b"".join([begun, *pieces, book.end()])
        self.assertIsNone(ZipFile(io.BytesIO(whole)).testzip())
        self.assertEqual(load_workbook(io.BytesIO(whole)).active.max_row, 15_001)  # type: ignore[union-attr]

    def test_any_text_comes_back_as_it_was(self) -> None:
        texts = [
            "<b> & \"c\" 'd'",
            "a_x and _xyz_",
            " kept ",
            "two\nlines\tand a tab",
            "città ≠ 🦊",
            "None",
            "0012",
            "",
        ]
        self.assertEqual(self.cells(texts), [[*texts[:-1], None]])

    def test_what_looks_like_an_escaped_character_is_no_such_thing(self) -> None:
        book = Workbook("Tickets", 1)
        content = book.begin(["subject"], ["Subject"]) + book.add([["_x0041_"]]) + book.end()
        sheet = ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
        self.assertIn(">_x005F_x0041_<", sheet)  # a spreadsheet reads it as _x0041_, else as A

    def test_what_xml_does_not_know_is_left_out(self) -> None:
        self.assertEqual(self.cells(["a\uffffb\ufffe"]), [["ab"]])

    def test_numbers_days_and_moments_keep_their_kind(self) -> None:
        row = [7, -1.5, date(2026, 3, 2), datetime(2026, 3, 2, 9, 30, 59)]  # noqa: DTZ001  (cells)
        found = self.cells(row)[0]
        self.assertEqual([*found[:2], found[2].date(), found[3]], row)

    def test_columns_go_on_after_z(self) -> None:
        row = [f"value {n}" for n in range(30)]
        self.assertEqual(self.cells(row), [row])

    def test_the_header_is_bold_and_stays(self) -> None:
        sheet = self.written(["x"], title="A/B: [all]?").active
        self.assertEqual((sheet["A1"].font.b, sheet["A2"].font.b, sheet.freeze_panes), (True, False, "A2"))
        self.assertEqual(sheet.title, "A B   all  ")
        self.assertEqual(sheet.column_dimensions["A"].width, 48)

    def test_a_large_one_is_a_large_zip_file(self) -> None:
        self.assertEqual(self.cells(["x"], most_rows=1_000_000), [["x"]])
