"""Agreements beside the service levels: with teams of one's own, and with suppliers."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from olmo.kernel.errors import Conflict, Invalid
from olmo.service_levels import actions
from olmo.service_levels.models import Agreement, AgreementKind, Clock
from olmo.tickets import actions as tickets
from olmo.tickets import suppliers
from olmo.tickets.models import Event, Standing, Ticket
from olmo.tickets.sentences import describe

from .test_clocks import PROMISE, Promised, moment

SHORT: dict[str, Any] = PROMISE | {"targets": {"3": {"resolution": 60}}}


class Beside(Promised):
    """Network promises a solution within 1 h of having a ticket; Fiberlink within 1 h of being waited for."""

    def setUp(self) -> None:
        super().setUp()
        with self.at("2026-01-01 00:00"):
            self.fiberlink = suppliers.save(None, suppliers.SupplierSettings(name="Fiberlink"), by=self.ines)
            self.inner = self.agreed("Network", AgreementKind.OPERATIONAL, team=self.network)
            self.outer = self.agreed("Fiberlink", AgreementKind.UNDERPINNING, supplier=self.fiberlink)

    def agreed(self, name: str, kind: str, **more: Any) -> Agreement:
        made = actions.agree(name, by=self.ines, client=None, kind=kind, **more)
        actions.amend(made, SHORT, by=self.ines, version="1", valid_from=moment("2026-01-01 00:00"))
        return made

    def beside(self, ticket: Ticket) -> list[tuple[str, str, int, datetime | None]]:
        found = Clock.objects.filter(ticket=ticket).exclude(kind="sla").order_by("place")
        return [(c.agreement.name, c.state, c.used_seconds, c.due_at) for c in found]


class WithATeam(Beside):
    def test_the_clock_runs_while_the_ticket_is_with_the_team_and_goes_on_when_it_comes_back(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops", team=self.desk)
        self.assertEqual(self.beside(ticket), [])
        with self.at("2026-03-09 08:30"):
            tickets.escalate(ticket, by=self.alma, note="The tunnel.", team=self.network)
        self.assertEqual(self.beside(ticket), [("Network", "running", 0, moment("2026-03-09 09:30"))])
        with self.at("2026-03-09 08:50"):
            tickets.assign(ticket, by=self.tove, team=self.desk, assignee=None)
        self.assertEqual(self.beside(ticket)[0][1:3], ("stopped", 1200))
        with self.at("2026-03-09 09:00"):
            tickets.escalate(ticket, by=self.alma, note="It drops again.", team=self.network)
        self.assertEqual(self.beside(ticket), [("Network", "running", 1200, moment("2026-03-09 09:40"))])
        self.assertTrue_(ticket)

    def test_its_breach_is_told_apart_from_the_promise_to_the_client(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops", team=self.network)
        with self.at("2026-03-09 09:05"):
            actions.sweep()
        events = list(Event.objects.filter(ticket=ticket, kind="breached").select_related("by").order_by("seq"))
        told = [(e.data["metric"], e.data.get("agreement")) for e in events]
        self.assertEqual(sorted(told), [("first_response", None), ("resolution", self.inner.pk)])
        said = describe(self.alma, events)
        self.assertEqual(len([words for words in said if "resolution (Network)" in words]), 1)
        self.assertTrue_(ticket)

    def test_it_pauses_only_where_its_terms_say_so(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops", team=self.network)
        with self.at("2026-03-09 08:10"):
            tickets.hold(ticket, by=self.tove, reason="requester")
        self.assertEqual(self.beside(ticket)[0][1:], ("paused", 600, None))
        self.assertTrue_(ticket)

    def test_a_waiver_of_it_leaves_the_promise_to_the_client_alone(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops", team=self.network)
        with self.at("2026-03-09 13:00"):
            actions.sweep()
            start = moment("2026-03-09 08:00")
            actions.waive(ticket, "resolution", start, by=self.ines, reason="Storm", agreement=self.inner.pk)
        kept = Clock.objects.filter(ticket=ticket, metric="resolution").order_by("place")
        self.assertEqual([(c.kind, c.is_waived) for c in kept], [("sla", False), ("ola", True)])
        self.assertTrue_(ticket)


class WithASupplier(Beside):
    def test_the_clock_runs_while_the_ticket_waits_for_the_supplier(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("The line is down")
        with self.at("2026-03-09 08:30"):
            tickets.hold(ticket, by=self.alma, reason="third_party", supplier=self.fiberlink)
        self.assertEqual(self.beside(ticket), [("Fiberlink", "running", 0, moment("2026-03-09 09:30"))])
        self.assertEqual(Standing.objects.get(ticket=ticket).promised_at, moment("2026-03-09 09:00"))
        with self.at("2026-03-09 08:45"):
            tickets.resume(ticket, by=self.alma)
        self.assertEqual(self.beside(ticket)[0][1:3], ("stopped", 900))
        with self.at("2026-03-09 10:00"):
            tickets.hold(ticket, by=self.alma, reason="third_party", supplier=self.fiberlink)
        self.assertEqual(self.beside(ticket), [("Fiberlink", "running", 900, moment("2026-03-09 10:45"))])
        with self.at("2026-03-09 10:20"):
            tickets.resolve(ticket, by=self.alma, code="fixed", note="It is up.")
        self.assertEqual(self.beside(ticket)[0][1:3], ("stopped", 2100))
        self.assertTrue_(ticket)

    def test_words_of_the_requester_end_neither_its_clock_nor_the_pause_of_the_promise(self) -> None:
        with self.at("2026-01-02 00:00"):
            own = PROMISE | {"targets": {"3": {"resolution": 100}}, "pauses": ["requester", "third_party"]}
            self.amend("2", "2026-02-01 00:00", own)
        with self.at("2026-03-09 08:00"):
            ticket = self.report("The line is down")
        with self.at("2026-03-09 08:30"):
            tickets.hold(ticket, by=self.alma, reason="third_party", supplier=self.fiberlink)
        with self.at("2026-03-09 08:45"):
            tickets.receive(ticket, by=self.rui, message=self.say("Any news?"))
        self.assertEqual(self.beside(ticket), [("Fiberlink", "running", 900, moment("2026-03-09 09:30"))])
        self.assertEqual(Clock.objects.get(ticket=ticket, kind="sla", metric="resolution").state, "paused")
        with self.at("2026-03-09 08:50"):
            tickets.hear_partner(ticket, by=self.alma, supplier=self.other(), message=self.say("Ours works."))
        self.assertEqual(self.beside(ticket)[0][1], "running")
        with self.at("2026-03-09 09:00"):
            tickets.resume(ticket, by=self.alma)
        self.assertEqual(self.beside(ticket)[0][1:3], ("stopped", 1800))
        self.assertTrue_(ticket)

    def other(self) -> suppliers.Supplier:
        return suppliers.save(None, suppliers.SupplierSettings(name="Carrier"), by=self.ines)

    def test_a_third_party_without_a_name_starts_nothing(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("The line is down")
            tickets.hold(ticket, by=self.alma, reason="third_party")
        self.assertEqual(self.beside(ticket), [])


class Agreeing(Beside):
    def test_each_kind_is_with_its_own_party(self) -> None:
        wrong: tuple[dict[str, Any], ...] = (
            {"kind": "ola"}, {"kind": "uc"}, {"kind": "sla", "team": self.network},
            {"kind": "ola", "team": self.network, "supplier": self.fiberlink},
        )  # fmt: skip
        for given in wrong:
            with self.subTest(given), self.assertRaises(Invalid):
                actions.agree("Wrong", by=self.ines, client=None, **given)
        with self.assertRaises(IntegrityError), transaction.atomic():
            Agreement.objects.create(name="Wrong", kind="ola")

    def test_a_team_agrees_once_about_the_same_tickets(self) -> None:
        with self.assertRaises(Conflict):
            actions.agree("Again", by=self.ines, client=None, kind="ola", team=self.network)


class WarningLevels(Promised):
    def test_the_terms_say_at_which_shares_somebody_is_warned_also_after_the_breach(self) -> None:
        with self.at("2026-01-02 00:00"):
            own = PROMISE | {"targets": {"3": {"resolution": 100}}, "warnings": [50, 150]}
            self.amend("2", "2026-02-01 00:00", own)
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        for now in ("08:51", "09:30", "09:41", "09:50", "10:31", "10:40"):
            with self.at(f"2026-03-09 {now}"):
                actions.sweep()
        told = Event.objects.filter(ticket=ticket, kind__in=["warned", "breached"]).order_by("seq")
        self.assertEqual([e.data.get("percent", 100) for e in told], [50, 100, 150])
        self.assertTrue_(ticket)

    def test_levels_that_make_no_sense_are_refused(self) -> None:
        for levels in ([0], [100], [1001], ["75"], list(range(1, 10)), 75):
            with self.subTest(levels=levels), self.assertRaises(Invalid):
                self.amend("2", "2026-05-01 00:00", PROMISE | {"warnings": levels})

    def test_after_a_correction_took_a_breach_back_a_later_one_is_told_again(self) -> None:
        with self.at("2026-03-09 08:00"):
            ticket = self.report("VPN drops")
        with self.at("2026-03-09 09:05"):
            actions.sweep()
            generous = PROMISE | {"targets": {"3": {"first_response": 180}}}
            self.amend("1b", "2026-03-09 00:00", generous, reason="The contract says three hours.")
        with self.at("2026-03-09 11:05"):
            actions.sweep()
        self.assertEqual(self.kinds(ticket).count("breached"), 2)
        self.assertTrue_(ticket)
