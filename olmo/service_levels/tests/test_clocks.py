"""Clocks of tickets: kept with the ticket, equal to a replay, swept, amended, waived."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.service_levels import actions, clocks
from olmo.service_levels.models import Agreement, AgreementKind, Clock, Terms, Waiver
from olmo.tickets import actions as tickets
from olmo.tickets.models import Event, Standing, Ticket
from tests.cast import DeskTest

OFFICE = {
    "zone": "Europe/Rome",
    "hours": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
PROMISE = {
    "calendar": "Office",
    "pauses": ["requester"],
    "targets": {p: {"first_response": 60, "next_response": 120, "resolution": 240} for p in ("1", "2", "3", "4")},
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Promised(DeskTest):
    """Acme has an agreement: office hours, an answer in 1 h, a solution in 4 h."""

    agreement: Agreement

    def setUp(self) -> None:
        super().setUp()
        with self.at("2026-01-01 00:00"):
            actions.set_calendar("Office", OFFICE, by=self.ines)
            self.agreement = actions.agree("Acme gold", by=self.ines, client=self.acme)
            self.amend("1", "2026-01-01 00:00", PROMISE)

    def amend(self, version: str, start: str, content: dict[str, Any], **more: Any) -> Terms:
        told = {"reason": "By chance"} | more
        return actions.amend(self.agreement, content, by=self.ines, version=version, valid_from=moment(start), **told)

    def clock(self, ticket: Ticket, metric: str) -> Clock:
        return Clock.objects.filter(ticket=ticket, metric=metric).latest("started_at")

    def kinds(self, ticket: Ticket) -> list[str]:
        return list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("kind", flat=True))

    def assertTrue_(self, ticket: Ticket) -> None:
        """Rows equal the replay, and the log equals the ticket."""
        row = Ticket.objects.get(pk=ticket.pk)
        log = list(Event.objects.filter(ticket=row).order_by("seq"))
        self.assertEqual(clocks.differences(row, log, list(Clock.objects.filter(ticket=row))), {})
        self.assertReplays(row)


class Keeping(Promised):
    def test_opening_starts_clocks_and_names_the_next_due_time(self) -> None:
        with self.at("2026-03-06 16:30"):  # Friday 17:30 in Rome
            ticket = self.report("Printer is out of toner")
        self.assertEqual(self.clock(ticket, "first_response").due_at, moment("2026-03-09 07:30"))
        self.assertEqual(self.clock(ticket, "resolution").due_at, moment("2026-03-09 10:30"))
        self.assertEqual(Standing.objects.get(ticket=ticket).act_by, moment("2026-03-09 07:30"))
        self.assertTrue_(ticket)

    def test_a_hold_pauses_and_the_answer_runs_on(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 08:30"):
            tickets.reply(ticket, by=self.alma, message=self.say("Which network?"))
            tickets.hold(ticket, by=self.alma, reason="requester")
        self.assertEqual(
            (self.clock(ticket, "resolution").state, self.clock(ticket, "resolution").due_at), ("paused", None)
        )
        with self.at("2026-03-09 10:30"):
            tickets.receive(ticket, by=self.rui, message=self.say("The office one."))
        self.assertEqual(self.clock(ticket, "resolution").due_at, moment("2026-03-09 14:00"))
        self.assertEqual(self.clock(ticket, "next_response").due_at, moment("2026-03-09 12:30"))
        self.assertTrue_(ticket)

    def test_resolving_stops_and_reopening_runs_on(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 09:00"):
            tickets.resolve(ticket, by=self.alma, code="fixed", note="Done.")
        stopped = self.clock(ticket, "resolution")
        self.assertEqual((stopped.state, stopped.used_seconds, stopped.next_at), ("stopped", 3600, None))
        with self.at("2026-03-09 10:00"):
            tickets.reopen(ticket, by=self.alma)
        self.assertEqual(self.clock(ticket, "resolution").due_at, moment("2026-03-09 13:00"))
        self.assertTrue_(ticket)

    def test_a_client_without_an_agreement_has_no_clocks(self) -> None:
        ticket = self.report("Scanner", by=self.bea)
        self.assertEqual(list(Clock.objects.filter(ticket=ticket)), [])

    def test_the_more_specific_agreement_wins(self) -> None:
        with self.at("2026-01-02 00:00"):
            other = actions.agree("Acme requests", by=self.ines, client=self.acme, ticket_kind="service_request")
            slow = PROMISE | {"targets": {"3": {"resolution": 2400}}}
            actions.amend(other, slow, by=self.ines, version="1", valid_from=moment("2026-01-01 00:00"))
        with self.at("2026-03-09 08:00"):
            ticket = self.report("A new chair", kind="service_request")
        self.assertEqual(
            [(c.metric, c.target_seconds) for c in Clock.objects.filter(ticket=ticket)], [("resolution", 144_000)]
        )


class Sweeping(Promised):
    def test_warnings_and_breaches_are_recorded_once(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        self.assertEqual(self.clock(ticket, "first_response").next_at, moment("2026-03-09 08:45"))
        for now in ("08:46", "08:46", "08:55", "09:00", "09:01"):
            with self.at(f"2026-03-09 {now}"):
                actions.sweep()
        self.assertEqual(self.kinds(ticket), ["opened", "warned", "warned", "breached"])
        self.assertEqual(self.clock(ticket, "first_response").breached_at, moment("2026-03-09 09:00"))
        self.assertTrue_(ticket)

    def test_after_six_hours_of_outage_each_breach_once_in_order_and_marked_late(self) -> None:
        with self.at("2026-03-09 08:00"):
            made = [self.report(f"Problem {n}") for n in range(5)]
        with self.at("2026-03-09 14:00"), CaptureQueriesContext(connection) as asked:
            while actions.sweep():
                pass
        self.assertEqual(sum("FOR UPDATE" in q["sql"] for q in asked), 2)  # all five at once, then there is none
        with self.at("2026-03-09 14:00"):
            self.assertEqual(actions.sweep(), 0)
        for ticket in made:
            found = Event.objects.filter(ticket=ticket, kind="breached").order_by("seq")
            self.assertEqual([e.data["metric"] for e in found], ["first_response", "resolution"])
            self.assertTrue(all(e.data["is_late"] for e in found))
            self.assertNotIn("warned", self.kinds(ticket))
        self.assertFalse(Clock.objects.filter(next_at__isnull=False).exists())

    def test_a_clock_of_the_machine_that_jumps_records_nothing_twice_and_no_negative_time(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        for now in ("2026-03-09 09:30", "2026-03-09 08:30", "2026-03-10 09:30", "2026-03-09 09:31"):
            with self.at(now):
                actions.sweep()
        self.assertEqual(self.kinds(ticket).count("breached"), 2)
        self.assertTrue(all(c.used_seconds >= 0 for c in Clock.objects.filter(ticket=ticket)))


class Amending(Promised):
    def test_terms_change_for_a_reason_alone_and_the_first_need_none(self) -> None:
        for reason in ("", " "):
            with self.assertRaises(Invalid) as refused:
                self.amend("2", "2026-04-01 00:00", PROMISE, reason=reason)
            self.assertEqual(refused.exception.field, "reason")
        self.assertEqual(list(Terms.objects.values_list("version", flat=True)), ["1"])
        other = actions.agree("Bolt", by=self.ines, client=self.bolt)
        actions.amend(other, PROMISE, by=self.ines, version="1", valid_from=moment("2026-04-01 00:00"))

    def test_nothing_is_agreed_with_or_about_what_was_removed(self) -> None:
        self.network.is_active = self.bolt.is_active = False
        team: dict[str, Any] = {"client": None, "kind": AgreementKind.OPERATIONAL, "team": self.network}
        for field, about in {"team": team, "client": {"client": self.bolt}}.items():
            with self.assertRaises(Invalid) as refused:
                actions.agree("Late", by=self.ines, **about)
            self.assertEqual(refused.exception.field, field)
        self.assertEqual(list(Agreement.objects.values_list("name", flat=True)), ["Acme gold"])

    def test_new_terms_for_new_tickets_leave_open_ones_alone(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
            before = list(Clock.objects.filter(ticket=ticket).values_list("metric", "due_at", "version"))
            self.amend("2", "2026-03-09 09:00", PROMISE | {"targets": {"3": {"resolution": 30}}})
        after = list(Clock.objects.filter(ticket=ticket).values_list("metric", "due_at", "version"))
        self.assertEqual(before, after)
        self.assertTrue_(ticket)

    def test_new_terms_for_running_tickets_move_their_due_time(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
            self.amend("2", "2026-03-09 09:00", PROMISE | {"targets": {"3": {"resolution": 90}}}, is_for_running=True)
        self.assertEqual(self.clock(ticket, "resolution").due_at, moment("2026-03-09 09:30"))
        self.assertTrue_(ticket)

    def test_a_correction_judges_again_and_the_old_verdict_stays(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 09:05"):
            actions.sweep()
            old = Event.objects.get(ticket=ticket, kind="breached")
            generous = PROMISE | {"targets": {"3": {"first_response": 180, "resolution": 240}}}
            self.amend("1b", "2026-03-09 00:00", generous, reason="The contract says three hours.")
        self.assertEqual(self.kinds(ticket), ["opened", "breached", "rejudged"])
        self.assertNotIn("breached_at", Event.objects.get(ticket=ticket, kind="rejudged").data)
        self.assertEqual(Event.objects.get(pk=old.pk).data, old.data)
        self.assertEqual(self.clock(ticket, "first_response").due_at, moment("2026-03-09 11:00"))
        self.assertEqual(Terms.objects.filter(agreement=self.agreement, superseded_at__isnull=False).count(), 1)

    def test_a_broken_amendment_is_refused_and_leaves_nothing(self) -> None:
        broken: tuple[dict[str, Any], ...] = (
            PROMISE | {"calendar": "Nowhere"},
            PROMISE | {"targets": {"9": {}}},
            {"targets": {}},
        )
        for content in broken:
            with self.subTest(content=content), self.assertRaises(Invalid):
                self.amend("2", "2026-05-01 00:00", content)
        with self.assertRaises(Invalid):
            self.amend("2", "2026-05-01 00:00", PROMISE, valid_to=moment("2026-05-01 00:00"))
        self.assertEqual(Terms.objects.filter(agreement=self.agreement).count(), 1)

    def test_overlapping_terms_are_refused_by_verb_and_by_the_database(self) -> None:
        self.amend("3", "2026-09-01 00:00", PROMISE)
        with self.assertRaises(Conflict):
            self.amend("2", "2026-08-01 00:00", PROMISE)
        row = Terms.objects.get(agreement=self.agreement, version="3")
        row.pk, row.valid_from = None, row.valid_from + timedelta(days=1)
        with self.assertRaises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_a_calendar_without_hours_is_refused(self) -> None:
        with self.assertRaises(Invalid):
            actions.set_calendar("Never", {"zone": "UTC", "hours": {}}, by=self.ines)

    def test_only_administrators_agree(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.agree("Mine", by=self.alma, client=self.bolt)


class Waiving(Promised):
    def test_a_waived_breach_stays_a_breach(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 09:05"):
            actions.sweep()
            started = self.clock(ticket, "first_response").started_at
            with self.assertRaises(NotAllowed):
                actions.waive(ticket, "first_response", started, by=self.alma, reason="Storm")
            actions.waive(ticket, "first_response", started, by=self.ines, reason="Power cut at the client.")
            with self.assertRaises(Conflict):
                actions.waive(ticket, "first_response", started, by=self.ines, reason="Again")
        self.assertIsNotNone(self.clock(ticket, "first_response").breached_at)
        self.assertEqual(self.kinds(ticket), ["opened", "breached", "waived"])
        self.assertTrue_(ticket)
        with self.at("2026-03-09 09:10"):  # the reason goes with the ticket to another organisation
            tickets.change_requester(ticket, by=self.alma, requester=self.bea)
        self.assertEqual(Waiver.objects.get(ticket=ticket).client, self.bolt)
        self.assertTrue_(ticket)
