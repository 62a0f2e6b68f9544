"""R01: the intake is killed at random moments while senders send; nothing that was accepted is lost, nothing acts twice."""

import os
import random
import smtplib
import threading
import time
from collections import Counter
from datetime import timedelta

from olmo.channels import processing
from olmo.channels.mail.tests.serving import IntakeProcess
from olmo.channels.models import RawMessage
from olmo.kernel import clock
from olmo.kernel.testing import CommittingTest
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Message
from tests.cast import Cast, assemble

KILLS = int(os.environ.get("OLMO_TEST_KILLS", "8"))
SENDERS = 2


class Sender(threading.Thread):
    """Sends distinct messages one after the other until told to end; repeats each until it hears yes."""

    def __init__(self, name: str, port: int, ending: threading.Event) -> None:
        super().__init__(name=name)
        self.accepted: list[str] = []
        self._port, self._ending = port, ending

    def run(self) -> None:
        """Send. The last message is brought to its end."""
        number = 0
        while not self._ending.is_set():
            number += 1
            mark = f"{self.name}-{number}"
            while not self._sent(mark):
                time.sleep(0.02)
            self.accepted.append(mark)

    def _sent(self, mark: str) -> bool:
        content = (
            f"From: {self.name}@acme.example\r\nSubject: {mark}\r\nMessage-ID: <{mark}@acme.example>\r\n\r\n{mark}\r\n"
        )
        try:
            with smtplib.SMTP("127.0.0.1", self._port, timeout=10) as smtp:
                return smtp.sendmail(f"{self.name}@acme.example", ["help@desk.example"], content) == {}
        except (smtplib.SMTPException, OSError):
            return False


class Killing(Cast, CommittingTest):
    def setUp(self) -> None:
        super().setUp()
        assemble(self)

    def test_the_intake_at_random_moments_loses_and_doubles_nothing(self) -> None:
        server, ending, chance = IntakeProcess(), threading.Event(), random.Random(7)
        senders = [Sender(f"sender{n}", server.ports["smtp"], ending) for n in range(SENDERS)]
        server.start()
        for sender in senders:
            sender.start()
        for _kill in range(KILLS):
            server.await_port()
            self.await_more(senders, chance.randint(0, 12))
            time.sleep(chance.uniform(0.0, 0.01))
            server.end()
            server.start()
        server.await_port()
        ending.set()
        for sender in senders:
            sender.join()
        server.end()
        accepted = [mark for sender in senders for mark in sender.accepted]
        self.assertGreater(len(accepted), KILLS)
        self.process_all()
        with scope(EVERY_CLIENT):
            found = Counter(text.strip() for text in Message.objects.values_list("text", flat=True))
        self.assertEqual(found, Counter(accepted))

    def await_more(self, senders: list[Sender], count: int) -> None:
        """Wait until so many more messages were accepted: a kill shall come in mid-work."""
        wanted = sum(len(sender.accepted) for sender in senders) + count
        for _turn in range(10_000):
            if sum(len(sender.accepted) for sender in senders) >= wanted:
                return
            time.sleep(0.002)
        self.fail("nothing is accepted any more")

    def process_all(self) -> None:
        """Process in several rounds, dying in the middle of some of them."""
        with clock.at(clock.now() + timedelta(minutes=1)):
            processing.claim()  # and this worker is gone
        for minutes in (5, 10, 15):
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                processing.process_due(120)
        with scope(EVERY_CLIENT):
            self.assertFalse(RawMessage.objects.filter(state__in=["received", "parked"]).exists())
