"""What agents do to tickets, undone one after the other in random sequences: the same state again, to the last column.

Merge, split, bulk edit of every field, macro, snooze, assignment, and a reply in the window in which it can be taken back.
"""

import hashlib
import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from olmo.automation import macros, running
from olmo.automation.macros import MacroSettings
from olmo.automation.models import Macro
from olmo.automation.tests.stage import Stepping
from olmo.kernel import clock
from olmo.kernel.errors import OlmoError
from olmo.tickets import actions, undo
from olmo.tickets.actions.checklists import words_of
from olmo.tickets.collecting import KEPT
from olmo.tickets.models import Message, Standing, Ticket
from olmo.tickets.undo import undoable
from olmo.writing import drafting, sending
from olmo.writing.models import Draft

STEPS = ("merge", "split", "bulk", "macro", "snooze", "assign", "send")
Back = Callable[[], object]


class EverythingUndone(Stepping):
    def test_random_sequences_end_at_the_same_hash(self) -> None:
        done: set[str] = set()
        step = st.tuples(st.sampled_from(STEPS), st.integers(0, 10_000))

        @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(step, min_size=1, max_size=7))
        def sequences(steps: list[tuple[str, int]]) -> None:
            with transaction.atomic():
                done.update(self.there_and_back(steps))
                transaction.set_rollback(True)

        sequences()
        self.assertEqual(done, set(STEPS), "each of them was done and undone at least once")

    def setUp(self) -> None:
        super().setUp()
        steps = {"tags_add": ["macro"], "assignee": "me", "state": "hold", "reason": "third_party", "note": "Asked."}
        self.macro: Macro = macros.save(None, MacroSettings(name="Supplier", names={}, steps=steps), by=self.ines)

    def there_and_back(self, steps: list[tuple[str, int]]) -> list[str]:
        """Do the steps and undo them in reverse order; which of them were not refused."""
        self.tickets = [self.report(f"Ticket {n}", team=self.desk) for n in range(3)]
        before, backs = self.hash(), []
        for step, seed in steps:
            if back := self.tried(step, random.Random(seed)):
                backs.append((step, back))
        for _step, back in reversed(backs):
            back()
        self.assertEqual(self.hash(), before)
        for ticket in Ticket.objects.all():
            self.assertReplays(ticket)
        return [step for step, _back in backs]

    def hash(self) -> str:
        """Of the rows of the tickets that there were, where they stand, and what is being written on them."""
        pks = [ticket.pk for ticket in self.tickets]
        rows = [
            {f.attname: getattr(row, f.attname) for f in Ticket._meta.concrete_fields if f.attname not in KEPT}
            | {"items": words_of(row)}
            for row in Ticket.objects.filter(pk__in=pks).order_by("pk")
        ]
        stand = Standing.objects.filter(ticket__in=pks).order_by("ticket")
        stands = list(stand.values_list("bucket", "reason", "asked_at", "handed_at", "moved_at"))
        sent = Message.objects.filter(ticket__in=pks, is_from_desk=True, kind="public").count()
        return hashlib.sha256(json.dumps([rows, stands, sent], default=str, sort_keys=True).encode()).hexdigest()

    def tried(self, step: str, dice: random.Random) -> Back | None:
        try:
            with transaction.atomic():
                ticket = Ticket.objects.get(pk=dice.choice(self.tickets).pk)
                back: Back | None = getattr(self, f"do_{step}")(ticket, dice)
                return back
        except OlmoError:
            return None

    def wrapped(self, label: str, verb: Callable[[], object]) -> Back | None:
        with undoable(self.alma, label) as made:
            verb()
        return (lambda: undo.undo(made.token, by=self.alma)) if made.token else None

    def do_merge(self, ticket: Ticket, dice: random.Random) -> Back | None:
        into = Ticket.objects.get(pk=dice.choice(self.tickets).pk)
        return self.wrapped("Merged", lambda: actions.merge(ticket, into, by=self.alma))

    def do_split(self, ticket: Ticket, dice: random.Random) -> Back | None:
        message = dice.choice(list(Message.objects.filter(ticket=ticket).order_by("pk")))
        return self.wrapped("Split", lambda: actions.split(message, by=self.alma, subject="Apart"))

    def do_snooze(self, ticket: Ticket, dice: random.Random) -> Back | None:
        reason = dice.choice(["requester", "third_party"])
        return self.wrapped("Held", lambda: actions.hold(ticket, by=self.alma, reason=reason))

    def do_assign(self, ticket: Ticket, dice: random.Random) -> Back | None:
        team, person = dice.choice([self.desk, self.network]), dice.choice([self.alma, self.tove, None])
        return self.wrapped("Assigned", lambda: actions.assign(ticket, by=self.alma, team=team, assignee=person))

    def do_macro(self, ticket: Ticket, dice: random.Random) -> Back | None:
        made = macros.use(self.macro, ticket, by=self.alma, steps=macros.steps_for(self.macro, ticket, self.alma))
        return (lambda: undo.undo(made.token, by=self.alma)) if made.token else None

    def do_bulk(self, _ticket: Ticket, dice: random.Random) -> Back | None:
        chosen = dice.sample(self.tickets, dice.randint(1, 3))
        some = [{"tags_add": [dice.choice("abc")], "impact": dice.randint(1, 3), "assignee": "me"}, *self.examples()]
        steps: dict[str, Any] = {k: v for one in dice.choices(some, k=dice.randint(1, 4)) for k, v in one.items()}
        now = [(row.pk, row.version) for row in Ticket.objects.filter(pk__in=[one.pk for one in chosen])]
        run = running.begin(now, by=self.alma, steps=steps, label="Bulk")
        found = run.undoable
        return (lambda: undo.undo(found.token, by=self.alma)) if found else None

    def do_send(self, ticket: Ticket, dice: random.Random) -> Back | None:
        text = f"Words {dice.randint(1, 99)}"
        draft = drafting.save(ticket, by=self.alma, kind="reply", content=drafting.Content(text=text))
        assert draft is not None
        draft.then = dice.choice(["reply", "resolve", "wait"])
        draft.save(update_fields=["then"])
        at = clock.now() + timedelta(seconds=10)
        sending.queue(draft, by=self.alma, at=at, is_scheduled=False)

        def back() -> None:
            sending.take_back(Draft.objects.get(pk=draft.pk), by=self.alma)
            self.assertEqual(Draft.objects.get(pk=draft.pk).text, text)
            drafting.discard(Draft.objects.get(pk=draft.pk), by=self.alma)

        return back
