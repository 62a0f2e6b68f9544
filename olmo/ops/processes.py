"""Looking at other processes through Linux's /proc, and tying a child's life to ours."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def dying_with_parent(how: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that makes the kernel send `how` to the child when this process is gone.

    It works at our own `kill -9` too, where no handler of ours could run.
    """
    parent = os.getpid()

    def tie() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return tie


def start_time(pid: int) -> str | None:
    """When a process started, as the kernel counts it; None when there is no such process (or a zombie).

    With the pid it names a process for good: a pid alone is used again.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in ("Z", "X") else fields[19]


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    return start_time(pid) is not None


def working_in(folder: Path, program: str) -> list[int]:
    """The processes of that program's name whose working directory is `folder`.

    A PostgreSQL server and all its helpers sit in their data directory, so this finds every one of them,
    also when the file with its pid is lost or wrong, and never one of another server.
    """
    pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return [pid for pid in pids if is_working_in(pid, folder, program)]


def is_working_in(pid: int, folder: Path, program: str) -> bool:
    """Whether that process lives, runs that program and has `folder` as its working directory."""
    process = Path("/proc") / str(pid)
    try:
        return (process / "cwd").samefile(folder) and _program(process) == program and is_alive(pid)
    except OSError:  # gone meanwhile, or somebody else's
        return False


def _program(process: Path) -> str:
    return (process / "exe").readlink().name.removesuffix(" (deleted)")


def send(pid: int, how: signal.Signals) -> None:
    """Signal a process; one that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Whether the condition became true within the time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def end(pids: list[int], *, politely: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """End processes of ours: the polite signal first, SIGKILL to those that stay."""
    for pid in pids:
        send(pid, politely)
    if not wait_until(lambda: not any(is_alive(pid) for pid in pids), seconds):
        for pid in pids:
            send(pid, signal.SIGKILL)
        wait_until(lambda: not any(is_alive(pid) for pid in pids), 5)
