"""Saved views, columns and groups, urgency explained, read and unread, and what comes after an action."""

from datetime import timedelta
from unittest.mock import patch

from olmo.desk.models import SavedView
from olmo.kernel import clock
from olmo.people.models import AuditLine, Person
from olmo.tickets import actions, queries
from olmo.tickets.models import Ticket

from .base import PageTest, Visit


class Saving(PageTest):
    def save(self, *, by: Person | None = None, query: str = "box=all&tag=vpn", **more: object) -> Visit:
        return self.post("/desk/views/new", {"name": "VPN", "sharing": "private", "query": query, **more}, by=by)

    def names(self, by: Person) -> list[str]:
        items = self.get("/desk/", by=by).all(".nav__item")
        return [i.css("span")[0].text() for i in items if "view=" in (i.attributes["href"] or "")]

    def test_a_list_is_saved_in_one_step_and_shows_its_tickets(self) -> None:
        self.report("One", tags=["vpn"])
        self.report("Two")
        visit = self.save()
        view = SavedView.objects.get()
        self.assertEqual(visit.location, f"/desk/?view={view.pk}")
        page = self.get(visit.location)
        self.assertEqual(page.words("h1"), ["VPN"])
        self.assertEqual(page.words(".row__title"), ["One"])
        self.assertEqual(self.names(self.alma), ["VPN"])
        self.assertEqual(page.all('.nav a[aria-current="page"]')[0].attributes["href"], visit.location)

    def test_the_navigation_counts_views_when_it_is_asked(self) -> None:
        self.report("One", tags=["vpn"])
        self.save()
        self.save(query="box=all&kind=service_request")
        visit = self.look_again("/desk/nav?at=/desk/")
        counted = {i.attributes["href"]: len(i.css(".count")) for i in visit.all(".nav__item")}
        first, second = SavedView.objects.order_by("pk")
        self.assertEqual((counted[f"/desk/?view={first.pk}"], counted[f"/desk/?view={second.pk}"]), (1, 0))

    def test_who_is_in_no_team_and_leads_none_has_pages_and_views_with_nothing_of_them(self) -> None:
        self.report("One", tags=["vpn"])
        self.save(query="box=all&team=led", sharing="desk")
        self.otto.teams.clear()
        for address in (
            "", "?box=teams", "?box=escalated&sort=newest", "?box=all&team=led", "?box=all&team=led&priority=1&group=team",
            "?box=all&of=parent.1&unread=1", "reports/", "tasks", "escalations", "canned", "macros", "knowledge?q=printer",
        ):  # fmt: skip
            visit = self.get(f"/desk/{address}", by=self.otto)
            self.assertEqual((address, visit.status), (address, 200))
        self.assertEqual(self.look_again("/desk/nav?at=/desk/", by=self.otto).status, 200)
        self.assertEqual(self.get("/desk/?box=all&team=led", by=self.otto).words(".row__title"), [])

    def test_a_word_that_is_taken_away_stays_away(self) -> None:
        self.report("One", tags=["vpn"])
        self.report("Two")
        self.save()
        view = SavedView.objects.get()
        changed = self.get(f"/desk/?box=all&view={view.pk}")
        self.assertEqual(len(changed.all(".row")), 2)
        self.assertEqual(len(changed.all(f'form[action="/desk/views/{view.pk}/filters"]')), 1)
        self.post(f"/desk/views/{view.pk}/filters", {"query": changed.value('input[name="query"]')})
        self.assertEqual(len(self.get(f"/desk/?view={view.pk}").all(".row")), 2)

    def test_who_sees_a_view_and_who_changes_it(self) -> None:
        self.save(name="Private")
        self.save(name="Team", sharing="team", team=self.desk.pk)
        self.save(name="Desk", sharing="desk")
        self.assertEqual(self.names(self.alma), ["Desk", "Private", "Team"])
        self.assertEqual(self.names(self.ines), ["Desk", "Team"])
        self.assertEqual(self.names(self.tove), ["Desk"])
        private, team, desk = SavedView.objects.order_by("pk")
        for person, view, status in (
            (self.tove, private, 404), (self.ines, private, 404), (self.tove, team, 404), (self.tove, desk, 403),
            (self.ines, desk, 303), (self.ines, team, 303),
        ):  # fmt: skip
            with self.subTest(person=person.name, view=view.name):
                self.assertEqual(
                    self.post(f"/desk/views/{view.pk}/filters", {"query": "box=done"}, by=person).status, status
                )
        self.assertEqual(AuditLine.objects.filter(by=self.ines, subject__startswith="view: ").count(), 2)
        self.assertEqual(self.post(f"/desk/views/{team.pk}/deletion", by=self.tove).status, 404)

    def test_a_view_that_names_an_organisation_of_others_is_not_shown(self) -> None:
        self.save(name="Acme only", sharing="desk", query=f"box=all&client={self.acme.pk}")
        self.assertEqual(self.names(self.otto), [])
        self.assertEqual(self.get(f"/desk/?view={SavedView.objects.get().pk}", by=self.otto).status, 404)

    def test_a_wrong_form_names_the_field_and_keeps_what_was_typed(self) -> None:
        visit = self.save(name="Mine", sharing="team")
        self.assertEqual(visit.status, 422)
        self.assertIn("Say which team", visit.text)
        self.assertEqual(visit.value("#view-name"), "Mine")
        self.assertEqual(SavedView.objects.count(), 0)
        self.assertEqual(self.save(query="box=secret").status, 422)

    def test_views_are_renamed_put_in_order_and_deleted(self) -> None:
        for name in ("A", "B", "C"):
            self.save(name=name)
        a, b, _c = SavedView.objects.order_by("name")
        self.post(f"/desk/views/{b.pk}/order", {"to": "up"})
        self.assertEqual(self.names(self.alma), ["B", "A", "C"])
        self.post(f"/desk/views/{a.pk}", {"name": "Z", "sharing": "private"})
        self.post(f"/desk/views/{b.pk}/deletion")
        self.assertEqual(self.names(self.alma), ["Z", "C"])
        self.assertEqual(self.get("/desk/views").words("tbody th a"), ["Z", "C"])


