"""The engine of service levels against a naive oracle, on many random histories; and how fast the engine is.

    bench/run sla_oracle [--histories 100000] [--processes 2] [--keep FILE]

Prints how many histories agree, what they were made of, every difference with its seed, and the cases per second of one process
(reading, validating, computing and explaining, as `olmo sla explain --batch` does). It works on all processors and says every few
seconds how far it is. With --keep it writes down how far it came, and goes on from there when it is started again. No database is
needed.
"""

import argparse
import io
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from olmo.service_levels.engine.command import batch
from olmo.service_levels.tests.comparing import one_by_one
from olmo.service_levels.tests.histories import History

SIZE = 250  # histories that a process takes at once
SAID_EVERY = 5.0  # seconds


@dataclass
class Report:
    """What came out so far: the histories from `first` on, `done` of them, in their order."""

    first: int
    done: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    tally: dict[str, int] = field(default_factory=dict)

    def add(self, number: int, wrong: list[str], tally: Counter[str]) -> None:
        """One more batch."""
        self.done += number
        self.wrong += wrong
        self.tally = dict(Counter(self.tally) + tally)


def main() -> int:
    """Compare, and print the report."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--histories", type=int, default=100_000)
    options.add_argument("--processes", type=int, default=None)
    options.add_argument("--first-seed", type=int, default=0)
    options.add_argument("--keep", type=Path, help="a file that says how far it came")
    given = options.parse_args()
    print(f"engine: {cases_per_second():,.0f} cases/s in one process", flush=True)
    report = begun(given.keep, given.first_seed)
    compare(report, given.histories, given.processes, given.keep)
    print(f"{report.done:,} histories in {report.seconds:,.0f} s: {len(report.wrong)} differ")
    for trait, number in sorted(report.tally.items()):
        print(f"  {trait:<32} {number:>10,}")
    for difference in report.wrong[:10]:
        print(difference)
    return 1 if report.wrong else 0


def compare(report: Report, histories: int, processes: int | None, keep: Path | None) -> None:
    """Go on from where the report ends."""
    seeds = range(report.first + report.done, report.first + histories)
    batches = [list(seeds[i : i + SIZE]) for i in range(0, len(seeds), SIZE)]
    began = said = time.monotonic()
    before = report.seconds
    for seeds_of_one, (wrong, tally) in zip(batches, one_by_one(batches, processes), strict=True):
        report.add(len(seeds_of_one), wrong, tally)
        now = time.monotonic()
        report.seconds = before + now - began
        if now - said >= SAID_EVERY or report.done == histories:
            said = now
            left = report.seconds / report.done * (histories - report.done)
            sys.stderr.write(f"{report.done:,} of {histories:,}, {len(report.wrong)} differ, {left:,.0f} s to go\n")
            write_down(report, keep)


def begun(keep: Path | None, first: int) -> Report:
    """What an earlier run of the same histories wrote down."""
    if keep is None or not keep.exists():
        return Report(first)
    report = Report(**json.loads(keep.read_text()))
    if report.first != first:
        raise SystemExit(f"{keep} is about histories from seed {report.first} on")
    return report


def write_down(report: Report, keep: Path | None) -> None:
    """Keep how far it came; a stop in the middle leaves the former file whole."""
    if keep is not None:
        half = keep.with_suffix(".new")
        half.write_text(json.dumps(asdict(report)))
        half.replace(keep)


def cases_per_second(number: int = 2_000) -> float:
    """What a batch of random cases takes."""
    lines = io.BytesIO(b"\n".join(json.dumps(History(10_000_000 + i).case).encode() for i in range(number)))
    began = time.perf_counter()
    batch(lines, io.StringIO())
    return number / (time.perf_counter() - began)


if __name__ == "__main__":
    raise SystemExit(main())
