"""Working on tasks: in order and in parallel, twice at once, over and taken back, changed under way."""

from dataclasses import replace
from datetime import datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.utils.translation import override

from olmo.fulfilment import actions, queries
from olmo.fulfilment.actions import TaskSettings
from olmo.fulfilment.models import Run, Task
from olmo.fulfilment.reactions import follow
from olmo.fulfilment.steps import Step
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people.actions import robot
from olmo.people.administration import mark_of
from olmo.service_levels import actions as service_levels
from olmo.tickets import actions as tickets
from olmo.tickets import undo
from olmo.tickets.models import Event, Ticket
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

    def test_the_time_that_it_had_goes_on_and_what_was_overdue_stays_so(self) -> None:
        with self.at("2026-03-06 09:00"):
            ticket = self.started()
            due = self.task(ticket, "order").due_at
        with self.at("2026-03-06 11:30"):
            actions.sweep()
            with undo.undoable(self.alma, "Finished.") as made:
                actions.finish(self.task(ticket, "order"), by=self.alma)
            undo.undo(made.token, by=self.alma)
            self.assertEqual(actions.sweep(), 0)
        task = self.task(ticket, "order")
        self.assertEqual((task.state, task.due_at, task.is_overdue), ("todo", due, True))
        self.assertEqual(task.ready_at and task.ready_at.hour, 9)

    def test_not_a_date_or_a_tick_that_somebody_else_changed_since(self) -> None:
        ticket = self.started()
        actions.finish(self.task(ticket, "order"), by=self.alma)
        install = self.task(ticket, "install")
        with undo.undoable(self.alma, "Dated.") as dated:
            actions.set_due(install, by=self.alma, due_at=None, minutes=60)
        with undo.undoable(self.alma, "Ticked.") as ticked:
            actions.tick(install, by=self.alma, line=0)
        actions.set_due(install, by=self.ines, due_at=None, minutes=90)
        actions.tick(install, by=self.ines, line=0, is_done=False)
        actions.tick(install, by=self.ines, line=0)
        for made in (dated, ticked):
            with self.assertRaises(Conflict) as refused:
                undo.undo(made.token, by=self.alma)
            self.assertIn("“Install it” was changed since", str(refused.exception))
        install = self.task(ticket, "install")
        self.assertEqual((install.due_minutes, install.checklist[0]["by"]), (90, self.ines.pk))

    def test_a_date_typed_in_another_zone_and_minutes_of_a_task_that_waited(self) -> None:
        ticket = self.started()
        install, label = self.task(ticket, "install"), self.task(ticket, "label")
        with undo.undoable(self.alma, "Dated.") as made:
            rome = datetime(2026, 3, 9, 12, tzinfo=ZoneInfo("Europe/Rome"))
            actions.set_due(install, by=self.alma, due_at=rome)
            actions.set_due(label, by=self.alma, due_at=None, minutes=60)
        actions.finish(self.task(ticket, "order"), by=self.alma)
        label.refresh_from_db()
        self.assertIsNotNone(label.due_at)
        undo.undo(made.token, by=self.alma)
        for task in (install, label):
            task.refresh_from_db()
            self.assertEqual((task.state, task.due_at, task.due_minutes), ("todo", None, None))

    def test_no_task_is_open_again_on_a_ticket_that_is_done(self) -> None:
        ticket = self.started(self.plan(self.steps()[0]))
        with undo.undoable(self.alma, "Finished.") as made:
            actions.finish(self.task(ticket, "order"), by=self.alma)
        tickets.resolve(ticket, by=self.alma, code="fixed")
        with self.assertRaises(Conflict):
            undo.undo(made.token, by=self.alma)
        self.assertEqual(self.states(ticket), {"order": "done"})

    def test_with_the_resolution_that_cancelled_them_they_are_open_again(self) -> None:
        ticket = self.started()
        with undo.undoable(self.alma, "Resolved.") as made:
            actions.cancel_open(ticket, by=self.alma, reason="She left.")
            tickets.resolve(ticket, by=self.alma, code="withdrawn")
        undo.undo(made.token, by=self.alma)
        self.assertEqual(self.states(ticket), {"order": "todo", "install": "waits", "label": "waits", "hand": "waits"})

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
        with self.assertRaises(Invalid) as refused:
            actions.give(self.task(ticket, "label"), by=self.alma, team=None, person=self.otto)
        self.assertEqual(
            (refused.exception.field, str(refused.exception)),
            ("person", "Otto Berg does not work for this organisation."),
        )
        self.network.is_active = False
        with self.assertRaises(Invalid) as refused:
            actions.give(self.task(ticket, "label"), by=self.alma, team=self.network, person=None)
        self.assertEqual(refused.exception.field, "team")

    def test_a_title_keeps_its_other_languages_until_it_is_another_one(self) -> None:
        ticket = self.started()
        with override("it"):
            actions.change(
                self.task(ticket, "order"), TaskSettings(title="Ordinare", instructions="Now."), by=self.alma
            )
        task = self.task(ticket, "order")
        self.assertEqual((task.title, task.titles), ("Order the laptop", {"it": "Ordinare"}))
        actions.change(task, TaskSettings(title="Buy it", instructions="Now."), by=self.alma)
        with override("it"):
            self.assertEqual(str(self.task(ticket, "order")), "Buy it")

    def test_a_form_that_was_filled_in_before_somebody_began_it_changes_nothing(self) -> None:
        ticket = self.started()
        seen = mark_of(actions.state_of(self.task(ticket, "order")))
        actions.begin(self.task(ticket, "order"), by=self.ines)
        with self.assertRaises(Conflict):
            actions.change(self.task(ticket, "order"), TaskSettings(title="Buy it"), by=self.alma, seen=seen)
        self.assertEqual(self.task(ticket, "order").title, "Order the laptop")

    def test_steps_that_turn_round_what_needs_what_are_followed(self) -> None:
        plan = self.plan()
        ticket = self.started(plan)
        actions.skip(self.task(ticket, "order"), by=self.alma, reason="In the store.")
        self.tick_all(self.task(ticket, "install"))
        actions.finish(self.task(ticket, "install"), by=self.tove)
        order, install, label, hand = self.steps()
        hand, label = replace(hand, needs=[]), replace(label, needs=["hand"])
        self.plan(order, replace(install, needs=["label"]), label, hand, instead_of=plan)
        stale = Run.objects.select_related("ticket", "version").get(ticket=ticket)
        actions.renew(Run.objects.get(ticket=ticket), by=self.alma, reason="The other way round.")
        self.assertEqual(self.states(ticket), {"order": "skipped", "install": "done", "label": "waits", "hand": "todo"})
        self.assertEqual(self.task(ticket, "install").needs, [self.task(ticket, "label").pk])
        with self.assertRaises(Conflict):
            actions.renew(stale, by=self.ines, reason="At the same time.")
        self.assertEqual(Event.objects.filter(ticket=ticket, kind="plan_renewed").count(), 1)

    def test_a_newer_version_adds_no_more_tasks_than_a_ticket_may_have(self) -> None:
        plan = self.plan()
        ticket = self.started(plan)
        self.plan(*self.steps(), Step(key="more", title="More"), instead_of=plan)
        with patch("olmo.fulfilment.actions.starting.MOST_TASKS", 4), self.assertRaises(Conflict):
            actions.renew(Run.objects.get(ticket=ticket), by=self.alma, reason="The new way.")
        self.assertEqual(Run.objects.get(ticket=ticket).version.number, 1)

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

    def test_merged_into_another_or_opened_by_mistake_it_leaves_none_open(self) -> None:
        merged = self.started()
        tickets.merge(merged, self.report("A laptop"), by=self.alma)
        follow(Event.objects.get(ticket=merged, kind="merged"))
        self.assertEqual(set(self.states(merged).values()), {"cancelled"})
        with undo.undoable(self.alma, "Opened.") as made:
            mistake = self.report("A laptop", by=self.rui)
        actions.start(mistake, self.plan(name="Other"), by=robot("Olmo"))
        undo.undo(made.token, by=self.alma)
        follow(Event.objects.get(ticket=mistake, kind="undone"))
        self.assertEqual(set(self.states(mistake).values()), {"cancelled"})


