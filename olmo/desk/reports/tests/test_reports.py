"""The reports as pages: every number is the number of tickets behind it, and nobody sees what is not theirs."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.http import QueryDict

from olmo.desk.lists.filters import Filters
from olmo.desk.reports import charts
from olmo.desk.tests.base import PageTest, Visit
from olmo.people.models import Person
from olmo.reports import rollup
from olmo.service_levels import actions as agreed
from olmo.tickets import actions
from olmo.tickets.models import Ticket

DAY = "2026-03-04 12:00"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
        """Each linked number is the number of rows in its list; none that counts is without one. Returns how many were tried."""
        tried = 0
        for link in visit.all("a.n-link"):
            address = link.attributes.get("href") or ""
            said = int(re.sub(r"\D", "", link.text()))
            self.assertEqual(self._behind(address, viewer), said, dict(parse_qsl(urlsplit(address).query)))
            tried += 1
        for link in visit.all("a.n-link, .headline__since, small.late"):
            link.decompose()
        for words in visit.words(
            ".headline dt, .headline dd, .report__mine td.n:not(.muted), .finding:not(.has-load) td.n"
        ):
            self.assertNotRegex(words, r"[1-9](?![\d\s]*(%|[mhd]\b|[A-Z]))")  # shares, durations and days are no counts
        return tried

    def _behind(self, address: str, viewer: Person) -> int:
        """How many tickets, or answers of requesters, an address lists."""
        parts = urlsplit(address)
        if parts.path != "/desk/":
            return len(self.look(address, by=viewer).all(".came-up__one"))
        with self.at(DAY):
            return Filters.read(QueryDict(parts.query)).tickets(viewer).count()

    def test_every_number_of_the_dashboard_is_its_list(self) -> None:
        self.work()
        for query in ("", "?by=agent", "?by=client", "?by=channel", "?by=category", f"?client={self.acme.pk}", "?days=7",
                      f"?team={self.desk.pk}&by=agent", "?days=90"):  # fmt: skip
            visit = self.look(f"/desk/reports/desk{query}", by=self.ines)
            self.assertEqual(visit.status, 200, query)
            self.assertGreater(self.assertTrue_numbers(visit, self.ines), 12, query)

    def test_the_counts_leave_as_a_file_to_those_who_see_them(self) -> None:
        self.work()
        shown = self.look("/desk/reports/desk?by=client", by=self.ines).words(".report__apart tbody tr")
        with self.at(DAY):
            counts, ratings = (
                b"".join(self.as_(self.ines).post(url, {"format": "csv"})).decode("utf-8-sig").splitlines()
                for url in ("/desk/reports/desk?by=client", "/desk/reports/ratings")
            )
            self.assertEqual(self.as_(self.alma).post("/desk/reports/desk").status_code, 404)
        self.assertEqual([" ".join(line.split(",")) for line in counts[1:]], shown)
        self.assertEqual(counts[0], "organisation,In,Out,Open")
        self.assertEqual(ratings[0], 'team,Answers,"Satisfied, per cent",Questions mailed,Of these answered')

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

    def test_bars_begin_behind_the_longest_label(self) -> None:
        for label, left in (("Alma", 92), ("da 15 min a 1 h", 120), ("A" * 40, 160)):
            self.assertIn(f'<rect class="bar" x="{left}"', charts.bars([("x", 1, False), (label, 3, False)], "Bars"))

    def test_a_wrong_word_is_named(self) -> None:
        for query in ("?days=13", "?by=moon", "?client=x", "?team=1e9"):
            self.assertEqual(self.look(f"/desk/reports/desk{query}", by=self.ines).status, 422, query)
        for week in ("moon", "9999-12-27"):
            self.assertEqual(self.look(f"/desk/reports/ratings/answers?week={week}", by=self.ines).status, 422, week)
        for only in ("moon:1", "opened:yesterday", "response:99", "agent:x", "channel:moon"):
            self.assertEqual(self.look(f"/desk/?box=all&only={only}", by=self.ines).status, 422, only)

        for of in ("moon.1", "article.x", "topic", "item.-1"):
            self.assertEqual(self.look(f"/desk/?box=all&of={of}", by=self.ines).status, 422, of)

    def test_my_day_shows_what_is_ahead_and_my_own_figures(self) -> None:
        self.work()
        visit = self.look("/desk/reports/", by=self.alma)
        said = visit.words(".headline dd")
        self.assertEqual(said[0], "2")
        self.assertIn("Printer", " ".join(visit.words("section[aria-labelledby=asking]")))
        self.assertGreaterEqual(self.assertTrue_numbers(visit, self.alma), 2)

    def test_my_day_leads_to_what_is_late_soon_asked_and_unassigned(self) -> None:
        """Each number has its list, and under six rows is the way to all of them."""
        with self.at("2026-03-04 09:00"):
            for n in range(8):
                actions.assign(self.report(f"Asked {n}"), by=self.ines, team=self.desk, assignee=self.alma)
            self.report("Nobody’s at all")
            actions.assign(self.report("Of my team"), by=self.ines, team=self.desk, assignee=None)
            held, answered = self.report("At the maker’s"), self.report("Answered")
            for ticket in (held, answered):
                actions.assign(ticket, by=self.ines, team=self.desk, assignee=self.alma)
                actions.reply(ticket, by=self.alma, message=self.say("On my way."))
            actions.hold(held, by=self.alma, reason="third_party")
            actions.receive(held, by=self.rui, message=self.say("And now?"))
            for ticket, hour in ((answered, "2026-03-04 10:00+00:00"), (held, "2026-03-05 08:00+00:00")):
                actions.set_due(ticket, by=self.alma, due_at=datetime.fromisoformat(hour))
            rollup.refresh()
        visit = self.look("/desk/reports/", by=self.alma)
        self.assertEqual(visit.words(".headline dd a.n-link"), ["10", "1", "9 within a day", "9", "1"])
        late, soon = (link.attributes["href"] or "" for link in visit.all(".headline a.n-link")[1:3])
        every = [link.text() for link in visit.all("section > p > a.n-link")]
        self.assertEqual(every, ["All 10", "All 9"])
        self.assertGreaterEqual(self.assertTrue_numbers(visit, self.alma), 7)
        self.assertEqual(self.look(late, by=self.alma).words("#list .row__title"), ["Answered"])
        self.assertIn("due within a day", " ".join(self.look(soon, by=self.alma).words(".sentence")))

    def test_what_is_late_and_what_is_due_have_sharp_edges(self) -> None:
        """Due this very moment is late; what waits with a stopped clock, or without a date, is neither."""
        with self.at("2026-01-01 00:00"):
            agreed.set_calendar(
                "Always", {"zone": "UTC", "hours": {d: [["00:00", "24:00"]] for d in DAYS}}, by=self.ines
            )
            gold = agreed.agree("Gold", by=self.ines, client=self.acme)
            targets = {p: {"first_response": 60, "next_response": 60, "resolution": 3 * 24 * 60} for p in "1234"}
            terms = {"calendar": "Always", "pauses": ["requester"], "targets": targets}
            agreed.amend(gold, terms, by=self.ines, version="1", valid_from=datetime(2026, 1, 1, tzinfo=UTC))
        with self.at("2026-03-04 09:00"):
            promised = [self.report("Broken"), self.report("Stopped"), self.report("Running")]
            of_others = {
                name: self.report(name, by=self.bea) for name in ("Now", "Before", "In a day", "Later", "Undated")
            }
            for ticket in (*promised, *of_others.values()):
                actions.assign(ticket, by=self.ines, team=self.desk, assignee=self.alma)
            for ticket in (*promised[1:], *of_others.values()):
                actions.reply(ticket, by=self.alma, message=self.say("What does it say?"))
            for ticket in (promised[1], of_others["Undated"]):
                actions.hold(ticket, by=self.alma, reason="requester")
            hours = {"Now": "04 12:00:00", "Before": "04 11:59:59", "In a day": "05 12:00:00", "Later": "05 12:00:01"}
            for name, hour in hours.items():
                due = datetime.fromisoformat(f"2026-03-{hour}+00:00")
                actions.set_due(of_others[name], by=self.alma, due_at=due)
            rollup.refresh()
        self.desk.leads.add(self.alma)
        with self.at(DAY):
            lists = {word: Filters(box="mine", due=word).tickets(self.alma) for word in ("late", "day", "any")}
            found = {word: sorted(tickets.values_list("subject", flat=True)) for word, tickets in lists.items()}
        dated = ["Before", "Broken", "In a day", "Later", "Now", "Running"]
        self.assertEqual(found, {"late": ["Before", "Broken", "Now"], "day": ["In a day"], "any": dated})
        for address in ("/desk/reports/", "/desk/reports/desk", f"/desk/reports/desk?team={self.desk.pk}&by=agent"):
            visit = self.look(address, by=self.alma)
            self.assertIn("late 3 1 within a day", " ".join(visit.words(".headline div")), address)
            due_next = visit.words("section[aria-labelledby=due-next] .row__title")
            self.assertEqual(due_next, ["Broken", "Before", "Now", "In a day", "Later", "Running"], address)
            self.assertGreater(self.assertTrue_numbers(visit, self.alma), 3, address)

    def test_a_lead_sees_what_is_late_and_nobodys_in_their_teams(self) -> None:
        with self.at("2026-03-01 09:00"):
            for team, name in ((self.desk, "Ours"), (self.network, "Theirs"), (None, "No team’s")):
                ticket = self.report(name)
                if team:
                    actions.assign(ticket, by=self.ines, team=team, assignee=None)
            rollup.refresh()
        self.desk.leads.add(self.alma)
        visit = self.look("/desk/reports/desk", by=self.alma)
        said = ["open and late 1 0 within a day", "open and nobody’s 1 oldest of Sun 1 Mar"]
        self.assertEqual(visit.words(".headline div")[-2:], said)
        link = visit.all(".headline a.n-link")[-1]
        page = self.look(link.attributes["href"] or "", by=self.alma)
        self.assertEqual(page.words("#list .row__title"), ["Ours"])
        self.assertIn("Team: the teams that I lead", " ".join(page.words(".sentence")))
        self.assertGreater(self.assertTrue_numbers(visit, self.alma), 3)
        by_all = self.look("/desk/reports/desk", by=self.ines)
        self.assertEqual([link.text() for link in by_all.all(".headline a.n-link")][-2:], ["3", "3"])
        of_one = self.look(f"/desk/reports/desk?team={self.network.pk}", by=self.ines)
        self.assertEqual([link.text() for link in of_one.all(".headline a.n-link")][-2:], ["1", "1"])

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
        self.assertLessEqual(self._queries("/desk/reports/"), 24)

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
