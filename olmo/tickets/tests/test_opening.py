"""How a ticket comes to be."""

from django.db import connection, transaction

from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.tenancy.scope import scope
from olmo.tickets import actions, queries
from olmo.tickets.models import Event, Status, Ticket
from tests.cast import DeskTest


class Opening(DeskTest):
    def test_a_request_becomes_a_ticket_with_its_words(self) -> None:
        ticket = self.report("Printer is out of toner", text="The one in room 210.")
        self.assertLogged(ticket, "opened")
        kept = Ticket.objects.get(pk=ticket.pk)
        self.assertEqual((kept.subject, kept.status, kept.requester), ("Printer is out of toner", Status.NEW, self.rui))
        self.assertEqual(kept.last_message and kept.last_message.text, "The one in room 210.")

    def test_numbers_rise_one_by_one(self) -> None:
        first, second = self.report("One"), self.report("Two")
        self.assertEqual(second.number, first.number + 1)

    def test_priority_comes_from_the_matrix_of_the_client(self) -> None:
        self.acme.matrix = [[1, 1, 1], [2, 4, 2], [3, 3, 3]]
        self.acme.save()
        ticket = self.report("Server room is warm", impact=2, urgency=2)
        self.assertEqual(ticket.priority, 4)

    def test_a_subject_is_one_safe_line(self) -> None:
        ticket = self.report("VPN\r\nBcc: x@evil.example \u202etxt.exe")
        self.assertEqual(ticket.subject, "VPN Bcc: x@evil.example txt.exe")

    def test_its_language_is_the_one_of_its_words(self) -> None:
        self.assertEqual(self.report("La VPN cade", text="Da stamattina non funziona la rete di casa").language, "it")
        self.assertEqual(self.report("VPN", by=self.bea, text="0x80070005").language, "it")
        self.assertEqual(self.report("VPN", by=self.bea, text="It does not work since this morning").language, "en")

    def test_without_a_subject_the_field_is_named(self) -> None:
        with self.assertRaises(Invalid) as refused:
            self.report(" \n ")
        self.assertEqual(refused.exception.field, "subject")

    def test_a_requester_opens_for_themselves_only(self) -> None:
        with self.assertRaises(NotAllowed):
            actions.open_ticket(by=self.rui, requester=self.ines, client=self.acme, subject="As somebody else")

    def test_another_client_does_not_exist(self) -> None:
        with self.assertRaises(NotFound):
            actions.open_ticket(by=self.otto, requester=self.rui, client=self.acme, subject="Not his client")

    def test_the_requester_of_another_client_sees_nothing_of_it(self) -> None:
        ticket = self.report("Payroll of Acme")
        with scope([self.bolt.pk]):
            self.assertFalse(Ticket.objects.filter(pk=ticket.pk).exists())
            self.assertFalse(Event.objects.filter(ticket_id=ticket.pk).exists())
        with self.assertRaises(NotFound):
            queries.by_number(self.bea, ticket.number)
        self.assertEqual(queries.by_number(self.rui, ticket.number), ticket)

    def test_a_forgotten_scope_shows_nothing(self) -> None:
        self.report("Somewhere")
        with scope([]):
            self.assertEqual(Ticket.objects.count(), 0)


class TheDatabaseKeepsUsHonest(DeskTest):
    def refuses(self, statement: str, *words: str) -> None:
        with self.assertRaises(Exception) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("set constraints all immediate")
        for word in words:
            self.assertIn(word, str(refused.exception))

    def test_a_row_cannot_change_without_its_version(self) -> None:
        ticket = self.report("Unchanged")
        self.refuses(f"update tickets_ticket set priority = 1 where id = {ticket.pk}", "tickets.log.changing()")

    def test_a_version_cannot_rise_without_its_event(self) -> None:
        ticket = self.report("Unproved")
        self.refuses(f"update tickets_ticket set version = 2 where id = {ticket.pk}", "version_has_its_event")

    def test_events_are_for_ever(self) -> None:
        ticket = self.report("Kept")
        for statement in ("update tickets_event set kind = 'x'", "delete from tickets_event"):
            self.refuses(f"{statement} where ticket_id = {ticket.pk}", "append-only")

    def test_the_program_is_bound_by_row_security(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
            self.assertEqual(cursor.fetchone(), (False,))
