"""Rules at work: by verbs, in order, once, each change saying which rule did it."""

from olmo.assets.tests.base import take_in
from olmo.catalogue.actions import ServiceSettings, save_service
from olmo.people.models import Team
from olmo.routing.models import Suggestion, Target
from olmo.routing.rules import reading, running, wording
from olmo.routing.rules.known import Known
from olmo.routing.rules.models import Rule
from olmo.tickets import actions, jobs
from olmo.tickets.models import Category, Channel, Event, Ticket, WorkingState
from olmo.tickets.sentences import describe

from .learnt import LearntDesk
from .ruled import RuledDesk, says


class Running(RuledDesk):
    def test_a_ticket_that_comes_in_gets_what_the_rule_says_and_the_log_says_why(self) -> None:
        rule = self.rule(
            "VPN to Network", says("subject", "vpn"), says("channel", "mail", how="none"), team=self.network.pk
        )
        ticket = self.came()
        self.assertEqual(ticket.team_id, self.network.pk)
        self.assertLogged(ticket, "opened", "assigned")
        opened, assigned = Event.objects.filter(ticket=ticket).order_by("seq")
        self.assertEqual((assigned.by.name, assigned.caused_by_id), ("Olmo", opened.pk))
        data = assigned.data
        self.assertEqual((data["rule"], data["rule_id"], data["rule_version"]), ("VPN to Network", rule.pk, 1))
        self.assertEqual(data["rule_met"], [0, 1])
        self.assertIn("(rule “VPN to Network”)", describe(self.alma, [assigned])[0])

    def test_all_outcomes_at_once(self) -> None:
        own, printers = (
            WorkingState.objects.create(name="Triaged", status="open"),
            Category.objects.create(name="Printers"),
        )
        self.rule(
            "All", team=self.network.pk, assignee=self.tove.pk, impact=1, urgency=1, category=printers.pk,
            kind="service_request", tags=["vip", "now"], followers=[self.alma.pk], working_state=own.pk,
        )  # fmt: skip
        ticket = self.came()
        self.assertEqual((ticket.team_id, ticket.assignee_id, ticket.priority), (self.network.pk, self.tove.pk, 1))
        self.assertEqual((ticket.category_id, ticket.kind), (printers.pk, "service_request"))
        self.assertEqual((ticket.tags, ticket.watcher_ids), (["now", "vip"], [self.alma.pk]))
        self.assertEqual((ticket.status, ticket.working_state_id), ("open", own.pk))
        self.assertReplays(ticket)
        self.assertEqual(Rule.objects.get().uses, 1)

    def test_it_asks_for_the_asset_that_a_ticket_is_about(self) -> None:
        laptop = take_in(self.acme, "LT-0042", by=self.alma, person=self.rui)
        self.rule("By its kind", says("asset_kind", laptop.kind_id), team=self.network.pk)
        self.rule("By its tag", says("asset", "lt-0042"), tags=["mine"])
        ticket, other = self.came(assets=[laptop.pk]), self.came()
        self.assertEqual((ticket.team_id, ticket.tags), (self.network.pk, ["mine"]))
        self.assertEqual((other.team_id, other.tags), (None, []))

    def test_it_asks_for_the_service_that_a_ticket_is_about(self) -> None:
        laptops = save_service(
            None, ServiceSettings(key="laptops", names={"en": "Laptops"}, owner=self.alma), by=self.ines
        )
        self.rule("Its service", says("service", laptops.pk), team=self.network.pk)
        self.rule("None", says("service", ""), tags=["bare"])
        ticket, other = self.came(service=laptops), self.came()
        self.assertEqual((ticket.team_id, ticket.tags), (self.network.pk, []))
        self.assertEqual((other.team_id, other.tags), (None, ["bare"]))
        self.assertEqual([state["service"] for state in reading.opened([ticket, other])], [laptops.pk, None])
        row = Ticket.objects.filter(pk=ticket.pk).values_list(*reading.ROW, named=True).get()
        self.assertEqual(reading.present(row)["service"], laptops.pk)
        said = wording.told(Rule.objects.get(name="Its service").content, Known())
        self.assertEqual(said["conditions"], ["Service: is one of Laptops"])
        self.assertIn(("", "No service"), Known().options("service"))

    def test_the_first_rule_decides_and_later_ones_do_not_overwrite(self) -> None:
        self.rule("First", says("words", "vpn"), team=self.network.pk, tags=["a"])
        self.rule("Second", team=self.desk.pk, urgency=1, tags=["b"])
        ticket = self.came()
        self.assertEqual((ticket.team_id, ticket.urgency, ticket.tags), (self.network.pk, 1, ["a", "b"]))

    def test_a_rule_sees_what_earlier_ones_have_set(self) -> None:
        printers = Category.objects.create(name="Printers")
        paper = Category.objects.create(name="Paper", parent=printers)
        self.rule("Words", says("words", "paper"), category=paper.pk)
        self.rule("Team", says("category", printers.pk), team=self.network.pk)
        self.assertEqual(self.came("No paper").team_id, self.network.pk)

    def test_stop_here(self) -> None:
        self.rule("First", says("words", "vpn"), tags=["a"], stops=True)
        self.rule("Second", tags=["b"])
        self.assertEqual((self.came().tags, self.came("Mouse").tags), (["a"], ["b"]))

    def test_only_what_is_empty(self) -> None:
        self.rule("Default", team=self.desk.pk, fills=True)
        self.assertEqual(self.came(team=self.network).team_id, self.network.pk)
        self.assertEqual(self.came().team_id, self.desk.pk)

    def test_left_for_assignment_means_that_no_later_rule_names_an_owner(self) -> None:
        self.rule("Leave", says("words", "vpn"), assignee="leave", team=self.network.pk)
        self.rule("Owner", assignee=self.alma.pk)
        self.assertIsNone(self.came().assignee_id)
        self.assertEqual(self.came("Mouse").assignee_id, self.alma.pk)

    def test_what_is_impossible_is_left_to_the_next_rule(self) -> None:
        tills = Category.objects.create(name="Tills", client=self.bolt)
        gone = Team.objects.create(name="Gone", tier=self.desk.tier, is_active=False)
        self.rule("Impossible", category=tills.pk, team=gone.pk, assignee=self.otto.pk)
        self.rule("Possible", team=self.desk.pk)
        ticket = self.came()
        self.assertEqual((ticket.category_id, ticket.team_id, ticket.assignee_id), (None, self.desk.pk, None))

    def test_a_rule_that_is_switched_off_does_nothing(self) -> None:
        self.rule("Off", team=self.network.pk)
        Rule.objects.update(is_on=False)
        self.assertLogged(self.came(), "opened")

    def test_the_worker_dying_in_between_leaves_nothing_done_twice(self) -> None:
        self.rule("Tag", tags=["a"])
        ticket = self.came()
        actions.tag(ticket, by=self.alma, remove=["a"])
        jobs.react(list(Event.objects.filter(ticket=ticket, seq=1).values_list("pk", flat=True)))
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).tags, [])

    def test_a_finished_ticket_is_left_alone(self) -> None:
        self.rule("Tag", tags=["a"])
        ticket = self.report("Done already")
        actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        self.assertEqual(self.react(ticket).tags, [])

    def test_what_somebody_changed_before_the_worker_came_is_left_to_them(self) -> None:
        self.rule("Team", team=self.network.pk, category=Category.objects.create(name="Printers").pk)
        ticket = self.report("Printer")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        ticket = self.react(ticket)
        self.assertEqual((ticket.team_id, ticket.category.name if ticket.category else ""), (self.desk.pk, "Printers"))


