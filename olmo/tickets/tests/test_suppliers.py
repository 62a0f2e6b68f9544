"""Waiting for a supplier."""

from typing import Any

from olmo.kernel.errors import Invalid
from olmo.tickets import actions, suppliers, undo
from olmo.tickets.models import HoldReason, Supplier, Ticket
from olmo.tickets.queries import events
from olmo.tickets.sentences import describe
from tests.cast import DeskTest


class WaitingForASupplier(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        self.fiberlink = suppliers.save(None, suppliers.SupplierSettings(name="Fiberlink"), by=self.ines)

    def held(self, **more: Any) -> Ticket:
        ticket = self.report("The line is down", **more)
        actions.hold(ticket, by=self.alma, reason=HoldReason.THIRD_PARTY, supplier=self.fiberlink)
        return ticket

    def test_the_ticket_names_it_until_the_hold_ends(self) -> None:
        ticket = self.held()
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).supplier, self.fiberlink)
        actions.resume(ticket, by=self.alma)
        self.assertIsNone(Ticket.objects.get(pk=ticket.pk).supplier)
        self.assertLogged(ticket, "opened", "put_on_hold", "resumed")

    def test_agents_are_told_its_name_and_requesters_are_not(self) -> None:
        ticket = self.held()
        told = {who: describe(who, events(who, ticket))[1] for who in (self.alma, self.rui)}
        self.assertIn("Waiting for Fiberlink", told[self.alma])
        self.assertIn("Waiting for a third party", told[self.rui])

    def test_only_a_third_party_has_a_name(self) -> None:
        with self.assertRaisesRegex(Invalid, "Only a third party"):
            actions.hold(self.report("Printer"), by=self.alma, reason=HoldReason.REQUESTER, supplier=self.fiberlink)

    def test_nobody_waits_for_one_that_is_switched_off(self) -> None:
        settings = suppliers.SupplierSettings(name="Fiberlink", is_active=False)
        suppliers.save(self.fiberlink, settings, by=self.ines)
        with self.assertRaisesRegex(Invalid, "no longer in use"):
            self.held()
        self.assertEqual(suppliers.offered(), [])
        self.assertEqual(suppliers.offered(self.fiberlink.pk), [self.fiberlink])

    def test_undo_and_unmerge_bring_it_back(self) -> None:
        ticket, other = self.held(), self.report("The line is down again")
        actions.merge(ticket, into=other, by=self.alma)
        self.assertIsNone(Ticket.objects.get(pk=ticket.pk).supplier)
        actions.unmerge(ticket, by=self.alma)
        self.assertEqual(Ticket.objects.get(pk=ticket.pk).supplier, self.fiberlink)
        with undo.undoable(self.alma, "Resumed") as made:
            actions.resume(ticket, by=self.alma)
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.supplier), ("waiting", self.fiberlink))
        self.assertReplays(ticket)

    def test_a_name_is_given_once(self) -> None:
        with self.assertRaisesRegex(Invalid, "has this name"):
            suppliers.save(None, suppliers.SupplierSettings(name="FIBERLINK"), by=self.ines)
        self.assertEqual(Supplier.objects.count(), 1)
