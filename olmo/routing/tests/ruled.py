"""How a test about rules speaks."""

from typing import Any

from olmo.routing.rules.models import Rule
from olmo.tickets import jobs
from olmo.tickets.models import Event, Ticket
from tests.cast import DeskTest

CONTENT = ("all", "queue", "fills", "stops", "on_open", "on_change", "again")


def says(what: str, *values: Any, how: str = "any") -> dict[str, Any]:
    """A condition."""
    return {"what": what, "how": how, "values": list(values)}


class RuledDesk(DeskTest):
    """A test with rules."""

    def setUp(self) -> None:
        super().setUp()
        self.seen: set[int] = set()

    def rule(self, name: str = "A rule", *conditions: dict[str, Any], **more: Any) -> Rule:
        """A rule at the end of the list. What is no field of its content is its outcome."""
        content = {key: more.pop(key) for key in CONTENT if key in more}
        content |= {"conditions": list(conditions), "outcome": more}
        return Rule.objects.create(name=name, position=Rule.objects.count() + 1, content=content)

    def react(self, ticket: Ticket) -> Ticket:
        """Run the AFTER reactions of what is new in the log until nothing more is said, as the worker does."""
        while new := [pk for pk in self._log(ticket) if pk not in self.seen]:
            jobs.react(new)
            self.seen |= set(new)
        return Ticket.objects.get(pk=ticket.pk)

    def came(self, subject: str = "The VPN is down", **more: Any) -> Ticket:
        """A ticket that came in, and what follows from it."""
        return self.react(self.report(subject, **more))

    def _log(self, ticket: Ticket) -> list[int]:
        return list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("pk", flat=True))
