"""R19: every message of the public corpus through the real SMTP port: stored whole, processed, seen in the desk."""

import hashlib
import os
import unittest
from collections import Counter
from pathlib import Path

from olmo.channels import processing
from olmo.channels.mail.tests.serving import client, serving
from olmo.channels.models import RawMessage
from olmo.kernel.config import CHECKOUT
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets import queries
from olmo.tickets.models import Message
from tests.cast import Cast, assemble

CORPUS = Path(os.environ.get("OLMO_SHARED", CHECKOUT.parent / "shared")) / "mail-corpus" / "eml"


def as_sent(content: bytes) -> bytes:
    """What arrives of these bytes: SMTP can only end a message with a line end."""
    return content if content.endswith(b"\r\n") else content + b"\r\n"


@unittest.skipUnless(CORPUS.is_dir(), f"the mail corpus is not at {CORPUS} (set OLMO_SHARED)")
class TheCorpus(Cast, CommittingTest):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def test_is_stored_whole_and_becomes_tickets(self) -> None:
        contents = [path.read_bytes() for path in sorted(CORPUS.rglob("*.eml"))]
        self.assertGreater(len(contents), 900)
        with serving() as intake, client(intake) as smtp:
            for content in contents:
                self.assertEqual(smtp.sendmail("sender@corpus.example", ["help@desk.example"], content), {})
        while processing.process_due(60):
            pass
        with scope(EVERY_CLIENT):
            rows = list(RawMessage.objects.defer("content").order_by("pk"))
            self.assertEqual([row.sha256 for row in rows], [hashlib.sha256(as_sent(c)).hexdigest() for c in contents])
            self.assertEqual(set(Counter(row.state for row in rows)) - {"done", "ignored"}, set())
            self.assertEqual([row.reason for row in rows if row.state == "ignored" and row.twin_id is None], [])
            self.assertEqual([row.pk for row in rows if row.attempts > 1], [])
            self.assertAllSeen([row for row in rows if row.state == "done"])

    def assertAllSeen(self, rows: list[RawMessage]) -> None:
        """An agent finds each message on a ticket, and its source."""
        tickets = dict(
            Message.objects.filter(source_id__in=[row.pk for row in rows]).values_list("source_id", "ticket_id")
        )
        seen = set(queries.visible_to(self.alma).values_list("pk", flat=True))
        self.assertEqual([row.pk for row in rows if tickets.get(row.pk) not in seen], [])
