"""Two workers and two agents at once: nobody is given twice, and turns stay fair."""

from collections import Counter

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.kernel.config import current
from olmo.kernel.errors import Conflict
from olmo.ops import roles
from olmo.routing.assignment import gathering, giving
from olmo.routing.assignment.tests.stage import Giving
from olmo.staffing.models import CapacityRules
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Event, Ticket
from olmo.tickets.replay import differences
from tests.at_once import AtOnce
from tests.cast import assemble


class GivingAtOnce(Giving, AtOnce):
    refusals = Conflict

    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def reports(self, count: int) -> list[Ticket]:
        with scope(EVERY_CLIENT):
            return [
                actions.open_ticket(
                    by=self.rui, requester=self.rui, client=self.acme, subject=f"Ticket {n}", team=self.desk,
                    message=actions.NewMessage(text="Help"),
                )
                for n in range(count)
            ]  # fmt: skip

    def test_sweeps_at_once_give_each_ticket_once_and_everybody_as_many(self) -> None:
        tickets = self.reports(20)
        with scope(EVERY_CLIENT):
            self.way("turn", needs_room=False)
        self.together(*[lambda: giving.give_out(self.desk.pk)] * 3, *[giving.sweep] * 2)
        with scope(EVERY_CLIENT):
            self.assertEqual(Event.objects.filter(kind="assigned").count(), 20)
            owners = Counter(Ticket.objects.values_list("assignee_id", flat=True))
            self.assertEqual(owners, {self.alma.pk: 10, self.ines.pk: 10})
            for ticket in tickets:
                self.assertEqual(differences(Ticket.objects.get(pk=ticket.pk)), {})

    def test_two_agents_who_take_the_next_get_two(self) -> None:
        self.reports(4)
        self.together(*[lambda: giving.take_next(by=self.alma), lambda: giving.take_next(by=self.ines)] * 2)
        with scope(EVERY_CLIENT):
            owners = Counter(Ticket.objects.exclude(assignee=None).values_list("assignee_id", flat=True))
            self.assertEqual(owners, {self.alma.pk: 2, self.ines.pk: 2})
            self.assertEqual(Event.objects.filter(kind="assigned").count(), 4)

    def test_what_a_load_costs_does_not_grow_with_history(self) -> None:
        with scope(EVERY_CLIENT):
            for n, ticket in enumerate(self.reports(80)):
                actions.assign(ticket, by=self.ines, team=self.desk, assignee=self.alma)
                if n >= 5:
                    actions.close(ticket, by=self.ines)
        with roles.connect(current().login()) as owner, owner.transaction():
            # as autovacuum does: only then the planner knows the history
            owner.execute("analyze tickets_ticket")
        with scope(EVERY_CLIENT):
            with CaptureQueriesContext(connection) as asked:
                gathering.loads([self.alma, self.ines], CapacityRules())
            self.assertEqual(len(asked), 1)
            with connection.cursor() as cursor:
                cursor.execute("set local enable_seqscan = off")
                cursor.execute("explain " + asked.captured_queries[0]["sql"])
                self.assertIn("ticket_active_assignee", " ".join(row[0] for row in cursor.fetchall()))
