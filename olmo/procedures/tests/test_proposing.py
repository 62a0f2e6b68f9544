"""A procedure proposed from the fastest solved tickets: the same again and again, with its evidence, or a plain no."""

from unittest import TestCase

from olmo.knowledge.models import Article
from olmo.procedures.proposing import Token, common, propose
from olmo.tickets import actions
from olmo.tickets.models import Category, Ticket
from olmo.writing import references
from tests.cast import DeskTest

A: Token = ("tick", "Look")
B: Token = ("ask", "")
C: Token = ("article", "vpn")


class Aligning(TestCase):
    def test_what_half_of_them_share_in_the_order_of_its_mean_place(self) -> None:
        found = common({1: [A, B, C], 2: [B, C], 3: [A, C], 4: [C, ("call", "")]}, {1: 11, 2: 12, 3: 13, 4: 14})
        self.assertEqual((found[0].step.title, found[0].tickets), ("Look", [11, 13]))
        self.assertEqual({len(one.tickets) for one in found}, {2, 4})
        self.assertEqual(found[-1].tickets, [11, 12, 13, 14])

    def test_a_resolution_alone_is_no_method(self) -> None:
        self.assertEqual(common({1: [("resolved", "fixed")], 2: [("resolved", "fixed")]}, {1: 1, 2: 2}), [])


class Proposing(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.vpn = Category.objects.create(name="VPN")
        self.below = Category.objects.create(name="VPN on phones", parent=self.vpn)

    def solved(self, minutes: int, *, heading: str = "", reopened: bool = False) -> Ticket:
        with self.at("2026-03-02 08:00"):
            ticket = self.report("VPN", category=self.below)
            if heading:
                actions.note(ticket, by=self.alma, message=self.say(f"## {heading}\nDone.", is_markdown=True))
        with self.at(f"2026-03-02 {8 + minutes // 60:02}:{minutes % 60:02}"):
            actions.resolve(ticket, by=self.alma, code="fixed")
            if reopened:
                actions.reopen(ticket, by=self.rui)
                actions.resolve(ticket, by=self.alma, code="fixed")
        return ticket

    def test_too_few_is_said_plainly(self) -> None:
        for n in range(11):
            self.solved(10 + n)
        self.solved(5, reopened=True)
        with self.at("2026-03-10 08:00"):
            found = propose(self.alma, self.vpn)
        self.assertEqual((found.solved, found.kept, found.steps), (12, 11, []))
        self.assertIn("11 solved tickets of “VPN” that were never reopened; 12 are needed", found.too_few)

    def test_the_fastest_quarter_tells_the_steps_with_the_very_tickets(self) -> None:
        fast = [self.solved(10 + n, heading="Token renewed") for n in range(3)]
        for n in range(9):
            self.solved(200 + n, heading="Reinstalled")
        article = Article.objects.create(
            key="vpn", owner=self.alma, created_at="2026-01-01T00:00Z", changed_at="2026-01-01T00:00Z"
        )
        for ticket in fast[:2]:
            references.used(article, ticket, by=self.alma)
        with self.at("2026-03-10 08:00"):
            found = propose(self.alma, self.vpn)
            self.assertEqual(propose(self.alma, self.vpn), found)
        self.assertEqual([number for number, _subject, _minutes in found.fastest], [t.number for t in fast])
        titles = {one.step.title: one.tickets for one in found.steps}
        self.assertEqual(titles["Token renewed"], [t.number for t in fast])
        self.assertEqual(titles["Follow the article “vpn”"], [t.number for t in fast[:2]])
        self.assertEqual(found.steps[-1].step.title, "Resolve: Fixed")
        self.assertNotIn("Reinstalled", titles)

    def test_nobody_learns_from_tickets_that_they_may_not_see(self) -> None:
        for n in range(12):
            self.solved(10 + n, heading="Token renewed")
        with self.at("2026-03-10 08:00"):
            self.assertEqual(propose(self.otto, self.vpn).solved, 0)
