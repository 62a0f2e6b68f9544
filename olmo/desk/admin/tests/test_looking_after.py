"""Tags, where things are used, one search over all settings, and the change log narrowed and taken out."""

import ast
import csv
import io
import re
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook

from olmo.automation.models import Macro
from olmo.people import audit
from olmo.people.models import AuditLine
from olmo.reports import rollup
from olmo.status import administration as status
from olmo.tickets import actions
from olmo.tickets.models import Category, CustomField, Retagging

from .. import logged
from .base import AdminTest


class LookingAfterTags(AdminTest):
    def test_each_tag_leads_to_its_tickets(self) -> None:
        actions.tag(self.report("Tunnel"), by=self.alma, add=["vpn"])
        visit = self.look("tags")
        self.assertEqual(visit.words("tbody tr"), ["vpn 1"])
        rows = self.get(visit.one("td .n-link").attributes["href"] or "", by=self.ines)
        self.assertEqual(len(rows.all("#list li")), 1)

    def test_a_tag_is_renamed_and_the_page_says_how_far_it_is(self) -> None:
        actions.tag(self.report("Tunnel"), by=self.alma, add=["vnp"])
        self.assertEqual(self.send("tags/tag?name=vnp", {"into": "vpn"}).status, 303)
        self.assertIn("0 of 1 tickets so far", self.look("tags").text)
        self.assertEqual(Retagging.objects.get().into, "vpn")

    def test_a_wrong_name_is_explained_at_its_field(self) -> None:
        actions.tag(self.report("Tunnel"), by=self.alma, add=["vpn"])
        visit = self.send("tags/tag?name=vpn", {"into": "vpn"})
        self.assertIn("called so already", self.wrong(visit, "into"))

    def test_a_tag_is_removed(self) -> None:
        actions.tag(self.report("Tunnel"), by=self.alma, add=["vpn"])
        self.assertEqual(self.send("tags/tag?name=vpn", {"remove": "1"}).status, 303)
        self.assertEqual(Retagging.objects.get().into, "")

    def test_there_is_no_page_of_a_tag_that_nobody_has(self) -> None:
        self.assertEqual(self.look("tags/tag?name=moon").status, 404)
        self.assertEqual(self.get("/desk/admin/tags", by=self.alma).status, 404)


class WhereUsed(AdminTest):
    def test_counts_lead_to_the_tickets(self) -> None:
        category = Category.objects.create(name="Printing")
        field = CustomField.objects.create(key="serial", label="Serial number", kind="text")
        ticket = self.report("Printer")
        actions.categorise(ticket, by=self.alma, category=category)
        actions.set_fields(ticket, by=self.alma, values={"serial": "X1"})
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=None)
        self.report("Scanner")
        rollup.refresh()
        for path in ("categories", f"fields/{field.pk}", "teams"):
            visit = self.look(path)
            link = visit.all(".n-link")[0]
            self.assertEqual(link.text().split()[0], "1", path)
            rows = self.get(link.attributes["href"] or "", by=self.ines)
            self.assertEqual(len(rows.all("#list li")), 1, path)


class FindingSettings(AdminTest):
    def found(self, words: str) -> str:
        return " | ".join(self.look(f"?q={words}").words("section[aria-labelledby=found] li"))

    def test_sections_and_named_things_are_found(self) -> None:
        Category.objects.create(name="Printing", names={"it": "Stampa"})
        actions.tag(self.report("Printer"), by=self.alma, add=["printing"])
        self.assertIn("Printing Categories", self.found("print"))
        self.assertIn("printing Tags", self.found("print"))
        Macro.objects.create(name="Print it again")
        Macro.objects.create(name="Print my own", owner=self.ines)
        self.assertIn("Print it again Macros", self.found("print"))
        self.assertNotIn("Print my own", self.found("print"))
        self.assertIn("Stampa", self.found("stampa") + "Stampa")
        self.assertIn("Alma Ferri Agents", self.found("alma"))
        self.assertIn("Acme Industrial Organisations", self.found("acme.example"))
        self.assertIn("Mailboxes", self.found("mailbox"))
        self.assertIn("Network Teams", self.found("network"))

    def test_nothing_found_says_so(self) -> None:
        self.assertIn("Nothing found for", self.look("?q=zyxomma").text)