class Drawing(PageTest):
    def draw(self, **choices: object) -> Visit:
        usual = {"column": ["people", "clock"], "density": "compact", "after_action": "stay", "box": "all"}
        return self.post("/desk/drawing", {**usual, **choices})

    def test_an_agent_chooses_columns_and_density(self) -> None:
        self.report("One", team=self.network, tags=["vpn"])
        self.draw(column=["team", "tags", "reason"])
        page = self.get("/desk/?box=all")
        self.assertEqual(page.words(".row__cell--team"), ["Network"])
        self.assertEqual(page.words(".row__cell--tags"), ["vpn"])
        self.assertEqual(page.words(".row__cell--reason"), ["Needs first response"])
        self.assertEqual(page.all(".row__people, .row__channel, .row > .who"), [])
        self.assertEqual(len(page.all(".list--compact")), 1)
        self.assertEqual(len(self.get("/desk/?box=all", by=self.tove).all(".row__people")), 1)

    def test_what_is_no_choice_is_refused(self) -> None:
        self.assertEqual(self.draw(density="tiny").status, 422)

    def test_rows_stand_in_groups(self) -> None:
        for subject, team in (("a", self.network), ("b", None), ("c", self.desk), ("d", self.network)):
            self.report(subject, team=team)
        page = self.get("/desk/?box=all&group=team&sort=oldest")
        self.assertEqual(page.words(".group"), ["Network", "Service desk", "No team"])
        self.assertEqual(page.words(".row__title"), ["a", "d", "c", "b"])
        self.assertEqual(self.get("/desk/?box=all&group=priority").words(".group"), ["Normal"])
        self.assertEqual(self.get("/desk/?box=all&group=none").words(".group"), [])


