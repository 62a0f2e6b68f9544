"""The contract with a client: what is promised, how it was kept, and the tickets behind every number."""

import csv
import io

from openpyxl import load_workbook

from olmo.people.models import AuditLine
from olmo.reports import rollup
from olmo.service_levels import actions as service_levels
from olmo.service_levels.loading import load
from olmo.service_levels.models import Clock
from olmo.tickets import actions
from olmo.tickets.models import Ticket

from .base import PageTest, Visit
from .test_promises import AGREEMENT


class Contracts(PageTest):
    """In March one ticket of Acme was answered in time, and two late: one of those was waived."""

    def setUp(self) -> None:
        super().setUp()
        with self.at("2026-01-01 00:00"):
            load(AGREEMENT, by=self.ines)
        self.good = self.answered("Printer", "08:30")
        self.late = self.answered("VPN drops", "09:30")
        self.forgiven = self.answered("No power", "09:40")
        with self.at("2026-03-09 10:00"):
            start = Clock.objects.get(ticket=self.forgiven, metric="first_response").started_at
            service_levels.waive(self.forgiven, "first_response", start, by=self.ines, reason="Storm")

    def answered(self, subject: str, at: str) -> Ticket:
        with self.at("2026-03-09 08:00"):
            ticket = self.report(subject)
        with self.at(f"2026-03-09 {at}"):
            service_levels.sweep()
            actions.reply(ticket, by=self.alma, message=self.say("Done."))
        return ticket

    def look(self, path: str, now: str = "2026-03-10 08:00", who: object = None) -> Visit:
        with self.at(now):
            return Visit(self.as_(who or self.alma).get(path))  # type: ignore[arg-type]

    def test_terms_in_force_and_both_counts_by_metric_and_priority(self) -> None:
        page = self.look(f"/desk/contracts/{self.acme.pk}")
        self.assertIn("Version 1, in force since 1 Jan 2026, put into force by Ines Rota.", page.text)
        self.assertEqual(page.words(".contract__terms tbody tr"), ["Normal 1 h – 4 h –"])
        self.assertIn("Mon–Fri 08:00–18:00, Europe/Rome", page.words(".contract__facts dd"))
        rows = page.words(".contract__kept tr")[1:]
        self.assertEqual(rows[0], "First response 3 1 2 1 33 % 50 %")
        self.assertEqual(rows[-1], "All 3 1 2 1 33 % 50 %")
        self.assertEqual(page.words(".contract__trend tbody tr")[-1], "March 2026 3 1 2 1 33 % 50 %")
        rollup.refresh()
        self.assertIn(
            "33 % 50 % without the waived: 1", self.look("/desk/reports/desk", who=self.ines).words(".headline dd")
        )
        self.assertIn("50 % without the waived", self.look("/desk/reports/").text)

    def test_every_number_leads_to_the_very_tickets(self) -> None:
        page = self.look(f"/desk/contracts/{self.acme.pk}")
        found = []
        for link in page.all(".contract__kept tfoot .n-link"):
            rows = self.look(link.attributes["href"] or "")
            found.append(sorted(rows.words("#list .row__title")))
        every, kept, broken, waived = found
        self.assertEqual(every, ["No power", "Printer", "VPN drops"])
        self.assertEqual((kept, broken, waived), (["Printer"], ["No power", "VPN drops"], ["No power"]))

    def test_another_month_and_the_file(self) -> None:
        page = self.look(f"/desk/contracts/{self.acme.pk}?month=2026-02")
        self.assertIn("No promise was settled in this month.", page.text)
        self.assertEqual(self.look(f"/desk/contracts/{self.acme.pk}?month=x").status, 422)
        self.acme.name = "=Acme"
        self.acme.save()
        rows = list(csv.reader(io.StringIO(self.file(f"{self.acme.pk}/export", "csv").decode("utf-8-sig"))))
        self.assertEqual(rows[1:], [["'=Acme", "2026-03", "first response", "Normal", "1", "2", "1"]])
        book = load_workbook(io.BytesIO(self.file(f"{self.acme.pk}/export", "xlsx"))).active
        self.assertEqual([one.value for one in book[2]][3:], ["Normal", 1, 2, 1])  # type: ignore[index]
        self.assertEqual(AuditLine.objects.latest("pk").subject, "export: Contract: =Acme")
        whole = list(csv.reader(io.StringIO(self.file("export", "csv").decode("utf-8-sig"))))
        self.assertIn(["'=Acme", "1", "2", "1"], whole)
        self.assertEqual(self.look(f"/desk/contracts/{self.acme.pk}/export").status, 405)

    def file(self, path: str, ending: str) -> bytes:
        with self.at("2026-03-10 08:00"):
            answer = self.as_(self.alma).post(f"/desk/contracts/{path}", {"format": ending})
            return b"".join(answer)  # read while it is that day

    def test_who_does_not_work_for_the_client_knows_nothing(self) -> None:
        self.assertEqual(self.look(f"/desk/contracts/{self.acme.pk}", who=self.otto).status, 404)
        self.assertEqual(self.post(f"/desk/contracts/{self.acme.pk}/export", by=self.otto).status, 404)
        self.assertNotIn("Acme", self.look("/desk/contracts/", who=self.otto).text)
        behind = f"/desk/?box=all&promise=c{self.acme.pk}.2026-03...broken"
        self.assertNotIn("Acme", self.look(behind, who=self.otto).text)
        self.assertEqual(self.look("/desk/?box=all&promise=c1.x").status, 422)

    def test_the_overview_counts_this_month_and_pages_lead_here(self) -> None:
        contracts = self.look("/desk/contracts/")
        self.assertIn("Acme Industrial 3 1 2 1 33 % 50 %", contracts.words("tbody tr"))
        numbers = {link.text(): link.attributes["href"] or "" for link in contracts.all("tbody .n-link")}
        rows = {n: len(self.look(url).all("#list .row__title")) for n, url in numbers.items()}
        self.assertEqual(rows, {"3": 3, "1": 1, "2": 2})
        self.assertIn(f"/desk/contracts/{self.acme.pk}", self.look(f"/desk/people/{self.rui.pk}").text)
        self.assertIn(f"/desk/contracts/{self.acme.pk}", self.look(f"/desk/tickets/{self.good.number}").text)
        organisation = self.look(f"/desk/admin/organisations/{self.acme.pk}", who=self.ines)
        self.assertIn(f"/desk/contracts/{self.acme.pk}", organisation.text)

    def test_what_was_agreed_with_a_team_is_counted_apart(self) -> None:
        with self.at("2026-01-02 00:00"):
            inner = {
                **AGREEMENT,
                "agreement": "Network",
                "client": None,
                "kind": "ola",
                "team": "Network",
                "calendars": {},
            }
            made = load(inner, by=self.ines).agreement
        with self.at("2026-03-09 08:00"):
            ticket = self.report("Switch", team=self.network)
        with self.at("2026-03-09 08:20"):
            actions.reply(ticket, by=self.tove, message=self.say("On it."))
        page = self.look(f"/desk/contracts/beside/{made.pk}")
        self.assertEqual(page.words(".contract__kept tfoot tr"), ["All 1 1 0 0 100 % 100 %"])
        client = self.look(f"/desk/contracts/{self.acme.pk}")
        self.assertEqual(client.words(".contract__kept tfoot tr"), ["All 4 2 2 1 50 % 67 %"])
        rows = self.look(page.all(".contract__kept tfoot .n-link")[0].attributes["href"] or "")
        self.assertEqual(rows.words("#list .row__title"), ["Switch"])
        self.assertIn("Network", self.look("/desk/contracts/").words(".contract__beside")[0])

    def test_a_merged_ticket_is_not_counted_as_kept(self) -> None:
        with self.at("2026-03-09 10:10"):
            again = self.report("Printer again")
            actions.merge(again, self.good, by=self.alma)
        page = self.look(f"/desk/contracts/{self.acme.pk}")
        self.assertEqual(page.words(".contract__kept tfoot tr"), ["All 3 1 2 1 33 % 50 %"])

    def test_a_month_costs_the_same_number_of_statements_whatever_is_in_it(self) -> None:
        client = self.as_(self.alma)
        path = f"/desk/contracts/{self.acme.pk}"
        with self.at("2026-03-10 08:00"):
            client.get(path)
            with self.assertNumQueries(13):
                client.get(path)
