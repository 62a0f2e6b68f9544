"""The engine of service levels against a naive oracle, on many random histories; and how fast the engine is.

    bench/run sla_oracle [--histories 100000] [--processes 2]

Prints how many histories agree, what they were made of, every difference with its seed, and the cases per second of one process
(reading, validating, computing and explaining, as `olmo sla explain --batch` does). Nothing is stored; no database is needed.
"""

import argparse
import io
import json
import time

from olmo.service_levels.engine.command import batch
from olmo.service_levels.tests.comparing import in_parallel
from olmo.service_levels.tests.histories import History

SIZE = 250


def main() -> int:
    """Compare, and print the report."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--histories", type=int, default=100_000)
    options.add_argument("--processes", type=int, default=None)
    options.add_argument("--first-seed", type=int, default=0)
    given = options.parse_args()
    print(f"engine: {cases_per_second():,.0f} cases/s in one process")
    seeds = range(given.first_seed, given.first_seed + given.histories)
    began = time.perf_counter()
    wrong, tally = in_parallel([list(seeds[i : i + SIZE]) for i in range(0, len(seeds), SIZE)], given.processes)
    print(f"{tally['histories']:,} histories in {time.perf_counter() - began:,.0f} s: {len(wrong)} differ")
    for trait, number in sorted(tally.items()):
        print(f"  {trait:<32} {number:>10,}")
    for difference in wrong[:10]:
        print(difference)
    return 1 if wrong else 0


def cases_per_second(number: int = 2_000) -> float:
    """What a batch of random cases takes."""
    lines = io.BytesIO(b"\n".join(json.dumps(History(10_000_000 + i).case).encode() for i in range(number)))
    began = time.perf_counter()
    batch(lines, io.StringIO())
    return number / (time.perf_counter() - began)


if __name__ == "__main__":
    raise SystemExit(main())
