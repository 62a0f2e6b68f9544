"""SMTP and LMTP as senders meet them: every byte kept before yes is said, and a clear word otherwise."""

import hashlib
import os
import signal
import smtplib
import socket
import threading
from collections.abc import Callable
from email.message import EmailMessage

import psycopg
from procrastinate.contrib.django.models import ProcrastinateJob

from olmo.channels.mail.limiting import Limiter
from olmo.channels.mail.tests.serving import IntakeProcess, client, raw_data, serving
from olmo.channels.models import Mailbox, RawMessage
from olmo.channels.processing import content_of
from olmo.kernel.config import Database, current
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope

TO = "help@desk.example"
MB = 2**20
GARBAGE = [
    b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n" * 30, b"x" * 400_000 + b"\r\n",
    b"\x00" * 50 + b"\r\n", b"EHLO\r\nMAIL FROM:<" + b"<" * 90 + b"\r\n",
]  # fmt: skip


class IntakeTest(CommittingTest):
    def rows(self) -> list[RawMessage]:
        with scope(EVERY_CLIENT):
            return list(RawMessage.objects.order_by("pk"))

    def assertKept(self, *contents: bytes) -> None:
        rows = self.rows()
        self.assertEqual([content_of(row) for row in rows], list(contents))
        self.assertEqual([row.sha256 for row in rows], [hashlib.sha256(content).hexdigest() for content in contents])


