"""The end of a shift: tickets go on with others, all or none, with words."""

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.tickets import actions
from olmo.tickets.models import Message, Ticket
from olmo.tickets.undo import undo, undoable
from tests.cast import DeskTest


class HandingOver(DeskTest):
    def mine(self, subject: str, **more: object) -> Ticket:
        ticket = self.report(subject, **more)  # type: ignore[arg-type]
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        return ticket

    def fresh(self, ticket: Ticket) -> Ticket:
        return Ticket.objects.get(pk=ticket.pk)

    def test_tickets_go_to_a_colleague_each_with_its_note(self) -> None:
        one, two = self.mine("VPN"), self.mine("Printer")
        events = actions.hand_over(
            [two, one], by=self.alma, assignee=self.tove, note="Rui waits.", notes={two.number: "New toner comes at 3."}
        )
        self.assertEqual([event.data.get("count", 0) for event in events], [2, 0])
        self.assertEqual([self.fresh(t).assignee_id for t in (one, two)], [self.tove.pk] * 2)
        texts = [Message.objects.get(pk=event.data["message"]) for event in events]
        self.assertEqual([m.text for m in texts], ["Rui waits.", "New toner comes at 3."])
        self.assertTrue(all(m.is_internal for m in texts))
        for ticket in (one, two):
            self.assertLogged(ticket, "opened", "assigned", "handed_over")

    def test_back_to_their_team_nobody_owns_them(self) -> None:
        one, two = self.mine("VPN"), self.mine("Printer")
        actions.hand_over([one], by=self.alma, note="Over to you.")
        actions.hand_over([two], by=self.alma, team=self.network, note="Yours, I think.")
        found = [(self.fresh(t).team_id, self.fresh(t).assignee_id) for t in (one, two)]
        self.assertEqual(found, [(self.desk.pk, None), (self.network.pk, None)])

    def test_back_to_several_teams_the_first_for_each_says_how_many(self) -> None:
        one, two, three = self.mine("VPN"), self.mine("Printer"), self.mine("Switch")
        actions.assign(three, by=self.alma, team=self.network, assignee=self.alma)
        events = actions.hand_over([one, two, three], by=self.alma, note="Good night.")
        self.assertEqual([event.data.get("count", 0) for event in events], [2, 0, 1])

    def test_one_that_cannot_go_keeps_all_of_them(self) -> None:
        one, theirs = self.mine("VPN"), self.mine("Truck", by=self.bea)
        with self.assertRaises(Invalid) as refusal:  # Otto works for Bolt only
            actions.hand_over([theirs, one], by=self.alma, assignee=self.otto, note="x")
        self.assertIn("Otto Berg", str(refusal.exception.message))
        done = self.mine("Done")
        actions.resolve(done, by=self.alma, code="fixed")
        with self.assertRaises(Conflict):
            actions.hand_over([one, done], by=self.alma, assignee=self.tove, note="x")
        with self.assertRaises(Conflict):
            actions.hand_over([one], by=self.ines, assignee=self.tove, note="not hers")
        with self.assertRaises(NotFound):
            actions.hand_over([one], by=self.otto, assignee=self.tove, note="he may not know of it")
        with self.assertRaises(Invalid):
            actions.hand_over([one], by=self.alma, assignee=self.tove, note=" ")
        with self.assertRaises(Invalid):
            actions.hand_over([one], by=self.alma, assignee=self.alma, note="to myself")
        self.assertLogged(one, "opened", "assigned")

    def test_it_is_taken_back_in_one(self) -> None:
        tickets = [self.mine("VPN"), self.mine("Printer")]
        with undoable(self.alma, "Handed over") as made:
            actions.hand_over(tickets, by=self.alma, assignee=self.tove, note="x")
        undo(made.token, by=self.alma)
        for ticket in tickets:
            self.assertEqual(self.fresh(ticket).assignee_id, self.alma.pk)
            self.assertReplays(ticket)
