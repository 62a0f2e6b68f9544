"""A bad rating becomes somebody's task; a solution is looked at again."""

from datetime import timedelta

from django.test import Client as Browser

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.desk.surveys import judged
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.notifications.judged import remind
from olmo.people import signin
from olmo.surveys import administration, following_up
from olmo.surveys.models import FollowUp
from olmo.surveys.rating import rate
from olmo.tickets import actions, queries, undo
from olmo.tickets.models import Category, Message, Status, Ticket

from .base import SurveyTest


class ABadRating(SurveyTest):
    def setUp(self) -> None:
        super().setUp()
        self.desk.leads.add(self.ines)

    def badly(self, score: int = 1, comment: str = "Nobody called.") -> Ticket:
        ticket = self.solved()
        rate(ticket, by=self.rui, score=score, comment=comment)
        do_jobs()
        return ticket

    def test_is_a_task_of_who_leads_the_team_and_they_hear_of_it(self) -> None:
        ticket = self.badly()
        self.assertEqual([row["ticket"].pk for row in judged.rows(self.ines)], [ticket.pk])
        self.assertEqual((judged.rows(self.alma), judged.rows(self.tove)), ([], []))
        told = [mail for mail in envelopes(purpose="notice") if "rated the help" in mail.text]
        self.assertEqual([mail.to for mail in told], ["ines@desk.example"])
        self.assertIn("Rui Alves rated the help: Very poor.", told[0].text)
        self.assertEqual(list(queries.box(self.ines, "followups")), [ticket])
        self.assertEqual(list(queries.box(self.alma, "followups")), [])

    def test_is_a_task_of_the_team_where_nobody_leads_it(self) -> None:
        self.desk.leads.clear()
        ticket = self.badly()
        self.assertEqual([row["ticket"].pk for row in judged.rows(self.alma)], [ticket.pk])

    def test_a_good_one_is_none(self) -> None:
        self.badly(score=3)
        self.assertFalse(FollowUp.objects.exists())

    def test_is_not_shown_to_a_lead_who_does_not_work_for_that_client(self) -> None:
        self.desk.leads.set([self.otto])
        self.badly()
        self.assertEqual((judged.rows(self.otto), list(queries.box(self.otto, "followups"))), ([], []))

    def test_is_closed_with_what_was_done(self) -> None:
        ticket = self.badly()
        (task,) = following_up.open_of(ticket)
        with self.assertRaises(Invalid):
            following_up.finish(task, by=self.ines, outcome="spoken", note=" ")
        with self.assertRaises(Invalid):
            following_up.finish(task, by=self.ines, outcome="solved", note="It does.")
        with self.assertRaises(Conflict):
            following_up.drop(task, by=self.ines)
        following_up.finish(task, by=self.ines, outcome="spoken", note="Called; she is content now.")
        self.assertEqual(judged.rows(self.ines), [])
        self.assertEqual(Message.objects.get(text__startswith="Called").kind, "internal")
        self.assertLogged(ticket, "opened", "assigned", "resolved", "rated", "follow_up_planned", "follow_up_done")
        with self.assertRaises(Conflict):
            following_up.finish(task, by=self.ines, outcome="spoken", note="Again.")

    def test_may_end_in_the_ticket_being_opened_again(self) -> None:
        ticket = self.badly()
        following_up.finish(
            following_up.open_of(ticket)[0], by=self.ines, outcome="reopened", note="Not mended at all."
        )
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.OPEN)

    def test_is_one_task_however_often_the_answer_is_changed(self) -> None:
        ticket = self.badly()
        rate(ticket, by=self.rui, score=2, comment="Well.")
        self.assertEqual(FollowUp.objects.count(), 1)

    def test_stays_a_task_when_the_request_is_opened_again(self) -> None:
        ticket = self.badly()
        actions.reopen(ticket, by=self.rui)
        do_jobs()
        self.assertEqual(len(judged.rows(self.ines)), 1)

    def test_is_refused_to_whom_the_ticket_does_not_concern(self) -> None:
        (task,) = following_up.open_of(self.badly())
        with self.assertRaises(NotAllowed):
            following_up.finish(task, by=self.rui, outcome="spoken", note="x")
        with self.assertRaises(NotFound):
            following_up.finish(task, by=self.otto, outcome="spoken", note="x")


