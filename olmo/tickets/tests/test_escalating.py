"""Functional escalation: up with a note and what was tried, back with a reason, and how often it went to and fro."""

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.tickets import actions
from olmo.tickets.log import Stale
from olmo.tickets.models import Message, Reason, Standing, Ticket
from olmo.tickets.undo import undo, undoable
from tests.cast import DeskTest


class Escalating(DeskTest):
    def test_it_goes_to_the_next_tier_with_a_note(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        event = actions.escalate(ticket, by=self.alma, note="Tried: cable, new profile.")
        self.assertEqual((ticket.team, ticket.assignee), (self.network, None))
        self.assertTrue(Message.objects.get(pk=event.data["message"]).is_internal)
        self.assertLogged(ticket, "opened", "assigned", "escalated")

    def test_without_a_note_it_is_refused(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        with self.assertRaises(Invalid) as refused:
            actions.escalate(ticket, by=self.alma, note=" ")
        self.assertEqual(refused.exception.field, "note")

    def test_from_the_highest_tier_there_is_no_next(self) -> None:
        ticket = self.report("VPN drops", team=self.network)
        with self.assertRaises(Conflict):
            actions.escalate(ticket, by=self.tove, note="Who else?")

    def test_a_finished_ticket_is_not_escalated(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        actions.close(ticket, by=self.alma)
        with self.assertRaises(Conflict):
            actions.escalate(ticket, by=self.alma, note="Again")

    def test_not_by_the_requester_nor_by_strangers(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        with self.assertRaises(NotAllowed):
            actions.escalate(ticket, by=self.rui, note="Boss please")
        with self.assertRaises(NotFound):
            actions.escalate(ticket, by=self.otto, note="Not mine")


class WhatWasTried(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.desk.tried_first = ["Another cable", "A new profile"]
        self.desk.save()

    def test_it_stands_below_the_note_item_by_item_and_is_counted(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        event = actions.escalate(ticket, by=self.alma, note="Only at home.", tried=["Another cable"])
        text = Message.objects.get(pk=event.data["message"]).text
        self.assertEqual(text, "Only at home.\n\nTried: Another cable\nNot tried: A new profile")
        self.assertEqual((event.data["tried"], event.data["tried_of"]), (1, 2))
        self.assertNotIn("cable", str(event.data))

    def test_it_is_in_the_language_of_whoever_writes(self) -> None:
        self.alma.language = "it"
        ticket = self.report("VPN drops", team=self.desk)
        event = actions.escalate(ticket, by=self.alma, note="Solo a casa.", tried=[])
        self.assertIn("Non provato: A new profile", Message.objects.get(pk=event.data["message"]).text)

    def test_an_item_that_the_team_has_no_more_is_refused_and_nothing_is_written(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        with self.assertRaises(Invalid) as refused:
            actions.escalate(ticket, by=self.alma, note="Only at home.", tried=["A spell"])
        self.assertEqual(refused.exception.field, "tried")
        self.assertLogged(ticket, "opened")
        self.assertEqual(Message.objects.filter(ticket=ticket).count(), 1)


class GivingBack(DeskTest):
    def escalated(self) -> Ticket:
        ticket = self.report("VPN drops", team=self.desk)
        actions.escalate(ticket, by=self.alma, note="Please look.")
        return ticket

    def test_it_goes_to_the_team_that_it_came_from_with_the_reason(self) -> None:
        ticket = self.escalated()
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove)
        event = actions.give_back(ticket, by=self.tove, reason="The cable is loose.")
        self.assertEqual((ticket.team, ticket.assignee, ticket.returns), (self.desk, None, 1))
        self.assertTrue(Message.objects.get(pk=event.data["message"]).is_internal)
        self.assertEqual(Standing.objects.get(ticket=ticket).reason, Reason.ESCALATED)
        self.assertLogged(ticket, "opened", "escalated", "assigned", "given_back")

    def test_to_and_fro_is_counted(self) -> None:
        ticket = self.escalated()
        actions.give_back(ticket, by=self.tove, reason="Not ours.")
        actions.escalate(ticket, by=self.alma, note="It is.")
        self.assertEqual(ticket.returns, 2)
        actions.escalate(ticket, by=self.tove, note="No.", team=self.desk)
        self.assertEqual(ticket.returns, 3)
        self.assertReplays(ticket)

    def test_a_way_without_return_counts_nothing(self) -> None:
        self.assertEqual(self.escalated().returns, 0)

    def test_without_a_reason_it_is_refused(self) -> None:
        ticket = self.escalated()
        with self.assertRaises(Invalid) as refused:
            actions.give_back(ticket, by=self.tove, reason="  ")
        self.assertEqual(refused.exception.field, "reason")

    def test_what_nobody_escalated_cannot_go_back(self) -> None:
        ticket = self.report("VPN drops", team=self.network)
        with self.assertRaises(Conflict):
            actions.give_back(ticket, by=self.tove, reason="Not ours.")

    def test_a_team_that_ended_its_work_gets_nothing_back(self) -> None:
        ticket = self.escalated()
        self.desk.is_active = False
        self.desk.save()
        with self.assertRaises(Invalid):
            actions.give_back(ticket, by=self.tove, reason="Not ours.")
        self.assertLogged(ticket, "opened", "escalated")

    def test_not_by_the_requester_nor_by_strangers_and_not_when_finished(self) -> None:
        ticket = self.escalated()
        with self.assertRaises(NotAllowed):
            actions.give_back(ticket, by=self.rui, reason="Back!")
        with self.assertRaises(NotFound):
            actions.give_back(ticket, by=self.otto, reason="Back!")
        actions.close(ticket, by=self.tove)
        with self.assertRaises(Conflict):
            actions.give_back(ticket, by=self.tove, reason="Back!")

    def test_two_at_once_the_second_is_told(self) -> None:
        ticket = self.escalated()
        seen = ticket.version
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove)
        with self.assertRaises(Stale):
            actions.give_back(ticket, by=self.ines, reason="Not yours.", seen=seen)

    def test_it_can_be_undone_with_its_count(self) -> None:
        ticket = self.escalated()
        with undoable(self.tove, "Given back") as made:
            actions.give_back(ticket, by=self.tove, reason="Not ours.")
        undo(made.token, by=self.tove)
        ticket.refresh_from_db()
        self.assertEqual((ticket.team, ticket.returns), (self.network, 0))
        self.assertReplays(ticket)
