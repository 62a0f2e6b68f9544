"""Fetching mail by IMAP (RFC 9051): one thread a mailbox, IDLE where the server knows it, asking every half minute elsewhere.

A message is fetched, committed together with how far the folder was read, and only then marked as read or moved. Whatever
breaks in between, the next connection reads it again, and processing knows it by its key. When the folder's UIDVALIDITY changes
(it was restored or rebuilt), what is unread or recent is read again.
"""

import contextlib
import logging
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import psycopg
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from olmo.kernel.config import Config

from . import mailboxes, store
from .connecting import EVERY_CLIENT, Connection, connect, media_folder
from .mailboxes import Place, Settings
from .store import Arrival

log = logging.getLogger("olmo.mail-in")

LOOK_SECONDS = 10.0  # how soon a new or changed mailbox is noticed
TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 30.0
IDLE_CHECK_SECONDS = 2.0
IDLE_ROUNDS = 150  # after five minutes IDLE is begun anew: servers may drop it after thirty
PAUSES = (5.0, 15.0, 60.0, 300.0, 600.0)
AT_ONCE = 20
BYTES_AT_ONCE = 16 * 2**20
RECENT = timedelta(days=3)

Client = Any  # an IMAPClient; its library has no types
Troubles = (IMAPClientError, psycopg.Error, OSError, ssl.SSLError, ValueError)


class Fetchers(threading.Thread):
    """Starts and stops a fetcher for every mailbox, as administrators add, change and remove them."""

    def __init__(self, config: Config, look_seconds: float = LOOK_SECONDS) -> None:
        super().__init__(name="fetchers", daemon=True)
        self._config, self._look_seconds = config, look_seconds
        self._stopping = threading.Event()
        self._running: dict[Settings, Fetcher] = {}

    def run(self) -> None:
        """Look for mailboxes until stopped. A database that is away is asked again."""
        while not self._stopping.is_set():
            try:
                with connect(self._config) as connection:
                    self._match(mailboxes.fetched(connection))
            except psycopg.Error as error:
                log.warning("The mailboxes could not be read: %s", " ".join(str(error).split()))
            self._stopping.wait(self._look_seconds)
        self._match([])

    def stop(self) -> None:
        """Ask all to end; what they have not committed is fetched again next time."""
        self._stopping.set()

    def _match(self, wanted: list[Settings]) -> None:
        for settings in [known for known in self._running if known not in wanted]:
            self._running.pop(settings).stop()
        for settings in wanted:
            if settings not in self._running or not self._running[settings].is_alive():
                self._running[settings] = Fetcher(self._config, settings)
                self._running[settings].start()


class Fetcher(threading.Thread):
    """Reads one mailbox until it is stopped."""

    def __init__(self, config: Config, settings: Settings) -> None:
        super().__init__(name=f"imap-{settings.address}", daemon=True)
        self._config, self._settings = config, settings
        self._stopping = threading.Event()
        self._failures = 0

    def stop(self) -> None:
        """Ask it to end."""
        self._stopping.set()

    def run(self) -> None:
        """Connect and read; after trouble wait longer each time, and say what is wrong."""
        while not self._stopping.is_set():
            try:
                self._read()
            except Troubles as error:
                self._tell(error)
                self._stopping.wait(PAUSES[min(self._failures, len(PAUSES)) - 1])

    def _read(self) -> None:
        with connect(self._config) as connection, self._logged_in() as client:
            folder = Folder(client, connection, self._settings, media_folder(self._config))
            folder.open()
            while not self._stopping.is_set():
                folder.take_new(self._stopping)
                mailboxes.note_working(connection, self._settings.id)
                self._failures = 0
                self._wait(client)

    @contextlib.contextmanager
    def _logged_in(self) -> Iterator[Client]:
        known = self._settings
        context = ssl.create_default_context()
        client: Client = IMAPClient(
            known.host, known.port, ssl=known.security == "tls", timeout=TIMEOUT_SECONDS,
            ssl_context=context if known.security == "tls" else None,
        )  # fmt: skip
        try:
            if known.security == "starttls":
                client.starttls(context)
            client.login(known.user, mailboxes.secret_of(known, self._config))
            yield client
        finally:
            with contextlib.suppress(*Troubles):
                client.logout()
            with contextlib.suppress(*Troubles):
                client.shutdown()

    def _wait(self, client: Client) -> None:
        """Until something may have come: told by IDLE (RFC 2177), or simply later."""
        if not client.has_capability("IDLE"):
            self._stopping.wait(POLL_SECONDS)
            client.noop()
            return
        client.idle()
        for _round in range(IDLE_ROUNDS):
            if self._stopping.is_set() or client.idle_check(timeout=IDLE_CHECK_SECONDS):
                break
        client.idle_done()

    def _tell(self, error: Exception) -> None:
        self._failures += 1
        words = _words(error)
        log.warning("Mailbox %s cannot be read: %s", self._settings.address, words)
        with contextlib.suppress(psycopg.Error), connect(self._config) as connection:
            mailboxes.note_failing(connection, self._settings.id, words)


