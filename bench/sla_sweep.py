"""What a sweep of service levels costs: with nothing due among many open clocks, and with many due at once.

    bench/run sla_sweep [--open 1000000] [--tickets 10000] [--data DIR]

The tickets come under an agreement whose promises most of them broke long ago, so that each breach is to be recorded. The open
clocks are rows that are due in years, as many beside one ticket as its numbering allows.
"""

import argparse
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.house import house
from bench.meters import processor

DUE_LIMIT, IDLE_LIMIT = 30.0, 5.0  # seconds for 10,000 clocks; ms for a sweep without any
OPEN_CLOCKS = """
insert into service_levels_clock (client_id, ticket_id, place, agreement_id, kind, metric, priority, version, started_at, state,
    used_seconds, target_seconds, due_at, next_at, is_waived, as_of)
select t.client_id, t.id, 1000 + n %% 20000, %s, 'sla', 'resolution', 3, '1', now(), 'running', 0, 3600,
    now() + interval '9 years', now() + interval '9 years' + n * interval '1 second', false, now()
from (select id, client_id, row_number() over (order by id) - 1 as place from tickets_ticket limit %s) t
join generate_series(0, %s - 1) n on n / 20000 = t.place
"""
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TERMS: dict[str, Any] = {
    "calendar": "Always",
    "pauses": [],
    "targets": {p: {"first_response": 1, "resolution": 2} for p in ("1", "2", "3", "4")},
}


def main() -> int:
    """Fill, measure, print; 1 when a limit is passed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--open", type=int, default=1_000_000)
    options.add_argument("--tickets", type=int, default=10_000)
    options.add_argument("--data", type=Path)
    given = options.parse_args()
    with house(given.tickets, given.data):
        import django

        django.setup()
        agreement = promise()
        pace_ok = due()
        return 0 if nothing_due(agreement, given.open) and pace_ok else 1


def promise() -> int:
    """Bring every ticket under an agreement; returns its id."""
    from olmo.people.actions import enrol_agent
    from olmo.service_levels import actions
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT):
        began = time.perf_counter()
        by = enrol_agent("Bench", "bench-sla@desk.example", is_administrator=True)
        actions.set_calendar("Always", {"zone": "UTC", "hours": ALWAYS}, by=by)
        made = actions.agree("Everybody", by=by, client=None)
        actions.amend(made, TERMS, by=by, version="1", valid_from=datetime(2000, 1, 1, tzinfo=UTC))
        print(f"clocks of all tickets made in {time.perf_counter() - began:.1f} s")
        return made.pk


def due() -> bool:
    """Sweep everything that is due."""
    from olmo.service_levels import actions
    from olmo.service_levels.models import Clock
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT):
        clocks = Clock.objects.filter(next_at__lte=datetime.now(UTC)).count()
    began, busy, swept = time.perf_counter(), processor(), 0
    while True:
        with scope(EVERY_CLIENT):
            found = actions.sweep()
        swept += found
        if not found:
            break
    took, busy, tens = time.perf_counter() - began, processor() - busy, max(1, clocks) / 10_000
    print(
        f"{clocks} due clocks of {swept} tickets recorded in {took:.1f} s: {took / tens:.1f} s for 10,000"
        f" ({busy / tens:.1f} s of processors)"
    )
    return took / tens <= DUE_LIMIT


def nothing_due(agreement: int, number: int) -> bool:
    """Sweep when nothing is due, among so many open clocks."""
    from django.db import connection

    from olmo.service_levels import actions
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT), connection.cursor() as cursor:
        cursor.execute(OPEN_CLOCKS, [agreement, -(-number // 20_000), number])
        made = cursor.rowcount
    times = []
    for _ in range(50):
        with scope(EVERY_CLIENT):
            began = time.perf_counter()
            actions.sweep()
            times.append((time.perf_counter() - began) * 1000)
    print(
        f"nothing due among {made:,} open clocks: median {statistics.median(times):.2f} ms, worst {max(times):.2f} ms"
    )
    return statistics.median(times) <= IDLE_LIMIT


if __name__ == "__main__":
    raise SystemExit(main())
