"""The same steps on many tickets: shown first, each whole or not at all, undone in one go."""

from datetime import timedelta
from unittest.mock import patch

from django.db import OperationalError

from olmo.assets.tests.base import take_in
from olmo.automation import jobs, running
from olmo.automation.models import Run
from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.tickets import actions, family, undo
from olmo.tickets.actions.checklists import words_of
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

    def test_a_job_that_fails_is_tried_again_and_goes_on_where_it_was(self) -> None:
        run, whole = self.run_on(*(self.report(f"Ticket {n}") for n in range(27)), note="Look"), running.proceed

        def failing(part: Run) -> None:
            if part.results:
                raise OperationalError
            whole(part)

        with patch.object(running, "proceed", failing), self.assertRaises(OperationalError):
            jobs.go_on(run.pk)
        self.assertIsNotNone(jobs.go_on.retry_strategy)
        with clock.at(clock.now() + timedelta(days=2)):
            self.assertEqual(running.forget_old(), 0)
        jobs.go_on(run.pk)
        self.assertEqual(Message.objects.filter(text="Look").values("ticket").distinct().count(), 27)
        self.assertEqual(Message.objects.filter(text="Look").count(), 27)
        with clock.at(clock.now() + timedelta(days=2)):
            self.assertEqual(running.forget_old(), 1)

    def test_undone_under_way_it_stops_and_nothing_is_left_that_cannot_be_undone(self) -> None:
        tickets = [self.report(f"Ticket {n}") for n in range(27)]
        run = self.run_on(*tickets, tags_add=["many"])
        running.proceed(run)
        assert run.undoable is not None
        undo.undo(run.undoable.token, by=self.alma)
        jobs.go_on(run.pk)
        run.refresh_from_db()
        self.assertEqual((run.count("done"), run.count("refused"), run.finished_at is not None), (25, 2, True))
        self.assertEqual(run.results[-1][0], tickets[-1].number)
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

    def test_assets_of_each_organisation_are_named_and_taken_off_and_another_ones_refused(self) -> None:
        ours, theirs = take_in(self.acme, "NB-1", by=self.ines), take_in(self.bolt, "NB-1", by=self.ines)
        take_in(self.acme, "NB-2", by=self.ines, serial="S2")
        one, bolt, both = self.report("VPN"), self.report("Bolt's", by=self.bea), {"assets_add": ["nb-1", "S2"]}
        shown = running.preview([one, bolt], by=self.alma, steps=both)
        self.assertEqual([effect.state for effect in shown], ["done", "refused"])
        self.assertIn("NB-1", shown[0].words[0])
        self.assertEqual(shown[1].words, ["The asset “S2” belongs to another organisation."])
        run = self.run_on(one, bolt, assets_add=["NB-1"])
        for ticket, asset in ((one, ours), (bolt, theirs)):
            ticket.refresh_from_db()
            self.assertEqual(ticket.asset_ids, [asset.pk])
        assert run.undoable is not None
        undo.undo(run.undoable.token, by=self.alma)
        actions.name_assets(one, by=self.alma, add=[ours.pk])
        off = self.run_on(one, bolt, assets_remove=["NB-1"])
        self.assertEqual([result[2] for result in off.results], ["done", "same"])
        one.refresh_from_db()
        self.assertEqual(one.asset_ids, [])
        self.assertReplays(one)

    def test_children_of_one_and_of_nobody_again_and_undone(self) -> None:
        one, two, parent, other = (self.report(n) for n in "abcd")
        self.assertIn(f"child of #{parent.number}", self.words(one, parent=parent.number))
        run = self.run_on(one, two, parent, parent=parent.number)
        self.assertEqual([result[2] for result in run.results], ["done", "done", "same"])
        parent.refresh_from_db()
        self.assertEqual(family.children_of(parent), [one.pk, two.pk])
        taken = self.run_on(one, parent, parent=other.number)
        self.assertEqual([result[2] for result in taken.results], ["refused", "done"])
        away = self.run_on(one, other, parent="none")
        self.assertEqual([result[2] for result in away.results], ["done", "same"])
        for each in (away, taken, run):
            assert each.undoable is not None
            undo.undo(each.undoable.token, by=self.alma)
        for ticket in (one, two, parent, other):
            ticket.refresh_from_db()
            self.assertEqual(ticket.links, [])
            self.assertReplays(ticket)
        refused = self.run_on(one, parent=999_999)
        self.assertEqual(refused.results[0][3], ["There is no ticket 999999."])

    def test_items_come_to_those_that_are_on_the_checklist_and_go_and_come_back_with_their_words(self) -> None:
        one, two = self.report("Move out"), self.report("Move in")
        actions.adjust_checklist(one, by=self.alma, add=["Badge", "Key"])
        self.assertEqual(self.words(two, checklist_add=["Badge"]), "Change the checklist")
        self.assertEqual(self.words(two, checklist_remove=["Badge"], checklist_required="yes"), "")
        run = self.run_on(
            one, two, checklist_add=["Badge", "Laptop"], checklist_remove=["Key"], checklist_required="yes"
        )
        for ticket in (one, two):
            ticket.refresh_from_db()
            self.assertEqual([*words_of(ticket).values()], ["Badge", "Laptop"])
            self.assertTrue(ticket.checklist["is_required"])
        assert run.undoable is not None
        undo.undo(run.undoable.token, by=self.alma)
        one.refresh_from_db()
        self.assertEqual(([*words_of(one).values()], one.checklist.get("is_required")), (["Badge", "Key"], None))
        self.assertReplays(one)

    def test_requester_subject_and_a_call_that_is_promised_and_taken_back(self) -> None:
        one, done, at = self.report("VPN"), self.report("Printer"), clock.now() + timedelta(hours=3)
        actions.resolve(done, by=self.alma, code="fixed")
        steps = {"requester": self.bea.pk, "subject": "Outage", "callback_at": at.isoformat()}
        shown = running.preview([one, done], by=self.alma, steps=steps)
        words = f"Make {self.bea.name} ({self.bolt}) the requester", "Change the subject"
        self.assertEqual(tuple(shown[0].words[:2]), words)
        self.assertIn("Promise a call-back for ", shown[0].words[2])
        self.assertEqual(shown[1].words, ["This ticket is finished; reopen it before you promise a call."])
        one.refresh_from_db()
        run = self.run_on(one, **steps)
        one.refresh_from_db()
        self.assertEqual((one.requester, one.client, one.subject, one.callback_at), (self.bea, self.bolt, "Outage", at))
        off = self.run_on(one, done, callback_at="none")
        self.assertEqual([result[2] for result in off.results], ["done", "same"])
        for each in (off, run):
            assert each.undoable is not None
            undo.undo(each.undoable.token, by=self.alma)
        one.refresh_from_db()
        self.assertEqual((one.requester, one.client, one.subject, one.callback_at), (self.rui, self.acme, "VPN", None))
        self.assertReplays(one)
        here = running.preview([self.report("Bolt's", by=self.bea)], by=self.otto, steps={"requester": self.rui.pk})
        self.assertEqual(here[0].state, "refused")

    def words(self, ticket: Ticket, **steps: object) -> str:
        return " ".join(running.preview([ticket], by=self.alma, steps=steps)[0].words)
