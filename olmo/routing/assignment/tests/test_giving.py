from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people.models import AuditLine
from olmo.routing.assignment import administration, gathering, giving, jobs, words
from olmo.routing.assignment.models import TeamWay
from olmo.routing.assignment.tests.stage import Giving
from olmo.staffing.models import Ability, Need, Profile, Skill
from olmo.tickets import actions
from olmo.tickets.models import Category, Event, Ticket
from tests.cast import DeskTest


class GivingOut(Giving, DeskTest):
    def test_by_hand_nothing_happens_by_itself(self) -> None:
        ticket = self.react(self.report("Printer", team=self.desk))
        self.assertIsNone(ticket.assignee)
        self.way("manual")
        self.assertIsNone(self.react(ticket).assignee)

    def test_a_ticket_that_reaches_the_team_goes_to_whoever_is_there_and_says_why(self) -> None:
        self.way("turn")
        self.away(self.alma)
        ticket = self.react(self.report("Printer", team=self.desk))
        self.assertEqual(ticket.assignee, self.ines)
        self.assertLogged(ticket, "opened", "assigned")
        event = Event.objects.get(ticket=ticket, kind="assigned")
        told = words.of_event(event)
        assert told is not None
        self.assertEqual(told.sentence, "Ines Rota was the only one who could take it.")
        self.assertEqual(told.left, ["Alma Ferri: away", "Otto Berg: does not work for this organisation"])
        self.assertEqual(event.by.name, "Olmo")

    def test_it_works_whichever_way_the_ticket_came(self) -> None:
        self.way("turn", self.network)
        ticket = self.report("Network", team=self.desk)
        actions.escalate(ticket, by=self.alma, note="Not ours", team=self.network)
        self.assertEqual(self.react(ticket).assignee, self.tove)
        moved = self.report("Later")
        actions.assign(moved, by=self.alma, team=self.network, assignee=None)
        self.assertEqual(self.react(moved).assignee, self.tove)

    def test_the_same_event_twice_gives_once(self) -> None:
        self.way("turn")
        ticket = self.report("Printer", team=self.desk)
        self.react(ticket)
        self.assertEqual(giving.give_out(self.desk.pk), 0)
        opened = Event.objects.select_related("ticket").get(ticket=ticket, kind="opened")
        giving.follow(opened)
        self.assertLogged(Ticket.objects.get(pk=ticket.pk), "opened", "assigned")

    def test_turns_go_round(self) -> None:
        self.way("turn")
        owners = [self.react(self.report(f"Ticket {n}", team=self.desk)).assignee for n in range(4)]
        self.assertEqual(owners, [self.alma, self.ines, self.alma, self.ines])

    def test_whoever_gives_it_back_does_not_get_it_again(self) -> None:
        self.way("turn")
        ticket = self.react(self.report("Printer", team=self.desk))
        self.assertEqual(ticket.assignee, self.alma)
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=None)
        again = self.react(ticket)
        self.assertEqual(again.assignee, self.ines)
        told = words.of_event(Event.objects.filter(ticket=ticket).latest("seq"))
        assert told is not None
        self.assertIn("Alma Ferri: gave this ticket back", told.left)

    def test_capacity_weights_and_what_rests_weighs_nothing(self) -> None:
        self.way("load")
        Profile.objects.create(person=self.alma, capacity=4)
        Profile.objects.create(person=self.ines, capacity=1)
        heavy = self.report("Server down", team=self.desk)
        actions.prioritise(heavy, by=self.tove, impact=1, urgency=1)
        actions.assign(heavy, by=self.tove, team=self.desk, assignee=self.alma)
        light = self.report("Mouse", team=self.desk)
        actions.assign(light, by=self.tove, team=self.desk, assignee=self.ines)
        rules = gathering.capacity_rules()
        self.assertEqual(gathering.loads([self.alma, self.ines], rules), {self.alma.pk: 4, self.ines.pk: 1})
        waiting = self.react(self.report("Waits", team=self.desk))
        self.assertIsNone(waiting.assignee)
        told = words.waiting(waiting)
        assert told is not None
        self.assertIn("Nobody of the team can take it", told.sentence)
        self.assertIn("Alma Ferri: no room for 1 more, with 4 of 4 points", told.left)
        actions.hold(heavy, by=self.alma, reason="requester")
        self.assertEqual(gathering.loads([self.alma], rules), {self.alma.pk: 0})
        self.assertEqual(giving.give_out(self.desk.pk), 1)
        self.assertEqual(Ticket.objects.get(pk=waiting.pk).assignee, self.alma)

    def test_somebody_who_becomes_free_gets_what_waits_the_most_urgent_first(self) -> None:
        self.way("turn")
        self.away(self.alma)
        self.away(self.ines)
        low, high = (self.react(self.report(name, team=self.desk)) for name in ("Low", "High"))
        actions.prioritise(low, by=self.tove, impact=3, urgency=3)
        actions.prioritise(high, by=self.tove, impact=1, urgency=1)
        self.back(self.ines)
        Profile.objects.filter(person=self.ines).update(capacity=4)
        self.assertEqual(giving.sweep(), 1)
        self.assertEqual(Ticket.objects.get(pk=high.pk).assignee, self.ines)
        self.assertIsNone(Ticket.objects.get(pk=low.pk).assignee)

    def test_an_end_of_work_queues_a_look_at_what_waits(self) -> None:
        self.way("turn")
        ticket = self.react(self.report("Printer", team=self.desk))
        actions.resolve(ticket, by=self.alma, code="fixed", note="Done")
        event = Event.objects.select_related("ticket").filter(ticket=ticket).latest("seq")
        self.assertEqual(giving.former_owner(event), self.alma.pk)
        self.react(ticket)
        self.react(ticket)
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from procrastinate_jobs where task_name = %s", [jobs.give.name])
            self.assertEqual(cursor.fetchone()[0], 1)

    def test_skills_of_the_category_and_the_language_of_the_ticket(self) -> None:
        network = Skill.objects.create(name="Network")
        category = Category.objects.create(name="VPN")
        Need.objects.create(category=category, skill=network, level=2)
        Ability.objects.create(person=self.ines, skill=network, level=3)
        Ability.objects.create(person=self.alma, skill=network, level=1)
        self.way("skill", needs_skills=True)
        ticket = self.react(self.report("VPN is down", team=self.desk, category=category))
        self.assertEqual(ticket.assignee, self.ines)
        told = words.of_event(Event.objects.filter(ticket=ticket).latest("seq"))
        assert told is not None
        self.assertIn("Alma Ferri: lacks Network (skilled)", told.left)
        self.way("turn", needs_skills=False, needs_language=True)
        Profile.objects.create(person=self.alma, languages=["it", "en"])
        italian = self.report("Non va", team=self.desk, language="it")
        self.assertEqual(self.react(italian).assignee, self.alma)

    def test_what_nobody_can_take_does_not_stand_in_the_way_of_the_rest(self) -> None:
        rare = Category.objects.create(name="Mainframe")
        Need.objects.create(category=rare, skill=Skill.objects.create(name="COBOL"), level=3)
        stuck = [self.report(f"Mainframe {n}", team=self.desk, category=rare) for n in range(60)]
        for ticket in stuck[:3]:
            actions.prioritise(ticket, by=self.tove, impact=1, urgency=1)
        plain = self.report("Mouse", team=self.desk)
        self.way("turn", needs_skills=True)
        with CaptureQueriesContext(connection) as asked:
            self.assertEqual(giving.give_out(self.desk.pk), 1)
        self.assertEqual(Ticket.objects.get(pk=plain.pk).assignee, self.alma)
        self.assertLess(len(asked), 60, "the others cost no statement each")

    def test_the_last_solver_of_the_requester_within_the_days(self) -> None:
        self.way("turn", sticky_days=10)
        first = self.react(self.report("One", team=self.desk))
        actions.resolve(first, by=self.alma, code="fixed", note="Done")
        self.react(self.report("Two", team=self.desk, by=self.bea))
        self.assertEqual(self.react(self.report("Three", team=self.desk)).assignee, self.alma)
        later = clock.now() + timedelta(days=11)
        with clock.at(later):
            self.assertNotEqual(self.react(self.report("Four", team=self.desk)).assignee, self.alma)

    def test_a_team_that_was_switched_off_gives_nothing(self) -> None:
        self.way("turn")
        ticket = self.report("Printer", team=self.desk)
        self.desk.is_active = False
        self.desk.save()
        self.assertIsNone(self.react(ticket).assignee)


