"""Two at once: real connections, real commits."""

from collections.abc import Callable
from typing import Any

from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import actions
from olmo.tickets.models import Event, Message, Ticket
from olmo.tickets.replay import differences
from tests.at_once import AtOnce
from tests.cast import Cast, assemble


class Races(Cast, AtOnce):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def report(self, subject: str) -> Ticket:
        with scope(EVERY_CLIENT):
            return actions.open_ticket(
                by=self.rui,
                requester=self.rui,
                client=self.acme,
                subject=subject,
                message=actions.NewMessage(text="Help"),
            )

    def assert_true(self, *tickets: Ticket) -> None:
        with scope(EVERY_CLIENT):
            for ticket in tickets:
                self.assertEqual(differences(Ticket.objects.get(pk=ticket.pk)), {})

    def copy(self, ticket: Ticket) -> Ticket:
        with scope(EVERY_CLIENT):
            return Ticket.objects.get(pk=ticket.pk)

    def test_different_fields_at_the_same_moment_are_both_kept(self) -> None:
        ticket = self.report("Both")
        one, two = self.copy(ticket), self.copy(ticket)
        self.together(
            lambda: actions.prioritise(one, by=self.alma, impact=1, urgency=1, seen=1),
            lambda: actions.assign(two, by=self.tove, team=self.network, assignee=self.tove, seen=1),
        )
        kept = self.copy(ticket)
        self.assertEqual((kept.priority, kept.assignee_id, kept.version), (1, self.tove.pk, 3))
        self.assert_true(ticket)

    def test_two_answers_on_the_same_page_one_is_stopped(self) -> None:
        ticket = self.report("Once")
        one, two = self.copy(ticket), self.copy(ticket)
        self.together(
            lambda: actions.reply(one, by=self.alma, message=actions.NewMessage(text="A"), seen=1),
            lambda: actions.reply(two, by=self.tove, message=actions.NewMessage(text="B"), seen=1),
        )
        with scope(EVERY_CLIENT):
            self.assertEqual(Message.objects.filter(ticket=ticket, is_from_desk=True).count(), 1)
        self.assert_true(ticket)

    def test_merging_into_each_other_makes_no_circle(self) -> None:
        first, second = self.report("A"), self.report("B")
        a, b, c, d = self.copy(first), self.copy(second), self.copy(second), self.copy(first)
        self.together(
            lambda: actions.merge(a, b, by=self.alma),
            lambda: actions.merge(c, d, by=self.tove),
            lambda: actions.receive(self.copy(first), by=self.rui, message=actions.NewMessage(text="While you merge")),
        )
        rows = [self.copy(first), self.copy(second)]
        self.assertEqual(sum(row.merged_into_id is not None for row in rows), 1)
        with scope(EVERY_CLIENT):
            self.assertEqual(Message.objects.filter(text="While you merge").count(), 1)
        self.assert_true(first, second)

    def test_fifty_closings_and_answers_make_a_legal_history(self) -> None:
        ticket = self.report("Busy")
        for _ in range(5):
            verbs: list[Callable[[], Any]] = []
            for _ in range(5):
                verbs.append(lambda: actions.close(self.copy(ticket), by=self.alma))
                verbs.append(
                    lambda: actions.receive(self.copy(ticket), by=self.rui, message=actions.NewMessage(text="No"))
                )
            self.together(*verbs)
        with scope(EVERY_CLIENT):
            seqs = list(Event.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True))
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        self.assert_true(ticket)
