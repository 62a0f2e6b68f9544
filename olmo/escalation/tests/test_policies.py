"""What policies do to tickets: steps in time, once, in order; people asked one after the other."""

from datetime import time, timedelta

from olmo.escalation import actions
from olmo.escalation.models import Watch
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotAllowed, NotFound
from olmo.notifications.collecting import send_due
from olmo.outbox.models import Envelope
from olmo.tickets import actions as tickets
from olmo.tickets.models import Ticket

from .stage import Act, Escalates, Firing, Metric, Policy, State, StepSettings, Unit, moment

WARN = StepSettings(value=75, act=Act.NOTIFY)
PAGE = StepSettings(unit=Unit.MINUTES, value=-30, act=Act.PAGE, answer_minutes=10)


class Stepping(Escalates):
    __test__ = True

    def test_a_team_is_told_when_three_quarters_are_used(self) -> None:
        self.policy(WARN)
        ticket = self.opened()
        self.sweep("2026-03-09 10:59")
        self.assertEqual(self.told(ticket), [])
        self.sweep("2026-03-09 11:00")
        self.assertEqual(self.told(ticket), ["Policy “Watch”, step 1: told Service desk"])
        self.assertEqual({person.name for person in self.alerted(ticket, "policy")}, {"Alma Ferri", "Ines Rota"})
        self.assertReplays(ticket)

    def test_whoever_may_not_see_the_ticket_hears_nothing(self) -> None:
        self.policy(WARN)
        ticket = self.opened()
        self.sweep("2026-03-09 11:00")
        self.assertNotIn(self.otto, self.alerted(ticket))

    def test_working_minutes_before_and_after_go_by_the_calendar(self) -> None:
        self.policy(StepSettings(unit=Unit.MINUTES, value=60, act=Act.RAISE))
        ticket = self.opened("2026-03-06 13:00")  # Friday 14:00 in Rome: due at 18:00 sharp
        self.sweep("2026-03-06 18:30")
        self.assertEqual(self.told(ticket), [])
        self.assertEqual(Watch.objects.get(ticket=ticket).next_at, moment("2026-03-09 08:00"))
        self.sweep("2026-03-09 08:00")
        self.assertEqual(self.told(ticket), ["Policy “Watch”, step 1: raised the priority"])
        ticket.refresh_from_db()
        self.assertEqual(ticket.priority, 2)
        self.assertReplays(ticket)

    def test_it_is_given_to_another_team_as_an_escalation(self) -> None:
        self.policy(StepSettings(value=100, act=Act.REASSIGN, team=self.network))
        ticket = self.opened()
        self.sweep("2026-03-09 12:00")
        ticket.refresh_from_db()
        self.assertEqual(ticket.team, self.network)
        self.assertIn("gave it to Network", self.told(ticket)[0])
        self.assertTrue(ticket.events.filter(kind="escalated", by__name="Olmo").exists())

    def test_the_lead_is_called(self) -> None:
        self.policy(StepSettings(value=100, act=Act.MANAGER))
        ticket = self.opened()
        self.sweep("2026-03-09 12:00")
        self.assertEqual({person.name for person in self.alerted(ticket)}, {"Ines Rota", "Tove Lind"})

    def test_nothing_happens_twice_however_often_it_is_swept_and_whatever_the_clock_does(self) -> None:
        self.policy(WARN, StepSettings(value=100, act=Act.RAISE))
        ticket = self.opened()
        for at in ("2026-03-09 12:00", "2026-03-09 12:00", "2026-03-09 10:00", "2026-03-09 11:30", "2026-03-10 12:00"):
            self.sweep(at)
        self.assertEqual(len(self.told(ticket)), 2)
        self.assertEqual(Firing.objects.filter(ticket=ticket).count(), 2)

    def test_a_finished_or_paused_clock_takes_no_step(self) -> None:
        self.policy(WARN)
        done, held = self.opened(), self.opened()
        with self.at("2026-03-09 09:00"):
            self.react(tickets.resolve(done, by=self.alma, code="fixed", note="Done."))
            self.react(tickets.hold(held, by=self.alma, reason="requester"))
        self.sweep("2026-03-10 12:00")
        self.assertEqual((self.told(done), self.told(held)), ([], []))
        self.assertEqual(Watch.objects.count(), 0)

    def test_the_most_specific_policy_holds(self) -> None:
        self.policy(WARN, name="All")
        self.policy(StepSettings(value=50, act=Act.RAISE), name="Acme", client=self.acme, priorities=(2, 3))
        ticket = self.opened()
        self.sweep("2026-03-09 10:00")
        self.sweep("2026-03-09 11:00")
        self.assertEqual(self.told(ticket), ["Policy “Acme”, step 1: raised the priority"])

    def test_what_was_due_before_a_policy_was_saved_is_not_made_up_for(self) -> None:
        ticket = self.opened("2026-02-02 08:00")
        self.policy(WARN)
        self.sweep("2026-03-09 12:00")
        self.assertEqual(self.told(ticket), [])


