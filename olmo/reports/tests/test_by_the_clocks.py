"""Punctuality is the verdict of a ticket's clocks, where it has any."""

from olmo.people.models import Person
from olmo.reports import rollup
from olmo.reports.models import Fact, Rollup
from olmo.reports.selection import Selection
from olmo.service_levels import actions as service_levels
from olmo.service_levels.tests.test_clocks import Promised
from olmo.tickets import actions
from olmo.tickets.models import Ticket


class JudgedByTheClocks(Promised):
    """Acme was promised an answer in one hour of office time and a solution in four; Bolt nothing."""

    def worked(self, opened: str, answered: str, resolved: str, *, by: Person | None = None) -> Ticket:
        with self.at(opened):
            ticket = self.report("VPN drops", by=by)
        with self.at(answered):
            actions.reply(ticket, by=self.alma, message=self.say("Which network?"))
        with self.at(resolved):
            actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        return ticket

    def verdicts(self, ticket: Ticket) -> tuple[bool | None, bool | None]:
        rollup.refresh()
        fact = Fact.objects.get(ticket_id=ticket.pk)
        return fact.is_response_in_time, fact.is_resolution_in_time

    def test_a_weekend_does_not_make_an_answer_late(self) -> None:
        over_it = ("2026-03-06 16:30", "2026-03-09 07:15", "2026-03-09 09:00")
        self.assertEqual(self.verdicts(self.worked(*over_it)), (True, True))
        self.assertEqual(self.verdicts(self.worked(*over_it, by=self.bea)), (False, None))

    def test_what_the_allowance_would_pass_the_agreement_may_break(self) -> None:
        slow = ("2026-03-09 08:00", "2026-03-09 11:00", "2026-03-09 14:00")
        self.assertEqual(self.verdicts(self.worked(*slow)), (False, False))
        self.assertEqual(self.verdicts(self.worked(*slow, by=self.bea)), (True, None))

    def test_what_was_waived_stays_late_and_is_counted_beside_it(self) -> None:
        slow = ("2026-03-09 08:00", "2026-03-09 11:00", "2026-03-09 14:00")
        ticket = self.worked(*slow)
        self.worked(*slow)
        service_levels.waive(
            ticket, "resolution", self.clock(ticket, "resolution").started_at, by=self.ines, reason="Fog."
        )
        self.assertEqual(self.verdicts(ticket), (False, False))
        waived = Fact.objects.filter(is_resolution_waived=True, is_response_waived=False)
        self.assertEqual([fact.ticket_id for fact in waived], [ticket.pk])
        numbers = {row.measure: row.n for row in Rollup.objects.filter(by="", measure__in=["promised", "kept_waived"])}
        self.assertEqual(numbers, {"promised": 2, "kept_waived": 1})
        self.assertEqual(list(Selection.of(kept_waived=1).among(Ticket.objects.all())), [ticket])
        with self.at("2026-03-09 15:00"):
            actions.reopen(ticket, by=self.rui)
        rollup.refresh()
        self.assertEqual(Rollup.objects.filter(measure="kept_waived").exclude(n=0).count(), 0)

    def test_an_agreed_date_counts_only_where_nothing_was_promised(self) -> None:
        for by, wanted in ((None, False), (self.bea, True)):
            with self.at("2026-03-09 08:00"):
                ticket = self.report("VPN drops", by=by)
                actions.set_due(ticket, by=self.alma, due_at=ticket.opened_at.replace(day=20))
            with self.at("2026-03-10 15:00"):
                actions.resolve(ticket, by=self.alma, code="fixed", note="Done.")
            self.assertEqual(self.verdicts(ticket)[1], wanted)

    def test_what_has_not_happened_is_not_judged(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        self.assertEqual(self.verdicts(ticket), (None, None))
