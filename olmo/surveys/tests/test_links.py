"""The links in the mail: who looks records nothing, who presses is recorded once, and whatever else comes is refused in words."""

from django.db import connection
from django.test import Client as Browser

from olmo.channels.tests.stage import do_jobs
from olmo.people import signin
from olmo.people.actions import enrol_requester
from olmo.surveys.models import Invitation, Rating
from olmo.tickets import actions
from olmo.tickets.models import Event

from .base import SurveyTest


class Links(SurveyTest):
    def press(self, path: str, **typed: object) -> int:
        return self.browser.post(path, {"score": 5, **typed}).status_code

    def setUp(self) -> None:
        super().setUp()
        self.browser = Browser()

    def test_whoever_looks_records_nothing(self) -> None:
        ticket = self.solved()
        before = Event.objects.count()
        for path in self.links(ticket):
            page = self.browser.get(path)
            self.assertContains(page, "How was our help?")
            self.assertEqual(self.browser.head(path).status_code, 200)
        self.assertEqual((self.ratings(), Event.objects.count(), self.states(ticket)), ([], before, ["sent"]))

    def test_the_answer_of_the_link_is_chosen_and_one_press_records_it(self) -> None:
        ticket = self.solved()
        good = self.links(ticket)[1]
        self.assertContains(self.browser.get(good), 'value="4" required checked')
        self.assertEqual(self.press(good, score=4, comment="Quick."), 303)
        found = Rating.objects.get()
        self.assertEqual((found.score, found.comment, found.person, found.by_link), (4, "Quick.", self.rui, True))
        self.assertEqual((found.agent, found.team, found.client), (self.alma.pk, self.desk.pk, self.acme))
        self.assertEqual(self.states(ticket), ["answered"])
        self.assertLogged(ticket, "opened", "assigned", "resolved", "rated")
        self.assertNotIn("Quick", str(Event.objects.get(kind="rated").data))

    def test_another_answer_than_that_of_the_link_may_be_sent(self) -> None:
        self.press(self.links(self.solved())[0], score=1)
        self.assertEqual(self.ratings(), [(1, "")])

    def test_a_second_press_changes_nothing_and_says_when_the_first_was(self) -> None:
        ticket = self.solved()
        first, *_others, last = self.links(ticket)
        self.press(first)
        for path in (first, last):
            answer = self.browser.post(path, {"score": 1})
            self.assertContains(answer, "You answered already", status_code=409)
            self.assertContains(answer, "You can change it until", status_code=409)
            self.assertContains(self.browser.get(path), f"/requests/{ticket.number}")
        self.assertEqual(self.ratings(), [(5, "")])

    def test_forged_and_cut_ones_are_no_links(self) -> None:
        path = self.links(self.solved())[0]
        token = path.rsplit("/", 1)[1]
        for forged in (token[:-3], token.replace("-5.", "-4."), "9" + token, "1-5", "x", "1-9." + "a" * 43):
            for answer in (self.browser.get(f"/rating/{forged}"), self.browser.post(f"/rating/{forged}", {"score": 5})):
                self.assertContains(answer, "This link does not work", status_code=404)
        self.assertEqual(self.ratings(), [])

    def test_a_link_is_of_its_own_ticket_alone(self) -> None:
        one, other = self.solved("One"), self.solved("Other")
        self.press(self.links(one)[0])
        self.assertEqual(list(Rating.objects.values_list("ticket", flat=True)), [one.pk])
        self.assertLogged(other, "opened", "assigned", "resolved")

    def test_when_the_survey_is_over_it_says_so(self) -> None:
        with self.at("2026-03-02 09:00"):
            path = self.links(self.solved())[0]
        with self.at("2026-03-17 09:00"):
            self.assertContains(self.browser.get(path), "This survey ended on", status_code=410)
            self.assertContains(self.browser.post(path, {"score": 5}), "This survey ended on", status_code=409)
        self.assertEqual(self.ratings(), [])

    def test_of_a_request_that_was_opened_again_is_refused_also_after_the_next_solution(self) -> None:
        ticket = self.solved()
        old = self.links(ticket)[0]
        actions.reopen(ticket, by=self.rui)
        do_jobs()
        self.assertContains(self.browser.post(old, {"score": 5}), "opened again since", status_code=409)
        actions.resolve(ticket, by=self.alma, code="fixed", note="Now really.")
        do_jobs()
        self.assertContains(self.browser.post(old, {"score": 5}), "opened again since", status_code=409)
        self.assertEqual(self.press(self.links(ticket)[0]), 303)

    def test_of_a_request_that_is_somebody_else_s_by_now_is_refused(self) -> None:
        ticket = self.solved()
        path = self.links(ticket)[0]
        lea = enrol_requester(self.acme, "Lea", "lea@acme.example")
        actions.change_requester(ticket, by=self.alma, requester=lea)
        self.assertContains(self.browser.post(path, {"score": 5}), "no longer yours", status_code=409)

    def test_of_somebody_who_went_to_another_organisation_is_refused(self) -> None:
        path = self.links(self.solved())[0]
        self.rui.client = self.bolt
        self.rui.save()
        self.assertContains(self.browser.post(path, {"score": 5}), "no longer yours", status_code=409)
        self.assertEqual(self.ratings(), [])

    def test_of_a_request_that_was_merged_is_refused(self) -> None:
        ticket = self.solved()
        path = self.links(ticket)[0]
        actions.merge(ticket, self.report("The same"), by=self.alma)
        self.assertContains(self.browser.post(path, {"score": 5}), "together with another one", status_code=409)

    def test_an_agent_who_finds_the_link_in_a_quoted_mail_cannot_use_it(self) -> None:
        path = self.links(self.solved())[0]
        self.browser.force_login(self.alma, backend=signin.BACKEND)
        self.assertEqual(self.press(path), 403)
        self.assertEqual(self.ratings(), [])

    def test_nothing_chosen_is_said_at_the_field_and_keeps_the_words(self) -> None:
        answer = self.browser.post(self.links(self.solved())[0], {"score": "7", "comment": "Kept words"})
        self.assertContains(answer, "Choose one of the five answers.", status_code=422)
        self.assertContains(answer, "Kept words", status_code=422)

    def test_too_many_words_are_refused(self) -> None:
        path = self.links(self.solved())[0]
        self.assertEqual((self.press(path, comment="x" * 5001), self.ratings()), (422, []))

    def test_the_page_speaks_the_language_of_whoever_was_asked(self) -> None:
        self.rui.language = "it"
        self.rui.save()
        page = self.browser.get(self.links(self.solved())[0], headers={"accept-language": "en"})
        self.assertContains(page, "Com’è andata la nostra assistenza?")
        self.assertContains(page, '<html lang="it"')
        self.assertEqual((page["Content-Language"], page["X-Robots-Tag"]), ("it", "noindex"))

    def test_tries_are_counted_by_place(self) -> None:
        for _try in range(60):
            self.browser.post("/rating/x", {"score": 5})
        path = self.links(self.solved())[0]
        self.assertEqual((self.press(path), self.ratings()), (429, []))

    def test_without_a_scope_nothing_of_it_is_seen(self) -> None:
        self.press(self.links(self.solved())[0])
        from olmo.tenancy.scope import scope

        with scope([self.bolt.pk]):
            self.assertEqual((Rating.objects.count(), Invitation.objects.count()), (0, 0))
        with connection.cursor() as cursor:
            cursor.execute("select relforcerowsecurity from pg_class where relname like 'surveys_%' and relkind = 'r'")
            self.assertEqual(sum(forced for (forced,) in cursor.fetchall()), 3)
