"""What a dry run says of random tickets under random rules is what really happens to the same tickets."""

import random
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from olmo.routing.rules import matching, reading
from olmo.routing.rules.content import ready
from olmo.routing.rules.matching import decide
from olmo.routing.rules.models import DryRun
from olmo.routing.rules.models import Rule as Row
from olmo.routing.rules.trying import begin, proceed
from olmo.routing.rules.world import Desk
from olmo.tickets.models import Category, Channel, CustomField, Ticket, WorkingState

from .ruled import RuledDesk, says
from .test_rules_properties import TEXTS, WORDS


class DryRunEqualsReality(RuledDesk):
    def test_what_a_dry_run_says_is_what_happens_to_the_same_tickets(self) -> None:
        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.integers(0, 1_000_000))
        def lives(seed: int) -> None:
            with transaction.atomic():
                self.live(random.Random(seed))
                transaction.set_rollback(True)

        self.printers = Category.objects.create(name="Printers")
        self.tills = Category.objects.create(name="Tills", client=self.bolt, parent=self.printers)
        self.state_new = WorkingState.objects.create(name="New one", status="new")
        self.state_open = WorkingState.objects.create(name="Open one", status="open")
        CustomField.objects.create(key="floor", label="Floor", kind="number")
        lives()

    def live(self, dice: random.Random) -> None:
        for n in range(dice.randint(1, 5)):
            self.rule(f"Rule {n}", *self.conditions_of(dice), all=dice.random() < 0.7, fills=dice.random() < 0.3,
                      stops=dice.random() < 0.2, queue=dice.choice(["", "", "channel-portal", f"team-{self.desk.pk}"]),
                      **self.outcome_of(dice))  # fmt: skip
        tickets = [self.ticket_of(dice) for _n in range(4)]
        run = begin(self.ines)
        proceed(run)
        self.assertIsNotNone(DryRun.objects.get().finished_at)
        told = [decide(state, self.rules_ready(), Desk()) for state in reading.opened(tickets)]
        self.assertEqual(run.found["changed"], sum(any(act.sets for act in one.acts) for one in told))
        for ticket, decision in zip(tickets, told, strict=True):
            really = reading.present(self.react(ticket))
            self.assertEqual({name: decision.after[name] for name in really}, really)
            self.assertReplays(ticket)

    def rules_ready(self) -> list[matching.Rule]:
        return [ready(row, Desk().below) for row in Row.objects.filter(is_on=True)]

    def ticket_of(self, dice: random.Random) -> Ticket:
        more: dict[str, Any] = {"team": dice.choice([None, self.desk]), "category": dice.choice([None, self.printers])}
        more |= {
            "tags": dice.choice([None, ["a"]]),
            "fields": dice.choice([None, {"floor": 3}]),
            "impact": dice.randint(1, 3),
        }
        more |= {
            "channel": dice.choice([Channel.MAIL, Channel.PORTAL]),
            "assignee": dice.choice([None, None, self.alma]),
        }
        return self.report(
            dice.choice(TEXTS) or "x", by=dice.choice([self.rui, self.bea]), text=dice.choice(TEXTS) or "y", **more
        )

    def conditions_of(self, dice: random.Random) -> list[dict[str, Any]]:
        how = dice.choice(["any", "none"])
        known = [
            says("words", dice.choice(WORDS), how=how), says("client", self.acme.pk, how=how), says("channel", "portal", how=how),
            says("category", self.printers.pk, "", how=how), says("tags", "a", "b", how=how), says("priority", 1, 2, how=how),
            says("domain", "acme.example", how=how), says("team", self.desk.pk, how=how), says("field:floor", 2, how="least"),
            says("assignee", "", how=how), says("working_state", self.state_open.pk, how=how),
        ]  # fmt: skip
        return dice.sample(known, dice.randint(0, 2)) or [says("vip", True, how="none")]

    def outcome_of(self, dice: random.Random) -> dict[str, Any]:
        known: dict[str, Any] = {
            "team": self.network.pk, "assignee": dice.choice([self.alma.pk, self.otto.pk, "leave"]), "tags": ["b"],
            "impact": dice.randint(1, 3), "followers": [self.tove.pk, self.otto.pk],
            "urgency": dice.randint(1, 3), "category": dice.choice([self.printers.pk, self.tills.pk]), "kind": "service_request",
            "working_state": dice.choice([self.state_new.pk, self.state_open.pk]),
        }  # fmt: skip
        return {name: known[name] for name in dice.sample(list(known), dice.randint(1, 4))}
