"""Fetching from a real IMAP server (R02, R11, R12, R13)."""

import threading
import time
import unittest
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F

from olmo.channels import actions
from olmo.channels.mail import imap
from olmo.channels.mail.connecting import connect, media_folder
from olmo.channels.mail.imap import Fetcher, Fetchers, Folder
from olmo.channels.mail.mailboxes import Settings, fetched
from olmo.channels.mail.tests.dovecot import PASSWORD, Dovecot, is_there
from olmo.channels.models import Mailbox, RawMessage
from olmo.channels.processing import content_of
from olmo.channels.tests.stage import mail
from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope
from tests.cast import Cast, assemble


@unittest.skipUnless(is_there(), "Dovecot is not installed (apt-get install dovecot-imapd)")
class ImapTest(Cast, CommittingTest):
    more = ""

    def setUp(self) -> None:
        super().setUp()
        assemble(self)
        self.server = Dovecot(self.more)
        self.addCleanup(self.server.remove)
        self.server.start()
        self.mailbox = self.save(None)

    def save(self, mailbox: Mailbox | None, **changes: Any) -> Mailbox:
        values = {
            "address": "help@desk.example", "imap_host": "127.0.0.1", "imap_port": self.server.port, "imap_security": "none",
            "imap_user": "help", "password": PASSWORD,
        }  # fmt: skip
        with scope(EVERY_CLIENT):
            return actions.save_mailbox(mailbox, by=self.ines, **{**values, **changes})

    def contents(self) -> list[bytes]:
        with scope(EVERY_CLIENT):
            return [content_of(row) for row in RawMessage.objects.order_by("pk")]

    def settings_now(self) -> Settings:
        with connect(current()) as connection:
            return fetched(connection)[0]

    def fetch_once(self) -> None:
        """One connection: open the folder, take what is new."""
        with connect(current()) as connection, self.server.client() as client:
            folder = Folder(client, connection, self.settings_now(), media_folder(current()))
            folder.open()
            folder.take_new(threading.Event())

    def fetcher(self) -> Fetcher:
        made = Fetcher(current(), self.settings_now())
        self.addCleanup(made.join, 10)
        self.addCleanup(made.stop)
        made.start()
        return made

    def health(self) -> Mailbox:
        with scope(EVERY_CLIENT):
            return Mailbox.objects.get(pk=self.mailbox.pk)

    def await_that(self, condition: Callable[[], bool], seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, f"not within {seconds} s")
            time.sleep(0.05)


class Fetching(ImapTest):
    def test_takes_what_waits_and_what_comes(self) -> None:
        first, second = mail("one"), mail("two")
        self.server.put(first)
        self.fetcher()
        self.await_that(lambda: self.contents() == [first])
        self.server.put(second)
        self.await_that(lambda: self.contents() == [first, second])
        self.await_that(lambda: self.server.flags() == [True, True])
        self.await_that(lambda: self.health().health == "working")

    def test_history_that_was_read_before_stays_history(self) -> None:
        self.server.put(mail("old"), flags=(b"\\Seen",))
        self.server.put(mail("new"))
        self.fetch_once()
        self.assertEqual(self.contents(), [mail_of("new", self.contents()[0])])

    def test_moves_what_was_taken_when_a_folder_is_named(self) -> None:
        with self.server.client() as client:
            client.create_folder("Taken")
        self.save(self.mailbox, imap_done_folder="Taken")
        self.server.put(mail("one"))
        self.fetch_once()
        self.assertEqual((self.server.flags(), self.server.flags("Taken")), ([], [True]))

    def test_a_large_message_comes_whole(self) -> None:
        large = mail("0123456789abcdef\r\n" * 300_000)
        self.server.put(large)
        self.fetch_once()
        self.assertEqual(self.contents(), [large])

    def test_marks_nothing_before_the_commit_and_takes_nothing_twice(self) -> None:
        """R02: the connection breaks between commit and marking."""
        self.server.put(mail("one"))
        with connect(current()) as connection, self.server.client() as client:
            folder = Folder(Breaking(client, "add_flags"), connection, self.settings_now(), media_folder(current()))
            with self.assertRaises(OSError):
                folder.open()
        self.assertEqual((len(self.contents()), self.server.flags()), (1, [False]))
        self.fetch_once()
        self.assertEqual((len(self.contents()), self.server.flags()), (1, [True]))

    def test_cut_in_mid_fetch_takes_it_whole_the_next_time(self) -> None:
        """R11."""
        self.server.put(mail("x" * 900), mail("two"))
        with connect(current()) as connection, self.server.client() as client:
            folder = Folder(
                Breaking(client, "fetch", after=1), connection, self.settings_now(), media_folder(current())
            )
            with self.assertRaises(OSError):
                folder.open()
        self.assertEqual(self.contents(), [])
        self.fetch_once()
        self.assertEqual(len(self.contents()), 2)

    def test_a_folder_that_was_rebuilt_is_read_again_without_doubles(self) -> None:
        """R12: UIDVALIDITY changes."""
        self.server.put(mail("one"), mail("two"))
        self.fetch_once()
        with scope(EVERY_CLIENT):
            Mailbox.objects.update(uid_validity=F("uid_validity") - 1, last_uid=99)
        self.server.put(mail("three"))
        self.fetch_once()
        self.assertEqual(len(self.contents()), 3)

    def test_gaps_in_the_numbers_are_nothing_special(self) -> None:
        self.server.put(*(mail(f"{n}") for n in range(5)))
        with self.server.client() as client:
            client.select_folder("INBOX")
            client.delete_messages([2, 4])
            client.expunge()
        self.fetch_once()
        self.server.put(mail("more"))
        self.fetch_once()
        self.assertEqual(len(self.contents()), 4)


