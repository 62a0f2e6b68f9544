"""Raw messages into the database, with the job that processes them, in one transaction. No Django.

Small messages are rows: one insert and one commit for all that wait at the moment, which is what makes intake fast. Large ones
are files under their sha256, written and synced before the row that names them commits.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from psycopg import sql

from . import peek
from .connecting import EVERY_CLIENT, Connection

Way = Literal["smtp", "lmtp", "imap", "pipe"]
LANES = 4
# From this size on a message is a file: the database's log and memory are spared.
FILE_FROM_BYTES = 512 * 1024

_INSERT = sql.SQL(
    "insert into channels_rawmessage"
    " (way, mailbox_id, sha256, size, content, envelope_from, envelope_to, mail_id)"
    " select way, mailbox, sha256, size, content, sender,"
    " coalesce(string_to_array(nullif(recipients, ''), E'\\n'), '{}'), mail_id"
    " from unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bytea[], %s::text[], %s::text[], %s::text[])"
    " as arrived (way, mailbox, sha256, size, content, sender, recipients, mail_id)"
)
_JOB = (
    "select procrastinate_defer_jobs_v1(array[row('mail', 'olmo.channels.jobs.process', 20, %s, null, '{}'::jsonb, null)]"
    "::procrastinate_job_to_defer_v1[])"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message to be kept. recipients: the addresses it was sent to; mailbox_id: the mailbox it was fetched from."""

    raw: bytes
    way: Way
    sender: str = ""
    recipients: tuple[str, ...] = ()
    mailbox_id: int | None = None
    sha256: str = field(init=False)
    mail_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.raw).hexdigest())
        object.__setattr__(self, "mail_id", _storable(peek.message_id(self.raw), 900))


def keep(connection: Connection, arrivals: Sequence[Arrival], media: str) -> None:
    """Commit these messages and one job for them. Returns only when they are safe.

    Raises psycopg.Error (nothing was kept) or OSError (a large message could not be written; nothing was kept).
    """
    contents = [_content(arrival, media) for arrival in arrivals]
    with connection.transaction():
        connection.execute(EVERY_CLIENT)
        connection.execute(_INSERT, _columns(arrivals, contents), binary=True)
        connection.execute(_JOB, [lane()])


def lane() -> str:
    """The lock of a processing job: so many lanes work side by side."""
    return f"mail-{secrets.randbelow(LANES)}"


def _columns(arrivals: Sequence[Arrival], contents: Sequence[bytes | None]) -> list[list[object]]:
    return [
        [arrival.way for arrival in arrivals],
        [arrival.mailbox_id for arrival in arrivals],
        [arrival.sha256 for arrival in arrivals],
        [len(arrival.raw) for arrival in arrivals],
        list(contents),
        [_storable(arrival.sender, 320) for arrival in arrivals],
        ["\n".join(_storable(address, 320) for address in arrival.recipients) for arrival in arrivals],
        [arrival.mail_id for arrival in arrivals],
    ]


def _storable(text: str, limit: int) -> str:
    """One line that PostgreSQL can hold, whatever bytes a command line carried."""
    return "".join(c for c in text.encode("utf-8", "replace").decode()[:limit] if c.isprintable())


def _content(arrival: Arrival, media: str) -> bytes | None:
    """The bytes for the row, or None when they lie in the file store now."""
    if len(arrival.raw) < FILE_FROM_BYTES:
        return arrival.raw
    write_file(arrival.raw, arrival.sha256, media)
    return None


def write_file(raw: bytes, sha256: str, media: str) -> None:
    """Write a content to its place in the file store, durably. Raises OSError."""
    target = Path(media) / sha256[:2] / sha256[2:4] / sha256
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(media) / f"in-{secrets.token_hex(8)}"
    try:
        with part.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        part.unlink(missing_ok=True)
