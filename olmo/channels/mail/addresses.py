"""Which addresses are ours, as the intake asks for every recipient. Read from the database, kept for some seconds."""

import time
from dataclasses import dataclass

from .connecting import EVERY_CLIENT, Connection

FRESH_SECONDS = 5.0
_OURS = (
    "select lower(address) from channels_mailbox where is_active"
    " union select lower(address) from tenancy_provider where address <> ''"
    " union select lower(address) from tenancy_client where address <> ''"
)
_MAILBOXES = "select count(*) from channels_mailbox where is_active"


@dataclass(frozen=True)
class Ours:
    """The desk's addresses. Before the first mailbox exists, every address is taken: nothing is lost during set-up."""

    addresses: frozenset[str]
    any_address: bool

    def takes(self, recipient: str) -> bool:
        """Whether mail to this recipient is for the desk (`name+token@` counts as `name@`; RFC 5321: postmaster too)."""
        address = recipient.lower()
        local, _at, domain = address.rpartition("@") if "@" in address else (address, "", "")
        if self.any_address or address in self.addresses or f"{local.partition('+')[0]}@{domain}" in self.addresses:
            return True
        own_domain = not domain or any(known.endswith(f"@{domain}") for known in self.addresses)
        return own_domain and local == "postmaster"


def load(connection: Connection) -> Ours:
    """Ask the database. Raises psycopg.Error."""
    with connection.transaction():
        connection.execute(EVERY_CLIENT)
        known = frozenset(str(row[0]) for row in connection.execute(_OURS).fetchall())
        (mailboxes,) = connection.execute(_MAILBOXES).fetchone() or (0,)
    return Ours(known, any_address=not mailboxes)


class Book:
    """The last answer, and how old it is. An old answer is better than none while the database is away."""

    def __init__(self) -> None:
        self.ours: Ours | None = None
        self._read_at = 0.0

    @property
    def is_fresh(self) -> bool:
        return self.ours is not None and time.monotonic() - self._read_at < FRESH_SECONDS

    def put(self, ours: Ours) -> None:
        self.ours, self._read_at = ours, time.monotonic()
