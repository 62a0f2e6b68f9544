"""Working on tasks: in order and in parallel, twice at once, over and taken back, changed under way."""

from dataclasses import replace

from olmo.fulfilment import actions, queries
from olmo.fulfilment.actions import TaskSettings
from olmo.fulfilment.models import Run, Task
from olmo.fulfilment.reactions import follow
from olmo.fulfilment.steps import Step
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.service_levels import actions as service_levels
from olmo.tickets import actions as tickets
from olmo.tickets import undo
from olmo.tickets.models import Event
from olmo.tickets.sentences import describe

from .stage import Fulfils


class WorkingOnTasks(Fulfils):
    def test_through_three_hands_to_the_end(self) -> None:
        ticket = self.started()
        actions.begin(self.task(ticket, "order"), by=self.alma)
        actions.finish(self.task(ticket, "order"), by=self.alma)
        self.assertEqual(self.states(ticket), {"order": "done", "install": "todo", "label": "todo", "hand": "waits"})
        actions.finish(self.task(ticket, "label"), by=self.ines)
        self.tick_all(self.task(ticket, "install"))
        actions.finish(self.task(ticket, "install"), by=self.tove)
        self.assertEqual(self.task(ticket, "hand").state, "todo")
        actions.finish(self.task(ticket, "hand"), by=self.alma)
        self.assertEqual(queries.Progress.of(queries.of_ticket(ticket)), queries.Progress(4, 4))
        events = list(Event.objects.filter(ticket=ticket).select_related("by").order_by("seq"))
        said = describe(self.alma, events)
        self.assertIn("Alma Ferri started the plan “New laptop”", said)
        self.assertIn("The task “Install it” can be done (Network)", said)
        self.assertIn("Tove Lind ticked off line 1 of the task “Install it”", said)
        self.assertReplays(ticket)

    def test_the_second_of_two_hears_who_was_first(self) -> None:
        ticket = self.started()
        same = self.task(ticket, "order"), self.task(ticket, "order")
        actions.finish(same[0], by=self.alma)
        with self.assertRaises(Conflict) as refused:
            actions.finish(same[1], by=self.ines)
        self.assertIn("Alma Ferri finished “Order the laptop” already", str(refused.exception))
        self.assertEqual(Event.objects.filter(ticket=ticket, kind="task_done").count(), 1)
        actions.begin(self.task(ticket, "label"), by=self.alma)
        with self.assertRaises(Conflict) as refused:
            actions.begin(self.task(ticket, "label"), by=self.ines)
        self.assertIn("Alma Ferri works on", str(refused.exception))

    def test_what_waits_says_what_for_and_a_checklist_comes_first(self) -> None:
        ticket = self.started()
        with self.assertRaises(Conflict) as refused:
            actions.finish(self.task(ticket, "install"), by=self.tove)
        self.assertIn("“Order the laptop”", str(refused.exception))
        actions.finish(self.task(ticket, "order"), by=self.alma)
        with self.assertRaises(Conflict):
            actions.finish(self.task(ticket, "install"), by=self.tove)
        with self.assertRaises(NotFound):
            actions.tick(self.task(ticket, "install"), by=self.tove, line=2)

    def test_strangers_see_none_and_requesters_do_none(self) -> None:
        ticket = self.started()
        with self.assertRaises(NotFound):
            actions.finish(self.task(ticket, "order"), by=self.otto)
        with self.assertRaises(NotAllowed):
            actions.finish(self.task(ticket, "order"), by=self.rui)
        for stranger in (self.otto, self.rui):
            with self.assertRaises(NotFound):
                queries.task(stranger, self.task(ticket, "order").pk)

    def test_skipping_lets_the_others_go_on_and_cancelling_ends_those_behind(self) -> None:
        ticket = self.started()
        with self.assertRaises(Invalid):
            actions.skip(self.task(ticket, "order"), by=self.alma, reason=" ")
        actions.skip(self.task(ticket, "order"), by=self.alma, reason="One is in the store.")
        self.assertEqual(self.task(ticket, "install").state, "todo")
        actions.cancel(self.task(ticket, "install"), by=self.tove, reason="It is broken.")
        self.assertEqual(
            self.states(ticket), {"order": "skipped", "install": "cancelled", "label": "todo", "hand": "cancelled"}
        )
        self.assertEqual(self.task(ticket, "hand").reason, "It is broken.")
        self.assertReplays(ticket)

    def test_taken_up_again_the_others_wait_again_unless_begun(self) -> None:
        ticket = self.started()
        actions.finish(self.task(ticket, "order"), by=self.alma)
        actions.reopen(self.task(ticket, "order"), by=self.alma)
        self.assertEqual(self.states(ticket), {"order": "todo", "install": "waits", "label": "waits", "hand": "waits"})
        actions.finish(self.task(ticket, "order"), by=self.alma)
        actions.begin(self.task(ticket, "label"), by=self.ines)
        with self.assertRaises(Conflict) as refused:
            actions.reopen(self.task(ticket, "order"), by=self.alma)
        self.assertIn("Ines Rota has begun “Label it”", str(refused.exception))