class ALookAtASolution(SurveyTest):
    def test_is_planned_while_resolving_and_stands_in_the_list_on_its_day(self) -> None:
        ticket = self.report("VPN")
        browser = Browser()
        browser.force_login(self.alma, backend=signin.BACKEND)
        at = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
        answer = browser.post(
            f"/desk/tickets/{ticket.number}/resolution", {"code": "fixed", "note": "Done.", "look_at": at}
        )
        self.assertEqual(answer.status_code, 303)
        planned = FollowUp.objects.get()
        self.assertEqual((planned.person, planned.why), (self.alma, "check"))
        self.assertEqual(list(queries.box(self.alma, "followups")), [])
        FollowUp.objects.update(due_at=clock.now() - timedelta(minutes=1))
        self.assertEqual(list(queries.box(self.alma, "followups")), [ticket])
        page = browser.get(f"/desk/tickets/{ticket.number}")
        self.assertContains(page, "After the solution")
        self.assertContains(browser.get(f"/desk/tickets/{ticket.number}/followed_up"), "It does not hold: reopened")
        done = browser.post(f"/desk/tickets/{ticket.number}/followed_up", {"outcome": "solved", "note": ""})
        self.assertEqual((done.status_code, FollowUp.objects.get().outcome), (303, "solved"))
        late = browser.post(f"/desk/tickets/{ticket.number}/followed_up", {"outcome": "solved", "note": "x"})
        self.assertContains(late, "already", status_code=409)

    def test_in_the_past_is_refused_at_its_field_and_nothing_is_resolved(self) -> None:
        ticket = self.report("VPN")
        browser = Browser()
        browser.force_login(self.alma, backend=signin.BACKEND)
        typed = {"code": "fixed", "note": "Kept words.", "look_at": "2020-01-01T09:00"}
        answer = browser.post(f"/desk/tickets/{ticket.number}/resolution", typed)
        self.assertContains(answer, "Kept words.", status_code=422)
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.NEW)

    def test_of_an_open_ticket_is_refused(self) -> None:
        with self.assertRaises(Conflict):
            following_up.plan(self.report("VPN"), by=self.alma, at=clock.now() + timedelta(days=1))

    def test_by_somebody_who_may_not_see_it_is_refused(self) -> None:
        with self.assertRaises(Invalid):
            following_up.plan(self.solved(), by=self.alma, at=clock.now() + timedelta(days=1), person=self.otto)

    def test_is_planned_by_itself_where_the_category_asks_for_it(self) -> None:
        category = Category.objects.create(name="Backups")
        administration.save_check(category, days=7, by=self.ines)
        ticket = self.report("Restore", category=category)
        actions.resolve(ticket, by=self.tove, code="fixed", note="Restored.")
        do_jobs()
        do_jobs()
        self.assertEqual(FollowUp.objects.get().person, self.tove)
        self.assertLogged(ticket, "opened", "resolved", "follow_up_planned")

    def test_falls_away_when_the_ticket_is_opened_again_or_the_solution_taken_back(self) -> None:
        ticket = self.solved()
        following_up.plan(ticket, by=self.alma, at=clock.now() + timedelta(days=1))
        actions.reopen(ticket, by=self.rui)
        do_jobs()
        self.assertFalse(FollowUp.objects.exists())
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve(ticket, by=self.alma, code="fixed")
            following_up.plan(ticket, by=self.alma, at=clock.now() + timedelta(days=1))
        undo.undo(made.token, by=self.alma)
        do_jobs()
        self.assertFalse(FollowUp.objects.exists())
        self.assertReplays(ticket)

    def test_that_does_not_hold_opens_the_ticket_again(self) -> None:
        ticket = self.solved()
        following_up.plan(ticket, by=self.alma, at=clock.now() + timedelta(days=1))
        following_up.finish(following_up.open_of(ticket)[0], by=self.alma, outcome="reopened", note="")
        do_jobs()
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).status, Status.OPEN)

    def test_can_be_dropped(self) -> None:
        ticket = self.solved()
        following_up.plan(ticket, by=self.alma, at=clock.now() + timedelta(days=1))
        browser = Browser()
        browser.force_login(self.alma, backend=signin.BACKEND)
        self.assertEqual(browser.post(f"/desk/tickets/{ticket.number}/follow_up/end").status_code, 303)
        self.assertFalse(FollowUp.objects.exists())
        self.assertLogged(ticket, "opened", "assigned", "resolved", "follow_up_planned", "follow_up_dropped")

    def test_those_told_already_do_not_keep_others_waiting(self) -> None:
        with self.at("2026-03-02 09:00"):
            for _ticket in range(2):
                following_up.plan(self.solved(), by=self.alma, at=clock.now() + timedelta(days=1))
        with self.at("2026-03-03 09:01"):
            self.assertEqual([remind(limit=1), remind(limit=1), remind(limit=1)], [1, 1, 0])
        self.assertFalse(FollowUp.objects.filter(told_at=None).exists())

    def test_is_told_once_when_it_is_due(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket = self.solved()
            following_up.plan(ticket, by=self.alma, at=clock.now() + timedelta(days=1))
        before = len(envelopes(purpose="notice"))
        for moment in ("2026-03-03 08:59", "2026-03-03 09:01", "2026-03-03 09:02"):
            with self.at(moment):
                remind()
        told = envelopes(purpose="notice")[before:]
        self.assertEqual([mail.to for mail in told], ["alma@desk.example"])
        self.assertIn("does the solution hold?", told[0].text)
