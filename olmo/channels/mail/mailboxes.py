"""What a fetching thread knows and writes about its mailbox, in plain SQL. Passwords are files, not rows: see `secret_of`."""

from dataclasses import dataclass

from olmo.kernel.config import Config

from .connecting import EVERY_CLIENT, Connection

_FETCHED = (
    "select id, address, imap_host, imap_port, imap_security, imap_user, secret_name, imap_folder, imap_done_folder"
    " from channels_mailbox where is_active and imap_host <> '' order by id"
)
_PLACE = "select uid_validity, last_uid from channels_mailbox where id = %s"
_AT = "update channels_mailbox set uid_validity = %s, last_uid = %s where id = %s"
_WORKING = (
    "update channels_mailbox set health = 'working', last_error = '', failing_since = null, reported_at = null,"
    " last_ok_at = now() where id = %s"
)
_FAILING = (
    "update channels_mailbox set health = 'failing', last_error = %s, failing_since = coalesce(failing_since, now())"
    " where id = %s"
)
_TO_REPORT = (
    "update channels_mailbox set reported_at = now() where id = %s and reported_at is null"
    " and failing_since <= now() - interval '2 minutes' returning id"
)
_REPORT = (
    "select procrastinate_defer_jobs_v1(array[row('mail', 'olmo.channels.jobs.report_failing', 10, null, null,"
    " jsonb_build_object('mailbox_id', %s::bigint), null)]::procrastinate_job_to_defer_v1[])"
)
_KNOWN = "select sha256 from channels_rawmessage where mailbox_id = %s and sha256 = any(%s)"


@dataclass(frozen=True)
class Settings:
    """How a mailbox is fetched. Two are equal when nothing about that has changed."""

    id: int
    address: str
    host: str
    port: int
    security: str
    user: str
    secret_name: str
    folder: str
    done_folder: str


@dataclass
class Place:
    """How far a folder was read: everything up to `last_uid` of this `validity` (RFC 9051, 2.3.1.1)."""

    validity: int
    last_uid: int


def fetched(connection: Connection) -> list[Settings]:
    """The active mailboxes that are fetched by IMAP."""
    with connection.transaction():
        connection.execute(EVERY_CLIENT)
        return [Settings(*row) for row in connection.execute(_FETCHED).fetchall()]  # type: ignore[arg-type]


def secret_of(settings: Settings, config: Config) -> str:
    """The password, from its file in the data folder. Raises OSError."""
    return (config.secrets_dir / settings.secret_name).read_text().strip() if settings.secret_name else ""


def place_of(connection: Connection, mailbox_id: int) -> Place:
    """How far this mailbox was read."""
    with connection.transaction():
        connection.execute(EVERY_CLIENT)
        row = connection.execute(_PLACE, [mailbox_id]).fetchone() or (0, 0)
        return Place(int(str(row[0])), int(str(row[1])))


def put_place(connection: Connection, mailbox_id: int, place: Place) -> None:
    """Remember how far it was read; within the caller's transaction and scope."""
    connection.execute(_AT, [place.validity, place.last_uid, mailbox_id])


def note_working(connection: Connection, mailbox_id: int) -> None:
    """The mailbox could be read just now."""
    with connection.transaction():
        connection.execute(EVERY_CLIENT)
        connection.execute(_WORKING, [mailbox_id])


def note_failing(connection: Connection, mailbox_id: int, words: str) -> None:
    """It could not; after two minutes of that one job tells the administrators, once until it works again."""
    with connection.transaction():
        connection.execute(EVERY_CLIENT)
        connection.execute(_FAILING, [words[:500], mailbox_id])
        if connection.execute(_TO_REPORT, [mailbox_id]).fetchone():
            connection.execute(_REPORT, [mailbox_id])


def known(connection: Connection, mailbox_id: int, digests: list[str]) -> set[str]:
    """Which of these contents were taken from this mailbox before."""
    with connection.transaction():
        connection.execute(EVERY_CLIENT)
        return {str(row[0]) for row in connection.execute(_KNOWN, [mailbox_id, digests]).fetchall()}
