"""Whom the desk asks, when, and whom never."""

from olmo.channels.tests.stage import do_jobs, envelopes
from olmo.notifications.surveys import ask_due
from olmo.people.actions import enrol_requester
from olmo.surveys.models import Invitation
from olmo.tickets import actions, undo
from olmo.tickets.models import Event

from .base import SurveyTest


class Asking(SurveyTest):
    def test_the_mail_of_the_solution_has_a_link_for_each_answer(self) -> None:
        ticket = self.solved()
        self.assertEqual(len(self.links(ticket)), 5)
        mail = envelopes(purpose="resolution")[-1]
        self.assertIn("Very good: http", mail.text)
        self.assertIn('href="http', mail.html)
        self.assertEqual(self.states(ticket), ["sent"])
        self.assertLogged(ticket, "opened", "assigned", "resolved")

    def test_in_the_language_of_the_requester(self) -> None:
        self.rui.language = "it"
        self.rui.save()
        self.solved()
        self.assertIn("Ottima: http", envelopes(purpose="resolution")[-1].text)

    def test_who_gets_a_copy_is_not_asked(self) -> None:
        lea = enrol_requester(self.acme, "Lea", "lea@acme.example")
        ticket = self.report("VPN")
        actions.watch(ticket, by=self.alma, person=lea)
        actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        do_jobs()
        asked = {mail.to: "/rating/" in mail.text for mail in envelopes(purpose="resolution")}
        self.assertEqual(asked, {"rui@acme.example": True, "lea@acme.example": False})

    def test_nobody_while_the_desk_does_not_ask(self) -> None:
        self.ask(is_on=False)
        self.assertEqual((self.links(self.solved()), Invitation.objects.count()), ([], 0))

    def test_nobody_of_an_organisation_that_is_left_in_peace(self) -> None:
        self.ask(silent=(self.acme,))
        self.assertEqual(self.links(self.solved()), [])

    def test_nobody_more_often_than_the_desk_has_set(self) -> None:
        self.ask(every_days=14)
        with self.at("2026-03-02 09:00"):
            self.assertEqual(len(self.links(self.solved("One"))), 5)
        with self.at("2026-03-15 09:00"):
            self.assertEqual(self.links(self.solved("Two")), [])
        with self.at("2026-03-17 09:00"):
            self.assertEqual(len(self.links(self.solved("Three"))), 5)

    def test_the_share_that_was_set_and_the_same_ones_each_time(self) -> None:
        self.ask(every_days=0, share=40)
        tickets = [self.solved(f"No. {n}") for n in range(30)]
        asked = [ticket.pk for ticket in tickets if self.links(ticket)]
        self.assertTrue(4 <= len(asked) <= 20, len(asked))

    def test_never_about_what_was_no_help(self) -> None:
        for code in ("withdrawn", "mistake", "duplicate"):
            self.assertEqual(self.links(self.solved(code, code=code)), [], code)

    def test_never_about_what_the_requester_withdrew(self) -> None:
        ticket = self.report("VPN")
        actions.close(ticket, by=self.rui)
        do_jobs()
        self.assertEqual(self.states(ticket), [])

    def test_never_about_a_ticket_that_was_merged(self) -> None:
        self.ask(moment="closed", every_days=0)
        ticket, other = self.report("VPN"), self.report("VPN again")
        actions.merge(other, ticket, by=self.alma)
        do_jobs()
        self.assertEqual(self.states(other), [])

    def test_nobody_who_does_not_want_to_be_asked(self) -> None:
        from olmo.notifications.models import Preference

        Preference.objects.create(person=self.rui, kind="survey", channel="mail", is_on=False)
        ticket = self.solved()
        self.assertEqual((self.links(ticket), self.states(ticket)), ([], ["void"]))

    def test_a_solution_that_is_taken_back_is_not_asked_about(self) -> None:
        ticket = self.report("VPN")
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        undo.undo(made.token, by=self.alma)
        do_jobs()
        self.assertEqual(self.links(ticket), [])


class Later(SurveyTest):
    def test_in_a_mail_of_its_own_some_hours_after_the_solution(self) -> None:
        self.ask(moment="later", hours=24)
        with self.at("2026-03-02 09:00"):
            ticket = self.solved()
            ask_due()
            self.assertEqual(self.links(ticket), [])
        with self.at("2026-03-03 09:01"):
            ask_due()
            ask_due()
        self.assertEqual(len(self.links(ticket)), 5)
        self.assertLogged(ticket, "opened", "assigned", "resolved", "rating_asked")
        (mail,) = envelopes(purpose="survey")
        self.assertEqual((mail.to, mail.headers["Auto-Submitted"]), ("rui@acme.example", "auto-generated"))
        self.assertEqual(self.states(ticket), ["sent"])

    def test_not_when_it_was_opened_again_in_between(self) -> None:
        self.ask(moment="later", hours=24)
        with self.at("2026-03-02 09:00"):
            ticket = self.solved()
            actions.reopen(ticket, by=self.rui)
            do_jobs()
        with self.at("2026-03-04 09:00"):
            ask_due()
        self.assertEqual((envelopes(purpose="survey"), self.states(ticket)), ([], ["void"]))

    def test_when_it_is_closed(self) -> None:
        self.ask(moment="closed")
        ticket = self.solved()
        self.assertEqual(self.states(ticket), [])
        actions.close(ticket, by=self.alma)
        do_jobs()
        ask_due()
        self.assertEqual(len(self.links(ticket)), 5)
        self.assertEqual(Invitation.objects.get().solution, Event.objects.get(ticket=ticket, kind="resolved").seq)

    def test_not_an_address_to_which_mail_fails(self) -> None:
        from olmo.people.models import Identity

        Identity.objects.filter(person=self.rui).update(is_silenced=True)
        self.ask(moment="later", hours=1)
        with self.at("2026-03-02 09:00"):
            ticket = self.solved()
        with self.at("2026-03-02 11:00"):
            ask_due()
        self.assertEqual((envelopes(purpose="survey"), self.states(ticket)), ([], ["void"]))