def _words(error: Exception) -> str:
    """What went wrong in one line; the library hands the server's words over as bytes."""
    said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error).encode()
    return " ".join(said.decode("utf-8", "replace").split())[:480] or type(error).__name__


class Folder:
    """The selected folder of one connection."""

    def __init__(self, client: Client, connection: Connection, settings: Settings, media: str) -> None:
        self._client, self._connection, self._settings, self._media = client, connection, settings, media
        self._place = Place(0, 0)

    def open(self) -> None:
        """Select it, find where reading stopped, and clear up what was committed but not marked."""
        answer = self._client.select_folder(self._settings.folder)
        validity = int(answer.get(b"UIDVALIDITY", 0))
        self._place = mailboxes.place_of(self._connection, self._settings.id)
        if self._place.validity == validity:
            if left := [uid for uid in self._client.search(["UNSEEN"]) if uid <= self._place.last_uid]:
                self._mark(left)
            return
        is_first = self._place.validity == 0
        found = self._client.search(["UNSEEN"] if is_first else ["OR", "UNSEEN", "SINCE", date.today() - RECENT])  # noqa: DTZ011
        everything = self._client.search(["ALL"])
        self._place = Place(validity, max([*everything, 0]))
        self._take(sorted(found), threading.Event())
        self._remember()

    def take_new(self, stopping: threading.Event) -> None:
        """Take every message that came since."""
        start = self._place.last_uid + 1
        # "n:*" names the last message even when it is older (RFC 9051, 9: sequence-set).
        self._take(sorted(uid for uid in self._client.search(["UID", f"{start}:*"]) if uid >= start), stopping)

    def _take(self, uids: list[int], stopping: threading.Event) -> None:
        for group in self._groups(uids):
            if stopping.is_set():
                return
            self._take_group(group)

    def _groups(self, uids: list[int]) -> Iterator[list[int]]:
        """Groups of messages that fit in memory together."""
        for start in range(0, len(uids), 500):
            sizes = self._client.fetch(uids[start : start + 500], ["RFC822.SIZE"])
            group: list[int] = []
            total = 0
            for uid in uids[start : start + 500]:
                size = int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0))
                if group and (len(group) >= AT_ONCE or total + size > BYTES_AT_ONCE):
                    yield group
                    group, total = [], 0
                group.append(uid)
                total += size
            if group:
                yield group

    def _take_group(self, uids: list[int]) -> None:
        answers = self._client.fetch(uids, ["BODY.PEEK[]"])
        raws = {uid: bytes(answers[uid][b"BODY[]"]) for uid in uids if uid in answers and b"BODY[]" in answers[uid]}
        arrivals = [Arrival(raw, "imap", mailbox_id=self._settings.id) for raw in raws.values()]
        known = mailboxes.known(self._connection, self._settings.id, [arrival.sha256 for arrival in arrivals])
        self._keep([arrival for arrival in arrivals if arrival.sha256 not in known], max(uids))
        if raws:
            self._mark(list(raws))

    def _keep(self, arrivals: Sequence[Arrival], last_uid: int) -> None:
        """Commit the messages and how far we are, together."""
        self._place.last_uid = max(self._place.last_uid, last_uid)
        with self._connection.transaction():
            self._connection.execute(EVERY_CLIENT)
            mailboxes.put_place(self._connection, self._settings.id, self._place)
            if arrivals:
                store.keep(self._connection, arrivals, self._media)

    def _mark(self, uids: list[int]) -> None:
        """Only now, after the commit: read, and out of the way when a folder is named for that."""
        self._client.add_flags(uids, [b"\\Seen"])
        if not self._settings.done_folder:
            return
        if self._client.has_capability("MOVE"):
            self._client.move(uids, self._settings.done_folder)
        else:
            self._client.copy(uids, self._settings.done_folder)
            self._client.delete_messages(uids)
            self._client.expunge(uids if self._client.has_capability("UIDPLUS") else None)

    def _remember(self) -> None:
        with self._connection.transaction():
            self._connection.execute(EVERY_CLIENT)
            mailboxes.put_place(self._connection, self._settings.id, self._place)
