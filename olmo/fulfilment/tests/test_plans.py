"""Keeping plans and starting them."""

from dataclasses import replace

from django.db import DatabaseError, transaction

from olmo.fulfilment import actions, administration, conditions, queries
from olmo.fulfilment.models import Plan, PlanVersion, Task
from olmo.fulfilment.reactions import follow
from olmo.fulfilment.steps import Step
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.people.models import AuditLine
from olmo.tickets import actions as tickets
from olmo.tickets.models import Category

from .stage import Fulfils


class KeepingAPlan(Fulfils):
    def test_a_loop_is_refused_and_named(self) -> None:
        first, *rest = self.steps()
        with self.assertRaises(Invalid) as refused:
            self.plan(replace(first, needs=["hand"]), *rest)
        self.assertTrue(refused.exception.field.endswith("-needs"))
        self.assertIn(
            "1 “Order the laptop” → 4 “Hand it over” → 2 “Install it” → 1 “Order the laptop”", str(refused.exception)
        )
        self.assertFalse(Plan.objects.exists())

    def test_other_steps_are_a_new_version_and_the_old_one_is_kept(self) -> None:
        plan = self.plan()
        administration.save(plan, administration.PlanSettings(name="Laptop", steps=self.steps()), by=self.ines)
        self.assertEqual(PlanVersion.objects.filter(plan=plan).count(), 1)
        self.plan(*self.steps()[:2], instead_of=plan)
        self.assertEqual([(v.number, len(v.steps)) for v in plan.versions.all()], [(2, 2), (1, 4)])
        self.assertTrue(AuditLine.objects.filter(subject="plan: New laptop").exists())
        with self.assertRaises(DatabaseError), transaction.atomic():
            PlanVersion.objects.filter(plan=plan).update(steps=[])

    def test_what_is_wrong_is_named_at_its_step(self) -> None:
        self.network.is_active = False
        self.network.save()
        cases = (
            ("steps-1-team", "Network", self.steps()),
            ("steps-0-title", "what is to be done", [Step(key="a", title=" ")]),
            ("steps-0-needs", "“b”", [Step(key="a", title="A", needs=["b"])]),
            ("steps-1-title", "“a”", [Step(key="a", title="A"), Step(key="a", title="B")]),
            ("steps-0-due", "one minute", [Step(key="a", title="A", due_minutes=0)]),
        )
        for field, words, steps in cases:
            with self.subTest(field), self.assertRaises(Invalid) as refused:
                self.plan(*steps)
            self.assertEqual(refused.exception.field, field)
            self.assertIn(words, str(refused.exception))

    def test_only_administrators_and_not_over_one_another(self) -> None:
        plan = self.plan()
        settings = administration.PlanSettings(name="Mine", steps=self.steps())
        with self.assertRaises(NotAllowed):
            administration.save(None, settings, by=self.alma)
        with self.assertRaises(Conflict):
            administration.save(plan, settings, by=self.ines, seen="stale")

    def test_it_stays_while_tickets_were_worked_on_by_it(self) -> None:
        plan, other = self.plan(), self.plan(name="Never used")
        self.started(plan)
        with self.assertRaises(Conflict):
            administration.remove(plan, by=self.ines)
        administration.remove(other, by=self.ines)
        self.assertEqual(list(Plan.objects.all()), [plan])


class StartingAPlan(Fulfils):
    def test_its_tasks_are_there_and_those_that_wait_for_nothing_are_to_do(self) -> None:
        ticket = self.started()
        self.assertEqual(self.states(ticket), {"order": "todo", "install": "waits", "label": "waits", "hand": "waits"})
        self.assertLogged(ticket, "opened", "plan_started", "task_ready")
        self.assertEqual(queries.Progress.of(queries.of_ticket(ticket)), queries.Progress(0, 4))

    def test_nobody_of_another_client_and_not_the_requester(self) -> None:
        ticket, plan = self.report("A laptop"), self.plan()
        with self.assertRaises(NotFound):
            actions.start(ticket, plan, by=self.otto)
        with self.assertRaises(NotAllowed):
            actions.start(ticket, plan, by=self.rui)
        self.assertFalse(Task.objects.exists())

    def test_not_twice_at_once_nor_on_a_ticket_that_is_done(self) -> None:
        plan = self.plan()
        ticket = self.started(plan)
        with self.assertRaises(Conflict):
            actions.start(ticket, plan, by=self.alma)
        done = self.report("Solved")
        tickets.resolve(done, by=self.alma, code="fixed")
        with self.assertRaises(Conflict):
            actions.start(done, plan, by=self.alma)

    def test_one_that_is_off_or_of_others_is_refused(self) -> None:
        ticket = self.report("A laptop")
        for plan in (self.plan(name="Off", is_active=False), self.plan(name="Bolt's", client=self.bolt)):
            with self.assertRaises(Invalid) as refused:
                actions.start(ticket, plan, by=self.alma)
            self.assertIn(plan.name, str(refused.exception))

    def test_a_team_that_was_removed_leaves_the_task_to_the_tickets_team_which_it_says(self) -> None:
        plan = self.plan()
        self.network.is_active = False
        self.network.save()
        self.assertEqual(administration.wrong_with(plan), ["Step 2: The team Network takes no tasks any more."])
        ticket = self.report("A laptop", team=self.desk)
        started = actions.start(ticket, plan, by=self.alma)
        self.assertEqual(started.remarks, ["The team Network takes no tasks any more. It went to the ticket’s team."])
        self.assertIsNone(self.task(ticket, "install").team)

    def test_a_person_who_may_not_see_the_ticket_leaves_the_task_to_the_team_which_it_says(self) -> None:
        ticket = self.report("A laptop", team=self.desk)
        plan = self.plan(Step(key="hand", title="Hand it over", person=self.otto.pk))
        self.assertEqual(
            actions.start(ticket, plan, by=self.alma).remarks,
            ["Otto Berg does not work for this organisation. It went to the ticket’s team."],
        )
        self.assertIsNone(self.task(ticket, "hand").person)

    def test_a_plan_of_a_category_starts_by_itself_once(self) -> None:
        laptops = Category.objects.create(name="Laptops")
        below = Category.objects.create(name="New", parent=laptops)
        self.plan(category=laptops, starts_by_itself=True)
        ticket = self.report("A laptop")
        event = tickets.categorise(ticket, by=self.alma, category=below)
        assert event is not None
        follow(event)
        follow(event)
        self.assertEqual(len(self.states(ticket)), 4)
        self.assertReplays(ticket)


