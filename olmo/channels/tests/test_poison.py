"""A message that cannot be processed stops only itself (I4, R18)."""

from datetime import timedelta

from olmo.channels import actions, processing, queries
from olmo.channels.mail import reader
from olmo.channels.mail.reader import Reader, Readers, Unreadable
from olmo.channels.models import RawMessage, RawState
from olmo.channels.tests.stage import arrive, kept, mail, ticket_of
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotAllowed, NotFound
from tests.cast import DeskTest

SLOW = mail("<b>" * 700_000).replace(b"text/plain", b"text/html")  # far beyond half a second to read


class AReader(DeskTest):
    def test_ends_a_message_that_takes_too_long(self) -> None:
        one = Reader(seconds=0.01)
        self.addCleanup(one.close)
        one.ask(SLOW)
        with self.assertRaisesMessage(Unreadable, "longer than"):
            one.answer()
        self.assertFalse(one.is_alive)

    def test_ends_a_message_that_eats_memory(self) -> None:
        one = Reader(memory=150 * 2**20)
        self.addCleanup(one.close)
        one.ask(mail("x" * 60_000_000))
        with self.assertRaises(Unreadable):
            one.answer()

    def test_is_kept_for_the_next_and_closed_when_idle(self) -> None:
        readers = Readers()
        with readers.one() as first:
            first.ask(mail())
            first.answer()
        with readers.one() as second:
            self.assertIs(first, second)
        readers.close_idle()
        self.assertFalse(first.is_alive)


class APoisonousMessage(DeskTest):
    def setUp(self) -> None:
        super().setUp()
        usual = reader.readers.limits
        self.addCleanup(reader.readers.limit, *usual)
        reader.readers.limit(seconds=0.2)

    def after(self, minutes: float) -> None:
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            processing.process_due()

    def parked(self) -> RawMessage:
        row = kept(SLOW)
        self.after(1)
        self.after(2)
        row.refresh_from_db()
        self.assertEqual(row.state, RawState.PARKED)
        return row

    def test_is_parked_with_source_and_reason_and_the_next_one_is_handled(self) -> None:
        poison, healthy = kept(SLOW), kept(mail("healthy"))
        self.after(0.1)
        self.after(0.2)
        for row in (poison, healthy):
            row.refresh_from_db()
        self.assertEqual((poison.state, healthy.state), (RawState.PARKED, RawState.DONE))
        self.assertIn("longer than", poison.reason)
        self.assertEqual(queries.parked_source(self.ines, poison.pk), SLOW)
        self.assertEqual(queries.waiting().parked, 1)

    def test_a_batch_mate_is_not_blamed(self) -> None:
        rows = [kept(SLOW if n == 1 else mail(f"healthy {n}")) for n in range(4)]
        self.after(0.1)
        self.after(0.2)
        for row in rows:
            row.refresh_from_db()
        self.assertEqual([row.state for row in rows], ["done", "parked", "done", "done"])

    def test_administrators_see_it_and_nobody_else(self) -> None:
        row = self.parked()
        self.assertEqual(list(queries.parked(self.ines)), [row])
        for other in (self.alma, self.rui):
            with self.assertRaises(NotFound):
                queries.parked(other)
            with self.assertRaises(NotAllowed):
                actions.retry(row, by=other)

    def test_it_can_be_tried_again(self) -> None:
        row = self.parked()
        reader.readers.limit()
        actions.retry(row, by=self.ines)
        self.after(3)
        row.refresh_from_db()
        self.assertEqual(row.state, RawState.DONE)
        with self.assertRaises(Conflict):
            actions.retry(row, by=self.ines)

    def test_it_can_be_discarded_and_stays_stored(self) -> None:
        row = self.parked()
        actions.discard(row, by=self.ines)
        row.refresh_from_db()
        self.assertEqual((row.state, bytes(row.content or b"")), (RawState.DISCARDED, SLOW))
        self.assertFalse(queries.parked(self.ines).exists())

    def test_one_that_kills_its_worker_again_and_again_is_parked(self) -> None:
        row = kept(mail("deadly"))
        for minute in range(8):
            with clock.at(clock.now() + timedelta(minutes=minute * 5)):
                processing.claim()  # and the worker dies
        row.refresh_from_db()
        self.assertEqual(row.state, RawState.PARKED)

    def test_one_whose_content_is_gone_is_parked(self) -> None:
        row = kept(mail("gone"))
        RawMessage.objects.filter(pk=row.pk).update(content=None, sha256="0" * 64)
        healthy = arrive(mail("healthy"))
        for minutes in (1, 2, 3):
            self.after(minutes)
        row.refresh_from_db()
        self.assertEqual((row.state, ticket_of(healthy).requester), (RawState.PARKED, self.rui))
