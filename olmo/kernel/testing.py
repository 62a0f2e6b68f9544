"""Bases for tests that need more than a transaction that is rolled back.

Every test runs on a real PostgreSQL as `olmo_app`, under row security, in a database cloned from one
template (see `olmo.ops.testbed`). Django's `TestCase` is the norm. A test that must really commit (several
connections, jobs, NOTIFY, a live server) extends `CommittingTest`.
"""

from collections.abc import Callable

from django.db import connections
from django.test import TransactionTestCase

_renew: list[Callable[[], None]] = []


def renew_with(renew: Callable[[], None]) -> None:
    """Say how this process's test database is replaced by a fresh clone."""
    _renew[:] = [renew]


def fresh_database() -> None:
    """Replace this process's test database by a fresh clone of the template (about 50 ms)."""
    connections.close_all()
    for renew in _renew:
        renew()


class CommittingTest(TransactionTestCase):
    """A test whose commits are real; afterwards the database is a fresh clone of the template.

    Django's own way, emptying every table, is not open to `olmo_app` (nor to the log's guards), and would
    take the rows that migrations put there.
    """

    def _fixture_teardown(self) -> None:
        fresh_database()