class Conditions(Fulfils):
    def condition(self, what: str, how: str, *values: str) -> dict[str, object]:
        return conditions.checked(what, how, values)

    def test_a_step_whose_condition_fails_is_skipped_with_the_reason_and_the_next_goes_on(self) -> None:
        only = self.condition("answer:size", "any", "Large", "Huge")
        plan = self.plan(
            Step(key="bag", title="Find a bag", conditions=[only]), Step(key="pack", title="Pack it", needs=["bag"])
        )
        small, large = self.started(plan, size="small"), self.started(plan, size="LARGE")
        self.assertEqual(self.states(small), {"bag": "skipped", "pack": "todo"})
        self.assertIn("size", self.task(small, "bag").reason)
        self.assertEqual(self.states(large), {"bag": "todo", "pack": "waits"})
        self.assertLogged(small, "opened", "plan_started", "task_skipped", "task_ready")

    def test_properties_are_asked_when_the_task_could_begin(self) -> None:
        network = Category.objects.create(name="Network", names={"it": "Rete"})
        below = Category.objects.create(name="VPN", parent=network)
        plan = self.plan(
            Step(key="a", title="A"),
            Step(key="b", title="B", needs=["a"], conditions=[self.condition("category", "any", "rete")]),
            Step(key="c", title="C", needs=["a"], conditions=[self.condition("vip", "none", "no")]),
        )
        ticket = self.started(plan)
        tickets.categorise(ticket, by=self.alma, category=below)
        actions.finish(self.task(ticket, "a"), by=self.alma)
        self.assertEqual(self.states(ticket), {"a": "done", "b": "todo", "c": "skipped"})

    def test_a_value_that_is_none_is_named(self) -> None:
        for what, value in (("category", "Nowhere"), ("priority", "9"), ("client", "Cantor"), ("kind", "wish")):
            with self.subTest(what), self.assertRaises(Invalid) as refused:
                self.condition(what, "any", value)
            self.assertIn(value, str(refused.exception))
        with self.assertRaises(Invalid):
            self.condition("weather", "any", "rain")
        with self.assertRaises(Invalid):
            self.condition("answer:size", "any", " ")

    def test_it_reads_as_a_sentence(self) -> None:
        said = conditions.in_words(self.condition("client", "none", "acme industrial", "Bolt Logistics"))
        self.assertEqual(said, "the organisation is not Acme Industrial or Bolt Logistics")


class WhoLeaves(Fulfils):
    def test_the_open_tasks_of_a_team_that_ends_go_to_another_one(self) -> None:
        ticket = self.started()
        with self.assertRaises(Invalid) as refused:
            administration.hand_over(self.network, None, by=self.ines)
        self.assertEqual(refused.exception.field, "into")
        self.assertEqual(administration.hand_over(self.network, self.desk, by=self.ines), 1)
        self.assertEqual(self.task(ticket, "install").team, self.desk)
        self.assertReplays(ticket)

    def test_whoever_does_not_work_for_the_organisation_any_more_does_not_keep_a_task(self) -> None:
        ticket = self.started()
        actions.give(self.task(ticket, "install"), by=self.alma, team=self.network, person=self.tove)
        self.tove.clients.add(self.bolt)
        self.assertEqual(administration.hand_over(self.network, self.desk, by=self.ines), 1)
        task = self.task(ticket, "install")
        self.assertEqual((task.team, task.person), (self.desk, None))

    def test_those_of_a_person_go_back_to_their_team(self) -> None:
        ticket = self.started()
        actions.begin(self.task(ticket, "order"), by=self.alma)
        self.assertEqual(administration.release(self.alma, by=self.ines), 2)
        task = self.task(ticket, "order")
        self.assertEqual((task.state, task.person, task.team), ("todo", None, self.desk))
        self.assertIsNone(self.task(ticket, "hand").person)
