"""Killing the intake while senders send: shared by the test and by `bench/kill_intake.py`."""

import random
import smtplib
import threading
import time

from olmo.channels.mail.tests.serving import IntakeProcess

SENDERS = 2


class Sender(threading.Thread):
    """Sends distinct messages one after the other until told to end; repeats each until it hears yes."""

    def __init__(self, name: str, port: int, ending: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
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
        head = f"From: {self.name}@acme.example\r\nSubject: {mark}\r\nMessage-ID: <{mark}@acme.example>\r\n"
        try:
            with smtplib.SMTP("127.0.0.1", self._port, timeout=10) as smtp:
                return smtp.sendmail(f"{self.name}@acme.example", ["help@desk.example"], f"{head}\r\n{mark}\r\n") == {}
        except (smtplib.SMTPException, OSError):
            return False


def kill_often(kills: int, seed: int = 7) -> list[str]:
    """Kill a fresh intake so many times at random moments of its work; returns the marks of what it accepted."""
    server, ending, chance = IntakeProcess(), threading.Event(), random.Random(seed)
    senders = [Sender(f"sender{n}", server.ports["smtp"], ending) for n in range(SENDERS)]
    server.start()
    for sender in senders:
        sender.start()
    for _kill in range(kills):
        server.await_port()
        _await_more(senders, chance.randint(0, 12))
        time.sleep(chance.uniform(0.0, 0.01))
        server.end()
        server.start()
    server.await_port()
    ending.set()
    for sender in senders:
        sender.join()
    server.end()
    return [mark for sender in senders for mark in sender.accepted]


def _await_more(senders: list[Sender], count: int) -> None:
    """Wait until so many more messages were accepted: a kill shall come in mid-work."""
    wanted = sum(len(sender.accepted) for sender in senders) + count
    for _turn in range(30_000):
        if sum(len(sender.accepted) for sender in senders) >= wanted:
            return
        time.sleep(0.002)
    raise AssertionError("nothing is accepted any more")