class AnotherOrganisation(Fulfils):
    def clients(self, ticket: Ticket) -> set[int]:
        rows = (Task.objects.filter(ticket=ticket), Run.objects.filter(ticket=ticket))
        return {pk for some in rows for pk in some.values_list("client", flat=True)}

    def test_they_go_with_the_ticket_and_come_back_when_that_is_undone(self) -> None:
        ticket = self.started()
        with undo.undoable(self.alma, "Changed.") as made:
            tickets.change_requester(ticket, by=self.alma, requester=self.bea)
        follow(Event.objects.get(ticket=ticket, kind="requester_changed"))
        self.assertEqual(self.clients(ticket), {self.bolt.pk})
        undo.undo(made.token, by=self.alma)
        follow(Event.objects.get(ticket=ticket, kind="undone"))
        self.assertEqual(self.clients(ticket), {self.acme.pk})

    def test_who_does_not_work_for_the_new_one_leaves_theirs_to_the_team(self) -> None:
        ticket = self.report("A laptop", by=self.bea, team=self.desk)
        first = replace(self.steps()[0], person=self.otto.pk)
        actions.start(ticket, self.plan(first), by=self.otto)
        self.assertEqual(self.task(ticket, "order").person, self.otto)
        tickets.change_requester(ticket, by=self.alma, requester=self.rui)
        follow(Event.objects.get(ticket=ticket, kind="requester_changed"))
        task = self.task(ticket, "order")
        self.assertEqual((task.team, task.person), (self.desk, None))
        self.assertReplays(ticket)
