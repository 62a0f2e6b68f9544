"""Each property says which rule gave it its value, as long as nobody has changed it."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.routing.rules import why
from olmo.tickets import actions, undo
from olmo.tickets.models import Category, Ticket

from .ruled import RuledDesk, says


class TellingWhy(RuledDesk):
    def setUp(self) -> None:
        super().setUp()
        self.printers = Category.objects.create(name="Printers")
        self.team = self.rule(
            "Team", says("words", "printer"), says("vip", True, how="none"), team=self.network.pk, tags=["p"]
        )
        self.all = self.rule("All", category=self.printers.pk, urgency=1)
        self.ticket = self.came("Printer")

    def reasons(self) -> dict[str, str]:
        return {name: reason.name for name, reason in why.reasons_of(Ticket.objects.get(pk=self.ticket.pk)).items()}

    def test_each_property_names_its_rule_its_version_and_what_was_met(self) -> None:
        self.assertEqual(self.reasons(), {"team": "Team", "tags": "Team", "category": "All", "urgency": "All"})
        found = why.reasons_of(self.ticket)
        self.assertEqual((found["team"].rule, found["team"].version, found["team"].met), (self.team.pk, 1, (0, 1)))

    def test_what_somebody_changed_is_theirs(self) -> None:
        actions.categorise(self.ticket, by=self.alma, category=None)
        actions.assign(self.ticket, by=self.alma, team=self.network, assignee=self.alma)
        self.assertEqual(self.reasons(), {"team": "Team", "tags": "Team", "urgency": "All"})
        actions.escalate(self.ticket, by=self.alma, note="Please", team=self.desk)
        self.assertNotIn("team", self.reasons())

    def test_what_was_undone_is_no_longer_a_rule_s(self) -> None:
        with undo.undoable(self.alma, "x") as made:
            actions.prioritise(self.ticket, by=self.alma, impact=2, urgency=3)
        self.assertNotIn("urgency", self.reasons())
        undo.undo(made.token, by=self.alma)
        self.assertEqual(Ticket.objects.get(pk=self.ticket.pk).urgency, 1)
        self.assertIn("category", self.reasons())

    def test_a_ticket_without_rules_costs_one_look_and_says_nothing(self) -> None:
        other = self.report("Mouse")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            self.assertEqual(why.reasons_of(other), {})
        self.assertEqual(len(queries), 1)
