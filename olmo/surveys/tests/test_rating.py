"""Rating in the portal, changing it, erasing its words; and two answers at once."""

from typing import Any

from django.test import Client as Browser

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people import signin
from olmo.people.actions import enrol_requester
from olmo.surveys.models import Rating
from olmo.surveys.rating import NotOpen, erase_comment, rate
from olmo.tickets import actions
from olmo.tickets.models import Event, Ticket

from .base import SurveyTest


class RatingInThePortal(SurveyTest):
    def setUp(self) -> None:
        super().setUp()
        self.browser = Browser()
        self.browser.force_login(self.rui, backend=signin.BACKEND)

    def post(self, ticket: Ticket, **typed: Any) -> Any:
        return self.browser.post(f"/requests/{ticket.number}/rating", typed)

    def test_the_page_of_a_solved_request_asks(self) -> None:
        ticket = self.solved()
        self.assertContains(self.browser.get(f"/requests/{ticket.number}"), 'name="score"', count=5)
        self.assertEqual(self.post(ticket, score=3, comment="It took long.").status_code, 303)
        self.assertEqual(self.ratings(), [(3, "It took long.")])
        self.assertContains(self.browser.get(f"/requests/{ticket.number}"), "You rated our help: Fair")

    def test_an_open_request_is_not_rated(self) -> None:
        ticket = self.report("VPN")
        self.assertNotContains(self.browser.get(f"/requests/{ticket.number}"), 'name="score"')
        self.assertContains(self.post(ticket, score=5), "open again", status_code=409)

    def test_the_answer_can_be_changed_for_some_days(self) -> None:
        with self.at("2026-03-02 09:00"):
            ticket = self.solved()
            self.post(ticket, score=2, comment="Slow.")
        with self.at("2026-03-05 09:00"):
            self.assertContains(self.browser.get(f"/requests/{ticket.number}/rating"), "Slow.")
            self.post(ticket, score=4, comment="After all good.")
        with self.at("2026-03-12 09:00"):
            late = self.post(ticket, score=1, comment="Typed for nothing?")
        self.assertContains(late, "An answer can be changed for 7 days", status_code=409)
        self.assertContains(late, "Typed for nothing?", status_code=409)
        self.assertEqual(self.ratings(), [(4, "After all good.")])
        self.assertEqual([e.data.get("was") for e in Event.objects.filter(kind="rated").order_by("seq")], [None, 2])

    def test_a_rating_of_a_request_opened_again_elsewhere_is_refused_and_keeps_the_words(self) -> None:
        ticket = self.solved()
        actions.reopen(ticket, by=self.alma)
        answer = self.post(ticket, score=1, comment="Still broken")
        self.assertContains(answer, "Your request is open again", status_code=409)
        self.assertEqual(self.ratings(), [])

    def test_each_solution_has_a_rating_of_its_own(self) -> None:
        ticket = self.solved()
        self.post(ticket, score=1)
        actions.reopen(ticket, by=self.rui)
        actions.resolve(ticket, by=self.tove, code="fixed", note="Mended.")
        self.post(ticket, score=5)
        self.assertEqual(
            list(Rating.objects.order_by("pk").values_list("score", "agent")), [(1, self.alma.pk), (5, self.tove.pk)]
        )

    def test_who_sees_it_but_did_not_ask_cannot_rate_it(self) -> None:
        ticket = self.solved()
        lea = enrol_requester(self.acme, "Lea", "lea@acme.example")
        actions.watch(ticket, by=self.alma, person=lea)
        with self.assertRaises(NotAllowed):
            rate(ticket, by=lea, score=5)
        with self.assertRaises(NotAllowed):
            rate(ticket, by=self.alma, score=5)
        with self.assertRaises(NotFound):
            rate(ticket, by=self.bea, score=5)

    def test_what_was_withdrawn_is_not_rated(self) -> None:
        ticket = self.report("VPN")
        actions.close(ticket, by=self.rui)
        with self.assertRaises(NotOpen):
            rate(ticket, by=self.rui, score=5)

    def test_a_score_beyond_the_scale_is_refused(self) -> None:
        ticket = self.solved()
        for score in (0, 6, -1):
            with self.assertRaises(Invalid):
                rate(ticket, by=self.rui, score=score)

    def test_it_is_logged_and_replays(self) -> None:
        ticket = self.solved()
        rate(ticket, by=self.rui, score=4)
        rate(ticket, by=self.rui, score=4)  # the same again is no change
        self.assertLogged(ticket, "opened", "assigned", "resolved", "rated")

    def test_its_words_can_be_erased_by_an_administrator_and_the_score_stays(self) -> None:
        ticket = self.solved()
        found = rate(ticket, by=self.rui, score=1, comment="Alma was rude to Marco.")
        with self.assertRaises(NotAllowed):
            erase_comment(found, by=self.alma)
        erase_comment(found, by=self.ines)
        self.assertEqual(self.ratings(), [(1, "")])
        with self.assertRaises(Conflict):
            erase_comment(found, by=self.ines)
        self.assertEqual(Event.objects.filter(ticket=ticket).order_by("-seq")[0].kind, "comment_erased")
