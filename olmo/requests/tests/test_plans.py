"""What is approved is worked on: the plan of an item makes its tasks when nobody has to be asked any more, and only once."""

from django.utils.translation import override

from olmo.desk.catalogue.handling import HandlingForm
from olmo.desk.fulfilment.rows import reasons
from olmo.fulfilment import actions as fulfilment
from olmo.fulfilment import conditions
from olmo.fulfilment import reactions as plans
from olmo.fulfilment.administration import PlanSettings, save
from olmo.fulfilment.models import Plan, Run, Task
from olmo.fulfilment.queries import of_ticket
from olmo.fulfilment.steps import Step
from olmo.requests import ordering
from olmo.requests.administration import StepSettings
from olmo.requests.models import Order
from olmo.tickets import actions
from olmo.tickets.models import Category, Event, Message

from .stage import OrderTest

MANAGER = StepSettings(stage=1, kind="manager")


class Planned(OrderTest):
    def plan(self, name: str = "New laptop", **more: object) -> Plan:
        steps = [
            Step(key="buy", title="Buy it", team=self.desk.pk),
            Step(key="install", title="Install it", team=self.network.pk, needs=["buy"]),
        ]
        return save(None, PlanSettings(**{"name": name, "steps": steps, **more}), by=self.ines)  # type: ignore[arg-type]

    def states(self, order: Order) -> dict[str, str]:
        return dict(Task.objects.filter(ticket=order.ticket_id).order_by("pk").values_list("key", "state"))

    def why(self, order: Order, key: str) -> str:
        """As the desk's pages say it."""
        (task,) = [one for one in of_ticket(order.ticket) if one.key == key]
        return reasons([task], order.ticket)[task.pk]

    def tasks(self, order: Order) -> list[str]:
        return list(Task.objects.filter(ticket=order.ticket_id).order_by("pk").values_list("title", flat=True))

    def test_an_order_that_nobody_approves_is_worked_on_at_once(self) -> None:
        self.steps(plan=self.plan())
        order = self.place()
        self.react(order)
        self.assertEqual(self.tasks(order), ["Buy it", "Install it"])

    def test_no_task_before_the_last_yes_and_no_second_time(self) -> None:
        self.steps(MANAGER, plan=self.plan())
        order = self.place()
        self.react(order)
        self.assertEqual(self.tasks(order), [])
        self.decide(order, self.mia)
        self.react(order)
        self.react(order)
        self.assertEqual(self.tasks(order), ["Buy it", "Install it"])
        self.assertEqual(self.kinds(order).count("plan_started"), 1)

    def test_a_no_starts_nothing(self) -> None:
        self.steps(MANAGER, plan=self.plan())
        order = self.place()
        self.decide(order, self.mia, "no")
        self.react(order)
        self.assertEqual(self.tasks(order), [])

    def test_the_plan_knows_the_answers(self) -> None:
        self.steps(plan=self.plan())
        order = ordering.place(self.wanted(model="strong", why="Films"), by=self.rui)
        self.react(order)
        self.assertEqual([run.answers["model"] for run in Run.objects.all()], ["strong"])

    def test_a_change_under_way_reaches_the_conditions_and_leaves_what_was_begun(self) -> None:
        is_strong = conditions.checked("answer:model", "any", ["strong"])
        steps = [
            Step(key="dock", title="Dock", conditions=[is_strong]),
            Step(key="bag", title="Bag", conditions=[conditions.checked("answer:model", "none", ["strong"])]),
            Step(key="label", title="Label", conditions=[conditions.checked("answer:model", "none", ["strong"])]),
            Step(key="pack", title="Pack", needs=["dock"], conditions=[is_strong]),
        ]
        self.steps(plan=self.plan(steps=steps))
        order = self.place()
        self.react(order)
        self.assertEqual(self.states(order), {"dock": "skipped", "bag": "todo", "label": "todo", "pack": "skipped"})
        self.assertEqual(self.why(order, "dock"), "Not needed: only if the answer “Model” is Strong.")
        with override("it"):
            self.assertEqual(self.why(order, "dock"), "Non serve: solo se la risposta “Modello” è Potente.")
        fulfilment.begin(Task.objects.get(key="label", ticket=order.ticket_id), by=self.alma)
        ordering.change(order, self.wanted(model="strong", why="Films"), by=self.rui)
        for _time in range(2):
            self.react(order)
            self.assertEqual(self.states(order), {"dock": "todo", "bag": "skipped", "label": "doing", "pack": "waits"})
        ordering.change(order, self.wanted(), by=self.alma, reason="A call")
        self.react(order)
        self.assertEqual(self.states(order), {"dock": "skipped", "bag": "todo", "label": "doing", "pack": "skipped"})
        self.assertReplays(self.ticket(order))

    def test_what_is_erased_is_erased_with_its_plan(self) -> None:
        self.steps(plan=self.plan())
        order = ordering.place(self.wanted(model="strong", why="My back hurts"), by=self.rui)
        self.react(order)
        actions.redact(Message.objects.get(), by=self.ines)
        self.react(order)
        self.assertEqual(list(Run.objects.values_list("answers", flat=True)), [{}])

    def test_answers_that_wait_for_approval_do_not_take_the_place_of_those_that_are_erased(self) -> None:
        is_strong = conditions.checked("answer:model", "any", ["strong"])
        self.steps(MANAGER, plan=self.plan(steps=[Step(key="dock", title="Dock", conditions=[is_strong])]))
        order = self.place()
        self.decide(order, self.mia)
        self.react(order)
        first = Message.objects.get()
        ordering.change(order, self.wanted(model="strong", why="Films"), by=self.rui)
        actions.redact(first, by=self.ines)
        self.react(order)
        self.assertEqual([run.answers for run in Run.objects.all()], [{}])
        self.decide(order, self.mia)
        self.react(order)
        self.assertEqual(self.states(order), {"dock": "todo"})

    def test_the_plan_of_the_category_waits_for_the_approval_too(self) -> None:
        category = Category.objects.create(name="Laptops")
        self.plan("Of the category", category=category, starts_by_itself=True)
        self.steps(MANAGER, category=category)
        order = self.place()
        for event in Event.objects.filter(ticket=order.ticket_id, kind="opened"):
            plans.follow(event)
        self.assertEqual(self.tasks(order), [])
        self.decide(order, self.mia)
        self.react(order)
        self.assertEqual(self.tasks(order), ["Buy it", "Install it"])

    def test_a_plan_that_was_switched_off_is_left_out(self) -> None:
        plan = self.plan()
        self.steps(plan=plan)
        Plan.objects.filter(pk=plan.pk).update(is_active=False)
        order = self.place()
        self.react(order)
        self.assertEqual(self.tasks(order), [])

    def test_the_form_shows_which_plan_it_is(self) -> None:
        plan = self.plan()
        self.steps(plan=plan)
        self.assertEqual(HandlingForm(None, thing=self.item, state={}).initial["plan"], plan.pk)
