"""Whatever happens to tickets in whatever order, the replay of their logs equals their rows."""

import random

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from olmo.kernel.errors import OlmoError
from olmo.tickets import actions
from olmo.tickets.log import Stale
from olmo.tickets.models import Event, HoldReason, LinkKind, Message, ResolutionCode, Ticket
from tests.cast import DeskTest

STEPS = (
    "reply", "note", "receive", "assign", "escalate", "prioritise", "hold", "resume", "resolve", "close", "reopen", "tag",
    "watch", "link", "merge", "unmerge", "split", "redact", "retitle", "stale",
)  # fmt: skip


class RandomLives(DeskTest):
    def test_the_replay_equals_the_row(self) -> None:
        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 10_000)), min_size=5, max_size=25))
        def lives(steps: list[tuple[str, int]]) -> None:
            with transaction.atomic():
                self.live(steps)
                transaction.set_rollback(True)

        lives()

    def live(self, steps: list[tuple[str, int]]) -> None:
        self.tickets = [self.report(f"Ticket {n}", team=self.desk) for n in range(3)]
        for step, seed in steps:
            before = Event.objects.count()
            try:
                getattr(self, f"do_{step}")(random.Random(seed))
            except OlmoError:
                self.assertEqual(Event.objects.count(), before, "a refused verb leaves no event")
        for ticket in Ticket.objects.all():
            self.assertReplays(ticket)
        merged = set(Ticket.objects.exclude(merged_into=None).values_list("id", "merged_into_id"))
        absorbed = {(child, t.pk) for t in Ticket.objects.all() for child in t.absorbed_ids}
        self.assertEqual(merged, absorbed)

    def one(self, dice: random.Random) -> Ticket:
        return dice.choice(self.tickets)

    def do_reply(self, dice: random.Random) -> None:
        actions.reply(self.one(dice), by=self.alma, message=self.say("Hello"))

    def do_note(self, dice: random.Random) -> None:
        actions.note(self.one(dice), by=self.tove, message=self.say("Hm"))

    def do_receive(self, dice: random.Random) -> None:
        actions.receive(self.one(dice), by=self.rui, message=self.say("News"))

    def do_assign(self, dice: random.Random) -> None:
        team, person = dice.choice([self.desk, self.network, None]), dice.choice([self.alma, self.tove, None])
        actions.assign(self.one(dice), by=self.alma, team=team, assignee=person)

    def do_escalate(self, dice: random.Random) -> None:
        actions.escalate(self.one(dice), by=self.alma, note="Please")

    def do_prioritise(self, dice: random.Random) -> None:
        actions.prioritise(self.one(dice), by=self.alma, impact=dice.randint(1, 3), urgency=dice.randint(1, 3))

    def do_hold(self, dice: random.Random) -> None:
        actions.hold(self.one(dice), by=self.alma, reason=dice.choice(HoldReason.values))

    def do_resume(self, dice: random.Random) -> None:
        actions.resume(self.one(dice), by=self.alma)

    def do_resolve(self, dice: random.Random) -> None:
        actions.resolve(
            self.one(dice), by=self.alma, code=dice.choice(ResolutionCode.values), note=dice.choice(["", "Done"])
        )

    def do_close(self, dice: random.Random) -> None:
        actions.close(self.one(dice), by=dice.choice([self.alma, self.rui]))

    def do_reopen(self, dice: random.Random) -> None:
        actions.reopen(self.one(dice), by=dice.choice([self.alma, self.rui]))

    def do_tag(self, dice: random.Random) -> None:
        actions.tag(self.one(dice), by=self.alma, add=[dice.choice("abc")], remove=[dice.choice("abc")])

    def do_watch(self, dice: random.Random) -> None:
        dice.choice([actions.watch, actions.unwatch])(self.one(dice), by=self.alma, person=self.tove)

    def do_link(self, dice: random.Random) -> None:
        verb = dice.choice([actions.link, actions.unlink])
        verb(self.one(dice), self.one(dice), by=self.alma, kind=dice.choice(LinkKind.values))

    def do_merge(self, dice: random.Random) -> None:
        actions.merge(self.one(dice), self.one(dice), by=self.alma)

    def do_unmerge(self, dice: random.Random) -> None:
        actions.unmerge(self.one(dice), by=self.alma)

    def do_split(self, dice: random.Random) -> None:
        message = dice.choice(list(Message.objects.filter(ticket=self.one(dice))))
        self.tickets.append(actions.split(message, by=self.alma, subject="Split"))

    def do_redact(self, dice: random.Random) -> None:
        actions.redact(dice.choice(list(Message.objects.filter(ticket=self.one(dice)))), by=self.ines)

    def do_retitle(self, dice: random.Random) -> None:
        actions.retitle(self.one(dice), by=self.alma, subject=f"Subject {dice.randint(1, 9)}")

    def do_stale(self, dice: random.Random) -> None:
        try:
            actions.prioritise(self.one(dice), by=self.tove, impact=1, urgency=dice.randint(1, 3), seen=1)
        except Stale as stale:
            self.assertTrue(all(event.seq > 1 for event in stale.events))
