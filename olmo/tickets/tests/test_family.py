"""Parents and children: one parent, no circle, and an end that is asked for."""

from unittest.mock import patch

from olmo.kernel.errors import Conflict
from olmo.tickets import actions, family, undo
from olmo.tickets.models import Status, Ticket
from tests.cast import DeskTest


class Families(DeskTest):
    def test_both_ends_say_so(self) -> None:
        parent, child = self.report("Switch down"), self.report("No network")
        actions.link(child, parent, by=self.alma, kind="child")
        self.assertEqual((family.parent_of(child), family.children_of(parent)), (parent.pk, [child.pk]))
        self.assertLogged(parent, "opened", "linked")

    def test_one_parent_only_and_no_circle(self) -> None:
        one, two, three = (self.report(n) for n in "abc")
        actions.link(two, one, by=self.alma, kind="child")
        actions.link(two, three, by=self.alma, kind="parent")
        for child, parent in ((one, three), (one, two), (three, one)):
            with self.assertRaises(Conflict):
                actions.link(child, parent, by=self.alma, kind="child")
        with self.assertRaises(Conflict):
            actions.link(three, one, by=self.alma, kind="parent")
        self.assertLogged(one, "opened", "linked")

    def test_undo_closes_no_circle_either(self) -> None:
        one, two = self.report("a"), self.report("b")
        actions.link(two, one, by=self.alma, kind="child")
        with undo.undoable(self.alma, "Link removed") as made:
            actions.unlink(two, one, by=self.alma, kind="child")
        actions.link(one, two, by=self.tove, kind="child")
        with self.assertRaises(Conflict):
            undo.undo(made.token, by=self.alma)
        two.refresh_from_db()
        self.assertIsNone(family.parent_of(two))

    def test_the_parents_end_does_not_end_the_children_unless_it_is_asked_for(self) -> None:
        parent, open_one, done = (self.report(n) for n in ("Switch", "No network", "Old"))
        for child in (open_one, done):
            actions.link(child, parent, by=self.alma, kind="child")
        actions.resolve(done, by=self.tove, code="answered")
        actions.resolve(parent, by=self.alma, code="fixed")
        self.assertEqual(Ticket.objects.get(pk=open_one.pk).status, Status.NEW)
        actions.reopen(parent, by=self.alma)
        with self.assertRaises(Conflict), patch.object(family, "AT_ONCE", 0), undo.undoable(self.alma, "Resolved"):
            actions.resolve_family(parent, by=self.alma, code="fixed", note="New switch.")
        parent.refresh_from_db()
        self.assertTrue(parent.is_active)
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve_family(parent, by=self.alma, code="fixed", note="New switch.")
        self.assertEqual(Ticket.objects.get(pk=open_one.pk).resolution_code, "fixed")
        self.assertEqual(Ticket.objects.get(pk=done.pk).resolution_code, "answered")
        undo.undo(made.token, by=self.alma)
        self.assertEqual(Ticket.objects.get(pk=open_one.pk).status, Status.NEW)
        for ticket in (parent, open_one, done):
            self.assertReplays(ticket)
