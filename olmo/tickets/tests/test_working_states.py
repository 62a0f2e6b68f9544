"""The desk's own words beneath a status: set, fallen away with it, taken back, and kept by administrators."""

from collections.abc import Callable
from typing import Any

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people.models import AuditLine
from olmo.tickets import actions, undo, working
from olmo.tickets.models import Event, Ticket, WorkingState
from olmo.tickets.sentences import describe
from tests.cast import DeskTest


class StateTest(DeskTest):
    def state(self, name: str = "Parts ordered", status: str = "open", **more: Any) -> WorkingState:
        return working.save(None, working.StateSettings(name=name, names={}, status=status, **more), by=self.ines)

    def opened(self) -> Ticket:
        return self.report("Printer", assignee=self.alma)


class SettingAWorkingState(StateTest):
    def test_it_is_one_event_and_replays(self) -> None:
        ticket, ordered = self.opened(), self.state()
        event = actions.set_working_state(ticket, by=self.alma, state=ordered)
        assert event is not None
        self.assertIsNone(actions.set_working_state(ticket, by=self.alma, state=ordered))
        self.assertEqual(describe(self.alma, [event]), ["Alma Ferri set the working state to Parts ordered"])
        actions.set_working_state(ticket, by=self.alma, state=None)
        self.assertLogged(ticket, "opened", "working_state_set", "working_state_set")

    def test_one_of_another_status_or_switched_off_is_refused(self) -> None:
        ticket = self.opened()
        for state in (self.state("Supplier", "waiting"), self.state("Old", is_active=False)):
            with self.assertRaises(Invalid) as refused:
                actions.set_working_state(ticket, by=self.alma, state=state)
            self.assertEqual(refused.exception.field, "working_state")
            self.assertIn(state.name, str(refused.exception.message))
        self.assertLogged(ticket, "opened")

    def test_only_agents_of_the_client(self) -> None:
        ticket, ordered = self.opened(), self.state()
        with self.assertRaises(NotAllowed):
            actions.set_working_state(ticket, by=self.rui, state=ordered)
        with self.assertRaises(NotFound):
            actions.set_working_state(ticket, by=self.otto, state=ordered)


class FallingAway(StateTest):
    def test_it_goes_with_every_change_of_the_status(self) -> None:
        changes: list[Callable[[Ticket], object]] = [
            lambda t: actions.hold(t, by=self.alma, reason="requester"),
            lambda t: actions.resolve(t, by=self.alma, code="fixed"),
            lambda t: actions.close(t, by=self.alma),
            lambda t: actions.merge(t, self.report("Other"), by=self.alma),
        ]
        for change in changes:
            ticket = self.opened()
            actions.set_working_state(ticket, by=self.alma, state=self.state(f"Parts {ticket.number}"))
            change(ticket)
            ticket.refresh_from_db()
            self.assertIsNone(ticket.working_state_id)
            self.assertReplays(ticket)

    def test_a_first_answer_and_a_first_owner_open_a_new_ticket(self) -> None:
        fresh = self.state("Triage", "new")
        changes: list[Callable[[Ticket], object]] = [
            lambda t: actions.reply(t, by=self.alma, message=self.say("Hello")),
            lambda t: actions.assign(t, by=self.alma, team=self.desk, assignee=self.alma),
            lambda t: actions.log_call(t, by=self.alma, direction="out", minutes=2, text="Spoke"),
        ]
        for change in changes:
            ticket = self.report("Printer")
            actions.set_working_state(ticket, by=self.alma, state=fresh)
            change(ticket)
            ticket.refresh_from_db()
            self.assertEqual((ticket.status, ticket.working_state_id), ("open", None))
            self.assertReplays(ticket)

    def test_it_stays_while_the_status_does(self) -> None:
        ticket, ordered = self.opened(), self.state()
        actions.set_working_state(ticket, by=self.alma, state=ordered)
        actions.reply(ticket, by=self.alma, message=self.say("It is on its way"))
        actions.assign(ticket, by=self.alma, team=self.network, assignee=self.tove)
        ticket.refresh_from_db()
        self.assertEqual(ticket.working_state, ordered)


class TakingBack(StateTest):
    def test_undo_gives_it_back_with_the_status(self) -> None:
        ticket, ordered = self.opened(), self.state()
        actions.set_working_state(ticket, by=self.alma, state=ordered)
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve(ticket, by=self.alma, code="fixed")
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.working_state), ("open", ordered))
        self.assertReplays(ticket)

    def test_a_status_with_somebodys_newer_working_state_is_not_undone(self) -> None:
        ticket, ordered = self.report("Printer"), self.state()
        with undo.undoable(self.alma, "Assigned") as made:
            actions.assign(ticket, by=self.alma, team=self.desk, assignee=self.alma)
        actions.set_working_state(ticket, by=self.tove, state=ordered)
        with self.assertRaisesRegex(Conflict, "Tove Lind since .working state"):
            undo.undo(made.token, by=self.alma)
        self.assertReplays(ticket)

    def test_one_that_belongs_to_another_status_by_now_does_not_come_back(self) -> None:
        ticket, ordered = self.opened(), self.state()
        actions.set_working_state(ticket, by=self.alma, state=ordered)
        with undo.undoable(self.alma, "Resolved") as made:
            actions.resolve(ticket, by=self.alma, code="fixed")
        other = working.StateSettings(name="Parts ordered", names={}, status="waiting")
        working.save(ordered, other, by=self.ines)
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.working_state_id), ("open", None))
        self.assertReplays(ticket)

    def test_an_unmerge_gives_it_back(self) -> None:
        ticket, into, ordered = self.opened(), self.report("Other"), self.state()
        actions.set_working_state(ticket, by=self.alma, state=ordered)
        actions.merge(ticket, into, by=self.alma)
        actions.unmerge(ticket, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.working_state), ("open", ordered))
        self.assertReplays(ticket)

    def test_a_ticket_that_was_opened_by_mistake_ends_without(self) -> None:
        ordered = self.state()
        with undo.undoable(self.alma, "Opened") as made:
            ticket = self.opened()
            actions.set_working_state(ticket, by=self.alma, state=ordered)
        undo.undo(made.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.status, ticket.working_state_id), ("closed", None))
        self.assertReplays(ticket)


class KeepingWorkingStates(StateTest):
    def test_another_status_is_refused_while_tickets_have_it(self) -> None:
        ticket, ordered = self.opened(), self.state()
        actions.set_working_state(ticket, by=self.alma, state=ordered)
        moved = working.StateSettings(name="Parts ordered", names={}, status="waiting")
        with self.assertRaises(Invalid) as refused:
            working.save(ordered, moved, by=self.ines)
        self.assertEqual(refused.exception.field, "status")
        self.assertIn("(1)", str(refused.exception.message))
        actions.set_working_state(ticket, by=self.alma, state=None)
        self.assertEqual(working.save(ordered, moved, by=self.ines).status, "waiting")

    def test_a_name_is_there_once_in_a_status(self) -> None:
        self.state()
        with self.assertRaisesRegex(Invalid, "of this name"):
            self.state("parts ordered")
        self.state("Parts ordered", "waiting")
        with self.assertRaises(Invalid):
            self.state(" ")

    def test_only_administrators_and_with_a_line_in_the_change_log(self) -> None:
        with self.assertRaises(NotAllowed):
            working.save(None, working.StateSettings(name="X", names={}, status="open"), by=self.alma)
        self.state()
        line = AuditLine.objects.latest("pk")
        self.assertEqual((line.subject, line.change["status"]), ("working state: Parts ordered", [None, "open"]))
        self.assertEqual(Event.objects.count(), 0)
