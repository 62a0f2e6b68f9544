"""`bin/olmo up`: starts the database and the three processes, keeps them running, stops them in order.

This process stays small: it loads neither Django nor a database driver, and has one thread.
"""

import argparse
import http.client
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from olmo.kernel.config import Config, current
from olmo.ops import listening, postgres, processes
from olmo.ops.children import Child, Ledger, stop
from olmo.ops.problems import Problem

NAMES = ("web", "worker", "mail-in")
READY_SECONDS = 60.0
LOOK_EVERY_SECONDS = 1.0


def main() -> int:
    """Start Olmo: its database, web server, worker and mail intake; Ctrl-C stops all."""
    argparse.ArgumentParser(prog="olmo up", description=main.__doc__).parse_args()
    config = current()
    config.prepare_data_folder()
    with postgres.hold_folder(config), signals() as asked:
        return Supervisor(config, asked).run()


class Asked:
    """What signals have asked for, and a way to sleep until the next one."""

    def __init__(self) -> None:
        self.stops = 0
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        os.set_blocking(self._reader, False)

    def note(self, number: int, _frame: FrameType | None) -> None:
        """The handler of all our signals."""
        if number != signal.SIGCHLD:
            self.stops += 1

    def sleep(self, seconds: float) -> None:
        """Sleep, but no longer than until a signal comes (a child's death is one)."""
        if select.select([self._reader], [], [], seconds)[0]:
            os.read(self._reader, 4096)

    @property
    def wakeup(self) -> int:
        """The file descriptor that signals write to."""
        return self._writer


@contextmanager
def signals() -> Iterator[Asked]:
    """Take SIGINT, SIGTERM, SIGCHLD and SIGHUP (unless ignored) for the length of the block."""
    asked = Asked()
    ours = [signal.SIGINT, signal.SIGTERM, signal.SIGCHLD]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` asks to outlive the terminal
        ours.append(signal.SIGHUP)
    before = {number: signal.signal(number, asked.note) for number in ours}
    woken = signal.set_wakeup_fd(asked.wakeup, warn_on_full_buffer=False)
    try:
        yield asked
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """The whole of one Olmo, from start to stop."""

    def __init__(self, config: Config, asked: Asked) -> None:
        self.config = config
        self.asked = asked
        self.children = [Child(name) for name in NAMES]
        self.ledger = Ledger(config.data / "children.json")
        self.database = postgres.server(config) if config.embedded else None

    def run(self) -> int:
        """Start, watch until asked to stop, stop. Raises Problem when the start fails."""
        self._clear_leftovers()
        self._require_ports()
        try:
            if self.database:
                self.database.start()
            link = self._prepare()
            if not self.asked.stops:
                self._start_children()
            if not self.asked.stops and self._wait_ready():
                say(welcome(self.config, link))
            while not self.asked.stops:
                self._look()
                self.asked.sleep(LOOK_EVERY_SECONDS)
        finally:
            self._stop()
        return 0

    def _start_children(self) -> None:
        for child in self.children:
            child.start()
        self.ledger.write(self.children)

    def _clear_leftovers(self) -> None:
        """End what a killed supervisor left behind; its database is taken over as it is."""
        if left := self.ledger.end_leftovers(self.config.stop_seconds):
            say(f"Ended what an earlier Olmo had left running: {', '.join(left)}.")

    def _require_ports(self) -> None:
        config = self.config
        for host, port, name in (
            (config.host, config.port, "OLMO_"),
            (config.smtp_host, config.smtp_port, "OLMO_SMTP_"),
            (config.lmtp_host, config.lmtp_port, "OLMO_LMTP_"),
        ):
            listening.require_free(host, port, host_setting=f"{name}HOST", port_setting=f"{name}PORT")

    def _prepare(self) -> str | None:
        """Make roles and tables current in a process of its own; returns the set-up link, if one is needed."""
        preparing = subprocess.Popen(
            [sys.executable, "-m", "olmo.ops.prepare"],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=processes.dying_with_parent(signal.SIGTERM),  # noqa: PLW1509  (one thread here)
        )
        while preparing.poll() is None:
            self.asked.sleep(LOOK_EVERY_SECONDS)
            if self.asked.stops:
                preparing.terminate()  # PostgreSQL undoes the migration at work; the next start goes on from there
        said, _ = preparing.communicate()
        if preparing.returncode != 0 and not self.asked.stops:
            raise SystemExit(preparing.returncode)  # it has said why on standard error
        return said.strip() or None

    def _wait_ready(self) -> bool:
        """Whether the web server, the worker and the intake all answered within a minute."""
        end = time.monotonic() + READY_SECONDS
        while not self.asked.stops and time.monotonic() < end:
            if is_ready(self.config):
                return True
            self._look()
            self.asked.sleep(0.1)
        if not self.asked.stops:
            say(f"Olmo is not ready yet; {self.config.base_url}/readyz tells what is missing.")
        return False

    def _look(self) -> None:
        """Restart whoever died."""
        if self.database and self.database.pid() is None:
            say("PostgreSQL stopped; starting it again.")
            try:
                self.database.start()
            except Problem as problem:
                say(f"{problem}; next try in {LOOK_EVERY_SECONDS:.0f} s")
                return
        for child in self.children:
            if how := child.died():
                say(f"{child.name} {how}; starting it again.")
            if child.is_due():
                child.start()
                self.ledger.write(self.children)

    def _stop(self) -> None:
        if any(child.pid for child in self.children):
            say("Stopping: what is being worked on is finished first ...")
        for name in stop(self.children, self.config.stop_seconds):
            say(f"{name} did not stop within {self.config.stop_seconds} s and was killed.")
        self.ledger.write(())
        if self.database:
            self.database.stop()
        say("Stopped.")


def is_ready(config: Config) -> bool:
    """Whether /readyz answers 200."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104  (not bound here)
    connection = http.client.HTTPConnection(host, config.port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(config: Config, link: str | None) -> str:
    """What `up` prints when everything answers: where web, mail and data are, and the set-up link."""
    relay = config.relay
    lines = [
        "Olmo is ready.",
        f"  Web       {config.base_url}",
        f"  Mail in   SMTP {config.smtp_host}:{config.smtp_port}, LMTP {config.lmtp_host}:{config.lmtp_port}",
        f"  Mail out  {relay.host}:{relay.port}"
        if relay
        else "  Mail out  waits in the queue: set OLMO_SMTP_URL to send it",
        f"  Data      {config.data}",
    ]
    if link:
        lines += ["", "Nobody administers this Olmo yet. Set it up here (the link works once, for a day):", f"  {link}"]
    return "\n".join([*lines, "", "Ctrl-C stops it."])


def say(text: str) -> None:
    """Tell the operator, now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
