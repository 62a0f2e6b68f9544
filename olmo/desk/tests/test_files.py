"""Every list as a file: the buttons at its head, its rows, who may take it, and what the change log knows."""

import csv
import io
from datetime import timedelta

from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from olmo.channels.models import Mailbox
from olmo.desk.admin.pages import SECTIONS
from olmo.desk.lists.files import Table, leave
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment.actions import TaskSettings
from olmo.knowledge.models import Article
from olmo.outbox.models import Envelope
from olmo.people.models import AuditLine, CostCentre, Person
from olmo.staffing.models import Skill
from olmo.tickets.models import Category, Supplier
from olmo.worklog.models import Activity

from .base import PageTest

# Pages of administration that are no lists.
ALONE = {"provider", "triage", "capacity", "changes"}
DESK = (
    "views", "macros", "canned", "drafts", "majors", "escalations", "notices", "knowledge", "knowledge?show=tasks",
    "knowledge?q=vpn", "knowledge/mending", "approvals", "tasks", "tasks?whose=mine", "tasks?whose=all",
    "troubleshooters", "procedures", "oncall", "status",
)  # fmt: skip


class ListsAsFiles(PageTest):
    def rows(self, url: str, by: Person) -> list[list[str]]:
        answer = self.as_(by).post(url, {"format": "csv"})
        self.assertEqual((url, answer.status_code), (url, 200))
        return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    def test_every_list_of_administration_leaves_with_a_cell_for_each_column(self) -> None:
        CostCentre.objects.create(client=self.acme, code="7", name="Plant", owner=self.rui)
        Mailbox.objects.create(address="help@acme.example", client=self.acme)
        for kind in (Skill, Supplier, Category, Activity):
            kind.objects.create(name="Some")
        filled = {"cost_centres", "mailboxes", "skills", "suppliers", "categories", "activities", "agents", "teams"}
        names = [name for _title, sections in SECTIONS for name, _label in sections if name not in ALONE]
        for name in names:
            page = self.get(self.address(name), by=self.ines)
            rows = self.rows(self.address(name), self.ines)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, name)
            if name in filled:
                self.assertGreater(len(rows), 1, name)
                self.assertEqual(len(page.all(".page-head .as-files button")), 2, name)
            self.assertEqual(self.post(self.address(name), by=self.alma).status, 404)

    def test_mail_that_did_not_leave_stands_as_on_the_page_what_still_waits_too(self) -> None:
        now = timezone.now()
        for hours, state in ((3, "queued"), (1, "queued"), (0, "failed"), (0, "sent")):
            Envelope.objects.create(
                purpose="reply", to="rui@acme.example", sender="help@desk.example", subject=f"{state} {hours}", state=state,
                message_id=f"{state}{hours}", next_at=now + timedelta(hours=hours), created_at=now,
            )  # fmt: skip
        subjects = [row[3] for row in self.rows(self.address("outgoing"), self.ines)[1:]]
        self.assertEqual(subjects, ["failed 0", "queued 1", "queued 3"])

    def address(self, name: str) -> str:
        return reverse(f"desk:admin_{name}")

    def test_it_is_the_whole_list_as_it_is_narrowed_and_no_text_is_a_formula(self) -> None:
        Person.objects.filter(pk=self.rui.pk).update(name="=Rui")
        for n in range(60):
            Person.objects.create(name=f"Worker {n:02}", client=self.acme)
        self.assertEqual(len(self.rows("/desk/admin/requesters", self.ines)), 1 + 62)
        rows = self.rows("/desk/admin/requesters?q=rui", self.ines)
        self.assertEqual([row[:3] for row in rows[1:]], [["'=Rui", "rui@acme.example", "Acme Industrial"]])
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.by), ("export: Requesters · Search: rui", self.ines))
        self.assertEqual(line.change["columns"][1][:3], ["name", "address", "organisation"])
        self.assertEqual(self.post("/desk/admin/requesters", {"format": "pdf"}, by=self.ines).status, 422)

    def test_two_columns_with_one_label_stay_two(self) -> None:
        request = RequestFactory().post("/", {"format": "csv"})
        request.person = self.ines  # type: ignore[attr-defined]
        table = Table("Pairs", {"a": "Team", "b": "team", "c": "Open"}, [{"a": 1, "b": 2, "c": 3}])
        file = b"".join(leave(request, table)).decode("utf-8-sig")  # type: ignore[arg-type]
        self.assertEqual(file.splitlines(), ["Team,team,Open", "1,2,3"])

    def test_the_lists_of_the_desk_hold_what_their_reader_may_see(self) -> None:
        ticket = self.report("Printer")
        fulfilment.add(ticket, TaskSettings(title="Look", team=self.desk), by=self.alma)
        at = ticket.opened_at
        told = {"audience": "organisation", "client": self.acme, "created_at": at, "changed_at": at}
        Article.objects.create(key="acme-only", owner=self.alma, **told)
        for path in DESK:
            self.assertEqual(len({len(row) for row in self.rows(f"/desk/{path}", self.alma)}), 1, path)
        self.assertIn("Trend", self.rows("/desk/knowledge/topics", self.ines)[0])
        for path, cell in (("tasks?whose=all", "Look"), ("knowledge", "acme-only")):
            self.assertEqual([row[0] for row in self.rows(f"/desk/{path}", self.alma)[1:]], [cell])
            self.assertEqual(self.rows(f"/desk/{path}", self.otto)[1:], [], path)
        self.assertEqual(self.post("/desk/tasks", by=self.rui).status, 404)