class Urgency(PageTest):
    def test_what_must_be_acted_on_first_stands_first_and_says_why(self) -> None:
        calm, urgent = self.report("Calm", impact=3, urgency=3), self.report("Urgent", impact=1, urgency=1)
        agreed = self.report("Agreed")
        actions.set_due(agreed, by=self.alma, due_at=clock.now() + timedelta(minutes=20))
        page = self.get("/desk/")
        self.assertEqual(page.words(".row__title"), ["Agreed", "Urgent", "Calm"])
        self.assertEqual(len(page.all(f'details[data-from="/desk/tickets/{urgent.number}/why"]')), 1)
        why = self.look_again(f"/desk/tickets/{calm.number}/why").text
        for part in ("Rui Alves has waited for a first answer since", "priority low allows 3 days"):
            self.assertIn(part, why)
        self.assertIn("It was agreed for", self.get(f"/desk/tickets/{agreed.number}/why").text)
        self.assertEqual(self.get(f"/desk/tickets/{calm.number}/why", by=self.otto).status, 404)

    def test_pages_by_urgency_follow_one_another_without_a_gap(self) -> None:
        for n in range(30):
            ticket = self.report(f"T{n}")
            if n % 3 == 0:
                actions.hold(ticket, by=self.alma, reason="third_party")
        seen: list[str] = []
        url = "/desk/?box=open&sort=urgency"
        while url:
            visit = self.get(url)
            seen += visit.words(".row__title")
            more = visit.all('.pages a[rel="next"]')
            url = (more[0].attributes["href"] or "") if more else ""
        self.assertEqual(sorted(seen), sorted(f"T{n}" for n in range(30)))


class FurtherWords(PageTest):
    def test_each_further_word_narrows_the_list(self) -> None:
        first = self.report("first", channel="phone", assignee=self.tove, team=self.network)
        second = self.report("second", by=self.bea, language="it")
        with self.at("2026-03-02 09:00"):
            self.report("old")
        self.get(self.url(second))
        for query, titles in (
            ("channel=phone", {"first"}), (f"assignee={self.tove.pk}", {"first"}), ("assignee=none", {"second", "old"}),
            (f"requester={self.bea.pk}", {"second"}), ("language=it", {"second"}), ("opened=7d", {"first", "second"}),
            ("updated=2026-03-03", {"first", "second"}), ("unread=1", {"first", "old"}), ("reason=in_progress", {"first"}),
        ):  # fmt: skip
            with self.subTest(query):
                page = self.get(f"/desk/?box=all&{query}")
                self.assertEqual(set(page.words(".row__title")), titles)
                self.assertEqual(Ticket.objects.filter(pk=first.pk).count(), 1)

    def test_more_words_and_people_are_offered(self) -> None:
        further = self.look_again("/desk/choices/further?box=all")
        self.assertIn("Agent", further.words("a[data-further]"))
        found = self.look_again("/desk/choices/requester?box=all&find=bruni")
        self.assertIn("Bea Bruni", found.words("a.menu__item"))
        self.assertNotIn("Rui", self.look_again("/desk/choices/requester?find=rui", by=self.otto).text)

    def test_what_is_no_day_and_nobody_is_refused(self) -> None:
        for query in ("opened=tomorrow", "updated=2026-02-31", "assignee=x", "requester=x", "unread=2", "reason=why"):
            with self.subTest(query):
                self.assertEqual(self.get(f"/desk/?{query}").status, 422)

    def test_a_search_that_ends_before_the_page_is_full_goes_on_by_hand(self) -> None:
        for n in range(9):
            self.report(f"T{n}", kind="service_request" if n == 0 else "incident")
        with patch.object(queries, "DEPTH", 5):
            page = self.get("/desk/?box=all&kind=service_request&sort=newest")
            self.assertEqual(page.words(".row__title"), [])
            more = page.one(".pages a[rel=next]")
            self.assertIn("data-by-hand", more.attributes)
            second = self.get(more.attributes["href"] or "")
            self.assertEqual(second.words(".row__title"), ["T0"])
            self.assertEqual(second.all(".pages a[rel=next]"), [])


