"""A whole Olmo as a process of its own, for tests that start, kill and stop it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from olmo.ops import processes

READY_SECONDS = 90.0


def free_port() -> int:
    """A port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The environment of an operator: none of the test's own settings, free ports, these settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OLMO_", "PG"))}
    ports = {name: str(free_port()) for name in ("OLMO_PORT", "OLMO_SMTP_PORT", "OLMO_LMTP_PORT")}
    return clean | ports | {"OLMO_DATA": str(data), "OLMO_STOP_SECONDS": "10"} | settings


def olmo(*arguments: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [sys.executable, "-m", "olmo.ops.cli", *arguments]
    return subprocess.run(
        command, env=environment(data, **settings), capture_output=True, text=True, timeout=120, check=False
    )


def descendants(pid: int) -> list[int]:
    """The living processes below a process."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return found


class Olmo:
    """`olmo up` on a data folder; what it prints goes to a file beside the folder."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.environment = environment(data, **settings)
        self.address = f"http://127.0.0.1:{self.environment['OLMO_PORT']}"
        self._log = tempfile.NamedTemporaryFile(prefix="olmo-up-", suffix=".log", mode="w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "olmo.ops.cli", "up"],
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def said(self) -> str:
        """What it and its children have printed so far."""
        return Path(self._log.name).read_text()

    def status(self, path: str) -> int | None:
        """The status of the answer at that path; None when nobody answers."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def wait_ready(self) -> None:
        """Wait until /readyz says so."""
        seen: list[int | None] = []

        def is_decided() -> bool:
            seen.append(self.status("/readyz"))
            return self._is_over() or seen[-1] == 200

        processes.wait_until(is_decided, READY_SECONDS, every=0.1)
        if seen[-1] != 200:
            raise AssertionError(f"Olmo did not get ready ({seen[-1]}):\n{self.said}")

    def _is_over(self) -> bool:
        return self.process.poll() is not None

    def children(self) -> dict[str, int]:
        """Its three processes by name."""
        found = {}
        for pid in descendants(self.process.pid):
            with contextlib.suppress(OSError):  # gone meanwhile
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"olmo.ops.cli" in words:
                    found[words[-2].decode()] = pid
        return found

    def stop(self) -> int:
        """Ask it to stop and wait; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill_everything(self, *, but: int | None = None) -> None:
        """SIGKILL to it and all below it (but one), at once."""
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            if pid != but:
                processes.send(pid, signal.SIGKILL)
        self.process.wait(10)
