"""The same steps on many tickets: shown first, each whole or not at all, undone in one go."""

from datetime import timedelta

from olmo.automation import jobs, running
from olmo.automation.models import Run
from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.tickets import actions, undo
from olmo.tickets.models import CustomField, Event, Message, Status, Ticket
from tests.cast import DeskTest


class Previewing(DeskTest):
    def test_it_says_what_would_happen_and_writes_nothing(self) -> None:
        fresh, done = self.report("VPN drops"), self.report("Printer")
        actions.resolve(done, by=self.alma, code="fixed")
        same = self.report("Mouse", tags=["vpn"])
        before = Event.objects.count(), Message.objects.count()
        steps = {"tags_add": ["vpn"], "note": "Look", "state": "resolved", "code": "fixed"}
        effects = running.preview([fresh, done], by=self.alma, steps=steps)
        self.assertEqual([e.state for e in effects], ["done", "refused"])
        self.assertIn("Resolve: Fixed", effects[0].words)
        self.assertEqual(effects[1].words, ["This ticket is resolved already."])
        self.assertEqual(running.preview([same], by=self.alma, steps={"tags_add": ["vpn"]})[0].state, "same")
        self.assertEqual((Event.objects.count(), Message.objects.count()), before)
        self.assertReplays(fresh)

    def test_a_due_date_dropped_and_a_field_emptied(self) -> None:
        CustomField.objects.create(key="room", label="Room", kind="text")
        ticket = self.report("Chairs", fields={"room": "12"})
        actions.set_due(ticket, by=self.alma, due_at=clock.now() + timedelta(days=1))
        steps = {"due_at": "none", "fields": {"room": None}}
        self.assertEqual(
            running.preview([ticket], by=self.alma, steps=steps)[0].words, ["Change Room", "Set the due date to none"]
        )
        run = running.begin([(ticket.pk, ticket.version)], by=self.alma, steps=steps, label="Emptied")
        ticket.refresh_from_db()
        self.assertEqual((ticket.due_at, ticket.fields), (None, {}))
        assert run.undoable is not None
        undo.undo(run.undoable.token, by=self.alma)
        ticket.refresh_from_db()
        self.assertEqual((ticket.due_at is None, ticket.fields), (False, {"room": "12"}))
        self.assertReplays(ticket)


class Trying(DeskTest):
    def test_a_job_counts_what_would_happen_and_writes_nothing(self) -> None:
        tickets = [self.report(f"Ticket {n}") for n in range(28)]
        actions.resolve(tickets[0], by=self.alma, code="fixed")
        before = Event.objects.count()
        pairs = [(ticket.pk, ticket.version) for ticket in tickets]
        former = running.try_out(pairs, by=self.alma, steps={"state": "closed"})
        run = running.try_out(pairs, by=self.alma, steps={"state": "resolved", "code": "fixed"})
        self.assertFalse(Run.objects.filter(pk=former.pk).exists())
        jobs.go_on(former.pk)
        jobs.go_on(run.pk)
        run.refresh_from_db()
        self.assertEqual((run.count("done"), run.count("refused"), run.finished_at is not None), (27, 1, True))
        self.assertEqual((Event.objects.count(), run.undoable), (before, None))


class Running(DeskTest):
    def pairs(self, *tickets: Ticket) -> list[tuple[int, int]]:
        return [(ticket.pk, ticket.version) for ticket in tickets]

    def run_on(self, *tickets: Ticket, **steps: object) -> Run:
        return running.begin(self.pairs(*tickets), by=self.alma, steps=steps, label="Several")

    def test_everything_at_once_and_all_of_it_undone(self) -> None:
        one, two = self.report("VPN drops"), self.report("Printer")
        run = self.run_on(
            one, two, team=self.network.pk, assignee="me", impact=1, urgency=1, kind="service_request", language="it",
            tags_add=["a"], follow=self.tove.pk, note="Look at this", state="hold", reason="third_party",
        )  # fmt: skip
        self.assertEqual((run.count("done"), run.finished_at is not None), (2, True))
        for ticket in (one, two):
            ticket.refresh_from_db()
            self.assertEqual((ticket.team, ticket.assignee, ticket.priority), (self.network, self.alma, 1))
            self.assertEqual((ticket.status, ticket.language, ticket.tags), (Status.WAITING, "it", ["a"]))
            self.assertReplays(ticket)
        assert run.undoable is not None
        undo.undo(run.undoable.token, by=self.alma)
        for ticket in (one, two):
            ticket.refresh_from_db()
            self.assertEqual((ticket.team, ticket.status, ticket.tags, ticket.watcher_ids), (None, Status.NEW, [], []))
            self.assertReplays(ticket)

    def test_a_refused_ticket_is_left_whole_and_the_others_go_on(self) -> None:
        one, done = self.report("VPN drops"), self.report("Printer")
        actions.resolve(done, by=self.alma, code="fixed")
        run = self.run_on(done, one, tags_add=["late"], state="resolved", code="fixed")
        self.assertEqual([result[2] for result in run.results], ["refused", "done"])
        done.refresh_from_db()
        self.assertEqual(done.tags, [])
        self.assertLogged(done, "opened", "resolved")

    def test_nobodys_newer_change_is_overwritten(self) -> None:
        ticket = self.report("VPN drops")
        seen = self.pairs(ticket)
        actions.assign(ticket, by=self.tove, team=self.network, assignee=self.tove)
        run = running.begin(seen, by=self.alma, steps={"assignee": "me"}, label="Several")
        self.assertEqual(run.results[0][2], "refused")
        ticket.refresh_from_db()
        self.assertEqual(ticket.assignee, self.tove)

    def test_many_go_by_a_job_in_batches_and_are_one_undo(self) -> None:
        tickets = [self.report(f"Ticket {n}") for n in range(30)]
        run = self.run_on(*tickets, tags_add=["many"])
        self.assertIsNone(run.finished_at)
        jobs.go_on(run.pk)
        run.refresh_from_db()
        self.assertEqual((run.count("done"), len(run.results)), (30, 30))
        assert run.undoable is not None
        self.assertEqual(len(undo.undo(run.undoable.token, by=self.alma).tickets), 30)
        self.assertFalse(Ticket.objects.exclude(tags=[]).exists())

    def test_another_clients_ticket_is_none_of_mine(self) -> None:
        theirs = self.report("Acme's")
        run = running.begin(self.pairs(theirs), by=self.otto, steps={"tags_add": ["x"]}, label="Several")
        self.assertEqual(run.results, [[0, theirs.pk, "refused", ["You may no longer see this ticket."]]])

    def test_nothing_and_too_much_are_refused(self) -> None:
        ticket = self.report("VPN drops")
        for pairs, steps in (
            ([], {"state": "closed"}),
            (self.pairs(ticket), {}),
            ([(1, 1)] * 1001, {"state": "closed"}),
        ):
            with self.assertRaises(Invalid):
                running.begin(pairs, by=self.alma, steps=steps, label="Several")

    def test_all_into_one(self) -> None:
        one, two, into = (self.report(n) for n in "abc")
        run = self.run_on(one, two, into, merge=into.number)
        self.assertEqual([result[2] for result in run.results], ["done", "done", "same"])
        into.refresh_from_db()
        self.assertEqual(into.absorbed_ids, sorted([one.pk, two.pk]))
