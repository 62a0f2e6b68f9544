"""A thousand random amendments change no verdict that was told: the hash of old verdicts stays what it was.

Each is of an agreement with a ticket that broke its promise. The log keeps what it told; what a correction makes true follows it.
Run it alone: `.venv/bin/pytest olmo/service_levels/tests/test_many_amendments.py`.
"""

import hashlib
import json
import random
from datetime import timedelta
from typing import Any

from olmo.kernel import clock
from olmo.kernel.errors import Conflict
from olmo.people.actions import enrol_requester
from olmo.service_levels import actions
from olmo.service_levels.models import Agreement, Terms
from olmo.service_levels.promises import METRICS, governing
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, Event, Ticket

from .test_clocks import PROMISE, Promised, moment

AMENDMENTS, AGREEMENTS = 1000, 20
JUDGED = 16  # tickets of which amendments must have changed a verdict
OPENED = moment("2026-03-09 08:00")


class AThousandAmendments(Promised):
    firms: list[Client]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.firms = [Client.objects.create(name=f"Firm {n}") for n in range(AGREEMENTS - 1)]

    def test_verdicts_that_were_told_stay_as_they_are(self) -> None:
        chance = random.Random(20260301)
        agreements = [self.agreement, *(self.signed(firm, n) for n, firm in enumerate(self.firms))]
        tickets = [self.opened(agreement) for agreement in agreements]
        with self.at("2026-03-09 13:30"):
            actions.sweep()
            before, told = self.verdicts(), Event.objects.filter(kind="breached").count()
            known = self.known_at(clock.now())
        self.assertEqual(self.with_verdicts("breached"), len(tickets))
        made = sum(self.amend_somehow(chance, agreements, n) for n in range(AMENDMENTS))
        self.assertGreater(made, AMENDMENTS // 2)
        self.assertEqual(self.verdicts(upto=told), before)
        self.assertEqual(self.known_at(moment("2026-03-09 13:30")), known)
        self.assertGreaterEqual(self.with_verdicts("rejudged"), JUDGED)
        for ticket in tickets:
            self.assertTrue_(ticket)

    def signed(self, firm: Client, number: int) -> Agreement:
        """An agreement of one more client, for a category of its calls or for all of them."""
        about = Category.objects.create(name=f"Category {number}") if number % 2 else None
        with self.at("2026-01-02 00:00"):
            made = actions.agree(firm.name, by=self.ines, client=firm, category=about, ticket_kind="incident")
            actions.amend(made, PROMISE, by=self.ines, version="1", valid_from=clock.now())
        return made

    def opened(self, agreement: Agreement) -> Ticket:
        """A ticket under this agreement, which nobody answers."""
        asks = self.rui
        assert agreement.client is not None
        if agreement.client != self.acme:
            asks = enrol_requester(agreement.client, "Nora", f"nora@firm{agreement.client.pk}.example")
        with clock.at(OPENED):
            return self.report("Problem", by=asks, category=agreement.category)

    def amend_somehow(self, chance: random.Random, agreements: list[Agreement], number: int) -> bool:
        """One amendment, in the past or in the future, for new or for running tickets; whether it was possible.

        Every fourth begins while the ticket of its agreement ran and is short, so that it finds room among those before it.
        """
        now = moment("2026-03-09 13:30") + timedelta(minutes=number + 1)
        is_near = number % 4 == 0
        begins = OPENED + timedelta(minutes=chance.randrange(-20, 480)) if is_near else now
        begins += timedelta(minutes=0 if is_near else chance.randrange(-500, 12000))
        lasts = timedelta(minutes=chance.randrange(1, 30 if is_near else 200))
        targets = {p: {m: chance.choice([None, 15, 60, 240, 480]) for m in METRICS} for p in "1234"}
        with clock.at(now):
            try:
                actions.amend(
                    chance.choice(agreements), PROMISE | {"targets": targets}, by=self.ines, version=f"r{number}",
                    valid_from=begins, valid_to=begins + lasts, reason="By chance", is_for_running=chance.random() < 0.2,
                )  # fmt: skip
            except Conflict:
                return False
        return True

    def with_verdicts(self, kind: str) -> int:
        """Of how many tickets the log tells such a verdict."""
        return Event.objects.filter(kind=kind).values("ticket").distinct().count()

    def verdicts(self, upto: int | None = None) -> str:
        """A hash of what the log told, the oldest `upto` breaches."""
        rows = Event.objects.filter(kind="breached").order_by("pk").values_list("ticket_id", "seq", "at", "data")[:upto]
        return hashlib.sha256(json.dumps(list(rows), default=str, sort_keys=True).encode()).hexdigest()

    def known_at(self, at: Any) -> str:
        """A hash of the terms as they were known at an instant."""
        found = governing(Client.objects.values_list("pk", flat=True), known_at=at)
        told = {pk: [(v.name, v.start, v.end, v.running) for v in versions] for pk, versions in found.terms.items()}
        self.assertTrue(Terms.objects.exists())
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
