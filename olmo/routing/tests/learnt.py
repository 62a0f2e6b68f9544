"""A desk with sixty finished tickets, thirty about printers and thirty about the network, and what they teach."""

from typing import Any

from olmo.people.models import Team
from olmo.routing import teaching
from olmo.routing.models import Suggestion, Target, Triage
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions, jobs, reactions
from olmo.tickets.models import Category, Channel, Event, Ticket
from tests.cast import DeskTest

PRINTERS = ("Printer is out of toner", "Paper jam in the printer", "Printer prints blank pages")
NETWORKS = ("No network at my desk", "The VPN is slow", "Wifi drops the connection")


class LearntDesk(DeskTest):
    """A test where triage has learnt categories, teams, kinds and judgements."""

    printers: Category
    networks: Category
    tills: Category  # Bolt's alone

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        with scope(EVERY_CLIENT), reactions.without_after():
            cls.printers = Category.objects.create(name="Printers")
            cls.networks = Category.objects.create(name="Networks")
            cls.tills = Category.objects.create(name="Tills", client=cls.bolt)
            for n in range(30):
                cls._finished(PRINTERS[n % 3], n, cls.printers, cls.desk)
                cls._finished(NETWORKS[n % 3], n, cls.networks, cls.network)
        for target in (Target.CATEGORY, Target.TEAM):
            teaching.learn(target)

    @classmethod
    def _finished(cls, subject: str, n: int, category: Category, team: Team) -> Ticket:
        ticket = actions.open_ticket(
            by=cls.rui, requester=cls.rui, client=cls.acme, subject=subject, category=category, team=team,
            message=actions.NewMessage(text=f"{subject}, on floor {n}."), channel=Channel.MAIL,
        )  # fmt: skip
        actions.resolve(ticket, by=cls.alma, code="fixed", note="Done.")
        return ticket

    def mailed(self, subject: str = "Printer is out of toner", **more: Any) -> Ticket:
        """A ticket that came in by mail, and what follows from it."""
        ticket = self.report(subject, text=f"{subject}, on floor 7.", channel=Channel.MAIL, **more)
        self.react(ticket)
        return Ticket.objects.get(pk=ticket.pk)

    def react(self, ticket: Ticket) -> None:
        """Run the AFTER reactions of the whole log of a ticket, as the worker does (again, where it has done it)."""
        jobs.react(list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("pk", flat=True)))

    def suggestion(self, ticket: Ticket, target: str = Target.CATEGORY) -> Suggestion:
        return Suggestion.objects.get(ticket=ticket, target=target)

    def alone(self, target: str = Target.CATEGORY, precision: float = 0.9) -> None:
        Triage.objects.filter(target=target).update(acts_alone=True, precision=precision)
