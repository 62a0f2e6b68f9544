"""The report of ratings: counted for those who may see, with how sure it is, down to the very answers, and out as a file."""

from unittest.mock import patch

from django.test import Client as Browser
from django.utils.html import strip_tags

from olmo.kernel.intervals import wilson
from olmo.people import signin
from olmo.people.models import AuditLine, Person
from olmo.reports import satisfaction
from olmo.reports.exports import streaming
from olmo.reports.queries import Lens
from olmo.surveys.models import Invitation
from olmo.surveys.rating import rate
from olmo.surveys.tests.base import SurveyTest
from olmo.tickets import actions


class RatingsReport(SurveyTest):
    def setUp(self) -> None:
        super().setUp()
        self.ask(every_days=0)

    def browser(self, person: Person) -> Browser:
        browser = Browser()
        browser.force_login(person, backend=signin.BACKEND)
        return browser

    def rated(self, *scores: int, by: Person | None = None, agent: Person | None = None, comment: str = "") -> None:
        requester, solver = by or self.rui, agent or self.alma
        for score in scores:
            ticket = self.report("VPN", by=requester)
            actions.assign(
                ticket, by=self.ines, team=self.desk if solver == self.alma else self.network, assignee=solver
            )
            actions.resolve(ticket, by=solver, code="fixed", note="Done.")
            rate(ticket, by=requester, score=score, comment=comment)

    def lens(self, viewer: Person) -> Lens:
        from olmo.desk.reports.looking import today

        return Lens(viewer=viewer, first=today(), last=today())

    def test_counts_apart_by_each_thing(self) -> None:
        self.rated(5, 4, 4, 2, 5, 1)
        self.rated(5, agent=self.tove)
        self.rated(3, by=self.bea)
        lens = self.lens(self.ines)
        by_agent = satisfaction.results(lens, "agent")
        self.assertEqual((by_agent[str(self.alma.pk)].n, by_agent[str(self.alma.pk)].satisfied), (7, 4))
        self.assertEqual(by_agent[str(self.tove.pk)].share, None)  # too few
        self.assertEqual(satisfaction.results(lens, "client")[str(self.bolt.pk)].n, 1)
        self.assertEqual(satisfaction.results(lens, "team")[str(self.network.pk)].satisfied, 1)
        self.assertEqual(satisfaction.scores(lens), {5: 3, 4: 2, 3: 1, 2: 1, 1: 1})
        self.assertEqual(sum(one.n for _monday, one in satisfaction.weeks(lens)), 8)

    def test_of_whom_was_asked_how_many_answered(self) -> None:
        asked = [self.solved(f"No. {n}") for n in range(4)]
        rate(asked[0], by=self.rui, score=5)
        found = satisfaction.whole(self.lens(self.ines))
        self.assertEqual((found.asked, found.answered, found.response, Invitation.objects.count()), (4, 1, 25, 4))

    def test_the_interval_is_wilson_s(self) -> None:
        # Agresti, Coull 1998; Wikipedia's worked figures for 8 of 10 and for none of 5.
        self.assertEqual([round(bound, 4) for bound in wilson(8, 10)], [0.4902, 0.9433])
        self.assertEqual([round(bound, 4) for bound in wilson(0, 5)], [0.0, 0.4345])
        self.assertEqual(wilson(5, 5)[1], 1.0)

    def test_the_page_says_too_few_where_they_are(self) -> None:
        self.rated(5, 4, 4, 2, 5)
        self.rated(1, agent=self.tove)
        page = self.browser(self.ines).get("/desk/reports/ratings?by=agent")
        words = " ".join(strip_tags(page.content.decode()).split())
        self.assertIn("67 % were satisfied", words)
        self.assertRegex(words, r"Tove Lind\s*1\s*too few")

    def test_leads_see_their_teams_and_nobody_else_sees_the_page(self) -> None:
        self.rated(5, comment="For the desk")
        self.rated(1, agent=self.tove, comment="For the network")
        self.network.leads.add(self.tove)
        self.assertEqual(self.browser(self.alma).get("/desk/reports/ratings").status_code, 404)
        self.assertEqual(self.browser(self.alma).get("/desk/reports/ratings/answers").status_code, 404)
        self.assertEqual(self.browser(self.rui).get("/desk/reports/ratings").status_code, 404)
        theirs = self.browser(self.tove).get("/desk/reports/ratings/answers")
        self.assertContains(theirs, "For the network")
        self.assertNotContains(theirs, "For the desk")
        self.assertEqual(self.browser(self.tove).get(f"/desk/reports/ratings?team={self.desk.pk}").status_code, 404)

    def test_whoever_does_not_work_for_a_client_counts_nothing_of_it(self) -> None:
        self.rated(5, 5, 5, 5, 5)
        self.desk.leads.add(self.otto)
        self.assertEqual(satisfaction.whole(self.lens(self.otto)).n, 0)
        self.assertContains(self.browser(self.otto).get("/desk/reports/ratings/answers"), "No answers")

    def test_each_number_leads_to_as_many_answers(self) -> None:
        self.rated(5, 4, 1, comment="Words of it")
        self.rated(5, agent=self.tove)
        browser = self.browser(self.ines)
        for query, n in ((f"by=agent&value={self.alma.pk}", 3), ("score=5", 2), (f"by=client&value={self.acme.pk}", 4)):
            self.assertContains(browser.get(f"/desk/reports/ratings/answers?{query}"), 'class="came-up__one"', count=n)
        self.assertContains(browser.get("/desk/reports/ratings/answers?score=1"), "Words of it")

    def test_agents_see_their_own_answers_and_their_share_on_their_day(self) -> None:
        self.rated(5, 5, 5, 4, 1, comment="Thanks, Alma")
        self.rated(2, agent=self.tove, comment="Not Alma")
        browser = self.browser(self.alma)
        from olmo.reports import rollup

        rollup.refresh()
        self.assertContains(browser.get("/desk/reports/"), "Satisfied with the help")
        self.assertContains(browser.get("/desk/reports/"), "80 %")
        own = browser.get("/desk/reports/ratings/answers?own=1")
        self.assertContains(own, "Thanks, Alma", count=5)
        self.assertNotContains(own, "Not Alma")

    def test_a_file_holds_the_same_answers_harmless_and_the_log_says_who_took_it(self) -> None:
        self.rated(1, 5, 4, comment="=cmd|' /C calc'!A0")
        browser = self.browser(self.ines)
        with patch.object(streaming, "AT_A_TIME", 2):
            text = b"".join(browser.post("/desk/reports/ratings/answers.csv")).decode("utf-8-sig")
        self.assertEqual(
            [line.split(",")[8] for line in text.strip().splitlines()], ["Rating", "Good", "Very good", "Very poor"]
        )
        self.assertIn("Very poor", text)
        self.assertNotIn(",=cmd", text)
        book = b"".join(browser.post("/desk/reports/ratings/answers.xlsx"))
        self.assertTrue(book.startswith(b"PK"))
        taken = AuditLine.objects.filter(subject__startswith="export: ratings")
        self.assertEqual([line.change["rows"] for line in taken], [[None, 3], [None, 3]])

    def test_what_no_report_can_show_is_refused(self) -> None:
        browser = self.browser(self.ines)
        for query in ("score=x", "value=-1", "days=400", "team=x", "after=x"):
            self.assertEqual(browser.get(f"/desk/reports/ratings/answers?{query}").status_code, 422, query)
