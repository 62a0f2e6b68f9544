"""What a dry run of routing rules costs: so many rules tried on the newest tickets as they were opened.

    bench/run rules [--tickets 100000] [--profile] [--data DIR]

The tickets of the generator are older than ninety days, so that the dry run is told to look as far back as they go. Prints a hash
of what was found too: two versions can be compared on the same folder.
"""

import argparse
import cProfile
import hashlib
import json
import pstats
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.house import house
from bench.meters import processor

LIMIT = 25.0  # seconds for 100,000 tickets


def main() -> int:
    """Fill, try, print; 1 when it takes too long."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=100_000)
    options.add_argument("--profile", action="store_true")
    options.add_argument("--data", type=Path)
    given = options.parse_args()
    with house(given.tickets, given.data):
        import django

        django.setup()
        run = begin()
        if given.profile:
            profile = cProfile.Profile()
            profile.enable()
        began, busy = time.perf_counter(), processor()
        proceed(run)
        took, busy = time.perf_counter() - began, processor() - busy
        if given.profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(28)
        return report(run, took, busy)


def words(*phrases: str) -> dict[str, Any]:
    """The condition that one of these phrases was said."""
    return {"what": "words", "how": "any", "values": list(phrases)}


def begin() -> int:
    """Rules as a desk has them, and the dry run of them; returns its id."""
    from olmo.people.actions import enrol_agent
    from olmo.people.models import Team
    from olmo.people.queries import by_address
    from olmo.routing.rules import keeping, trying
    from olmo.routing.rules.models import DryRun, Rule
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT):
        by = by_address("bench-rules@desk.example") or enrol_agent(
            "Bench", "bench-rules@desk.example", is_administrator=True
        )
        if not Rule.objects.exists():
            team = Team.objects.order_by("pk").values_list("pk", flat=True)[0]
            office = {"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "18:00", "zone": "Europe/Rome"}
            said: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
                ([words("vpn", "tunnel")], {"team": team, "tags": ["vpn"]}),
                ([words("printer", "stampante", "toner*")], {"team": team, "tags": ["print"]}),
                ([words("password", "account*", "login")], {"urgency": 2, "tags": ["account"]}),
                ([words("outage", "everybody", "tutti")], {"impact": 1, "tags": ["wide"]}),
                ([{"what": "language", "how": "any", "values": ["it"]}], {"tags": ["it"]}),
                ([{"what": "channel", "how": "any", "values": ["mail"]}, words("invoice", "fattura")], {"tags": ["bill"]}),
                ([{"what": "time", "how": "none", "values": [office]}], {"tags": ["night"]}),
                ([{"what": "priority", "how": "any", "values": [1]}], {"team": team}),
            ]  # fmt: skip
            for number, (conditions, outcome) in enumerate(said, 1):
                content = {"conditions": conditions, "outcome": outcome}
                keeping.save(None, keeping.RuleSettings(name=f"Rule {number}", content=content, is_on=True), by=by)
        run = trying.begin(by)
        DryRun.objects.filter(pk=run.pk).update(since=datetime(2000, 1, 1, tzinfo=UTC))
        return run.pk


def proceed(pk: int) -> None:
    """As the worker goes through it."""
    from olmo.routing import jobs

    jobs.dry_run(pk)


def report(pk: int, took: float, busy: float) -> int:
    """Say what it cost."""
    from olmo.routing.rules.models import DryRun
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT):
        run = DryRun.objects.get(pk=pk)
    digest = hashlib.sha256(json.dumps(run.found, sort_keys=True).encode()).hexdigest()[:16]
    whole = took / max(1, run.done) * 100_000
    print(
        f"{len(run.rules)} rules on {run.done:,} tickets in {took:.1f} s ({whole:.1f} s for 100,000): "
        f"{busy:.1f} s of processors, {run.found['changed']:,} would change, found {digest}"
    )
    return 0 if whole <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
