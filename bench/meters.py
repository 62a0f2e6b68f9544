"""What is measured: processor time of processes (little moved by a busy machine, unlike the clock) and memory."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def cpu_ms(pids: list[int]) -> float:
    """Processor time that these processes have used, in ms.

    A process of one thread is read to the nanosecond; one of several to a hundredth of a second, with the threads that ended
    (a web server makes one for each request).
    """
    return sum(_cpu_of(Path(f"/proc/{pid}")) for pid in pids)


def processor() -> float:
    """Seconds that this process and its connection's server process have used: a busy machine does not change them much."""
    from django.db import connection

    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT), connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return time.process_time() + cpu_ms([pid]) / 1000


def _cpu_of(process: Path) -> float:
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        if fields[17] == "1":
            return int((process / "schedstat").read_text().split()[0]) / 1e6
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(fields[n]) for n in (11, 12)) * TICK_MS


def postgres_of(folder: Path) -> list[int]:
    """The server of that data directory and all that work for it, but for autovacuum, which is not the page's."""
    from olmo.ops.processes import working_in

    return [pid for pid in working_in(folder, "postgres") if "autovacuum worker" not in _title(pid)]


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    """A process and everything below it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(word) for word in task.read_text().split()]
    return found


def pss_mb(pids: list[int]) -> float:
    """Proportional memory of these processes: what they share is counted once. In MB."""
    kilobytes = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


@dataclass(frozen=True)
class Cost:
    """What one request cost: processor time of the web process and of the database, and the clock. In ms."""

    web: float
    database: float
    wall: float

    @property
    def cpu(self) -> float:
        return self.web + self.database


def undisturbed(costs: list[Cost]) -> Cost:
    """The round that the rest of the machine disturbed least."""
    return min(costs, key=lambda cost: cost.cpu)
