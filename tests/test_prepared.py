"""Reads that are planned once for each connection."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from olmo.kernel import prepared
from olmo.tenancy.scope import scope
from olmo.tickets import actions, queries
from olmo.tickets.models import Ticket
from tests.cast import DeskTest

_KEPT = "select count(*) from pg_prepared_statements where statement like %s"


class Preparing(DeskTest):
    def kept(self, words: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_KEPT, [f"%{words}%"])
            return int(cursor.fetchone()[0])

    def test_a_statement_is_planned_once_however_often_it_runs(self) -> None:
        for number in (7, 8, 9):
            self.assertEqual(prepared.rows("select 'planned once', %s::int", [number]), [("planned once", number)])
        self.assertEqual(self.kept("planned once"), 1)

    def test_the_usual_cursors_prepare_nothing(self) -> None:
        prepared.rows("select 1")
        with connection.cursor() as cursor:
            cursor.execute("select 'not kept', %s", [1])
        self.assertEqual(self.kept("not kept'"), 0)

    def test_it_is_counted_like_any_other_query(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            prepared.rows("select %s::text", ["x"])
        self.assertEqual(len(asked), 1)

    def test_a_kept_plan_obeys_the_scope_of_each_run(self) -> None:
        self.report("Printer")
        for _time in range(12):  # from the sixth on the server may use one plan for all values
            with scope([self.acme.pk]):
                self.assertEqual(prepared.rows("select count(*) from tickets_ticket where number > %s", [0]), [(1,)])
            with scope([self.bolt.pk]):
                self.assertEqual(prepared.rows("select count(*) from tickets_ticket where number > %s", [0]), [(0,)])


class Settling(DeskTest):
    def test_words_go_into_the_text_and_numbers_stay_values(self) -> None:
        text, values = prepared.settled(("a = %s and b in (%s, %s) and c like %s", [1, "new", "o'k", "5%"]))
        self.assertEqual(text, "a = %s and b in ('new', 'o''k') and c like '5%%'")
        self.assertEqual(list(values), [1])

    def test_what_it_says_is_what_was_meant(self) -> None:
        text, values = prepared.settled(("select %s, %s::int, %s", ["100% o'k", 5, "b\\c"]))
        self.assertEqual(prepared.rows(text, values), [("100% o'k", 5, "b\\c")])


class Instances(DeskTest):
    def test_a_row_becomes_what_the_model_says(self) -> None:
        ticket = self.report("Printer")
        actions.tag(ticket, by=self.alma, add=["loud"])
        found = queries.by_number(self.alma, ticket.number)
        kept = Ticket.objects.get(pk=ticket.pk)
        for field in Ticket._meta.concrete_fields:
            self.assertEqual(getattr(found, field.attname), getattr(kept, field.attname), field.attname)
