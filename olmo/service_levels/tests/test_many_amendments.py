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
from olmo.service_levels import actions
from olmo.service_levels.models import Agreement, Terms
from olmo.service_levels.promises import METRICS, governing
from olmo.tickets.models import Category, Event

from .test_clocks import PROMISE, Promised, moment

AMENDMENTS, AGREEMENTS = 1000, 20


class AThousandAmendments(Promised):
    def test_verdicts_that_were_told_stay_as_they_are(self) -> None:
        chance = random.Random(20260301)
        with self.at("2026-03-09 08:00"):
            tickets = [self.report(f"Problem {n}") for n in range(3)]
        with self.at("2026-03-09 13:30"):
            actions.sweep()
            before, told = self.verdicts(), Event.objects.filter(kind="breached").count()
            known = self.known_at(clock.now())
        agreements = [self.agreement, *self.others()]
        made = sum(self.amend_somehow(chance, agreements, n) for n in range(AMENDMENTS))
        self.assertGreater(made, AMENDMENTS // 2)
        self.assertEqual(self.verdicts(upto=told), before)
        self.assertEqual(self.known_at(moment("2026-03-09 13:30")), known)
        for ticket in tickets:
            self.assertTrue_(ticket)

    def others(self) -> list[Agreement]:
        """Agreements of Bolt, so that a thousand amendments are spread like those of a desk with many contracts."""
        kinds = ["", "incident", "service_request"]
        found = []
        with self.at("2026-01-02 00:00"):
            for n in range(AGREEMENTS - 1):
                category = self.category(n // 3)
                made = actions.agree(
                    f"Bolt {n}", by=self.ines, client=self.bolt, category=category, ticket_kind=kinds[n % 3]
                )
                found.append(made)
        return found

    def category(self, number: int) -> Any:
        return Category.objects.get_or_create(name=f"Category {number}")[0]

    def amend_somehow(self, chance: random.Random, agreements: list[Agreement], number: int) -> bool:
        """One amendment, in the past or in the future, for new or for running tickets; whether it was possible."""
        now = moment("2026-03-09 13:30") + timedelta(minutes=number + 1)
        begins = now + timedelta(minutes=chance.randrange(-9000, 9000))
        targets = {p: {m: chance.choice([None, 15, 60, 240, 480]) for m in METRICS} for p in "1234"}
        agreement = agreements[0] if number % 10 == 0 else chance.choice(agreements[1:])
        with clock.at(now):
            try:
                actions.amend(
                    agreement, PROMISE | {"targets": targets}, by=self.ines, version=f"r{number}", valid_from=begins,
                    valid_to=begins + timedelta(minutes=chance.randrange(1, 200)), reason="By chance",
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
        found = governing({self.acme.pk, self.bolt.pk}, known_at=at)
        told = {pk: [(v.name, v.start, v.end, v.running) for v in versions] for pk, versions in found.terms.items()}
        self.assertTrue(Terms.objects.exists())
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
