"""R01: the intake is killed at random moments while senders send; nothing that was accepted is lost, nothing acts twice."""

import os
from collections import Counter
from datetime import timedelta

from olmo.channels import processing
from olmo.channels.mail.tests.killing import kill_often
from olmo.channels.models import RawMessage
from olmo.kernel import clock
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Message
from tests.cast import Cast, assemble

KILLS = int(os.environ.get("OLMO_TEST_KILLS", "25"))  # bench/kill_intake.py does a hundred


class Killing(Cast, CommittingTest):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def test_the_intake_at_random_moments_loses_and_doubles_nothing(self) -> None:
        accepted = kill_often(KILLS)
        self.assertGreater(len(accepted), KILLS)
        self.process_all()
        with scope(EVERY_CLIENT):
            found = Counter(text.strip() for text in Message.objects.values_list("text", flat=True))
        self.assertEqual(found, Counter(accepted))

    def process_all(self) -> None:
        """Process in several rounds; the first worker dies with its claim."""
        with clock.at(clock.now() + timedelta(minutes=1)):
            processing.claim()
        for minutes in (5, 10, 15):
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                processing.process_due(120)
        with scope(EVERY_CLIENT):
            self.assertFalse(RawMessage.objects.filter(state__in=["received", "parked"]).exists())