class AfterAnOutage(Escalates):
    __test__ = True

    def test_steps_are_caught_up_in_order_marked_late_and_only_the_last_tells(self) -> None:
        self.policy(
            WARN, StepSettings(value=90, act=Act.MANAGER), StepSettings(value=100, act=Act.RAISE),
            StepSettings(unit=Unit.MINUTES, value=30, act=Act.NOTIFY, person=self.tove),
        )  # fmt: skip
        ticket = self.opened()
        self.sweep("2026-03-09 16:00")
        said = self.told(ticket)
        self.assertEqual([line.split(":")[0][-1] for line in said], ["1", "2", "3", "4"])
        self.assertTrue(all("later than planned" in line for line in said))
        self.assertEqual(self.alerted(ticket, "policy"), [self.tove])

    def test_many_tickets_are_one_mail_a_person(self) -> None:
        self.policy(StepSettings(value=75, act=Act.NOTIFY, person=self.tove))
        for _n in range(5):
            self.opened()
        self.sweep("2026-03-09 16:00")
        self.assertEqual(Envelope.objects.filter(to=self.tove.email).count(), 0)
        send_due(moment("2026-03-09 16:06"))
        self.assertEqual(Envelope.objects.filter(to=self.tove.email).count(), 1)


class Asking(Escalates):
    """The desk's leads are Ines and Tove, asked in the order of their names."""

    __test__ = True

    def paged(self, **more: object) -> Ticket:
        self.policy(StepSettings(unit=Unit.MINUTES, value=-30, act=Act.PAGE, answer_minutes=10, **more))  # type: ignore[arg-type]
        ticket = self.opened()
        self.sweep("2026-03-09 11:30")
        return ticket

    def test_the_first_in_line_is_asked_at_once(self) -> None:
        ticket = self.paged()
        self.assertEqual(self.told(ticket), ["Policy “Watch”, step 1: paged Ines Rota"])
        self.assertEqual(self.alerted(ticket, "asked"), [self.ines])

    def test_without_an_answer_it_goes_to_the_next(self) -> None:
        ticket = self.paged()
        self.sweep("2026-03-09 11:39")
        self.assertEqual(len(self.told(ticket)), 1)
        self.sweep("2026-03-09 11:40")
        self.assertEqual(
            self.told(ticket)[-1], "Policy “Watch”, step 1: no answer from Ines Rota in 10 min, went to Tove Lind"
        )
        self.assertEqual(self.alerted(ticket, "asked"), [self.ines, self.tove])

    def test_it_is_repeated_so_many_rounds_and_then_it_is_said_that_nobody_took_it(self) -> None:
        ticket = self.paged(rounds=2)
        for minutes in range(40, 60, 10):
            self.sweep(f"2026-03-09 11:{minutes}")
        for minutes in range(0, 60, 10):
            self.sweep(f"2026-03-09 12:{minutes:02}")
        said = self.told(ticket)
        self.assertEqual(len(said), 5)
        self.assertIn("everybody was asked, nobody took it", said[-1])
        self.assertEqual(self.states(ticket), [State.UNANSWERED])

    def test_where_it_is_asked_for_the_line_starts_over_until_somebody_takes_it(self) -> None:
        ticket = self.paged(again_minutes=15)
        for at in ("11:40", "11:50"):  # the line was gone through
            self.sweep(f"2026-03-09 {at}")
        firing = Firing.objects.get(ticket=ticket)
        self.assertEqual((firing.state, firing.answer_until), (State.WAITING, moment("2026-03-09 12:05")))
        administrators = self.alerted(ticket).count(self.ines)
        self.sweep("2026-03-09 12:04")
        self.assertEqual(len(self.told(ticket)), 3)
        self.network.leads.add(self.tove)
        self.desk.leads.remove(self.ines)  # whoever is meant now is asked
        self.sweep("2026-03-09 12:05")
        self.assertEqual(self.told(ticket)[-1], "Policy “Watch”, step 1: paged Tove Lind")
        self.sweep("2026-03-09 12:15")
        self.assertIn("everybody was asked", self.told(ticket)[-1])
        self.assertEqual(self.alerted(ticket).count(self.ines), administrators, "told once that nobody took it")
        firing.refresh_from_db()
        self.assertEqual(firing.answer_until, moment("2026-03-09 12:45"))  # twice as long
        with self.at("2026-03-09 12:20"):
            actions.acknowledge(ticket, by=self.tove)
        self.sweep("2026-03-10 12:00")
        self.assertEqual(self.states(ticket), [State.TAKEN])
        self.assertReplays(ticket)

    def test_a_line_that_starts_over_ends_with_its_policy_and_minds_quiet_hours(self) -> None:
        ticket = self.paged(again_minutes=15, respects_quiet=True)
        Policy.objects.update(quiet_from=time(13), quiet_until=time(14))  # 12:00 to 13:00 UTC
        for at in ("11:40", "11:50"):
            self.sweep(f"2026-03-09 {at}")
        self.assertEqual(Firing.objects.get(ticket=ticket).answer_until, moment("2026-03-09 13:00"))
        Policy.objects.update(is_active=False)
        self.sweep("2026-03-09 13:00")
        self.assertEqual(self.states(ticket), [State.UNANSWERED])

    def test_a_night_in_which_nobody_answers_is_no_storm(self) -> None:
        ticket = self.paged(again_minutes=15)
        for minutes in range(0, 16 * 60, 10):
            with self.at("2026-03-09 11:40"):
                at = clock.now() + timedelta(minutes=minutes)
            with clock.at(at):
                actions.sweep()
        self.assertLess(len(self.alerted(ticket, "asked")), 20)
        self.assertGreater(len(self.alerted(ticket, "asked")), 10)

    def test_who_takes_care_of_it_stops_the_asking(self) -> None:
        ticket = self.paged()
        with self.at("2026-03-09 11:35"):
            actions.acknowledge(ticket, by=self.ines)
        self.sweep("2026-03-09 13:00")
        self.assertEqual(self.told(ticket)[-1], "Ines Rota takes care of it (policy “Watch”, step 1)")
        self.assertEqual(self.states(ticket), [State.TAKEN])
        self.assertReplays(ticket)

    def test_the_second_is_told_who_was_first(self) -> None:
        ticket = self.paged()
        actions.acknowledge(ticket, by=self.ines)
        with self.assertRaises(Conflict) as refused:
            actions.acknowledge(ticket, by=self.tove)
        self.assertIn("Ines Rota takes care of it already", str(refused.exception.message))

    def test_not_by_requesters_nor_by_strangers(self) -> None:
        ticket = self.paged()
        with self.assertRaises(NotAllowed):
            actions.acknowledge(ticket, by=self.rui)
        with self.assertRaises(NotFound):
            actions.acknowledge(ticket, by=self.otto)

    def test_taking_the_ticket_in_hand_answers_too(self) -> None:
        ticket = self.paged()
        with self.at("2026-03-09 11:35"):
            event = tickets.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
            assert event is not None
            self.react(event)
        self.sweep("2026-03-09 13:00")
        self.assertEqual((self.states(ticket), len(self.told(ticket))), ([State.TAKEN], 1))

    def test_a_resolved_ticket_asks_nobody_any_more(self) -> None:
        ticket = self.paged()
        with self.at("2026-03-09 11:35"):
            self.react(tickets.resolve(ticket, by=self.alma, code="fixed", note="Done."))
        self.sweep("2026-03-09 13:00")
        self.assertEqual((self.states(ticket), len(self.told(ticket))), ([State.ENDED], 1))

    def test_a_step_that_waits_for_no_answer_is_left_out_when_it_was_taken(self) -> None:
        self.policy(PAGE, StepSettings(value=100, act=Act.RAISE, only_untaken=True))
        ticket = self.opened()
        self.sweep("2026-03-09 11:30")
        with self.at("2026-03-09 11:31"):
            actions.acknowledge(ticket, by=self.ines)
        self.sweep("2026-03-09 12:30")
        self.assertEqual(self.states(ticket), [State.TAKEN, State.SKIPPED])
        ticket.refresh_from_db()
        self.assertEqual(ticket.priority, 3)

    def test_whoever_left_the_desk_is_passed_over(self) -> None:
        ticket = self.paged()
        self.tove.is_active = False
        self.tove.save()
        self.sweep("2026-03-09 11:40")
        self.assertIn("everybody was asked", self.told(ticket)[-1])


