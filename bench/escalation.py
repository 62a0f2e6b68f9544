"""What a sweep of escalation policies costs: with many steps due at once, and with nothing due among many watched tickets.

    bench/run escalation [--tickets 25000] [--due 10000] [--watched 1000000] [--data DIR]

The tickets come under a promise that they broke long ago and a policy with one step, which tells the ticket's own team. The
watches of the second part are rows without tickets, made and dropped in the throw-away database: a sweep that finds none of them
due never looks at a ticket.
"""

import argparse
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.house import house
from bench.meters import processor

DUE_LIMIT, IDLE_LIMIT = 60.0, 5.0  # seconds for 10,000 steps; ms for a sweep without any
TEAM, TOLD_LIMIT = 20, 6.0  # ms of processors for each of a team that is told
FOREIGN = """
select conname, pg_get_constraintdef(oid) from pg_constraint
where conrelid = 'escalation_watch'::regclass and contype = 'f' and confrelid = 'tickets_ticket'::regclass
"""
WATCHES = """
insert into escalation_watch (ticket_id, client_id, next_at)
select 1000000000 + n, (select min(client_id) from tickets_ticket), now() + interval '1 year' + n * interval '1 second'
from generate_series(1, %s) n
"""
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TERMS: dict[str, Any] = {"calendar": "Always", "pauses": [], "targets": {p: {"resolution": 60} for p in "1234"}}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def main() -> int:
    """Fill, measure, print; 1 when a limit is passed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=25_000)
    options.add_argument("--due", type=int, default=10_000)
    options.add_argument("--watched", type=int, default=1_000_000)
    options.add_argument("--data", type=Path)
    given = options.parse_args()
    with house(given.tickets, given.data):
        import django

        django.setup()
        watch(given.due)
        is_quick, is_told = due(), tells()
        return 0 if nothing_due(given.watched) and is_quick and is_told else 1


def watch(number: int) -> None:
    """Promise, write the policy down, and watch so many open tickets."""
    from olmo.escalation import watching
    from olmo.escalation.administration import PolicySettings, StepSettings, save
    from olmo.escalation.models import Firing, Policy, Watch
    from olmo.kernel import clock
    from olmo.people.actions import enrol_agent
    from olmo.people.queries import by_address
    from olmo.service_levels import actions
    from olmo.service_levels.models import Agreement
    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets.models import ACTIVE, Ticket

    address = "bench-escalation@desk.example"
    with scope(EVERY_CLIENT):
        by = by_address(address) or enrol_agent("Bench", address, is_administrator=True)
        if not Agreement.objects.exists():
            actions.set_calendar("Always", {"zone": "UTC", "hours": ALWAYS}, by=by)
            made = actions.agree("Everybody", by=by, client=None)
            actions.amend(made, TERMS, by=by, version="1", valid_from=LONG_AGO)
        Firing.objects.all().delete()
        Watch.objects.all().delete()
        Policy.objects.all().delete()
        with clock.at(LONG_AGO):
            save(None, PolicySettings(name="Bench", metric="resolution", steps=[StepSettings(value=100)]), by=by)
        began = time.perf_counter()
        for ticket in Ticket.objects.filter(status__in=ACTIVE, team__isnull=False).order_by("pk")[:number].iterator():
            watching.keep(ticket)
        print(f"{Watch.objects.count():,} open tickets looked at in {time.perf_counter() - began:.1f} s")


def due() -> bool:
    """Take every step that is due."""
    from olmo.escalation import actions
    from olmo.escalation.models import Firing
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    began, busy = time.perf_counter(), processor()
    while True:
        with scope(EVERY_CLIENT):
            if not actions.sweep():
                break
    took, busy = time.perf_counter() - began, processor() - busy
    with scope(EVERY_CLIENT):
        taken = Firing.objects.count()
    whole, busy = took / max(1, taken) * 10_000, busy / max(1, taken) * 10_000
    print(f"{taken:,} steps taken in {took:.1f} s: {whole:.1f} s for 10,000 ({busy:.1f} s of processors)")
    return whole <= DUE_LIMIT


def tells() -> bool:
    """Tell a team of twenty of a step, by mail at once and in the pages; nothing of it is kept."""
    from django.db import transaction

    from olmo.escalation.acting import tell
    from olmo.people.actions import enrol_agent
    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets.models import Event

    with scope(EVERY_CLIENT):
        team = [
            enrol_agent(f"Told {n}", f"bench-told-{n}@desk.example", language=("en", "it")[n % 2]) for n in range(TEAM)
        ]
        events = list(Event.objects.filter(kind="policy_stepped").select_related("ticket__client")[:30])
        if not events:
            raise SystemExit("bench: no step was taken, so there is none to tell of")
        tell(events[0], team)  # templates are read
        busy = processor()
        for event in events[1:]:
            tell(event, team)
        busy = (processor() - busy) / max(1, len(events) - 1) / TEAM * 1000
        transaction.set_rollback(True)
    print(f"a team of {TEAM} told of a step at once: {busy:.1f} ms of processors for each of them")
    return busy <= TOLD_LIMIT


def nothing_due(number: int) -> bool:
    """Sweep when nothing is due, among so many watches."""
    from django.db import connection

    from olmo.escalation import actions
    from olmo.kernel.config import current
    from olmo.ops import roles
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    times = []
    with roles.connect(current().login()) as owner:
        keys = owner.execute(FOREIGN).fetchall()
        for name, _definition in keys:
            owner.execute(f"alter table escalation_watch drop constraint {name}")
    with scope(EVERY_CLIENT), connection.cursor() as cursor:
        cursor.execute(WATCHES, [number])
    try:
        for _ in range(50):
            with scope(EVERY_CLIENT):
                began = time.perf_counter()
                actions.sweep()
                times.append((time.perf_counter() - began) * 1000)
    finally:
        with scope(EVERY_CLIENT), connection.cursor() as cursor:
            cursor.execute("delete from escalation_watch where ticket_id > 1000000000")
        with roles.connect(current().login()) as owner:
            for name, definition in keys:
                owner.execute(f"alter table escalation_watch add constraint {name} {definition}")
    middle = statistics.median(times)
    print(f"nothing due among {number:,} watched tickets: median {middle:.2f} ms, worst {max(times):.2f} ms")
    return middle <= IDLE_LIMIT


if __name__ == "__main__":
    raise SystemExit(main())
