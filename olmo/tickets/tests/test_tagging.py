"""A tag renamed, merged or removed on every ticket: by verbs, logged, by administrators, once."""

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.people.models import AuditLine
from olmo.tickets import actions, tagging
from olmo.tickets.models import Retagging, Ticket
from tests.cast import DeskTest


class Retagged(DeskTest):
    def tagged(self, *tags: str, count: int = 1) -> list[Ticket]:
        found = []
        for n in range(count):
            ticket = self.report(f"Fault {n}", by=self.rui if n % 2 else self.bea)
            actions.tag(ticket, by=self.alma, add=list(tags))
            found.append(ticket)
        return found

    def tags_of(self, ticket: Ticket) -> list[str]:
        return list(Ticket.objects.get(pk=ticket.pk).tags)

    def test_every_ticket_gets_the_new_name_and_an_event(self) -> None:
        tickets = self.tagged("vnp", count=3)
        begun = tagging.retag("vnp", by=self.ines, into="VPN")
        tagging.go_on(begun.pk)
        for ticket in tickets:
            self.assertEqual(self.tags_of(ticket), ["vpn"])
            self.assertLogged(ticket, "opened", "tagged", "tagged")
        done = Retagging.objects.get()
        self.assertEqual((done.done, done.total, done.ended_at is not None), (3, 3, True))

    def test_merged_into_one_that_is_there_no_ticket_has_it_twice(self) -> None:
        (both,), (one,) = self.tagged("vpn", "tunnel"), self.tagged("tunnel")
        tagging.go_on(tagging.retag("tunnel", by=self.ines, into="vpn").pk)
        self.assertEqual((self.tags_of(both), self.tags_of(one)), (["vpn"], ["vpn"]))

    def test_removed_everywhere(self) -> None:
        (ticket,) = self.tagged("old", "kept")
        tagging.go_on(tagging.retag("old", by=self.ines).pk)
        self.assertEqual(self.tags_of(ticket), ["kept"])

    def test_in_parts_and_begun_again_it_is_done_once(self) -> None:
        self.addCleanup(setattr, tagging, "BATCH", tagging.BATCH)
        tagging.BATCH = 2
        tickets = self.tagged("a", count=5)
        begun = tagging.retag("a", by=self.ines, into="b")
        self.assertTrue(tagging._batch(begun.pk))
        self.assertEqual(Retagging.objects.get().done, 2)
        tagging.go_on(begun.pk)
        tagging.go_on(begun.pk)
        self.assertEqual({tuple(self.tags_of(t)) for t in tickets}, {("b",)})
        self.assertEqual(Retagging.objects.get().done, 5)

    def test_what_cannot_be_done_is_refused(self) -> None:
        self.tagged("vpn")
        with self.assertRaises(Invalid):
            tagging.retag("vpn", by=self.ines, into="VPN ")
        with self.assertRaises(Invalid):
            tagging.retag("vpn", by=self.ines, into="!!!")
        with self.assertRaises(Conflict):
            tagging.retag("nothing", by=self.ines, into="x")
        with self.assertRaises(NotAllowed):
            tagging.retag("vpn", by=self.alma, into="x")
        tagging.retag("vpn", by=self.ines, into="tunnel")
        with self.assertRaises(Conflict):
            tagging.retag("vpn", by=self.ines, into="other")

    def test_the_change_log_knows_it(self) -> None:
        self.tagged("vpn", count=2)
        tagging.retag("vpn", by=self.ines, into="tunnel")
        line = AuditLine.objects.get()
        self.assertEqual((line.subject, line.change), ("tag: vpn", {"name": ["vpn", "tunnel"], "tickets": [None, 2]}))

    def test_all_tags_with_their_tickets(self) -> None:
        self.tagged("vpn", "win_10", count=2)
        self.tagged("printer")
        self.assertEqual([(t.name, t.count) for t in tagging.tags()], [("printer", 1), ("vpn", 2), ("win_10", 2)])
        self.assertEqual([t.name for t in tagging.tags(holding="n_1")], ["win_10"])
        self.assertEqual(tagging.tags(holding="%"), [])


class Stopped(Retagged):
    def test_a_refusal_stops_it_with_its_reason_and_it_goes_on_where_it_stopped(self) -> None:
        tickets = self.tagged("vnp", count=3)
        begun = Retagging.objects.create(tag="vnp", into="vpn", by=self.otto, total=3, began_at=tickets[0].opened_at)
        tagging.go_on(begun.pk)
        begun.refresh_from_db()
        self.assertIn(f"Ticket {tickets[1].number}: ", begun.stopped)  # of an organisation that Otto does not work for
        self.assertEqual([self.tags_of(ticket) for ticket in tickets], [["vnp"]] * 3)
        Retagging.objects.update(by=self.ines)
        tagging.resume(begun, by=self.ines)
        with self.assertRaises(Conflict):
            tagging.resume(begun, by=self.ines)
        tagging.go_on(begun.pk)
        begun.refresh_from_db()
        self.assertEqual((begun.done, begun.stopped, begun.ended_at is not None), (3, "", True))
        self.assertEqual([self.tags_of(ticket) for ticket in tickets], [["vpn"]] * 3)

    def test_it_is_let_go_on_by_administrators_only(self) -> None:
        self.tagged("vnp")
        begun = Retagging.objects.create(tag="vnp", by=self.ines, total=1, began_at=clock.now(), stopped="no")
        with self.assertRaises(NotAllowed):
            tagging.resume(begun, by=self.alma)
