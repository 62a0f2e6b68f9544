"""Suggestions beside a ticket, and the administrator's page of triage."""

from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.desk.tests.base import PageTest
from olmo.people.models import AuditLine
from olmo.routing import suggesting
from olmo.routing.models import Target, Triage
from olmo.routing.tests.learnt import LearntDesk
from olmo.tickets import actions
from olmo.tickets.models import Channel, Ticket


class BesideATicket(LearntDesk, PageTest):
    def test_the_guesses_stand_in_the_panel_with_how_sure_they_are(self) -> None:
        visit = self.get(self.url(self.mailed()))
        self.assertEqual(visit.words("#panel .triage h3"), ["Category", "Team"])
        self.assertRegex(visit.words("#panel .triage__guess")[0], r"^Printers \d+ %$")

    def test_a_press_sets_it_with_undo_and_it_is_gone(self) -> None:
        ticket = self.mailed()
        done = self.post(self.url(ticket, "triage"), {"target": "category", "label": str(self.printers.pk)})
        self.assertEqual((done.status, done.location), (303, self.url(ticket)))
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).category_id, self.printers.pk)
        self.assertEqual(self.get(self.url(ticket)).words("#panel .triage h3"), ["Team"])

    def test_what_was_not_suggested_is_not_found(self) -> None:
        ticket = self.mailed()
        for target, label in (("category", "999999"), ("x", "1"), ("", "")):
            self.assertEqual(self.post(self.url(ticket, "triage"), {"target": target, "label": label}).status, 404)

    def test_of_another_organisation_there_is_nothing(self) -> None:
        ticket = self.mailed()
        data = {"target": "category", "label": str(self.printers.pk)}
        self.assertEqual(self.post(self.url(ticket, "triage"), data, by=self.otto).status, 404)
        self.assertIsNone(Ticket.objects.get(pk=ticket.pk).category_id)

    def test_without_suggestions_there_is_no_section(self) -> None:
        ticket = self.mailed(category=self.printers, team=self.desk)
        self.assertEqual(self.get(self.url(ticket)).all(".triage"), [])

    def test_the_page_costs_one_query_more_as_long_as_something_is_to_be_decided(self) -> None:
        ticket, client = self.mailed(), self.as_(self.alma)
        actions.reply(ticket, by=self.alma, message=self.say("We are on it."))
        client.get(self.url(ticket))
        costs = []
        for channel in (Channel.MAIL, Channel.PHONE):  # at the phone nothing is suggested
            with patch.object(suggesting, "CHANNELS", (channel,)), CaptureQueriesContext(connection) as asked:
                client.get(self.url(ticket))
            costs.append(len(asked))
        self.assertEqual(costs[0], costs[1] + 1)
        self.assertLessEqual(costs[0], 21)


class LookingAfterIt(LearntDesk, PageTest):
    def test_the_page_tells_what_was_learnt_and_why_something_is_off(self) -> None:
        Triage.objects.filter(target=Target.TEAM).update(learnt_at=None, found=12)
        visit = self.get("/desk/admin/triage", by=self.ines)
        self.assertEqual(visit.status, 200)
        self.assertIn("There are 12 finished tickets with an answer to learn from; 50 are needed.", visit.text)
        self.assertIn("from 60 tickets with 2 answers", " ".join(visit.words(".admin-triage")))

    def test_the_form_saves_per_cent_and_leaves_a_line(self) -> None:
        page = "/desk/admin/triage/category"
        seen = self.get(page, by=self.ines).value("[name=seen]")
        data = {"is_on": "on", "acts_alone": "on", "percent": "97", "seen": seen}
        self.assertEqual(self.post(page, data, by=self.ines).status, 303)
        row = Triage.objects.get(target=Target.CATEGORY)
        self.assertEqual((row.acts_alone, row.precision), (True, 0.97))
        self.assertEqual(AuditLine.objects.latest("pk").subject, "triage: category")

    def test_a_precision_out_of_bounds_is_named_and_kept(self) -> None:
        visit = self.post("/desk/admin/triage/category", {"is_on": "on", "percent": "100"}, by=self.ines)
        self.assertEqual((visit.status, visit.value("[name=percent]")), (422, "100"))
        self.assertEqual(len(visit.all("#id_percent-field .wrong")), 1)

    def test_learning_is_queued_by_a_press_and_only_once(self) -> None:
        for _n in range(2):
            self.assertEqual(self.post("/desk/admin/triage", by=self.ines).status, 303)
        self.assertIn("queued or under way", self.get("/desk/admin/triage", by=self.ines).text)

    def test_nobody_else_finds_it(self) -> None:
        for path in ("triage", "triage/category"):
            self.assertEqual(self.get(f"/desk/admin/{path}").status, 404)
        self.assertEqual(self.post("/desk/admin/triage").status, 404)
        self.assertEqual(self.get("/desk/admin/triage/nothing", by=self.ines).status, 404)

    def test_the_search_of_settings_finds_it(self) -> None:
        self.assertIn("/desk/admin/triage", self.get("/desk/admin/?q=triage", by=self.ines).text)
