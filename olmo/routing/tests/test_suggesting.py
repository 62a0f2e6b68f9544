"""What triage says of a new ticket, what is taken of it, and what it does alone."""

import time

from olmo.kernel.errors import Conflict, NotFound
from olmo.routing import suggesting
from olmo.routing.models import Outcome, Suggestion, Target, Triage
from olmo.tenancy.scope import scope
from olmo.tickets import actions
from olmo.tickets.models import Category, Channel, Event, Message, Ticket
from olmo.tickets.sentences import describe

from .learnt import LearntDesk


class Suggesting(LearntDesk):
    def test_the_likeliest_category_and_team_are_suggested(self) -> None:
        ticket = self.mailed("The printer has no toner")
        offers = suggesting.offers(ticket)
        self.assertEqual(offers[Target.CATEGORY][0].name, "Printers")
        self.assertEqual(offers[Target.TEAM][0].name, "Service desk")
        self.assertGreater(offers[Target.CATEGORY][0].percent, 50)
        self.assertLogged(ticket, "opened")

    def test_doing_it_twice_makes_one(self) -> None:
        ticket = self.mailed()
        self.react(ticket)
        self.assertEqual(Suggestion.objects.filter(ticket=ticket).count(), 2)

    def test_what_somebody_set_is_not_suggested(self) -> None:
        ticket = self.mailed(category=self.networks)
        self.assertEqual(list(Suggestion.objects.filter(ticket=ticket).values_list("target", flat=True)), ["team"])

    def test_a_ticket_that_an_agent_opened_is_left_to_them(self) -> None:
        ticket = self.report("The printer has no toner", channel=Channel.PHONE)
        self.react(ticket)
        self.assertFalse(Suggestion.objects.filter(ticket=ticket).exists())

    def test_a_category_that_is_switched_off_or_of_another_organisation_is_not_offered(self) -> None:
        Category.objects.filter(pk=self.printers.pk).update(client=self.bolt)
        Category.objects.filter(pk=self.networks.pk).update(is_active=False)
        self.assertFalse(Suggestion.objects.filter(ticket=self.mailed(), target=Target.CATEGORY).exists())

    def test_switched_off_it_says_nothing(self) -> None:
        Triage.objects.update(is_on=False)
        self.assertFalse(Suggestion.objects.filter(ticket=self.mailed()).exists())

    def test_another_organisation_does_not_see_it(self) -> None:
        ticket = self.mailed()
        with scope([self.bolt.pk]):
            self.assertFalse(Suggestion.objects.filter(ticket=ticket).exists())

    def test_it_takes_at_most_twenty_milliseconds(self) -> None:
        self.mailed()
        row = Triage.objects.get(target=Target.CATEGORY)
        model = suggesting._model(row.target, row.learnt_at)
        assert model is not None
        began = time.perf_counter()
        for _n in range(20):
            model.suggest("The printer on the second floor prints blank pages " * 20)
        self.assertLess((time.perf_counter() - began) / 20, 0.02)