class TakingBack(Fulfils):
    def test_what_was_finished_is_to_do_again_and_the_others_wait(self) -> None:
        ticket = self.started()
        actions.begin(self.task(ticket, "order"), by=self.alma)
        with undo.undoable(self.alma, "Finished.") as made:
            actions.finish(self.task(ticket, "order"), by=self.alma)
        undo.undo(made.token, by=self.alma)
        self.assertEqual(self.states(ticket), {"order": "doing", "install": "waits", "label": "waits", "hand": "waits"})
        self.assertReplays(ticket)

    def test_not_when_somebody_went_on(self) -> None:
        ticket = self.started()
        with undo.undoable(self.alma, "Finished.") as made:
            actions.finish(self.task(ticket, "order"), by=self.alma)
        actions.begin(self.task(ticket, "label"), by=self.ines)
        with self.assertRaises(Conflict):
            undo.undo(made.token, by=self.alma)
        self.assertEqual(self.task(ticket, "order").state, "done")

    def test_a_plan_a_gift_a_date_and_a_tick(self) -> None:
        ticket, plan = self.report("A laptop", team=self.desk), self.plan()
        with undo.undoable(self.alma, "Started.") as made:
            actions.start(ticket, plan, by=self.alma)
        task = self.task(ticket, "order")
        due = task.due_at
        with undo.undoable(self.alma, "Changed.") as changed:
            actions.give(task, by=self.alma, team=None, person=self.tove)
            actions.set_due(task, by=self.alma, due_at=None)
        undo.undo(changed.token, by=self.alma)
        task = self.task(ticket, "order")
        self.assertEqual((task.team, task.person, task.due_at, task.due_minutes), (self.desk, None, due, 120))
        undo.undo(made.token, by=self.alma)
        self.assertEqual(set(self.states(ticket).values()), {"cancelled"})
        self.assertReplays(ticket)


class DueTimes(Fulfils):
    def test_working_minutes_count_in_the_desks_calendar_from_when_it_can_begin(self) -> None:
        with self.at("2026-03-06 15:00"):  # a Friday, 16:00 in Rome
            free = self.started()
            self.assertEqual(self.task(free, "order").due_at.isoformat(), "2026-03-06T17:00:00+00:00")  # type: ignore[union-attr]
        hours = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
        service_levels.set_calendar("Office", {"zone": "Europe/Rome", "hours": hours}, by=self.ines)
        with self.at("2026-03-06 15:00"):
            ticket = self.started(self.plan(name="Other"))
            self.assertEqual(self.task(ticket, "order").due_at.isoformat(), "2026-03-09T09:00:00+00:00")  # type: ignore[union-attr]
            self.assertIsNone(self.task(ticket, "install").due_at)

    def test_it_is_told_once_that_it_is_overdue(self) -> None:
        with self.at("2026-03-06 09:00"):
            ticket = self.started()
        with self.at("2026-03-06 10:59"):
            self.assertEqual(actions.sweep(), 0)
        with self.at("2026-03-06 11:00"):
            self.assertEqual((actions.sweep(), actions.sweep()), (1, 0))
        self.assertLogged(ticket, "opened", "plan_started", "task_ready", "task_overdue")
        with self.at("2026-03-06 11:05"):
            actions.set_due(self.task(ticket, "order"), by=self.alma, due_at=None, minutes=600)
            self.assertFalse(self.task(ticket, "order").is_overdue)


