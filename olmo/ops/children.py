"""The supervisor's children: started, watched, restarted with growing pauses, ended for sure."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from olmo.ops import processes

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# A child that lived so long had a good start: its next death is a new story.
STEADY_SECONDS = 60.0


@dataclass(slots=True)
class Child:
    """One process of `olmo NAME`, in a session of its own so that it can be ended with all it started."""

    name: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: float = 0.0
    next_start: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS

    def start(self) -> None:
        """Start it. The kernel asks it to stop (SIGTERM) should this process vanish."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "olmo.ops.cli", self.name],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=processes.dying_with_parent(signal.SIGTERM),  # noqa: PLW1509  (one thread here)
        )
        self.started = time.monotonic()

    @property
    def pid(self) -> int | None:
        """Its process, while it lives."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def died(self) -> str | None:
        """How it ended since the last look, in words, or None. Sets the time of its next start."""
        if self.process is None or self.process.poll() is None:
            return None
        how = _ending(self.process.returncode)
        self.process = None
        now = time.monotonic()
        self.pause = FIRST_PAUSE_SECONDS if now - self.started > STEADY_SECONDS else self.pause
        self.next_start = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        return how

    def is_due(self) -> bool:
        """Whether it is dead and its pause is over."""
        return self.process is None and time.monotonic() >= self.next_start


def _ending(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def stop(children: Iterable[Child], seconds: float) -> list[str]:
    """Ask all to stop at once, wait, and kill those that do not; returns the names of the killed."""
    living = [child for child in children if child.pid is not None]
    for child in living:
        processes.send(child.pid or 0, signal.SIGTERM)
    processes.wait_until(lambda: not any(child.pid for child in living), seconds)
    killed = [child.name for child in living if child.pid is not None]
    for child in living:
        if child.pid is not None:
            os.killpg(child.pid, signal.SIGKILL)
        if child.process:
            child.process.wait()
    return killed


class Ledger:
    """The file that names the children by pid and start time, so that the next start can end leftovers."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, children: Iterable[Child]) -> None:
        """Note who lives now."""
        rows = [[child.name, pid, processes.start_time(pid)] for child in children if (pid := child.pid)]
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(rows))
        draft.replace(self._path)

    def end_leftovers(self, seconds: float) -> list[str]:
        """End the children of a supervisor that was killed; returns their names.

        A process is one of ours only if its start time is the noted one: pids are used again.
        """
        try:
            rows = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return []
        ours = [(name, pid) for name, pid, started in rows if started and processes.start_time(pid) == started]
        processes.end([pid for _, pid in ours], seconds=seconds)
        return [name for name, _ in ours]