class Without(ImapTest):
    more = "imap_capability = IMAP4rev1 LITERAL+"

    def test_idle_it_is_asked_again_and_again(self) -> None:
        usual, imap.POLL_SECONDS = imap.POLL_SECONDS, 0.2
        self.addCleanup(setattr, imap, "POLL_SECONDS", usual)
        self.fetcher()
        self.await_that(lambda: self.health().health == "working")
        self.server.put(mail("one"))
        self.await_that(lambda: len(self.contents()) == 1)


class Trouble(ImapTest):
    def setUp(self) -> None:
        super().setUp()
        usual, imap.PAUSES = imap.PAUSES, (0.1, 0.1, 0.2, 0.2, 0.2)
        self.addCleanup(setattr, imap, "PAUSES", usual)

    def test_a_server_that_goes_away_is_found_again(self) -> None:
        self.fetcher()
        self.await_that(lambda: self.health().health == "working")
        self.server.stop()
        self.await_that(lambda: self.health().health == "failing")
        self.server.start()
        self.server.put(mail("one"))
        self.await_that(lambda: len(self.contents()) == 1)
        self.await_that(lambda: self.health().health == "working")

    def test_a_wrong_password_is_shown_and_told_once(self) -> None:
        """R13."""
        self.save(self.mailbox, imap_user="help", password="wrong")
        self.fetcher()
        self.await_that(lambda: self.health().health == "failing")
        self.assertIn("AUTHENTICATIONFAILED", self.health().last_error.upper())
        with scope(EVERY_CLIENT):
            Mailbox.objects.update(failing_since=clock.now() - timedelta(minutes=3))
        self.await_that(lambda: self.health().reported_at is not None)
        time.sleep(1)
        from procrastinate.contrib.django.models import ProcrastinateJob

        self.assertEqual(ProcrastinateJob.objects.filter(task_name="olmo.channels.jobs.report_failing").count(), 1)

    def test_mailboxes_that_are_added_changed_or_removed_are_noticed(self) -> None:
        fetchers = Fetchers(current(), look_seconds=0.1)
        self.addCleanup(fetchers.join, 10)
        self.addCleanup(fetchers.stop)
        fetchers.start()
        self.await_that(lambda: self.health().health == "working")
        self.save(self.mailbox, is_active=False)
        self.await_that(lambda: not fetchers._running)
        self.server.put(mail("one"))
        self.save(self.mailbox, is_active=True)
        self.await_that(lambda: len(self.contents()) == 1)


class Breaking:
    """A client whose connection breaks at one command, `after` so many that pass."""

    def __init__(self, client: Any, command: str, after: int = 0) -> None:
        self._client, self._command, self._left = client, command, after

    def __getattr__(self, name: str) -> Any:
        if name == self._command:
            if self._left == 0:
                raise OSError("connection reset")
            self._left -= 1
        return getattr(self._client, name)


def mail_of(word: str, content: bytes) -> bytes:
    """The content, when it holds the word."""
    return content if word.encode() in content else b""
