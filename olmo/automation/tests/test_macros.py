"""Macros: offered where they fit, shown before they act, done whole or not at all, undone in one go."""

from typing import Any

from olmo.automation import macros
from olmo.automation.macros import MacroSettings
from olmo.automation.models import Macro, MacroUse
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people.administration import mark_of
from olmo.people.models import AuditLine
from olmo.tenancy.scope import scope
from olmo.tickets import actions, undo
from olmo.tickets.models import Category, Message, Status
from tests.cast import DeskTest

STEPS = {
    "assignee": "me", "tags_add": ["vpn"], "reply": "Dear {first_name}, we look at #{number}.", "state": "hold",
    "reason": "third_party",
}  # fmt: skip


class MacroTest(DeskTest):
    def make(self, name: str = "Take it", *, by: Any = None, **more: Any) -> Macro:
        values = MacroSettings(**{"name": name, "names": {}, "steps": STEPS, **more})
        return macros.save(None, values, by=by or self.ines)


class Using(MacroTest):
    def test_it_is_shown_done_in_one_go_and_undone(self) -> None:
        macro, ticket = self.make(), self.report("VPN drops")
        effect = macros.shown(macro, ticket, self.alma)
        self.assertIn("Put on hold: Waiting for a third party", effect.words)
        ticket.refresh_from_db()
        self.assertLogged(ticket, "opened")
        made = macros.use(
            macro, ticket, by=self.alma, steps=macros.steps_for(macro, ticket, self.alma), seen=ticket.version
        )
        self.assertLogged(ticket, "opened", "tagged", "assigned", "replied", "put_on_hold")
        self.assertEqual(Message.objects.latest("pk").text, f"Dear Rui, we look at #{ticket.number}.")
        macro.refresh_from_db()
        self.assertEqual(macro.uses, 1)
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.assignee, ticket.tags), (Status.NEW, None, []))
        self.assertReplays(ticket)

    def test_where_one_step_is_refused_nothing_is_done(self) -> None:
        macro, ticket = self.make(), self.report("VPN drops")
        actions.resolve(ticket, by=self.tove, code="fixed")
        with self.assertRaises(Conflict):
            macros.use(macro, ticket, by=self.alma, steps=macros.steps_for(macro, ticket, self.alma))
        ticket.refresh_from_db()
        self.assertLogged(ticket, "opened", "resolved")
        macro.refresh_from_db()
        self.assertEqual(macro.uses, 0)

    def test_edited_words_are_sent_and_emptied_ones_are_not(self) -> None:
        macro, ticket = self.make(), self.report("VPN drops")
        self.assertEqual(macros.steps_for(macro, ticket, self.alma, reply="Else {agent}")["reply"], "Else {agent}")
        self.assertNotIn("reply", macros.steps_for(macro, ticket, self.alma, reply=" "))

    def test_the_tickets_in_which_it_was_used_are_named_the_newest_use_first(self) -> None:
        macro = self.make(steps={"tags_add": ["vpn"]})
        first, second, bolt = self.report("First"), self.report("Second"), self.report("Bolt's", by=self.bea)
        for ticket, by in ((first, self.alma), (second, self.alma), (bolt, self.tove), (first, self.tove)):
            macros.use(macro, ticket, by=by, steps=macro.steps)
        self.assertEqual(macros.places(self.alma, macro, 10), [first, bolt, second])
        self.assertEqual(macros.places(self.alma, macro, 1), [first])
        self.assertEqual(macros.places(self.otto, macro, 10), [bolt])
        self.assertEqual(MacroUse.objects.get(ticket=first).by, self.alma)
        with scope([self.bolt.pk]):
            self.assertEqual([one.ticket_id for one in MacroUse.objects.all()], [bolt.pk])

    def test_next_is_the_most_urgent_of_mine(self) -> None:
        mine, other = self.report("Mine", assignee=self.alma), self.report("Theirs", assignee=self.tove)
        self.assertEqual(macros.next_for(self.alma, other), mine)
        self.assertIsNone(macros.next_for(self.alma, mine))


class Offering(MacroTest):
    def test_only_where_its_conditions_are_met(self) -> None:
        category = Category.objects.create(name="VPN")
        ticket = self.report("VPN drops", language="en")
        for conditions, fits in (
            ({}, True), ({"client": self.acme}, True), ({"client": self.bolt}, False), ({"category": category}, False),
            ({"kind": "incident"}, True), ({"kind": "service_request"}, False), ({"language": "it"}, False),
            ({"is_active": False}, False), ({"team": self.desk}, True), ({"team": self.network}, False),
        ):  # fmt: skip
            with self.subTest(conditions):
                macro = self.make(**conditions)
                self.assertEqual(macro in macros.offered(self.alma, ticket), fits)

    def test_one_for_a_category_is_for_all_below_it(self) -> None:
        network = Category.objects.create(name="Network")
        vpn = Category.objects.create(name="VPN", parent=network)
        other = Category.objects.create(name="Printing")
        macro, ticket = self.make(category=network), self.report("VPN drops", category=vpn)
        self.assertEqual(macros.offered(self.alma, ticket), [macro])
        actions.categorise(ticket, by=self.alma, category=other)
        self.assertEqual(macros.offered(self.alma, ticket), [])
        actions.categorise(ticket, by=self.alma, category=None)
        self.assertEqual(macros.offered(self.alma, ticket), [])

    def test_own_ones_are_nobody_elses(self) -> None:
        ticket = self.report("VPN drops")
        macro = self.make(by=self.alma, is_own=True)
        self.assertEqual(macros.offered(self.alma, ticket), [macro])
        self.assertEqual(macros.offered(self.tove, ticket), [])
        with self.assertRaises(NotFound):
            macros.of_ticket(self.tove, ticket, macro.pk)

    def test_another_clients_macro_is_not_seen_by_who_works_for_one(self) -> None:
        self.make(client=self.acme)
        with scope([self.bolt.pk]):
            self.assertEqual(list(macros.known_to(self.otto)), [])


class Keeping(MacroTest):
    def test_those_of_the_desk_are_the_administrators_with_a_line_in_the_change_log(self) -> None:
        macro = self.make()
        self.assertEqual(AuditLine.objects.latest("pk").subject, "macro: Take it")
        self.assertNotIn("Dear", str(AuditLine.objects.latest("pk").change))
        with self.assertRaises(NotAllowed):
            self.make(by=self.alma)
        with self.assertRaises(NotAllowed):
            macros.save(macro, MacroSettings(name="x", names={}, steps=STEPS, is_own=True), by=self.alma)
        with self.assertRaises(NotAllowed):
            macros.remove(macro, by=self.alma)

    def test_bad_settings_name_their_field(self) -> None:
        for field, values in (
            ("name", {"name": " "}), ("steps", {"steps": {}}), ("reply", {"steps": {"reply": "Hi {nobody}"}}),
            ("category", {"client": self.acme, "category": Category.objects.create(name="B", client=self.bolt)}),
        ):  # fmt: skip
            with self.subTest(field), self.assertRaises(Invalid) as refused:
                self.make(**values)
            self.assertEqual(refused.exception.field, field)

    def test_two_at_the_same_form(self) -> None:
        macro = self.make()
        seen = mark_of(macros.state_of(macro))
        macros.save(macro, MacroSettings(name="A", names={}, steps=STEPS), by=self.ines, seen=seen)
        with self.assertRaises(Conflict):
            macros.save(macro, MacroSettings(name="B", names={}, steps=STEPS), by=self.ines, seen=seen)
