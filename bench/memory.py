"""How much memory the whole service needs when nobody asks for anything: supervisor, web, worker, mail intake, database.

bench/run memory [--tickets 10000] [--data DIR]
"""

import argparse
import os
import sys
import time
from pathlib import Path

from bench.house import house, running
from bench.meters import descendants, postgres_of, pss_mb

LIMIT_MB = 350.0
SETTLING_SECONDS = 20


def main() -> int:
    """Start everything, wait until it is quiet, and add up the proportional memory (PSS) of all its processes."""
    parser = argparse.ArgumentParser(prog="bench/run memory", description=str(__doc__).splitlines()[0])
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with house(options.tickets, options.data) as folder:
        pass  # the database is stopped again: `up` starts it as an operator's would be
    with running([sys.executable, "-m", "olmo.ops.cli", "up"], int(os.environ["OLMO_PORT"])) as supervisor:
        time.sleep(SETTLING_SECONDS)
        ours = set(descendants(supervisor))
        parts = {"supervisor, web, worker, mail": sorted(ours - set(postgres_of(folder / "postgres")))}
        parts["PostgreSQL"] = postgres_of(folder / "postgres")
        found = {name: pss_mb(pids) for name, pids in parts.items()}
    for name, megabytes in found.items():
        print(f"{name:32}{megabytes:8.1f} MB PSS  ({len(parts[name])} processes)")
    whole = sum(found.values())
    print(
        f"{'whole service, idle':32}{whole:8.1f} MB PSS  (limit {LIMIT_MB:.0f}){'  OVER' if whole > LIMIT_MB else ''}"
    )
    return 1 if whole > LIMIT_MB else 0
