"""R04: the database goes away while messages are processed."""

from datetime import timedelta
from typing import Any

import psycopg
from django.db import OperationalError, connection

from olmo.channels import processing
from olmo.channels.models import RawMessage, RawState
from olmo.channels.tests.stage import kept, mail
from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Ticket
from tests.cast import Cast, assemble


class AnOutage(Cast, CommittingTest):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def test_in_mid_work_undoes_the_message_and_it_is_done_afterwards(self) -> None:
        rows = [kept(mail(f"Number {n}")) for n in range(3)]
        claimed = processing.claim()
        with connection.execute_wrapper(self.ending_at(20)), self.assertRaises(OperationalError):
            processing.work_through(claimed)
        connection.close()
        with scope(EVERY_CLIENT):
            done = RawMessage.objects.filter(state=RawState.DONE).count()
            self.assertEqual((Ticket.objects.count(), done < 3), (done, True))
        with clock.at(clock.now() + timedelta(minutes=5)):
            processing.process_due()
        with scope(EVERY_CLIENT):
            self.assertEqual(Ticket.objects.count(), len(rows))
            self.assertFalse(RawMessage.objects.exclude(state=RawState.DONE).exists())

    def ending_at(self, number: int) -> Any:
        """Let the server end this connection before the statement of that number."""
        count = 0

        def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                end_connection(connection.connection.info.backend_pid)
            return run(sql, params, many, context)

        return execute


def end_connection(pid: int) -> None:
    """What a crash of the server does to one client."""
    login = current().login()
    with psycopg.connect(
        host=login.host, port=login.port, dbname=login.name, user=login.user, password=login.password, autocommit=True
    ) as owner:
        owner.execute("select pg_terminate_backend(%s, 5000)", [pid])
