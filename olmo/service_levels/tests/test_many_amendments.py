"""A thousand random amendments change no verdict that was told: the hash of old verdicts stays what it was.

The log keeps what it told; what a correction makes true follows it. Run it alone:
`.venv/bin/pytest olmo/service_levels/tests/test_many_amendments.py`.
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
OPENED = moment("2026-03-09 08:00")
JUDGED = 50  # amendments that must have changed a verdict


class AThousandAmendments(Promised):
    firms: list[Client]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.firms = [Client.objects.create(name=f"Firm {n}") for n in range(AGREEMENTS // 2)]

    def test_verdicts_that_were_told_stay_as_they_are(self) -> None:
        chance = random.Random(20260301)
        agreements = [self.agreement, *self.others()]
        tickets = self.opened(agreements[1:])
        with self.at("2026-03-09 13:30"):
            while actions.sweep():
                pass
            before, told = self.verdicts(), Event.objects.filter(kind="breached").count()
            known = self.known_at(clock.now())
        self.assertEqual(Event.objects.filter(kind="breached").values("ticket").distinct().count(), len(tickets))
        made = sum(self.amend_somehow(chance, agreements, n) for n in range(AMENDMENTS))
        self.assertGreater(made, AMENDMENTS // 2)
        self.assertEqual(self.verdicts(upto=told), before)
        self.assertEqual(self.known_at(moment("2026-03-09 13:30")), known)
        self.assertJudgedAgain(tickets)
        for ticket in tickets:
            self.assertTrue_(ticket)

    def others(self) -> list[Agreement]:
        """Agreements of other firms: each has one for its calls, and one for a category of them that goes before it."""
        found = []
        with self.at("2026-01-02 00:00"):
            for n in range(AGREEMENTS - 1):
                category = Category.objects.create(name=f"Category {n}") if n % 2 else None
                kind = ("incident", "service_request")[n // 2 % 2]
                made = actions.agree(
                    f"Firm {n}", by=self.ines, client=self.firms[n // 2], category=category, ticket_kind=kind
                )
                actions.amend(made, PROMISE, by=self.ines, version="1", valid_from=clock.now())
                found.append(made)
        return found

    def opened(self, others: list[Agreement]) -> list[Ticket]:
        """Tickets of Acme, and one for each other firm, under the last of its agreements."""
        with clock.at(OPENED):
            found = [self.report(f"Problem {n}") for n in range(3)]
            for one in {one.client: one for one in others}.values():
                assert one.client is not None
                asks = enrol_requester(one.client, "Nora", f"nora@firm{one.client.pk}.example")
                found.append(self.report("Problem", by=asks, kind=one.ticket_kind, category=one.category))
        return found

    def assertJudgedAgain(self, tickets: list[Ticket]) -> None:
        """Amendments did change verdicts, of nearly every ticket; each was made at an instant of its own."""
        again = Event.objects.filter(kind="rejudged")
        print(
            again.values("at").distinct().count(),
            again.exclude(ticket__client=self.acme).values("at").distinct().count(),
            again.values("ticket").distinct().count(),
            len(tickets),
        )
        self.assertGreater(again.values("at").distinct().count(), JUDGED)
        self.assertGreater(again.values("ticket").distinct().count(), len(tickets) - 3)

    def amend_somehow(self, chance: random.Random, agreements: list[Agreement], number: int) -> bool:
        """One amendment, in the past or in the future, for new or for running tickets; whether it was possible.

        Every third begins while the tickets ran and is short, so that it finds room among those before it.
        """
        now = moment("2026-03-09 13:30") + timedelta(minutes=number + 1)
        is_near = number % 3 == 0
        begins = (
            OPENED + timedelta(minutes=chance.randrange(-20, 480))
            if is_near
            else now + timedelta(minutes=chance.randrange(-9000, 9000))
        )
        lasts = timedelta(minutes=chance.randrange(1, 30 if is_near else 200))
        targets = {p: {m: chance.choice([None, 15, 60, 240, 480]) for m in METRICS} for p in "1234"}
        agreement = agreements[0] if number % 10 == 0 else chance.choice(agreements[1:])
        with clock.at(now):
            try:
                actions.amend(
                    agreement, PROMISE | {"targets": targets}, by=self.ines, version=f"r{number}", valid_from=begins,
                    valid_to=begins + lasts, reason="By chance",
                    is_for_running=chance.random() < 0.5,
                )  # fmt: skip
            except Conflict:
                return False
        return True

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