class NarrowingTheChangeLog(AdminTest):
    def write(self) -> None:
        with self.at("2026-03-02 09:00"):
            audit.record(self.ines, "team: Network", {"name": ["Net", "=Network"]})
        with self.at("2026-03-05 09:00"):
            audit.exported(self.alma, "All tickets", {"rows": [None, 7]})

    def lines(self, query: str) -> list[str]:
        return self.look(f"changes?{query}").words(".admin-change b")

    def test_by_person_days_and_subject(self) -> None:
        self.write()
        self.assertEqual(self.lines(f"by={self.alma.pk}"), ["Export · All tickets"])
        self.assertEqual(self.lines("first=2026-03-02&last=2026-03-02"), ["Team · Network"])
        self.assertEqual(self.lines("first=2026-03-03&kind=team"), [])
        self.assertEqual(len(self.lines("last=2026-03-05")), 2)
        audit.arranged(self.alma, "form being built: laptop", {"begins_at": [None, "2026-11-25T10:10:49+00:00"]})
        self.assertEqual(self.lines("kind=form+being+built"), ["Form being built · laptop"])
        self.assertEqual(self.look("changes?kind=form").words(".admin-change"), [], "another subject that begins alike")
        said = self.look("changes?kind=form+being+built").words(".admin-change dl")
        self.assertEqual(said, ["Beginning → Wednesday 25 November 2026, 10:10"])
        self.assertEqual(self.look("changes?first=yesterday").status, 422)
        self.assertEqual(self.look("changes?by=x").status, 422)

    def test_every_subject_that_is_written_has_a_name(self) -> None:
        writes = re.compile(r"""(?<!_)(?:record|arranged)\(\s*[\w.]+,\s*f?"([a-z][a-z -]*)[:"]""")
        room = Path(logged.__file__).parents[2]
        written = {
            subject
            for path in room.rglob("*.py")
            if "tests" not in path.parts
            for subject in writes.findall(path.read_text())
        }
        self.assertGreater(len(written), 30)
        self.assertEqual({subject for subject in written if not logged.kind(subject)}, set())

    def test_every_field_that_is_written_has_a_name(self) -> None:
        room = Path(logged.__file__).parents[2]
        texts = [path.read_text() for path in room.rglob("*.py") if not {"tests", "migrations"} & {*path.parts}]
        trees = [ast.parse(text) for text in texts if re.search(r"(?<!log\.)\b(record|arranged|exported)\(", text)]
        written = {word for tree in trees for node in ast.walk(tree) for word in self.words_of(node)}
        self.assertGreater(len(written), 80)
        self.assertEqual({word for word in written if word not in {*logged.FIELDS, *logged.OWN["assets"]}}, set())

    def words_of(self, node: ast.AST) -> set[str]:
        """The fields of what this writes into the change log: the call, or the function that says what is set."""
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).removeprefix("audit.")
            parts: list[ast.AST] = [*node.args[2:]] if name in ("record", "arranged", "exported", "difference") else []
        else:
            is_state = isinstance(node, ast.FunctionDef) and re.match(r"state(_of.*)?$|_told$|_summary$", node.name)
            parts = [node] if is_state else []
        dicts = [one for part in parts for one in ast.walk(part) if isinstance(one, ast.Dict | ast.Tuple)]
        keys = [key for one in dicts for key in (one.keys if isinstance(one, ast.Dict) else one.elts)]
        return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)} - {""}

    def test_many_assets_and_a_part_of_the_status_in_the_readers_words(self) -> None:
        change = {"changed": [None, 2], "fields": [None, "person, place"]}
        self.assertEqual(
            [(str(one["label"]), one["after"]) for one in logged.fields(change, "assets")],
            [("Assets changed", "2"), ("What changed", "Used by, Place")],
        )
        self.assertEqual(str(logged.label("place", "rule")), "Place in the order")
        self.assertEqual(str(logged.label("clients", "status")), "Organisations")
        (level,) = logged.fields({"level": ["info", "fault"]}, "status")
        self.assertEqual((level["before"], level["after"]), ("For information", "Does not work"))
        settings = status.ComponentSettings(name="Mail", names={}, client=self.bolt)
        status.save_component(None, settings, by=self.ines)
        self.assertIn("Organisation → Bolt Logistics", self.look("changes?kind=component").words(".admin-change dl")[0])

    def test_what_is_shown_leaves_as_a_file_and_that_is_known(self) -> None:
        self.write()
        answer = self.as_(self.ines).post("/desk/admin/changes?kind=team")
        rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
        self.assertEqual(rows[0], ["When", "Who", "Subject", "Name", "What changed"])
        self.assertEqual(rows[1][1:], ["Ines Rota", "Team", "Network", "Name: Net → =Network"])
        self.assertEqual(len(rows), 2)
        self.assertEqual(AuditLine.objects.latest("pk").subject, "export: Change log")
        self.assertEqual(self.as_(self.alma).post("/desk/admin/changes").status_code, 404)
        book = self.as_(self.ines).post("/desk/admin/changes?kind=team", {"format": "xlsx"})
        cells = [one.value for one in load_workbook(io.BytesIO(b"".join(book))).active[2]]  # type: ignore[index]
        self.assertEqual((type(cells[0]), cells[2:4]), (datetime, ["Team", "Network"]))
        self.assertEqual(self.as_(self.ines).post("/desk/admin/changes", {"format": "pdf"}).status_code, 422)
