"""Assignment."""

from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.tickets import actions
from olmo.tickets.log import Stale
from olmo.tickets.models import Status
from tests.cast import DeskTest


class Assigning(DeskTest):
    def test_a_ticket_with_a_person_is_open(self) -> None:
        ticket = self.report("VPN drops")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        self.assertEqual((ticket.team, ticket.assignee, ticket.status), (self.desk, self.alma, Status.OPEN))
        self.assertLogged(ticket, "opened", "assigned")

    def test_the_same_again_writes_nothing(self) -> None:
        ticket = self.report("VPN drops")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=None)
        self.assertIsNone(actions.assign(ticket, by=self.alma, team=self.desk, assignee=None))
        self.assertLogged(ticket, "opened", "assigned")

    def test_it_can_be_given_back(self) -> None:
        ticket = self.report("VPN drops")
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.assign(ticket, by=self.alma, team=None, assignee=None)
        self.assertLogged(ticket, "opened", "assigned", "assigned")
        self.assertIsNone(ticket.assignee)

    def test_only_to_agents_of_the_client(self) -> None:
        ticket = self.report("VPN drops")
        for person in (self.otto, self.rui):
            with self.assertRaises(Invalid) as refused:
                actions.assign(ticket, by=self.alma, team=None, assignee=person)
            self.assertEqual(refused.exception.field, "assignee")

    def test_a_team_that_ended_its_work_gets_nothing(self) -> None:
        self.network.is_active = False
        self.network.save()
        ticket = self.report("By mail or portal it opens all the same", team=self.network)
        self.assertIsNone(ticket.team)
        with self.assertRaises(Invalid) as refused:
            actions.assign(ticket, by=self.alma, team=self.network, assignee=None)
        self.assertEqual(refused.exception.field, "team")
        with self.assertRaises(Invalid):
            actions.escalate(ticket, by=self.alma, note="Please", team=self.network)

    def test_not_by_a_requester_nor_by_strangers(self) -> None:
        ticket = self.report("VPN drops")
        with self.assertRaises(NotAllowed):
            actions.assign(ticket, by=self.rui, team=self.desk, assignee=None)
        with self.assertRaises(NotFound):
            actions.assign(ticket, by=self.otto, team=self.desk, assignee=None)

    def test_two_at_the_same_field_the_second_is_told(self) -> None:
        ticket = self.report("VPN drops")
        seen = ticket.version
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove, seen=seen)
        with self.assertRaises(Stale):
            actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma, seen=seen)
        self.assertEqual(ticket.assignee_id, self.tove.pk)

    def test_two_at_different_fields_both_stay(self) -> None:
        ticket = self.report("VPN drops")
        seen = ticket.version
        actions.assign(ticket, by=self.tove, team=self.network, assignee=None, seen=seen)
        actions.tag(ticket, by=self.alma, add=["VPN", "home office"])
        actions.prioritise(ticket, by=self.alma, impact=1, urgency=2, seen=seen)
        self.assertEqual((ticket.team, ticket.tags, ticket.priority), (self.network, ["home-office", "vpn"], 2))
        self.assertReplays(ticket)