class Taking(IntakeTest):
    def test_yes_is_said_when_bytes_and_job_are_committed(self) -> None:
        with serving() as intake, client(intake) as smtp:
            code, _words = raw_data(smtp, b"Subject: hi\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n")
            self.assertEqual(code, 250)
            (row,) = self.rows()
        self.assertEqual(
            (row.way, row.envelope_from, row.envelope_to, row.mail_id), ("smtp", "rui@acme.example", [TO], "1@x")
        )
        self.assertTrue(ProcrastinateJob.objects.filter(task_name="olmo.channels.jobs.process", status="todo").exists())

    def test_any_bytes_come_back_as_they_were(self) -> None:
        every_byte = bytes(byte for byte in range(256) if byte not in b"\r\n")
        contents = [
            b".\r\n..two\r\n.three\r\n\r\n.\r\nend\r\n", b"\r\n", b"x" * 300_000 + b"\r\n", b"bare\nline\nfeeds\r\n",
            b"\x00\x01\xff\xfe\r\n", b"Subject: \xe4\xf6\r\n\r\n\xc3\xa4\r\n", b"a\rb\r\n", every_byte * 50 + b"\r\n",
        ]  # fmt: skip
        with serving() as intake, client(intake) as smtp:
            for content in contents:
                self.assertEqual(raw_data(smtp, content)[0], 250, content[:40])
        self.assertKept(*contents)

    def test_a_message_may_come_in_crumbs_and_commands_ahead_of_answers(self) -> None:
        with serving() as intake, socket.create_connection(("127.0.0.1", intake.ports["smtp"])) as line:
            line.recv(500)
            begin = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n"
            for crumb in (
                b"EHLO x\r\n" + begin + b"Hello\r\n.\r",
                b"\n",
                begin + b"Two\r\n",
                b".",
                b"\r",
                b"\nQUIT\r\n",
            ):
                line.sendall(crumb)
            while line.recv(5000):
                pass
        self.assertKept(b"Hello\r\n", b"Two\r\n")

    def test_a_dot_after_a_bare_line_feed_does_not_end_a_message(self) -> None:
        smuggled = b"one\n.\nMAIL FROM:<evil@x.example>\r\nend\r\n"
        with serving() as intake, client(intake) as smtp:
            raw_data(smtp, smuggled)
        self.assertKept(smuggled)

    def test_garbage_is_answered_and_the_next_sender_is_served(self) -> None:
        with serving() as intake:
            for garbage in GARBAGE:
                with socket.create_connection(("127.0.0.1", intake.ports["smtp"])) as line:
                    line.sendall(garbage)
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(5000):
                        pass
            with client(intake) as smtp:
                self.assertEqual(raw_data(smtp, b"fine\r\n")[0], 250)
        self.assertKept(b"fine\r\n")

    def test_addresses_of_every_form_are_taken_or_refused(self) -> None:
        """M12."""
        senders = [
            "a" * 64 + "@" + "b" * 251 + ".example",
            '"quoted local"@x.example',
            "a@[127.0.0.1]",
            "jörg@köln.example",
            "",
        ]
        senders.append("a" * 400 + "@b.example")
        with serving() as intake, client(intake) as smtp:
            smtp.ehlo()
            for sender in senders:
                smtp.command_encoding = "utf-8"
                code, _words = smtp.docmd("MAIL", f"FROM:<{sender}>{' SMTPUTF8' if not sender.isascii() else ''}")
                self.assertIn(code // 100, (2, 5), sender)
                smtp.rset()

    def test_many_at_once_share_commits_and_none_is_lost(self) -> None:
        def send(number: int) -> None:
            with client(intake) as smtp:
                for turn in range(25):
                    raw_data(smtp, f"{number} {turn}\r\n".encode())

        with serving() as intake:
            together([lambda number=number: send(number) for number in range(8)])  # type: ignore[misc]
        self.assertEqual(len({row.sha256 for row in self.rows()}), 200)


class Recipients(IntakeTest):
    def setUp(self) -> None:
        super().setUp()
        with scope(EVERY_CLIENT):
            Mailbox.objects.create(address="Help@desk.example")

    def test_that_are_not_ours_are_refused_one_by_one(self) -> None:
        with serving() as intake, client(intake) as smtp:
            refused = smtp.sendmail("a@b.example", [TO, "nobody@desk.example", "help+token@desk.example"], b"hi")
            self.assertEqual({to: code for to, (code, _words) in refused.items()}, {"nobody@desk.example": 550})
        self.assertEqual(self.rows()[0].envelope_to, [TO, "help+token@desk.example"])

    def test_the_postmaster_is_ours(self) -> None:
        with serving() as intake, client(intake) as smtp:
            self.assertEqual(smtp.sendmail("a@b.example", ["postmaster", "postmaster@desk.example"], b"hi"), {})

    def test_before_the_first_mailbox_every_address_is_taken(self) -> None:
        with scope(EVERY_CLIENT):
            Mailbox.objects.all().delete()
        with serving() as intake, client(intake) as smtp:
            self.assertEqual(smtp.sendmail("a@b.example", ["anybody@anywhere.example"], b"hi"), {})

    def test_by_lmtp_each_gets_an_answer(self) -> None:
        with serving() as intake, client(intake, "lmtp") as lmtp:
            refused = lmtp.sendmail("a@b.example", [TO, "nobody@desk.example"], b"by lmtp\r\n")
            self.assertEqual(list(refused), ["nobody@desk.example"])
            lmtp.mail("a@b.example")
            for address in (TO, "help+x@desk.example"):
                lmtp.rcpt(address)
            lmtp.docmd("DATA")
            lmtp.send(b"two answers\r\n.\r\n")
            self.assertEqual([lmtp.getreply()[0], lmtp.getreply()[0]], [250, 250])
        self.assertKept(b"by lmtp\r\n", b"two answers\r\n")
        self.assertEqual(self.rows()[0].way, "lmtp")


class TooMuch(IntakeTest):
    def test_a_message_over_the_limit_is_refused_with_the_limit_in_the_words(self) -> None:
        """R20: early when the size is announced, at the end when it is not."""
        with serving(max_message_bytes=MB) as intake, client(intake) as smtp:
            smtp.ehlo()
            self.assertEqual(smtp.esmtp_features["size"], str(MB))
            code, words = smtp.mail("a@b.example", [f"SIZE={50 * MB}"])
            self.assertEqual((code, b"1 MB (1048576 bytes)" in words), (552, True))
            code, words = raw_data(smtp, b"x" * 78 * MB)
            self.assertEqual((code, b"1048576" in words), (552, True))
            self.assertEqual(raw_data(smtp, b"small\r\n")[0], 250)
        self.assertKept(b"small\r\n")

    def test_a_message_of_exactly_the_limit_is_taken(self) -> None:
        exact = b"x" * (MB - 2) + b"\r\n"
        with serving(max_message_bytes=MB) as intake, client(intake) as smtp:
            self.assertEqual(raw_data(smtp, exact)[0], 250)
            self.assertEqual(raw_data(smtp, b"y" + exact)[0], 552)
        self.assertKept(exact)

    def test_a_large_message_is_a_file_and_comes_back_whole(self) -> None:
        large = b"Subject: large\r\n\r\n" + (b"0123456789abcdef" * 4 + b"\r\n") * 200_000
        with serving() as intake, client(intake) as smtp:
            self.assertEqual(raw_data(smtp, large)[0], 250)
        self.assertIsNone(self.rows()[0].content)
        self.assertKept(large)

    def test_one_sender_s_flood_is_put_off_and_others_are_served(self) -> None:
        """M07."""
        with serving(Limiter(burst=3, per_minute=60)) as intake, client(intake) as smtp:
            smtp.ehlo()
            codes = []
            for _time in range(5):
                codes.append(smtp.mail("flood@x.example")[0])
                smtp.rset()
            self.assertEqual((codes[:3], codes[-1]), ([250] * 3, 450))
            self.assertEqual(smtp.mail("rui@acme.example")[0], 250)

    def test_a_full_volume_is_a_temporary_failure(self) -> None:
        """R06."""
        blocked = current().data / "not-a-folder"
        blocked.write_text("x")
        with serving(data=blocked) as intake, client(intake) as smtp:
            self.assertEqual(raw_data(smtp, b"x" * MB)[0], 452)
            self.assertEqual(raw_data(smtp, b"small\r\n")[0], 250)
        self.assertKept(b"small\r\n")


class VeryLarge(IntakeTest):
    def test_a_file_of_fifty_megabytes_is_taken_when_the_limit_allows_it(self) -> None:
        """R20: in less than 300 MB of memory."""
        os.environ["OLMO_MAX_MESSAGE_BYTES"] = "100M"
        self.addCleanup(os.environ.pop, "OLMO_MAX_MESSAGE_BYTES")
        server = IntakeProcess()
        self.addCleanup(lambda: server.end())  # noqa: PLW0108
        server.start()
        server.await_port()
        message = EmailMessage()
        message["From"], message["Subject"] = "rui@acme.example", "Large"
        message.set_content("See the file.")
        message.add_attachment(os.urandom(50 * MB), maintype="application", subtype="zip", filename="large.zip")
        content = message.as_bytes().replace(b"\n", b"\r\n")
        with smtplib.SMTP("127.0.0.1", server.ports["smtp"]) as smtp:
            raw_data(smtp, b"small\r\n")
            before = server.peak_memory()
            self.assertEqual(raw_data(smtp, content)[0], 250)
        self.assertLess(server.peak_memory() - before, 300 * 1024)
        self.assertKept(b"small\r\n", content)


class Interrupted(IntakeTest):
    def test_without_a_database_the_sender_is_asked_to_come_again(self) -> None:
        nowhere = Database(host="/nonexistent", port=5432, name="x", user="x", password="x")
        with serving(database=nowhere) as intake, client(intake) as smtp:
            smtp.ehlo()
            smtp.mail("a@b.example")
            self.assertEqual(smtp.rcpt(TO)[0], 451)

    def test_a_lost_connection_is_a_temporary_failure_and_the_next_message_is_kept(self) -> None:
        """R04."""
        with serving() as intake, client(intake) as smtp:
            self.assertEqual(raw_data(smtp, b"before\r\n")[0], 250)
            end_connections()
            self.assertEqual(raw_data(smtp, b"during\r\n")[0], 451)
            self.assertEqual(raw_data(smtp, b"after\r\n")[0], 250)
        self.assertKept(b"before\r\n", b"after\r\n")

    def test_a_sender_who_hangs_up_in_mid_message_leaves_nothing(self) -> None:
        with serving() as intake:
            with socket.create_connection(("127.0.0.1", intake.ports["smtp"])) as line:
                line.sendall(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\nhalf a mess")
            with client(intake) as smtp:
                raw_data(smtp, b"whole\r\n")
        self.assertKept(b"whole\r\n")

    def test_asked_to_stop_it_finishes_what_is_under_way(self) -> None:
        server = IntakeProcess()
        server.start()
        server.await_port()
        smtp = smtplib.SMTP("127.0.0.1", server.ports["smtp"])
        self.addCleanup(smtp.close)
        smtp.ehlo()
        smtp.mail("a@b.example")
        smtp.rcpt(TO)
        smtp.docmd("DATA")
        smtp.send(b"under ")
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        server.await_closed()
        smtp.send(b"way\r\n.\r\n")
        self.assertEqual(smtp.getreply()[0], 250)
        self.assertEqual(server.process.wait(20), 0)
        self.assertKept(b"under way\r\n")


def end_connections() -> None:
    """What a restart of the database does to the intake."""
    login = current().login()
    with psycopg.connect(
        host=login.host, port=login.port, dbname=login.name, user=login.user, password=login.password, autocommit=True
    ) as owner:
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'olmo-mail-in' and datname = current_database()"
        )


def together(jobs: list[Callable[[], None]]) -> None:
    """Do these at once."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