class Taking(LearntDesk):
    def test_a_press_sets_it_and_counts_as_taken(self) -> None:
        ticket = self.mailed()
        suggesting.take(ticket, by=self.alma, target=Target.CATEGORY, label=str(self.printers.pk))
        self.assertEqual(ticket.category_id, self.printers.pk)
        self.assertNotIn(Target.CATEGORY, suggesting.offers(ticket))
        self.react(ticket)
        self.assertEqual(self.suggestion(ticket).outcome, Outcome.TAKEN)
        self.assertLogged(ticket, "opened", "categorised")

    def test_something_else_counts_as_other(self) -> None:
        ticket, cables = self.mailed(), Category.objects.create(name="Cables")
        actions.categorise(ticket, by=self.alma, category=cables)
        self.react(ticket)
        self.assertEqual(self.suggestion(ticket).outcome, Outcome.OTHER)

    def test_what_was_taken_back_is_open_again(self) -> None:
        ticket = self.mailed()
        actions.categorise(ticket, by=self.alma, category=self.printers)
        actions.categorise(ticket, by=self.alma, category=None)
        self.react(ticket)
        self.assertEqual(self.suggestion(ticket).outcome, Outcome.OPEN)
        self.assertIn(Target.CATEGORY, suggesting.offers(ticket))

    def test_only_what_was_suggested_can_be_taken(self) -> None:
        ticket = self.mailed()
        for target, label in (("category", str(self.tills.pk)), ("category", "x"), ("nothing", "1")):
            with self.assertRaises(NotFound):
                suggesting.take(ticket, by=self.alma, target=target, label=label)

    def test_two_at_once_the_second_is_told(self) -> None:
        ticket = self.mailed()
        suggesting.take(ticket, by=self.alma, target=Target.CATEGORY, label=str(self.printers.pk))
        with self.assertRaises(Conflict):
            suggesting.take(ticket, by=self.tove, target=Target.CATEGORY, label=str(self.networks.pk))

    def test_strangers_and_requesters_take_nothing(self) -> None:
        ticket = self.mailed()
        with self.assertRaises(NotFound):
            suggesting.take(ticket, by=self.otto, target=Target.CATEGORY, label=str(self.printers.pk))
        with self.assertRaisesMessage(Exception, "You may not do this."):
            suggesting.take(ticket, by=self.rui, target=Target.CATEGORY, label=str(self.printers.pk))


class ActingAlone(LearntDesk):
    def test_above_the_measured_confidence_it_sets_the_category_and_says_so(self) -> None:
        self.alone()
        ticket = self.mailed()
        self.assertEqual(ticket.category_id, self.printers.pk)
        self.assertLogged(ticket, "opened", "categorised")
        event = Event.objects.get(ticket=ticket, kind="categorised")
        opened = Event.objects.get(ticket=ticket, kind="opened")
        self.assertEqual((event.by.name, event.caused_by_id), ("Olmo", opened.pk))
        self.assertEqual(event.data["triage"], self.suggestion(ticket).guesses[0][1])
        self.assertIn("(triage, ", describe(self.alma, [event])[0])
        self.assertEqual(self.suggestion(ticket).outcome, Outcome.ALONE)

    def test_below_it_it_only_suggests(self) -> None:
        self.alone()
        figures = Triage.objects.get(target=Target.CATEGORY).figures
        figures["alone"]["90"] = [1.1, 0.1, 1.0]
        Triage.objects.filter(target=Target.CATEGORY).update(figures=figures)
        self.assertIsNone(self.mailed().category_id)

    def test_where_the_precision_was_never_reached_it_only_suggests(self) -> None:
        self.alone()
        Triage.objects.filter(target=Target.CATEGORY).update(figures={"alone": {}})
        ticket = self.mailed()
        self.assertIsNone(ticket.category_id)
        self.assertEqual(self.suggestion(ticket).outcome, Outcome.OPEN)

    def test_a_later_change_by_an_agent_counts_against_it(self) -> None:
        self.alone()
        ticket = self.mailed()
        actions.categorise(ticket, by=self.alma, category=self.networks)
        self.react(ticket)
        self.assertEqual(self.suggestion(ticket).outcome, Outcome.CHANGED)

    def test_the_team_is_given_without_taking_the_ticket_from_anybody(self) -> None:
        self.alone(Target.TEAM)
        self.assertEqual(self.mailed("The VPN is slow").team_id, self.network.pk)


class Following(LearntDesk):
    def test_it_moves_with_the_ticket(self) -> None:
        ticket = self.mailed()
        actions.change_requester(ticket, by=self.alma, requester=self.bea)
        self.react(ticket)
        self.assertEqual(self.suggestion(ticket).client_id, self.bolt.pk)

    def test_it_is_erased_with_the_words_that_it_was_made_from(self) -> None:
        ticket = self.mailed()
        actions.redact(Message.objects.get(ticket=ticket), by=self.ines)
        self.react(ticket)
        self.assertFalse(Suggestion.objects.filter(ticket=ticket).exists())

    def test_the_worker_dying_in_between_leaves_nothing_half_done(self) -> None:
        self.alone()
        ticket = self.mailed()
        self.react(ticket)
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).version, ticket.version)
