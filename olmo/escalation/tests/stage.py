"""The stage of these tests: Acme is promised answers and solutions, Ines leads the network team."""

from datetime import UTC, datetime
from typing import Any

from olmo.escalation import actions, administration, watching
from olmo.escalation.administration import PolicySettings, StepSettings
from olmo.escalation.models import Act, Firing, Metric, Policy, State, Unit
from olmo.notifications.models import Alert
from olmo.people.models import Person
from olmo.service_levels.tests.test_clocks import Promised
from olmo.tickets import reactions
from olmo.tickets.models import Event, Ticket
from olmo.tickets.sentences import describe


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Escalates(Promised):
    """Monday 9 March 2026, 08:00 UTC is 09:00 in Rome; an answer is promised in 1 h, a solution in 4 h of office time."""

    __test__ = False

    def setUp(self) -> None:
        super().setUp()
        self.network.leads.add(self.ines)
        self.desk.leads.add(self.tove, self.ines)

    def policy(self, *steps: StepSettings, name: str = "Watch", metric: str = Metric.RESOLUTION, **more: Any) -> Policy:
        with self.at("2026-03-01 00:00"):
            settings = PolicySettings(name=name, metric=metric, steps=steps, **more)
            return administration.save(None, settings, by=self.ines)

    def opened(self, at: str = "2026-03-09 08:00", **more: Any) -> Ticket:
        with self.at(at):
            ticket = self.report("VPN drops", **{"team": self.desk, **more})
            watching.keep(ticket)
        return ticket

    def sweep(self, at: str) -> None:
        """As the minute's job does: until nothing is due; then what the log asks for."""
        with self.at(at):
            while actions.sweep():
                pass

    def react(self, event: Event) -> None:
        reactions.after(Event.objects.select_related("ticket", "by").get(pk=event.pk))

    def told(self, ticket: Ticket) -> list[str]:
        """What the policy says in the ticket's log."""
        kinds = ["policy_stepped", "escalation_taken", "escalation_unanswered"]
        events = Event.objects.filter(ticket=ticket, kind__in=kinds).select_related("by").order_by("seq")
        return describe(self.alma, list(events))

    def alerted(self, ticket: Ticket, why: str = "") -> list[Person]:
        found = Alert.objects.filter(ticket=ticket).select_related("person").order_by("pk")
        return [alert.person for alert in found if not why or alert.why == why]

    def states(self, ticket: Ticket) -> list[str]:
        return list(Firing.objects.filter(ticket=ticket).order_by("pk").values_list("state", flat=True))


__all__ = ["Act", "Escalates", "Firing", "Metric", "Policy", "State", "StepSettings", "Unit", "moment"]