class ChangingUnderWay(Fulfils):
    def test_one_more_task_that_waits_for_another(self) -> None:
        ticket = self.started()
        wanted = TaskSettings(title="Write a label", needs=[self.task(ticket, "order").pk], checklist=["Printed", " "])
        task = actions.add(ticket, wanted, by=self.alma)
        self.assertEqual((task.state, [line["text"] for line in task.checklist]), ("waits", ["Printed"]))
        self.assertReplays(ticket)

    def test_a_loop_by_hand_is_refused_and_named(self) -> None:
        ticket = self.started()
        order, install = self.task(ticket, "order"), self.task(ticket, "install")
        with self.assertRaises(Invalid) as refused:
            actions.change(order, TaskSettings(title=order.title, needs=[install.pk]), by=self.alma)
        self.assertEqual(refused.exception.field, "needs")
        self.assertIn("“Order the laptop” → “Install it” → “Order the laptop”", str(refused.exception))
        stranger = self.task(self.started(self.plan(name="Other")), "order")
        with self.assertRaises(Invalid):
            actions.change(order, TaskSettings(title=order.title, needs=[stranger.pk]), by=self.alma)

    def test_given_away_it_is_nobodys_work_any_more(self) -> None:
        ticket = self.started()
        actions.begin(self.task(ticket, "order"), by=self.alma)
        actions.give(self.task(ticket, "order"), by=self.alma, team=self.network, person=None)
        self.assertEqual((self.task(ticket, "order").state, self.task(ticket, "order").person), ("todo", None))
        self.network.is_active = False
        with self.assertRaises(Invalid) as refused:
            actions.give(self.task(ticket, "label"), by=self.alma, team=self.network, person=None)
        self.assertEqual(refused.exception.field, "team")

    def test_a_plan_that_was_changed_leaves_runs_alone_until_they_are_renewed(self) -> None:
        plan = self.plan()
        ticket = self.started(plan)
        actions.finish(self.task(ticket, "order"), by=self.alma)
        self.tick_all(self.task(ticket, "install"))
        first, install, _label, hand = self.steps()
        self.plan(
            replace(first, title="Buy the laptop"), replace(install, title="Set it up", checklist=["Disk", "Mail"]),
            Step(key="test", title="Test it", needs=["install"]), replace(hand, needs=["test"]), instead_of=plan,
        )  # fmt: skip
        self.assertEqual(self.task(ticket, "install").title, "Install it")
        run = Run.objects.get(ticket=ticket)
        with self.assertRaises(Invalid):
            actions.renew(run, by=self.alma, reason="")
        actions.renew(run, by=self.alma, reason="The new way.")
        self.assertEqual(
            self.states(ticket),
            {"order": "done", "install": "todo", "label": "cancelled", "hand": "waits", "test": "waits"},
        )
        self.assertEqual(self.task(ticket, "order").title, "Order the laptop")
        renewed = self.task(ticket, "install")
        self.assertEqual(
            [(line["text"], bool(line.get("by"))) for line in renewed.checklist], [("Disk", True), ("Mail", False)]
        )
        with self.assertRaises(Conflict):
            actions.renew(Run.objects.get(ticket=ticket), by=self.alma, reason="Again.")
        self.assertReplays(ticket)


class TheEndOfATicket(Fulfils):
    def test_open_tasks_come_first_unless_somebody_says_why_not(self) -> None:
        ticket = self.started()
        with self.assertRaises(Conflict) as refused:
            tickets.resolve(ticket, by=self.alma, code="fixed")
        self.assertIn("4 tasks of this ticket are open", str(refused.exception))
        with self.assertRaises(Conflict):
            tickets.close(ticket, by=self.alma)
        self.assertEqual(actions.cancel_open(ticket, by=self.alma, reason="He left."), 4)
        tickets.resolve(ticket, by=self.alma, code="withdrawn")
        self.assertReplays(ticket)

    def test_when_the_requester_closes_it_they_are_over(self) -> None:
        ticket = self.started()
        tickets.close(ticket, by=self.rui)
        follow(Event.objects.get(ticket=ticket, kind="closed"))
        self.assertEqual(set(self.states(ticket).values()), {"cancelled"})
        self.assertTrue(Task.objects.filter(ticket=ticket, ended_by__kind="robot").exists())
