"""What the reports cost: making facts and sums, and each read behind a page, with the tables that its plan walks.

bench/run reports [--tickets 100000] [--data DIR]
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.house import house
from bench.queries import _measured


def main() -> int:
    """Refresh from nothing, then measure the reads over 14 and 90 days."""
    parser = argparse.ArgumentParser(prog="bench/run reports", description=str(__doc__).splitlines()[0])
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with house(options.tickets, options.data):
        import django

        django.setup()
        from olmo.reports import rollup
        from olmo.tenancy.scope import EVERY_CLIENT, scope

        began, looked = time.monotonic(), 0
        while count := rollup.refresh():
            looked += count
            if not rollup.is_behind():
                break
        print(f"refreshed {looked} tickets in {time.monotonic() - began:.1f} s", flush=True)
        _settle()
        began = time.monotonic()
        rollup.refresh()
        print(f"a refresh with nothing new: {(time.monotonic() - began) * 1000:.1f} ms", flush=True)
        with scope(EVERY_CLIENT):
            for name, read in _reads():
                _measured(name, read, 10, limited=False)
    return 0


def _settle() -> None:
    from olmo.kernel.config import current
    from olmo.ops import roles

    with roles.connect(current().login()) as owner:
        for table in ("reports_fact", "reports_rollup"):
            owner.execute(f"vacuum (analyze) {table}".encode())


def _reads() -> Iterator[tuple[str, Callable[[], Any]]]:
    from olmo.people.models import Person
    from olmo.reports import queries
    from olmo.reports.models import Fact, Rollup

    viewer = Person.objects.filter(kind="agent").order_by("pk").first()
    last = Fact.objects.order_by("-opened_day").values_list("opened_day", flat=True).first()
    if viewer is None or last is None:
        sys.exit("bench: there are no facts")
    print(f"{Fact.objects.count()} facts, {Rollup.objects.count()} cells", flush=True)
    for span in (14, 90):
        lens = queries.Lens(viewer=viewer, first=last - timedelta(days=span - 1), last=last)
        yield f"{span} days: totals", partial(queries.totals, lens, ["opened", "resolved", "kept"])
        yield f"{span} days: per day", partial(queries.per_day, lens, ["opened", "resolved"])
        yield f"{span} days: by category", partial(queries.apart, lens, "category", ["opened", "resolved"])
        yield f"{span} days: by agent", partial(queries.apart, lens, "agent", ["opened", "resolved"])
        yield f"{span} days: arrivals", partial(queries.arrivals, lens)
        yield f"{span} days: median of responses", partial(queries.percentiles, lens, "response")
        yield f"{span} days: median of resolutions", partial(queries.percentiles, lens, "resolution")
    yield "backlog", partial(queries.backlog, lens)
    yield "load", partial(queries.apart, lens, "agent", ["open", "weight", "critical", "high"], spanned=False)


if __name__ == "__main__":
    sys.exit(main())
