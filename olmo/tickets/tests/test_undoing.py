"""Taking back: the same state again, by an event that says so; all or nothing; nobody's newer change is lost."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from olmo.assets.tests.base import take_in
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotFound, OlmoError
from olmo.tickets import actions, finding, queries, undo
from olmo.tickets.actions.checklists import words_of
from olmo.tickets.collecting import KEPT
from olmo.tickets.models import (
    CallOutcome,
    ChecklistItem,
    CustomField,
    Event,
    HoldReason,
    LinkKind,
    Message,
    MessageKind,
    ResolutionCode,
    Standing,
    Status,
    Ticket,
    Undoable,
    UndoPiece,
    WorkingState,
)
from tests.cast import DeskTest


def state(ticket: Ticket) -> dict[str, Any]:
    """The row without what every event changes."""
    row, standing = Ticket.objects.get(pk=ticket.pk), Standing.objects.get(ticket=ticket)
    return {
        "words": words_of(row),
        "standing": (standing.bucket, standing.reason, standing.asked_at, standing.handed_at, standing.moved_at),
    } | {f.attname: getattr(row, f.attname) for f in Ticket._meta.concrete_fields if f.attname not in KEPT}


class Undoing(DeskTest):
    def test_an_assignment_with_the_status_it_gave(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        with undo.undoable(self.alma, "Assigned") as made:
            actions.assign(ticket, by=self.alma, team=self.network, assignee=self.tove)
        result = undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.team, ticket.assignee, ticket.status), (self.desk, None, Status.NEW))
        self.assertEqual((result.label, result.left), ("Assigned", 0))
        self.assertLogged(ticket, "opened", "assigned", "undone")

    def test_a_hold_of_a_hold_with_its_date(self) -> None:
        ticket = self.report("VPN drops")
        later = clock.now() + timedelta(days=2)
        actions.hold(ticket, by=self.alma, reason="date", wake_at=later)
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve(ticket, by=self.alma, code="fixed")
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.hold_reason, ticket.wake_at), (Status.WAITING, "date", later))
        self.assertEqual((ticket.resolution_code, ticket.resolved_at), ("", None))
        self.assertReplays(ticket)

    def test_words_that_were_not_sent_become_a_note_that_says_so(self) -> None:
        ticket = self.report("VPN drops")
        with undo.undoable(self.alma, "Resolved") as made:
            event = actions.resolve(ticket, by=self.alma, code="fixed", note="Zanzibar")
        undo.undo(made.token, by=self.alma)
        kept = Message.objects.get(pk=event.data["message"])
        self.assertEqual((kept.kind, kept.withdrawn_at is not None), (MessageKind.INTERNAL, True))
        self.assertEqual([m.text for m in queries.messages(self.rui, ticket)], ["It does not work."])
        self.assertEqual(finding.search(self.rui, "zanzibar"), [])
        self.assertNotIn("resolved", [e.kind for e in queries.events(self.rui, ticket)])

    def test_subject_and_fields_without_their_words_in_the_log(self) -> None:
        CustomField.objects.create(key="room", label="Room", kind="text")
        ticket = self.report("Kyrgyz keyboard")
        actions.set_fields(ticket, by=self.alma, values={"room": "Samarkand"})
        with undo.undoable(self.alma, "Changed") as made:
            actions.retitle(ticket, by=self.alma, subject="Something else")
            actions.set_fields(ticket, by=self.alma, values={"room": "Bukhara"})
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.subject, ticket.fields), ("Kyrgyz keyboard", {"room": "Samarkand"}))
        self.assertEqual(len(finding.search(self.alma, "kyrgyz")), 1)
        logged = str(Event.objects.get(ticket=ticket, kind="undone").data)
        self.assertFalse("Kyrgyz" in logged or "Samarkand" in logged)
        self.assertReplays(ticket)

    def test_a_requester_of_another_client_takes_the_words_back_with_the_ticket(self) -> None:
        ticket = self.report("Wrong address")
        actions.adjust_checklist(ticket, by=self.alma, add=["Badge"])
        items = ChecklistItem.objects.filter(ticket=ticket)
        with undo.undoable(self.alma, "Requester") as made:
            actions.change_requester(ticket, by=self.alma, requester=self.bea)
        self.assertEqual([item.client_id for item in items.all()], [self.bolt.pk])
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.requester, ticket.client), (self.rui, self.acme))
        self.assertEqual({m.client_id for m in Message.objects.filter(ticket=ticket)}, {self.acme.pk})
        self.assertEqual([item.client_id for item in items.all()], [self.acme.pk])
        self.assertReplays(ticket)

    def test_a_merge_gives_both_their_state_back(self) -> None:
        first, second = self.report("VPN drops"), self.report("VPN again")
        actions.hold(second, by=self.alma, reason="requester")
        before = state(first), state(second)
        with undo.undoable(self.alma, "Merged") as made:
            actions.merge(second, first, by=self.alma)
        undo.undo(made.token, by=self.alma)
        self.assertEqual((state(first), state(second)), before)
        self.assertLogged(first, "opened", "absorbed", "undone")

    def test_a_split_leaves_the_new_ticket_closed_as_a_mistake(self) -> None:
        ticket = self.report("VPN drops")
        before = state(ticket)
        with undo.undoable(self.alma, "Split") as made:
            fresh = actions.split(Message.objects.get(ticket=ticket), by=self.alma, subject="Printer")
        undo.undo(made.token, by=self.alma)
        fresh.refresh_from_db()
        self.assertEqual(state(ticket), before)
        self.assertEqual((fresh.status, fresh.resolution_code, fresh.links), (Status.CLOSED, "mistake", []))
        self.assertLogged(fresh, "opened", "linked", "undone")

    def test_others_tags_and_followers_stay(self) -> None:
        ticket = self.report("VPN drops", tags=["old"])
        with undo.undoable(self.alma, "Tags") as made:
            actions.tag(ticket, by=self.alma, add=["vpn"], remove=["old"])
        actions.tag(ticket, by=self.tove, add=["home"])
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual(ticket.tags, ["home", "old"])
        self.assertReplays(ticket)

    def test_one_after_the_other_back_to_the_beginning(self) -> None:
        ticket = self.report("VPN drops", team=self.desk)
        before, tokens = state(ticket), []
        for team in (self.network, self.desk, self.network):
            with undo.undoable(self.alma, "Assigned") as made:
                actions.assign(ticket, by=self.alma, team=team, assignee=None)
            tokens.append(made.token)
        tokens = [token for token in tokens if token]
        with self.assertRaises(Conflict):
            undo.undo(tokens[0], by=self.alma)
        for token in reversed(tokens):
            undo.undo(token, by=self.alma)
        self.assertEqual(state(ticket), before)


class Refusing(DeskTest):
    def test_all_or_nothing_and_who_was_it(self) -> None:
        here, there = self.report("VPN drops"), self.report("Printer")
        with undo.undoable(self.alma, "Assigned") as made:
            for ticket in (here, there):
                actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.assign(there, by=self.tove, team=self.network, assignee=self.tove)
        with self.assertRaises(Conflict) as refused:
            undo.undo(made.token, by=self.alma)
        self.assertIn(f"#{there.number} was changed by Tove Lind since", str(refused.exception))
        here.refresh_from_db()
        self.assertEqual(here.assignee, self.alma)
        self.assertLogged(here, "opened", "assigned")

    def test_even_when_the_other_put_it_back(self) -> None:
        ticket = self.report("VPN drops")
        with undo.undoable(self.alma, "Assigned") as made:
            actions.assign(ticket, by=self.alma, team=self.desk, assignee=None)
        actions.assign(ticket, by=self.tove, team=self.network, assignee=None)
        actions.assign(ticket, by=self.tove, team=self.desk, assignee=None)
        with self.assertRaises(Conflict):
            undo.undo(made.token, by=self.alma)

    def test_twice_too_late_and_somebody_elses(self) -> None:
        ticket = self.report("VPN drops")
        with undo.undoable(self.alma, "Assigned") as made:
            actions.assign(ticket, by=self.alma, team=self.network, assignee=None)
        with self.assertRaises(NotFound):
            undo.undo(made.token, by=self.tove)
        with clock.at(clock.now() + timedelta(hours=2)), self.assertRaises(Conflict):
            undo.undo(made.token, by=self.alma)
        undo.undo(made.token, by=self.alma)
        with self.assertRaises(Conflict):
            undo.undo(made.token, by=self.alma)

    def test_no_token_for_what_nobody_can_take_back_or_did_not_happen(self) -> None:
        ticket = self.report("VPN drops")
        with undo.undoable(self.ines, "Erased") as erased:
            actions.redact(Message.objects.get(ticket=ticket), by=self.ines)
        with undo.undoable(self.ines, "Tags") as nothing:
            actions.tag(ticket, by=self.ines, remove=["never"])
        self.assertEqual((erased.token, nothing.token), ("", ""))

    def test_a_ticket_that_one_may_no_longer_see(self) -> None:
        ticket = self.report("Theirs", by=self.bea)
        with undo.undoable(self.otto, "Tags") as made:
            actions.tag(ticket, by=self.otto, add=["x"])
        self.otto.clients.set([self.acme])
        with self.assertRaises(NotFound):
            undo.undo(made.token, by=type(self.otto).objects.get(pk=self.otto.pk))

    def test_former_values_are_forgotten_after_an_hour(self) -> None:
        ticket = self.report("VPN drops")
        with undo.undoable(self.alma, "Subject"):
            actions.retitle(ticket, by=self.alma, subject="Other")
        self.assertEqual(undo.forget_expired(), 0)
        with clock.at(clock.now() + timedelta(minutes=61)):
            self.assertEqual(undo.forget_expired(), 1)
        self.assertFalse(Undoable.objects.exists() or UndoPiece.objects.exists())

    def test_words_of_items_that_went_are_erased_when_nobody_can_bring_them_back(self) -> None:
        ticket, now = self.report("Move"), clock.now()
        actions.adjust_checklist(ticket, by=self.alma, add=["Badge", "Key"])
        tokens = []
        for minutes, words in ((0, "Badge"), (30, "Key")):
            with clock.at(now + timedelta(minutes=minutes)), undo.undoable(self.alma, "Checklist") as made:
                actions.adjust_checklist(ticket, by=self.alma, remove=[words])
            tokens.append(made.token)
        with clock.at(now + timedelta(minutes=61)):
            undo.forget_expired()
            texts = ChecklistItem.objects.filter(ticket=ticket).order_by("pk")
            self.assertEqual([one.text for one in texts], ["", "Key"])
            undo.undo(tokens[1], by=self.alma)
        with clock.at(now + timedelta(minutes=120)):
            undo.forget_expired()
        self.assertEqual([*words_of(Ticket.objects.get(pk=ticket.pk)).values()], ["Key"])


STEPS = (
    "reply", "note", "assign", "escalate", "prioritise", "hold", "resume", "resolve", "close", "reopen", "tag", "watch", "link",
    "merge", "unmerge", "split", "retitle", "due", "language", "classify", "requester",
    "working_state", "working_state", "assets", "assets", "checklist", "checklist", "checklist", "tick", "promise_callback",
    "promise_callback", "drop_callback", "call",
)  # fmt: skip


class RandomLives(DeskTest):
    """Whatever is done, alone or several things at once: undone in reverse order, everything is as it was."""

    def test_undone_is_as_it_was(self) -> None:
        step = st.tuples(st.sampled_from(STEPS), st.integers(0, 10_000))

        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(step, max_size=6), st.lists(st.lists(step, min_size=1, max_size=3), min_size=1, max_size=6))
        def lives(past: list[tuple[str, int]], blocks: list[list[tuple[str, int]]]) -> None:
            with transaction.atomic():
                self.live(past, blocks)
                transaction.set_rollback(True)

        lives()

    def setUp(self) -> None:
        super().setUp()
        self.assets = [take_in(client, tag, by=self.ines).pk for client in (self.acme, self.bolt) for tag in ("A", "B")]
        self.states = [WorkingState.objects.create(name=f"In {status}", status=status) for status in Status.values]

    def live(self, past: list[tuple[str, int]], blocks: list[list[tuple[str, int]]]) -> None:
        self.tickets = [self.report(f"Ticket {n}", team=self.desk) for n in range(3)]
        for step, seed in past:
            self.try_to(step, seed)
        known = list(self.tickets)
        before = [state(ticket) for ticket in known]
        tokens = [self.block(steps) for steps in blocks]
        for token in filter(None, reversed(tokens)):
            undo.undo(token, by=self.alma)
        self.assertEqual([state(ticket) for ticket in known], before)
        for ticket in Ticket.objects.select_related("working_state"):
            self.assertReplays(ticket)
            if ticket.working_state:
                self.assertEqual(ticket.working_state.status, ticket.status)

    def block(self, steps: list[tuple[str, int]]) -> str:
        with undo.undoable(self.alma, "Several things") as made:
            for step, seed in steps:
                self.try_to(step, seed)
        return made.token

    def try_to(self, step: str, seed: int) -> None:
        dice = random.Random(seed)
        try:
            with transaction.atomic():
                self.do(step, dice.choice(self.tickets), dice)
        except OlmoError:
            pass

    def do(self, step: str, ticket: Ticket, dice: random.Random) -> None:
        values: dict[str, Any] = {}
        match step:
            case "hold":
                values = {"reason": dice.choice(HoldReason.values), "wake_at": _later(dice)}
            case "resolve":
                values = {"code": dice.choice(ResolutionCode.values), "note": dice.choice(["", "Done"])}
            case "prioritise":
                values = {"impact": dice.randint(1, 3), "urgency": dice.randint(1, 3)}
            case _:
                if special := getattr(self, f"do_{step}", None):
                    special(ticket, dice)
                    return
                values = dict(PLAIN.get(step, {}))
        getattr(actions, step)(ticket, by=self.alma, **values)

    def do_assign(self, ticket: Ticket, dice: random.Random) -> None:
        team, person = dice.choice([self.desk, self.network, None]), dice.choice([self.alma, None])
        actions.assign(ticket, by=self.alma, team=team, assignee=person)

    def do_tag(self, ticket: Ticket, dice: random.Random) -> None:
        actions.tag(ticket, by=self.alma, add=[dice.choice("abc")], remove=[dice.choice("abc")])

    def do_watch(self, ticket: Ticket, dice: random.Random) -> None:
        dice.choice([actions.watch, actions.unwatch])(ticket, by=self.alma, person=self.tove)

    def do_link(self, ticket: Ticket, dice: random.Random) -> None:
        verb = dice.choice([actions.link, actions.unlink])
        verb(ticket, dice.choice(self.tickets), by=self.alma, kind=dice.choice(LinkKind.values))

    def do_merge(self, ticket: Ticket, dice: random.Random) -> None:
        actions.merge(ticket, dice.choice(self.tickets), by=self.alma)

    def do_split(self, ticket: Ticket, dice: random.Random) -> None:
        message = dice.choice(list(Message.objects.filter(ticket=ticket)))
        self.tickets.append(actions.split(message, by=self.alma, subject="Split"))

    def do_retitle(self, ticket: Ticket, dice: random.Random) -> None:
        actions.retitle(ticket, by=self.alma, subject=f"Subject {dice.randint(1, 9)}")

    def do_due(self, ticket: Ticket, dice: random.Random) -> None:
        actions.set_due(ticket, by=self.alma, due_at=_later(dice))

    def do_language(self, ticket: Ticket, dice: random.Random) -> None:
        actions.set_language(ticket, by=self.alma, language=dice.choice(["en", "it"]))

    def do_working_state(self, ticket: Ticket, dice: random.Random) -> None:
        own = next(state for state in self.states if state.status == Ticket.objects.get(pk=ticket.pk).status)
        actions.set_working_state(ticket, by=self.alma, state=dice.choice([own, own, None]))

    def do_assets(self, ticket: Ticket, dice: random.Random) -> None:
        actions.name_assets(ticket, by=self.alma, add=[dice.choice(self.assets)], remove=[dice.choice(self.assets)])

    def do_checklist(self, ticket: Ticket, dice: random.Random) -> None:
        more = {"is_required": dice.choice([True, False, None])}
        actions.adjust_checklist(ticket, by=self.alma, add=[dice.choice("abc")], remove=[dice.choice("abc")], **more)

    def do_tick(self, ticket: Ticket, dice: random.Random) -> None:
        actions.tick(ticket, by=self.alma, item=dice.choice([*words_of(ticket), 0]), is_done=dice.choice([True, False]))

    def do_promise_callback(self, ticket: Ticket, dice: random.Random) -> None:
        actions.promise_callback(ticket, by=self.alma, at=_later(dice), note=dice.choice(["", "About it"]))

    def do_call(self, ticket: Ticket, dice: random.Random) -> None:
        outcome = dice.choice(CallOutcome.values)
        actions.complete_callback(ticket, by=self.alma, outcome=outcome, note="Spoke", again_at=_later(dice))

    def do_requester(self, ticket: Ticket, dice: random.Random) -> None:
        actions.change_requester(ticket, by=self.alma, requester=dice.choice([self.rui, self.bea]))


PLAIN: dict[str, dict[str, Any]] = {
    "reply": {"message": actions.NewMessage(text="Words")}, "note": {"message": actions.NewMessage(text="Words")},
    "escalate": {"note": "Please"}, "classify": {"kind": "service_request"},
}  # fmt: skip


def _later(dice: random.Random) -> datetime:
    return clock.now() + timedelta(days=dice.randint(1, 9))
