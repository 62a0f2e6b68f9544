"""R17: the process that sends is killed in mid-work; everybody gets the message once, or at most once more with the same id."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

from olmo.channels.tests.stage import relay
from olmo.kernel import clock
from olmo.kernel.config import CHECKOUT
from olmo.kernel.testing import CommittingTest
from olmo.outbox import actions
from olmo.outbox.delivering import LEASE, deliver_due
from olmo.outbox.models import Envelope, State
from olmo.outbox.tests.sink import Sink
from olmo.tenancy.scope import EVERY_CLIENT, scope

MESSAGES, DEATHS = 60, 3
SENDING = "import django; django.setup(); from olmo.outbox.delivering import deliver_due; deliver_due()"


class KillingWhoSends(CommittingTest):
    def test_repeats_at_most_what_was_under_way(self) -> None:
        with scope(EVERY_CLIENT):
            for number in range(MESSAGES):
                actions.send(to=f"p{number}@acme.example", sender="help@desk.example", subject="News", text="Words.")
        with relay(Sink()) as sink:
            for death in range(DEATHS):
                self.kill_in_mid_work(sink, (death + 1) * MESSAGES // (DEATHS + 1))
            for later in range(1, 5):
                with clock.at(clock.now() + later * (LEASE + timedelta(minutes=10))):
                    deliver_due()
        with scope(EVERY_CLIENT):
            self.assertEqual(set(Envelope.objects.values_list("state", flat=True)), {State.SENT})
        copies = Counter(to for to, _raw in sink.taken)
        self.assertEqual(len(copies), MESSAGES)
        self.assertLessEqual(sum(count - 1 for count in copies.values()), DEATHS)
        ids = {(mail["To"], mail["Message-ID"]) for mail in sink.mails()}
        self.assertEqual(len(ids), MESSAGES)

    def kill_in_mid_work(self, sink: Sink, taken: int) -> None:
        """Let another process send until the sink has so many messages, and kill it."""
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "olmo.settings"}
        process = subprocess.Popen([sys.executable, "-c", SENDING], env=env, cwd=CHECKOUT)
        while len(sink.taken) < taken and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
