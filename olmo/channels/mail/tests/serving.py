"""A real intake for tests: in this process on free ports, or as a process of its own that may be killed."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from olmo.channels.mail.intake_server import Intake
from olmo.channels.mail.limiting import Limiter
from olmo.kernel.config import CHECKOUT, Config, current


@contextmanager
def serving(limiter: Limiter | None = None, **changes: Any) -> Iterator[Intake]:
    """The servers on free ports; `changes` to the configuration (max_message_bytes=...)."""
    config: Config = dataclasses.replace(current(), smtp_port=0, lmtp_port=0, **changes)
    intake = Intake(config, limiter or Limiter())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(intake.start(), loop).result(20)
    try:
        yield intake
    finally:
        asyncio.run_coroutine_threadsafe(intake.stop(2), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@contextmanager
def client(intake: Intake, way: str = "smtp") -> Iterator[smtplib.SMTP]:
    """A connected client."""
    kind = smtplib.LMTP if way == "lmtp" else smtplib.SMTP
    made = kind("127.0.0.1", intake.ports[way])  # type: ignore[index]
    try:
        yield made
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            made.quit()


def raw_data(smtp: smtplib.SMTP, content: bytes, to: str = "help@desk.example") -> tuple[int, bytes]:
    """Send bytes exactly as they are (dots doubled, nothing else changed); returns the reply to the final dot."""
    smtp.ehlo_or_helo_if_needed()
    smtp.mail("rui@acme.example")
    smtp.rcpt(to)
    assert smtp.docmd("DATA")[0] == 354
    lines = content.split(b"\r\n")
    wire = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    smtp.send(wire + (b"" if content.endswith(b"\r\n") or not content else b"\r\n") + b".\r\n")
    return smtp.getreply()


class IntakeProcess:
    """The intake as a process of its own, on the same ports at every start."""

    def __init__(self) -> None:
        self.ports = {"smtp": free_port(), "lmtp": free_port()}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns at once."""
        env = {**os.environ, "OLMO_SMTP_PORT": str(self.ports["smtp"]), "OLMO_LMTP_PORT": str(self.ports["lmtp"])}
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from olmo.channels.mail.intake_server import main; main()"], env=env, cwd=CHECKOUT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def await_port(self) -> None:
        """Wait until it answers."""
        for _turn in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.ports["smtp"])) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the intake does not listen")

    def await_closed(self) -> None:
        """Wait until it takes no new connection."""
        for _turn in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.ports["smtp"])) != 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the intake still listens")

    def peak_memory(self) -> int:
        """The most resident memory it ever had, in kB."""
        assert self.process is not None
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

    def end(self, how: signal.Signals = signal.SIGKILL) -> int:
        """Signal it and wait; returns its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