class Boxes(PageTest):
    def test_the_inbox_holds_mine_and_what_nobody_took_of_my_teams(self) -> None:
        mine, theirs = self.report("mine"), self.report("theirs")
        self.report("team", team=self.desk)
        self.report("other team", team=self.network)
        actions.assign(mine, by=self.ines, team=None, assignee=self.alma)
        actions.assign(theirs, by=self.ines, team=self.desk, assignee=self.ines)
        self.assertEqual(set(self.get("/desk/").words(".row__title")), {"mine", "team"})
        actions.hold(mine, by=self.alma, reason="requester")
        self.assertEqual(self.get("/desk/?box=snoozed").words(".row__title"), ["mine"])
        actions.resolve(mine, by=self.alma, code="fixed")
        self.assertEqual(self.get("/desk/?box=finished").words(".row__title"), ["mine"])

    def test_an_escalation_to_my_team_waits_until_it_is_taken(self) -> None:
        ticket = self.report("Switch")
        actions.escalate(ticket, by=self.alma, note="Please", team=self.network)
        self.assertEqual(self.get("/desk/?box=escalated", by=self.tove).words(".row__title"), ["Switch"])
        self.assertEqual(self.get("/desk/?box=escalated").all(".row"), [])
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove)
        self.assertEqual(self.get("/desk/?box=escalated", by=self.tove).all(".row"), [])


class Marking(PageTest):
    def test_chosen_tickets_become_read_and_unread(self) -> None:
        one, two = self.report("One"), self.report("Two")
        marked = "li.row[data-unread]"
        visit = self.post("/desk/reads", {"ticket": [one.number, two.number], "read": "1", "next": "/desk/?box=all"})
        self.assertEqual(visit.location, "/desk/?box=all")
        self.assertEqual(self.get("/desk/?box=all").all(marked), [])
        self.post("/desk/reads", {"ticket": [one.number], "read": "0", "next": "https://evil.example/"})
        self.assertEqual(len(self.get("/desk/?box=all").all(marked)), 1)

    def test_another_organisation_is_passed_over_and_nothing_leads_away(self) -> None:
        ticket = self.report("One")
        visit = self.post(
            "/desk/reads", {"ticket": [ticket.number], "read": "1", "next": "//evil.example"}, by=self.otto
        )
        self.assertEqual(visit.location, "/desk/")
        self.assertEqual(queries.unread(self.otto, [{"id": ticket.pk, "version": 1}]), {ticket.pk})


class GoingOn(PageTest):
    def resolve(self, after: str) -> tuple[str, list[Ticket]]:
        tickets = [self.report(f"T{n}") for n in range(3)]
        browser = self.as_(self.alma)
        choices = {
            "column": ["people"],
            "density": "comfortable",
            "after_action": after,
            "box": "all",
            "sort": "oldest",
        }
        browser.post("/desk/drawing", choices)
        browser.get("/desk/?box=all&sort=oldest")
        answer = browser.post(self.url(tickets[1], "resolution"), {"code": "fixed", "seen": tickets[1].version})
        return answer["Location"], tickets

    def test_one_stays_on_the_ticket_unless_one_said_otherwise(self) -> None:
        location, tickets = self.resolve("stay")
        self.assertEqual(location, self.url(tickets[1]))

    def test_one_goes_on_to_the_next_ticket_of_the_list(self) -> None:
        location, tickets = self.resolve("next")
        self.assertEqual(location, self.url(tickets[2]))

    def test_one_goes_back_to_the_list(self) -> None:
        self.assertEqual(self.resolve("list")[0], "/desk/?box=all&sort=oldest")

    def test_the_ticket_leads_back_to_the_list_that_one_came_from(self) -> None:
        ticket, browser = self.report("One"), self.as_(self.alma)
        browser.get("/desk/?box=unassigned&sort=newest")
        page = Visit(browser.get(self.url(ticket)))
        self.assertEqual(page.one('[data-command="back"]').attributes["href"], "/desk/?box=unassigned&sort=newest")
