"""How a test of procedures speaks: one of three steps, published by a second person, and its run on a ticket."""

from olmo.knowledge import actions as knowledge
from olmo.knowledge.models import Article
from olmo.procedures import running, writing
from olmo.procedures.models import Procedure, Run
from olmo.procedures.steps import Record, Step
from olmo.procedures.writing import Draft
from olmo.tickets.models import Category, Ticket
from tests.cast import DeskTest


class Proceeds(DeskTest):
    """A printer that prints nothing."""

    def steps(self) -> list[Step]:
        return [
            Step(title="Look at the display", record=Record.CHOICE, label="It says", choices=("Ready", "Error")),
            Step(title="Print a test page", expect="It comes out", otherwise=3, command="lp -d office test.txt"),
            Step(title="Restart the queue", text="On the *print server*.", expect="The queue is empty"),
        ]

    def written(self, *steps: Step, key: str = "printer", category: Category | None = None) -> Procedure:
        draft = Draft(title="Printer prints nothing", summary="For office printers.", steps=list(steps) or self.steps())
        return writing.create(key=key, language="en", draft=draft, by=self.alma, category=category)

    def published(self, *steps: Step, key: str = "printer", category: Category | None = None) -> Procedure:
        procedure = self.written(*steps, key=key, category=category)
        self.bring_out(procedure.article)
        return procedure

    def bring_out(self, article: Article) -> None:
        knowledge.ask_review(article, by=self.alma)
        knowledge.approve(article, by=self.tove)
        knowledge.publish(article, by=self.alma)

    def started(self, procedure: Procedure | None = None) -> tuple[Ticket, Run]:
        ticket = self.report("Printer prints nothing")
        return ticket, running.start(ticket, procedure or self.published(), by=self.alma)
