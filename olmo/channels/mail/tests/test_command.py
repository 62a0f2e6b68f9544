"""`bin/olmo mail deliver < message`, as a mail server's pipe calls it."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr

from olmo.channels import processing
from olmo.channels.mail import cli
from olmo.channels.models import Mailbox, RawMessage
from olmo.channels.tests.stage import mail
from olmo.kernel.config import CHECKOUT, current
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Ticket
from tests.cast import Cast, assemble


class Delivering(Cast, CommittingTest):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def deliver(self, raw: bytes, mailbox: str = "", sender: str = "") -> tuple[int, str]:
        words = io.StringIO()
        with redirect_stderr(words):
            return cli.deliver(io.BytesIO(raw), mailbox, sender), words.getvalue()

    def test_a_message_becomes_a_ticket(self) -> None:
        raw = mail()
        self.assertEqual(self.deliver(raw, "help@desk.example", "rui@acme.example"), (0, ""))
        processing.process_due()
        with scope(EVERY_CLIENT):
            row = RawMessage.objects.get()
            self.assertEqual((row.way, bytes(row.content or b""), row.state), ("pipe", raw, "done"))
            self.assertEqual(Ticket.objects.get().requester, self.rui)

    def test_unknown_mailboxes_empty_and_too_large_messages_are_refused_for_good(self) -> None:
        with scope(EVERY_CLIENT):
            Mailbox.objects.create(address="help@desk.example")
        self.assertEqual(self.deliver(mail(), "nobody@desk.example")[0], 67)
        self.assertEqual(self.deliver(b"\n")[0], 64)
        code, words = self.deliver(b"x" * (current().max_message_bytes + 1))
        self.assertEqual((code, str(current().max_message_bytes) in words), (65, True))

    def test_without_a_database_it_is_to_be_tried_again(self) -> None:
        broken = {"OLMO_DATABASE_URL": "postgresql://x:y@/none?host=/nonexistent", "PATH": "/usr/bin:/bin"}
        result = subprocess.run(
            [sys.executable, "-c", "from olmo.channels.mail.cli import main; raise SystemExit(main(['deliver']))"],
            input=mail(), env=broken, cwd=CHECKOUT, capture_output=True, check=False,
        )  # fmt: skip
        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (75, 1))

    def test_parse_prints_what_a_message_says(self) -> None:
        path = current().data / "one.eml"
        path.write_bytes(mail("Hello there"))
        result = subprocess.run(
            [sys.executable, "-c", "import sys; from olmo.channels.mail.cli import main; main(sys.argv[1:])", "parse", str(path)],
            cwd=CHECKOUT, capture_output=True, check=True,
        )  # fmt: skip
        self.assertEqual(json.loads(result.stdout)["subject"], "VPN")
