"""The dry run: what rules would have done to the tickets of the last days, without doing anything."""

from datetime import timedelta
from typing import Any

from olmo.kernel import clock
from olmo.kernel.errors import NotAllowed
from olmo.routing import jobs
from olmo.routing.rules import trying
from olmo.routing.rules.models import DryRun
from olmo.tickets import actions
from olmo.tickets.models import Event, Ticket

from .ruled import RuledDesk, says


class Trying(RuledDesk):
    def through(self, **more: Any) -> dict[str, Any]:
        run = trying.begin(self.ines, **more)
        jobs.dry_run(run.pk)
        run.refresh_from_db()
        self.assertIsNotNone(run.finished_at)
        found: dict[str, Any] = run.found
        return found

    def test_it_counts_by_rule_gives_examples_and_writes_nothing(self) -> None:
        rule = self.rule("VPN", says("words", "vpn"), team=self.network.pk)
        slow, mouse = self.report("VPN slow"), self.report("Mouse")
        self.report("VPN there already", team=self.network)
        events = Event.objects.count()
        found = self.through()
        told = found["rules"][str(rule.pk)]
        self.assertEqual((found["changed"], told["met"], told["changed"]), (1, 2, 1))
        self.assertEqual(told["examples"], [[slow.number, slow.pk, [["team", None, self.network.pk]]]])
        self.assertEqual(Event.objects.count(), events)
        self.assertIsNone(Ticket.objects.get(pk=mouse.pk).team_id)

    def test_tickets_are_taken_as_they_were_opened(self) -> None:
        rule = self.rule("Untouched", says("team", ""), says("tags", "x"), urgency=1)
        ticket = self.report("Printer", tags=["x"])
        actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.tag(ticket, by=self.alma, remove=["x"])
        self.assertEqual(self.through()["rules"][str(rule.pk)]["changed"], 1)

    def test_it_says_how_many_ended_so_anyway(self) -> None:
        rule = self.rule("VPN", says("words", "vpn"), team=self.network.pk)
        ticket = self.report("VPN slow")
        self.report("VPN fast")
        actions.assign(ticket, by=self.alma, team=self.network, assignee=None)
        told = self.through()["rules"][str(rule.pk)]
        self.assertEqual((told["changed"], told["kept"]), (2, 1))

    def test_a_rule_that_is_being_written_is_tried_in_its_place(self) -> None:
        first = self.rule("First", says("words", "vpn"), team=self.network.pk)
        second = self.rule("Second", team=self.desk.pk)
        self.report("VPN slow")
        content = {"conditions": [says("words", "mouse")], "outcome": {"team": self.network.pk}}
        found = self.through(edited=first, says={"name": "First", "content": content})
        self.assertEqual(list(found["rules"]), [str(second.pk)])
        found = self.through(says={"name": "New", "content": {"outcome": {"tags": ["n"]}}})
        self.assertEqual(found["rules"]["0"]["changed"], 1)

    def test_old_tickets_and_rules_for_changes_are_left_out(self) -> None:
        self.rule("Change", says("kind", "incident"), tags=["c"], on_open=False, on_change=True)
        self.rule("Open", tags=["o"])
        with clock.at(clock.now() - timedelta(days=91)):
            self.report("Old")
        self.report("New")
        found = self.through()
        self.assertEqual((found["changed"], len(found["rules"])), (1, 1))

    def test_it_goes_on_where_it_stopped_and_ends_when_it_was_thrown_away(self) -> None:
        rule = self.rule("All", tags=["a"])
        for n in range(5):
            self.report(f"Ticket {n}")
        run = trying.begin(self.ines)
        usual, trying.BATCH = trying.BATCH, 2
        try:
            trying.proceed(run)
            self.assertEqual((run.total, run.done, run.finished_at), (5, 2, None))
            jobs.dry_run(run.pk)
        finally:
            trying.BATCH = usual
        run.refresh_from_db()
        self.assertEqual((run.done, run.found["rules"][str(rule.pk)]["met"]), (5, 5))
        trying.begin(self.ines)
        self.assertFalse(DryRun.objects.filter(pk=run.pk).exists())
        jobs.dry_run(run.pk)

    def test_it_is_forgotten_after_a_day(self) -> None:
        run = trying.begin(self.ines)
        with clock.at(clock.now() + timedelta(hours=25)):
            self.assertEqual(trying.forget_old(), 1)
        self.assertFalse(DryRun.objects.filter(pk=run.pk).exists())

    def test_only_administrators_may(self) -> None:
        with self.assertRaises(NotAllowed):
            trying.begin(self.alma)