class SettingTheWay(Giving, DeskTest):
    def test_an_administrator_sets_it_and_the_change_log_says_so(self) -> None:
        settings = administration.WaySettings(method="load", sticky_days=14)
        administration.save_way(self.desk, settings, by=self.ines)
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.change["method"]), ("assignment: Service desk", ["manual", "load"]))
        with self.assertRaises(NotAllowed):
            administration.save_way(self.desk, settings, by=self.alma)

    def test_what_cannot_be_is_refused(self) -> None:
        for settings, field in (({"method": "magic"}, "method"), ({"sticky_days": 999}, "sticky_days")):
            with self.assertRaises(Invalid) as refused:
                administration.save_way(self.desk, administration.WaySettings(**settings), by=self.ines)
            self.assertEqual(refused.exception.field, field)
        with self.assertRaises(Conflict):
            administration.save_way(self.desk, administration.WaySettings(), by=self.ines, seen="old")
        self.desk.is_active = False
        self.desk.save()
        with self.assertRaises(Invalid):
            administration.save_way(self.desk, administration.WaySettings(method="turn"), by=self.ines)
        self.assertFalse(TeamWay.objects.exclude(method="manual").exists())


class TakingTheNext(Giving, DeskTest):
    def test_the_most_urgent_of_ones_teams(self) -> None:
        low, high = (self.report(name, team=self.desk) for name in ("Low", "High"))
        self.report("Elsewhere", team=self.network)
        actions.prioritise(high, by=self.tove, impact=1, urgency=1)
        self.assertEqual(giving.take_next(by=self.alma), high)
        self.assertEqual(giving.take_next(by=self.alma), low)
        self.assertLogged(Ticket.objects.get(pk=low.pk), "opened", "assigned")
        with self.assertRaises(Conflict):
            giving.take_next(by=self.alma)

    def test_of_other_organisations_nothing_is_taken(self) -> None:
        self.report("Acme's", team=self.desk)
        with self.assertRaises(Conflict):
            giving.take_next(by=self.otto)
        with self.assertRaises(NotAllowed):
            giving.take_next(by=self.rui)
