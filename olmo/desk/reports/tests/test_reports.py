"""The reports as pages: every number is the number of tickets behind it, and nobody sees what is not theirs."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.http import QueryDict

from olmo.desk.lists.filters import Filters
from olmo.desk.tests.base import PageTest, Visit
from olmo.people.models import Person
from olmo.reports import rollup
from olmo.tickets import actions
from olmo.tickets.models import Ticket

DAY = "2026-03-04 12:00"


class Reports(PageTest):
    def work(self) -> None:
        """Three days of work: answered, solved, reopened, waiting, critical, at two clients."""
        with self.at("2026-03-02 08:30"):
            one, two = self.report("Printer"), self.report("Scanner")
            three = self.report("Truck is late", by=self.bea)
        with self.at("2026-03-02 09:10"):
            for ticket, agent in ((one, self.alma), (two, self.tove), (three, self.alma)):
                actions.assign(ticket, by=agent, team=self.desk, assignee=agent)
            actions.reply(one, by=self.alma, message=self.say("On my way."))
            actions.prioritise(one, by=self.alma, impact=1, urgency=1)
        with self.at("2026-03-03 10:00"):
            actions.resolve(two, by=self.tove, code="fixed", note="Done.")
            actions.resolve(three, by=self.alma, code="answered", note="Here it is.")
            actions.receive(one, by=self.rui, message=self.say("Still smoking."))
            self.report("Second printer")
        with self.at("2026-03-03 15:00"):
            actions.reopen(three, by=self.bea)
        with self.at(DAY):
            rollup.refresh()

    def look(self, url: str, *, by: Person) -> Visit:
        with self.at(DAY):
            return self.get(url, by=by)

    def assertTrue_numbers(self, visit: Visit, viewer: Person) -> int:
        """Each linked number is the number of tickets in its list. Returns how many numbers were tried."""
        tried = 0
        for link in visit.all("a.n-link"):
            address = link.attributes.get("href") or ""
            if "only=" not in address:
                continue
            said = int(re.sub(r"\D", "", link.text()))
            data = QueryDict(urlsplit(address).query)
            with self.at(DAY):
                found = Filters.read(data).tickets(viewer)
            self.assertEqual(found.count(), said, dict(parse_qsl(data.urlencode())))
            tried += 1
        return tried

    def test_every_number_of_the_dashboard_is_its_list(self) -> None:
        self.work()
        for query in ("", "?by=agent", "?by=client", "?by=channel", "?by=category", f"?client={self.acme.pk}", "?days=7",
                      f"?team={self.desk.pk}&by=agent", "?days=90"):  # fmt: skip
            visit = self.look(f"/desk/reports/desk{query}", by=self.ines)
            self.assertEqual(visit.status, 200, query)
            self.assertGreater(self.assertTrue_numbers(visit, self.ines), 12, query)

    def test_a_number_leads_to_the_page_with_these_rows(self) -> None:
        self.work()
        visit = self.look("/desk/reports/desk", by=self.ines)
        link = visit.all(".headline a.n-link")[0]
        rows = self.look(link.attributes["href"] or "", by=self.ines)
        self.assertEqual(len(rows.all("#list li")), int(link.text()))
        self.assertIn("opened", rows.text)

    def test_one_day_shows_what_happened_on_it(self) -> None:
        self.work()
        values = self.look("/desk/reports/desk?days=7", by=self.ines).words(".headline dd")
        self.assertTrue(values[0].startswith("4 "), values)
        self.assertTrue(values[1].startswith("1 "), values)  # the other one was reopened

    def test_who_leads_nothing_has_no_such_page(self) -> None:
        self.work()
        self.assertEqual(self.look("/desk/reports/desk", by=self.alma).status, 404)
        self.assertNotIn("/desk/reports/desk", self.look("/desk/reports/", by=self.alma).text)
        self.assertEqual(self.look("/desk/reports/", by=self.rui).status, 404)

    def test_a_lead_sees_their_teams_only(self) -> None:
        self.work()
        with self.at("2026-03-03 10:00"):
            other = self.report("Switch is down")
            actions.assign(other, by=self.tove, team=self.network, assignee=self.tove)
        with self.at(DAY):
            rollup.refresh()
        self.desk.leads.add(self.alma)
        visit = self.look("/desk/reports/desk", by=self.alma)
        self.assertEqual(visit.status, 200)
        self.assertTrue(visit.words(".headline dd")[0].startswith("3 "), visit.words(".headline dd"))
        self.assertGreater(self.assertTrue_numbers(visit, self.alma), 8)
        self.assertEqual(self.look(f"/desk/reports/desk?team={self.network.pk}", by=self.alma).status, 404)

    def test_a_lead_of_one_organisation_counts_only_that(self) -> None:
        self.work()
        self.desk.leads.add(self.otto)
        visit = self.look("/desk/reports/desk?by=client", by=self.otto)
        self.assertNotIn("Acme", visit.text)
        self.assertTrue(visit.words(".headline dd")[0].startswith("1 "))
        self.assertEqual(self.assertTrue_numbers(visit, self.otto) > 3, True)

    def test_who_carries_too_much_is_named_and_told_why(self) -> None:
        with self.at("2026-03-02 09:00"):
            for n in range(6):
                ticket = self.report(f"Fault {n}")
                actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma if n else self.tove)
            rollup.refresh()
        text = self.look("/desk/reports/desk", by=self.ines).text
        self.assertIn("Alma Ferri carries much more than the mean.", text)
        self.assertIn("67 % above the mean", text)

    def test_before_anything_was_counted_the_page_says_so(self) -> None:
        self.assertIn("No figures yet", self.look("/desk/reports/desk", by=self.ines).text)
        self.assertIn("being gathered", self.look("/desk/reports/", by=self.alma).text)

    def test_a_wrong_word_is_named(self) -> None:
        for query in ("?days=13", "?by=moon", "?client=x", "?team=1e9"):
            self.assertEqual(self.look(f"/desk/reports/desk{query}", by=self.ines).status, 422, query)
        for only in ("moon:1", "opened:yesterday", "response:99", "agent:x", "channel:moon"):
            self.assertEqual(self.look(f"/desk/?box=all&only={only}", by=self.ines).status, 422, only)

    def test_my_day_shows_what_is_ahead_and_my_own_figures(self) -> None:
        self.work()
        visit = self.look("/desk/reports/", by=self.alma)
        said = visit.words(".headline dd")
        self.assertEqual(said[0], "2")
        self.assertIn("Printer", " ".join(visit.words("section[aria-labelledby=asking]")))
        self.assertGreaterEqual(self.assertTrue_numbers(visit, self.alma), 2)

    def test_a_mean_needs_three_people(self) -> None:
        self.work()
        self.desk.members.remove(self.otto)
        self.assertIn("from three people on", self.look("/desk/reports/", by=self.alma).text)
        self.desk.members.add(self.otto)
        visit = self.look("/desk/reports/", by=self.alma)
        self.assertNotIn("from three people on", visit.text)
        self.assertEqual(visit.words(".report__mine td.muted")[0], "0.7")  # two first answers, of three people

    def test_no_page_reads_more_as_tickets_grow(self) -> None:
        self.work()
        few = self._queries("/desk/reports/desk")
        with self.at("2026-03-03 10:00"):
            for n in range(15):
                self.report(f"Fault {n}")
            rollup.refresh()
        self.assertLessEqual(self._queries("/desk/reports/desk"), few)
        self.assertLessEqual(few, 32)

    def _queries(self, url: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        browser = self.as_(self.ines)
        with self.at(DAY), CaptureQueriesContext(connection) as asked:
            browser.get(url)
        return len(asked)


class NamingLeads(PageTest):
    def test_an_administrator_names_the_leads_of_a_team(self) -> None:
        from olmo.people.models import AuditLine

        data: dict[str, Any] = {
            "name": self.desk.name, "tier": self.desk.tier_id, "members": [self.alma.pk], "leads": [self.alma.pk],
            "is_active": "on",
        }  # fmt: skip
        visit = self.post(f"/desk/admin/teams/{self.desk.pk}", data, by=self.ines)
        self.assertEqual(visit.status, 303)
        self.assertEqual(list(self.desk.leads.all()), [self.alma])
        self.assertEqual(AuditLine.objects.latest("pk").change["leads"], [[], ["Alma Ferri"]])
        self.assertEqual(Ticket.objects.count(), 0)
