"""The web server of the journeys: what `bin/olmo web` runs, in a process of its own, with the test's own database.

To load Olmo takes longer than most journeys. So one process for each process of tests (`Nursery`) loads it once, and for every
class of journeys it begins a fresh server as a copy of itself: no server knows anything of the one before it.
"""

import gc
import os
import random
import signal
import socket
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.request
from contextlib import suppress
from functools import cache
from pathlib import Path

from olmo.ops import processes, web

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 15
PORTS = range(20_000, 32_000)  # below those that a system gives to whoever asks for any port


class Nursery:
    """The process that has Olmo loaded; it ends with this one. Its servers listen on one port, one after the other."""

    def __init__(self) -> None:
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        # No pool: each test gets a fresh database, and a pool would wait longer and longer before it connects to it.
        environment = {**os.environ, "OLMO_PORT": str(port), "OLMO_DATABASE_POOL": "0"}
        command = [sys.executable, "-m", "tests.journeys.server"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, log: Path) -> None:
        """Start a server that writes its log there, and wait until it answers."""
        pid = int(self._ask(f"begin {log}"))
        deadline = time.monotonic() + START_SECONDS
        while processes.is_alive(pid) and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.05)
        self.end()
        raise AssertionError(f"the web server did not answer in {START_SECONDS} s, or ended: {log.read_text()[-2000:]}")

    def end(self) -> None:
        """Stop its server as an operator does."""
        self._ask("end")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/sign-in", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True  # what it says depends on the data
        except OSError:
            return False

    def _ask(self, wish: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{wish}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise AssertionError("the process that begins web servers has ended")
        return answer


@cache
def nursery() -> Nursery:
    """That of this process."""
    return Nursery()


def _free_port() -> int:
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def main() -> None:
    """Load Olmo; then begin and end servers as the lines of standard input ask."""
    _load()
    running = 0
    for line in sys.stdin:
        wish, _, log = line.strip().partition(" ")
        if wish == "begin":
            running = _begin(log)
            print(running, flush=True)
        else:
            _end(running)
            running = 0
            print("ended", flush=True)
    if running:
        _end(running)


def _load() -> None:
    """All that a server loads, and all templates; nothing of this asks a database."""
    import granian.server.embed  # noqa: F401
    from django.template import engines
    from django.urls import get_resolver

    import olmo.asgi  # noqa: F401

    get_resolver()._populate()
    for folder in engines["django"].template_dirs:
        for path in Path(folder).rglob("*.html"):
            engines["django"].get_template(str(path.relative_to(folder)))
    gc.collect()
    gc.freeze()


def _begin(log: str) -> int:
    pid = os.fork()
    if not pid:
        with Path(log).open("wb") as out, open(os.devnull, "rb") as nothing:
            for ours, its in ((nothing, 0), (out, 1), (out, 2)):
                os.dup2(ours.fileno(), its)
        sys.argv = ["olmo web"]
        try:
            web.main()  # which ends the process when all is well
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return pid


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
