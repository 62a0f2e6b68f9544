"""The list: who sees what, boxes and filters, pages, unread marks, and what it costs."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.kernel import clock
from olmo.tickets import actions
from olmo.tickets.boxes import BOXES

from .base import PageTest

LIST = "/desk/"


class WhoMayLook(PageTest):
    def test_a_stranger_is_sent_to_the_sign_in_and_comes_back(self) -> None:
        visit = self.stranger("/desk/?box=open&sort=due")
        self.assertEqual(visit.status, 303)
        self.assertIn("next=%2Fdesk%2F%3Fbox%3Dopen%26sort%3Ddue", visit.location)

    def test_a_requester_is_told_that_there_is_no_such_page(self) -> None:
        self.assertEqual(self.get(LIST, by=self.rui).status, 404)

    def test_an_agent_of_one_client_sees_only_its_tickets(self) -> None:
        self.report("Acme printer")
        self.report("Bolt printer", by=self.bea)
        self.assertEqual(self.get("/desk/?box=all", by=self.otto).words(".row__title"), ["Bolt printer"])

    def test_the_name_of_another_client_is_not_told_by_a_filter(self) -> None:
        visit = self.get(f"/desk/?box=all&client={self.acme.pk}", by=self.otto)
        self.assertNotIn("Acme", visit.text)
        self.assertEqual(visit.all(".row"), [])


class Boxes(PageTest):
    def test_each_box_holds_its_tickets(self) -> None:
        mine, team, _nobody = self.report("mine"), self.report("team"), self.report("nobody")
        actions.assign(mine, by=self.ines, team=self.desk, assignee=self.alma)
        actions.assign(team, by=self.ines, team=self.desk, assignee=None)
        waiting, done = self.report("waiting"), self.report("done")
        actions.hold(waiting, by=self.alma, reason="requester")
        actions.resolve(done, by=self.alma, code="fixed")
        held = {box: set(self.get(f"/desk/?box={box}").words(".row__title")) for box in BOXES}
        self.assertEqual(held["mine"], {"mine"})
        self.assertEqual(held["teams"], {"mine", "team"})
        self.assertEqual(held["unassigned"], {"team", "nobody", "waiting"})
        self.assertEqual(held["waiting"], {"waiting"})
        self.assertEqual(held["done"], {"done"})
        self.assertEqual(held["open"], {"mine", "team", "nobody", "waiting"})
        self.assertEqual(len(held["all"]), 5)

    def test_the_navigation_counts_up_to_a_hundred(self) -> None:
        for n in range(3):
            self.report(f"ticket {n}")
        counted = [item for item in self.get(LIST).all(".nav .nav__item") if item.css(".count")]
        words = [" ".join(item.text(separator=" ").split()) for item in counted]
        self.assertEqual(words, ["To do 3", "Unassigned 3"])

    def test_an_empty_box_says_so_and_names_a_next_step(self) -> None:
        visit = self.get(LIST)
        self.assertEqual(visit.words(".blank h2"), ["All done here"])
        self.assertEqual(visit.one(".blank .button").attributes["href"], "/desk/?box=open")


class Narrowing(PageTest):
    def test_words_of_the_sentence_narrow_the_list(self) -> None:
        first = self.report("first", impact=1, urgency=1, team=self.network, tags=["vpn"])
        self.report("second", kind="service_request")
        for query in (f"team={self.network.pk}", "priority=1", "tag=vpn", "kind=incident"):
            with self.subTest(query):
                self.assertEqual(self.get(f"/desk/?box=all&{query}").words(".row > .number"), [str(first.number)])
        self.assertEqual(self.get("/desk/?box=all&team=none").words(".row__title"), ["second"])
        self.assertEqual(len(self.get(f"/desk/?box=all&client={self.acme.pk}").all(".row")), 2)

    def test_the_sentence_tells_what_is_shown(self) -> None:
        visit = self.get(f"/desk/?box=open&client={self.acme.pk}&priority=1&sort=due")
        words = " ".join(visit.words(".sentence"))
        for part in ("anybody", "Acme Industrial", "priority critical", "what is due first"):
            self.assertIn(part, words)

    def test_a_word_offers_its_choices_as_a_page_and_as_a_part(self) -> None:
        page = self.get("/desk/choices/team?box=open&priority=1")
        part = self.look_again("/desk/choices/team?box=open&priority=1")
        for visit in (page, part):
            links = [node.attributes["href"] for node in visit.all("a.menu__item")]
            self.assertIn(f"/desk/?box=open&team={self.network.pk}&priority=1", links)
        self.assertEqual(len(page.all("nav.nav")), 1)
        self.assertEqual(part.all("nav.nav"), [])

    def test_a_list_without_a_fit_leads_back_to_the_whole_list(self) -> None:
        self.report("something")
        visit = self.get("/desk/?box=all&priority=1")
        self.assertEqual(visit.one(".blank .button--main").attributes["href"], "/desk/?box=all")

    def test_what_a_list_cannot_show_is_refused(self) -> None:
        for query in ("box=secret", "sort=password", "priority=9", "kind=x", "client=1;drop", "team=abc", "after=x"):
            with self.subTest(query):
                self.assertEqual(self.get(f"/desk/?{query}").status, 422)
        self.assertEqual(self.get("/desk/choices/password").status, 404)


class Pages(PageTest):
    def many(self, count: int) -> None:
        for n in range(count):
            with self.at(f"2026-03-0{1 + n // 20} 09:{n % 20:02}"):
                self.report(f"ticket {n}")

    def test_pages_follow_one_another_without_a_gap_or_a_double(self) -> None:
        self.many(57)
        seen: list[str] = []
        url = "/desk/?box=all&sort=oldest"
        while url:
            visit = self.get(url)
            seen += visit.words(".row__title")
            more = visit.all('.pages a[rel="next"]')
            url = (more[0].attributes["href"] or "") if more else ""
        self.assertEqual(seen, [f"ticket {n}" for n in range(57)])

    def test_a_later_page_leads_back_to_the_beginning(self) -> None:
        self.many(30)
        first = self.get("/desk/?box=all")
        self.assertEqual(len(first.all(".pages a")), 1)
        second = self.get(first.one('.pages a[rel="next"]').attributes["href"] or "")
        self.assertEqual(second.all(".pages a")[0].attributes["href"], "/desk/?box=all")


class Rows(PageTest):
    def test_a_row_tells_what_an_agent_decides_by(self) -> None:
        ticket = self.report("Printer <b>on fire</b>", text="It burns & smokes.", impact=1, urgency=1, channel="phone")
        actions.assign(ticket, by=self.ines, team=self.desk, assignee=self.tove)
        row = self.get("/desk/?box=all")
        self.assertEqual(row.words(".row__title"), ["Printer <b>on fire</b>"])
        self.assertEqual(row.words(".row__last"), ["It burns & smokes."])
        self.assertEqual(row.words(".row__people"), ["Rui Alves · Acme Industrial"])
        self.assertEqual(row.one(".row .priority").attributes["data-level"], "1")
        self.assertEqual(row.words(".row__channel"), ["Phone"])
        self.assertEqual(row.one(".row .who").attributes["aria-label"], "Tove Lind")

    def test_what_is_late_soon_or_waiting_stands_under_its_heading(self) -> None:
        for subject, minutes in (("soon", 30), ("later", 4000)):
            actions.set_due(self.report(subject), by=self.alma, due_at=clock.now() + timedelta(minutes=minutes))
        with self.at("2026-03-02 09:00"):
            late = self.report("late")
            actions.set_due(late, by=self.alma, due_at=clock.now() + timedelta(hours=1))
        self.report("whenever")
        visit = self.get("/desk/?box=open&sort=due")
        self.assertEqual(visit.words(".group"), ["Late", "Within the hour", "Later", "Without a date"])
        self.assertEqual(visit.words(".row__title"), ["late", "soon", "later", "whenever"])
        self.assertEqual(visit.words(".group--late"), ["Late"])

    def test_what_was_put_off_to_a_date_does_not_stand_under_now(self) -> None:
        with self.at("2026-03-02 09:00"):
            known, unseen = self.report("late already"), self.report("late meanwhile")
            actions.set_due(known, by=self.alma, due_at=clock.now() + timedelta(hours=1))
        with self.at("2026-03-02 12:00"):
            actions.set_due(unseen, by=self.alma, due_at=clock.now() + timedelta(hours=1))
            for ticket in (known, unseen):
                actions.hold(ticket, by=self.alma, reason="date", wake_at=clock.now() + timedelta(days=5))
        with self.at("2026-03-03 09:00"):
            visit = self.get("/desk/?box=open&sort=urgency")
        self.assertEqual(visit.words(".group"), ["Now", "Later"])
        self.assertEqual(visit.words(".row__title"), ["late meanwhile", "late already"])
        states = [mark.attributes["data-state"] for mark in visit.all(".row .clock")]
        self.assertEqual(states, ["late", "paused"])

    def test_what_changed_since_i_looked_is_marked_until_i_look(self) -> None:
        ticket = self.report("Something new")
        marked = "li.row[data-unread]"
        self.assertEqual(len(self.get("/desk/?box=all").all(marked)), 1)
        self.get(self.url(ticket))
        self.assertEqual(self.get("/desk/?box=all").all(marked), [])
        self.assertEqual(len(self.get("/desk/?box=all", by=self.tove).all(marked)), 1)
        actions.receive(ticket, by=self.rui, message=self.say("Still broken."))
        self.assertEqual(len(self.get("/desk/?box=all").all(marked)), 1)


class Cost(PageTest):
    def test_the_number_of_queries_does_not_grow_with_the_rows(self) -> None:
        client, costs = self.as_(self.alma), []
        for count in (1, 30):
            for n in range(count):
                self.report(f"{count} {n}")
            with CaptureQueriesContext(connection) as queries:
                client.get("/desk/?box=all")
            costs.append(len(queries))
        self.assertEqual(costs[0], costs[1])
        # session, transaction (2), scope (3), person; then ids, rows, unread marks, counts
        self.assertLessEqual(costs[0], 10)

    def test_a_script_that_looks_again_gets_the_list_alone(self) -> None:
        self.report("Something")
        visit = self.look_again("/desk/?box=all")
        self.assertEqual(len(visit.all("#list .row")), 1)
        self.assertEqual(visit.all("nav.nav"), [])
        self.assertNotIn("<!doctype", visit.text)
