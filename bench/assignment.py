"""What giving out tickets costs: many that wait at once, many for whom nobody has room, and nothing that waits.

    bench/run assignment [--tickets 40000] [--waiting 10000] [--agents 20] [--data DIR]

Open tickets of one team lose their owner and are given out, to whoever has least. Then all are taken, and a sweep looks for what
waits among all the open tickets there are. Last, some wait and nobody has room.
"""

import argparse
import statistics
import time
from pathlib import Path

from bench.house import house
from bench.meters import processor

GIVE_LIMIT, IDLE_LIMIT = 120.0, 5.0  # seconds for 10,000 tickets; ms for a sweep that has nothing to give
ADDRESS = "bench-assignment-{}@desk.example"


def main() -> int:
    """Fill, measure, print; 1 when a limit is passed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=40_000)
    options.add_argument("--waiting", type=int, default=10_000)
    options.add_argument("--agents", type=int, default=20)
    options.add_argument("--data", type=Path)
    given = options.parse_args()
    with house(given.tickets, given.data):
        import django

        django.setup()
        team = staff(given.agents)
        waiting = let_wait(team, given.waiting)
        is_quick = give(team, waiting)
        is_idle = nothing_waits()
        full = nobody_has_room(team)
        return 0 if is_quick and is_idle and full else 1


def staff(agents: int) -> int:
    """A team of agents who are at work round the clock, that gives out to the least loaded; returns its id."""
    from olmo.people.actions import enrol_agent
    from olmo.people.models import Team, Tier
    from olmo.people.queries import by_address
    from olmo.routing.assignment.administration import WaySettings, save_way
    from olmo.staffing.models import CapacityRules, Profile
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    with scope(EVERY_CLIENT):
        first = Tier.objects.order_by("level")[0]
        team, _new = Team.objects.get_or_create(name="Bench", defaults={"tier": first})
        people = [
            by_address(ADDRESS.format(n)) or enrol_agent(f"Bench {n}", ADDRESS.format(n), is_administrator=n == 0)
            for n in range(agents)
        ]
        team.members.set(people)
        for person in people:
            Profile.objects.update_or_create(person=person, defaults={"presence": "active", "presence_until": None})
        CapacityRules.objects.update_or_create(pk=1, defaults={"capacity": 30_000})
        save_way(team, WaySettings(method="load"), by=people[0])
        return team.pk


def let_wait(team: int, number: int) -> int:
    """Bring open tickets to the team, without an owner; returns how many wait."""
    from olmo.people.models import Team
    from olmo.people.queries import by_address
    from olmo.routing.assignment import giving
    from olmo.routing.assignment.gathering import WORKED_ON
    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets import actions
    from olmo.tickets.models import Ticket

    with scope(EVERY_CLIENT):
        by, whole = by_address(ADDRESS.format(0)), Team.objects.get(pk=team)
        assert by is not None
        began = time.perf_counter()
        for ticket in Ticket.objects.filter(status__in=WORKED_ON).order_by("pk")[:number]:
            actions.assign(ticket, by=by, team=whole, assignee=None)
        found = giving.waiting(whole).count()
        print(f"{found:,} tickets wait (made in {time.perf_counter() - began:.1f} s)")
        return found


def give(team: int, waiting: int) -> bool:
    """Give all of them out."""
    from olmo.routing.assignment import giving
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    began, busy, given = time.perf_counter(), processor(), 0
    while True:
        with scope(EVERY_CLIENT):
            found = giving.give_out(team)
        given += found
        if not found:
            break
    took, busy = time.perf_counter() - began, processor() - busy
    whole, busy = took / max(1, given) * 10_000, busy / max(1, given) * 10_000
    print(f"{given:,} of {waiting:,} given out in {took:.1f} s: {whole:.1f} s for 10,000 ({busy:.1f} s of processors)")
    return given == waiting and whole <= GIVE_LIMIT


def nothing_waits() -> bool:
    """A sweep where everything is taken."""
    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets.models import ACTIVE, Ticket

    with scope(EVERY_CLIENT):
        number = Ticket.objects.filter(status__in=ACTIVE).count()
    return report(f"nothing waits among {number:,} open tickets", 50)


def nobody_has_room(team: int) -> bool:
    """A sweep where all wait and nobody can take one."""
    from olmo.people.models import Team
    from olmo.people.queries import by_address
    from olmo.routing.assignment.gathering import WORKED_ON
    from olmo.staffing.models import CapacityRules
    from olmo.tenancy.scope import EVERY_CLIENT, scope
    from olmo.tickets import actions
    from olmo.tickets.models import Ticket

    with scope(EVERY_CLIENT):
        by, whole = by_address(ADDRESS.format(0)), Team.objects.get(pk=team)
        assert by is not None
        CapacityRules.objects.filter(pk=1).update(capacity=1)
        for ticket in Ticket.objects.filter(team=whole, status__in=WORKED_ON).order_by("pk")[:100]:
            actions.assign(ticket, by=by, team=whole, assignee=None)
    return report("a hundred wait and nobody has room", 20, limit=100.0)


def report(words: str, times: int, limit: float = IDLE_LIMIT) -> bool:
    """Time a sweep that gives nothing."""
    from olmo.routing.assignment import giving
    from olmo.tenancy.scope import EVERY_CLIENT, scope

    taken = []
    for _ in range(times):
        with scope(EVERY_CLIENT):
            began = time.perf_counter()
            giving.sweep()
            taken.append((time.perf_counter() - began) * 1000)
    middle = statistics.median(taken)
    print(f"{words}: median {middle:.2f} ms, worst {max(taken):.2f} ms")
    return middle <= limit


if __name__ == "__main__":
    raise SystemExit(main())
