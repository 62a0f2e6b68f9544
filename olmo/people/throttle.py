"""How often somebody may try: counted in PostgreSQL, so that all processes count together and a restart forgets nothing.

Only digests are kept, of the address that was tried and of the place it was tried from, and only for a day.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import OlmoError

log = logging.getLogger("olmo.people.throttle")

KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most `tries` within `minutes`. alone: tries at one thing wait for one another, so that none slips past the count."""

    what: str
    tries: int
    minutes: int
    alone: bool = False


PASSWORD_OF_ADDRESS = Limit("password", 10, 15, alone=True)
PASSWORD_FROM_PLACE = Limit("password from", 100, 15)
PASSWORD_OF_ACCOUNT = Limit("present password", 10, 15, alone=True)
LINK_TO_ADDRESS = Limit("link", 3, 60, alone=True)
LINK_FROM_PLACE = Limit("link from", 60, 60)
TOKEN_FROM_PLACE = Limit("token from", 60, 60)


class TooOften(OlmoError):
    """The limit is reached; `minutes` is how long a new try takes at most."""

    def __init__(self, limit: Limit) -> None:
        self.minutes = limit.minutes
        super().__init__(
            _("That was tried too often. Please wait %(n)d minutes, then try again.") % {"n": limit.minutes}
        )


def require_room(limit: Limit, value: str) -> None:
    """Raise TooOften when `value` (an address, a place) has had its tries."""
    key = _digest(limit, value)
    if limit.alone:
        _take_turn(limit, key)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from people_attempt where digest = %s and at > %s",
            [key, clock.now() - timedelta(minutes=limit.minutes)],
        )
        if cursor.fetchone()[0] >= limit.tries:
            log.warning("Too often: %s", limit.what)
            raise TooOften(limit)


def note(limit: Limit, value: str) -> None:
    """Count one try."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_attempt (what, digest, at) values (%s, %s, %s)",
            [limit.what, _digest(limit, value), clock.now()],
        )


def forget(limit: Limit, value: str) -> None:
    """The tries are over: it went well."""
    with connection.cursor() as cursor:
        cursor.execute("delete from people_attempt where digest = %s", [_digest(limit, value)])


def sweep() -> int:
    """Delete tries that count no more; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("delete from people_attempt where at < %s", [clock.now() - KEPT])
        return int(cursor.rowcount)


def _take_turn(limit: Limit, key: str) -> None:
    """Hold this key until the transaction ends. Who waits for long tries too often by that alone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '3s'")
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
            cursor.execute("set local lock_timeout = default")
    except DatabaseError as error:
        raise TooOften(limit) from error


def _digest(limit: Limit, value: str) -> str:
    return salted_hmac(f"olmo.throttle.{limit.what}", value.strip().lower(), algorithm="sha256").hexdigest()