class Queues(RuledDesk):
    def test_a_rule_of_one_queue_is_for_its_tickets_only(self) -> None:
        self.rule("Portal", queue="channel-portal", tags=["portal"])
        self.rule("Network", queue=f"team-{self.network.pk}", tags=["network"])
        self.assertEqual(self.came(channel=Channel.PORTAL).tags, ["portal"])
        self.assertEqual(self.came(channel=Channel.MAIL, team=self.network).tags, ["network"])


class Changing(RuledDesk):
    def setUp(self) -> None:
        super().setUp()
        self.printers = Category.objects.create(name="Printers")

    def test_a_change_of_what_it_asks_about_calls_for_it(self) -> None:
        self.rule("Printers", says("category", self.printers.pk), team=self.network.pk, on_open=False, on_change=True)
        ticket = self.came()
        self.assertIsNone(ticket.team_id)
        actions.categorise(ticket, by=self.alma, category=self.printers)
        self.assertEqual(self.react(ticket).team_id, self.network.pk)
        self.assertLogged(ticket, "opened", "categorised", "assigned")

    def test_once_for_each_ticket_unless_it_is_told(self) -> None:
        rule = self.rule(
            "Printers", says("category", self.printers.pk), team=self.network.pk, on_open=False, on_change=True
        )
        ticket = self.came(category=None)
        for again, team in ((False, self.desk.pk), (True, self.network.pk)):
            for category in (self.printers, None, self.printers):
                actions.categorise(ticket, by=self.alma, category=category)
                ticket = self.react(ticket)
                if category is None:
                    actions.assign(ticket, by=self.alma, team=self.desk, assignee=None)
            self.assertEqual(ticket.team_id, team)
            Rule.objects.filter(pk=rule.pk).update(content={**rule.content, "again": not again})
            actions.categorise(ticket, by=self.alma, category=None)

    def test_a_rule_for_new_tickets_is_not_called_by_a_change(self) -> None:
        self.rule("Printers", says("category", self.printers.pk), team=self.network.pk)
        ticket = self.came()
        actions.categorise(ticket, by=self.alma, category=self.printers)
        self.assertIsNone(self.react(ticket).team_id)

    def test_two_rules_that_turn_each_other_round_are_stopped(self) -> None:
        for one, other in (("incident", "service_request"), ("service_request", "incident")):
            self.rule(one, says("kind", one), kind=other, on_open=False, on_change=True, again=True)
        ticket = self.came()
        actions.classify(ticket, by=self.alma, kind="service_request")
        self.react(ticket)
        self.assertIn("chain_stopped", Event.objects.filter(ticket=ticket).values_list("kind", flat=True))


class BeforeTriage(LearntDesk):
    def test_triage_is_asked_for_what_the_rules_left_open(self) -> None:
        Rule.objects.create(name="R", position=1, content={"outcome": {"team": self.desk.pk}})
        self.alone(Target.TEAM)
        self.alone(Target.CATEGORY)
        ticket = self.mailed("The VPN is slow")
        self.assertEqual((ticket.team_id, ticket.category_id), (self.desk.pk, self.networks.pk))
        self.assertEqual(list(Suggestion.objects.filter(ticket=ticket).values_list("target", flat=True)), ["category"])

    def test_what_a_rule_found_right_already_is_decided_too(self) -> None:
        Rule.objects.create(name="R", position=1, content={"outcome": {"kind": "incident"}})
        ticket = self.mailed()
        self.assertIn("kind", running.follow(Event.objects.get(ticket=ticket, seq=1)))