class PromisedCalls(Escalates):
    __test__ = True

    def test_a_missed_call_escalates_like_any_promise(self) -> None:
        self.policy(
            StepSettings(unit=Unit.MINUTES, value=10, act=Act.MANAGER), metric=Metric.CALLBACK
        )  # fmt: skip
        ticket = self.opened()
        with self.at("2026-03-09 08:10"):
            self.react(tickets.promise_callback(ticket, by=self.alma, at=moment("2026-03-09 09:00")))
        self.sweep("2026-03-09 09:09")
        self.assertEqual(self.told(ticket), [])
        self.sweep("2026-03-09 09:10")
        self.assertIn("called the lead", self.told(ticket)[0])

    def test_a_call_that_was_made_escalates_nothing(self) -> None:
        self.policy(StepSettings(unit=Unit.MINUTES, value=10, act=Act.MANAGER), metric=Metric.CALLBACK)
        ticket = self.opened()
        with self.at("2026-03-09 08:10"):
            self.react(tickets.promise_callback(ticket, by=self.alma, at=moment("2026-03-09 09:00")))
            self.react(tickets.complete_callback(ticket, by=self.alma, outcome="reached", note="All is well."))
        self.sweep("2026-03-09 12:10")
        self.assertEqual(self.told(ticket), [])
