"""How a test of fulfilment speaks: plans of some steps, and their tasks by name."""

from typing import Any

from olmo.fulfilment import actions, administration
from olmo.fulfilment.administration import PlanSettings
from olmo.fulfilment.models import Plan, Task
from olmo.fulfilment.steps import Step
from olmo.tickets.models import Ticket
from tests.cast import DeskTest


class Fulfils(DeskTest):
    """A laptop: the desk orders it, then the network installs it while the desk labels it, then it goes out."""

    def steps(self) -> list[Step]:
        return [
            Step(key="order", title="Order the laptop", titles={"it": "Ordinare"}, team=self.desk.pk, due_minutes=120),
            Step(key="install", title="Install it", team=self.network.pk, needs=["order"], checklist=["Disk", "Office"]),
            Step(key="label", title="Label it", team=self.desk.pk, needs=["order"], is_internal=True),
            Step(key="hand", title="Hand it over", person=self.alma.pk, needs=["install", "label"]),
        ]  # fmt: skip

    def plan(self, *steps: Step, name: str = "New laptop", instead_of: Plan | None = None, **more: Any) -> Plan:
        settings = PlanSettings(name=name, steps=list(steps) or self.steps(), **more)
        return administration.save(instead_of, settings, by=self.ines)

    def started(self, plan: Plan | None = None, **answers: Any) -> Ticket:
        ticket = self.report("A laptop, please", team=self.desk)
        actions.start(ticket, plan or self.plan(), by=self.alma, answers=answers)
        return ticket

    def task(self, ticket: Ticket, key: str) -> Task:
        return Task.objects.select_related("ticket", "run").get(ticket=ticket, key=key)

    def states(self, ticket: Ticket) -> dict[str, str]:
        return dict(Task.objects.filter(ticket=ticket).values_list("key", "state"))

    def tick_all(self, task: Task) -> None:
        for line in range(len(task.checklist)):
            actions.tick(task, by=self.tove, line=line)
