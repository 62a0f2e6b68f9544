"""`bin/olmo demo`: a lively desk of invented people, for looking around.

It fills an empty desk through the same verbs that pages and mail use, at past moments, so that log, lists and search are those
of a desk that has worked for two months. `content` holds the words, `stage` the people, `furnishing` and `guarding` what they
have laid up, `things` what they work with, `selfhelp` how they help themselves, `story` and `lives` what happens to one ticket,
`judgements` what its requester thinks of it, `playing` all of them in the order of time, `knowing` the articles that answer
them, `today` what waits for the reader.
Nobody is notified of this past.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.kernel.tokens import new_token
from olmo.ops import firstrun
from olmo.ops.problems import Problem
from olmo.reports import rollup, usual
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Ticket

from . import content, guarding
from .furnishing import furnish
from .knowing import know
from .orders import order
from .playing import LEAST_FOR_SPECIAL, play
from .selfhelp import help_themselves
from .stage import Stage, build
from .things import equip

MOST = 5000


def main(argv: Sequence[str] | None = None) -> int:
    """Fill an empty desk with invented organisations, people and tickets of the last 60 days, and print who may sign in."""
    asked = _options().parse_args(argv)
    password = "-".join(new_token(4) for _group in range(3))
    with scope(EVERY_CLIENT):
        if Ticket.objects.exists():
            raise Problem("This desk has tickets already; the demo is for an empty one (another OLMO_DATA folder).")
        sys.stderr.write(f"Filling the desk with {asked.tickets} invented tickets: a minute or two ...\n")
        stage = build(password)
        now = clock.now()
        furnish(stage, content.kept(), now)
        guarding.lay_up(stage, content.guard(), now)
        apart = guarding.TICKETS if asked.tickets >= LEAST_FOR_SPECIAL else 0
        equip(stage, now)
        last, more = guarding.last_job(), guarding.disturbances(stage, content.guard(), now) if apart else []
        order(stage, now)
        play(stage, tickets=asked.tickets - apart, seed=asked.seed, now=now, more=more)
        guarding.watch(stage, content.guard(), now)
        know(stage, now)
        rollup.refresh()
        usual.learn()
        help_themselves(stage, now)
        guarding.tell_nobody(last)
        report = _report(stage, password)
    firstrun.burn_token()
    sys.stdout.write(report)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="olmo demo", description=main.__doc__)
    parser.add_argument("--tickets", type=_how_many, default=400, help=f"how many tickets, up to {MOST} (default: 400)")
    parser.add_argument("--seed", type=int, default=1, help="another number tells other stories (default: 1)")
    return parser


def _how_many(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"give a number from 1 to {MOST}")
    return int(text)


def _report(stage: Stage, password: str) -> str:
    """What the operator reads: where, who, and that none of it is real."""
    states = Counter(Ticket.objects.values_list("status", flat=True))
    told = ", ".join(f"{states[name]} {name}" for name in ("new", "open", "waiting", "resolved", "closed"))
    agents = [f"  {who.email:<34} {who.name}, {who.title}" for who, _role in stage.agents]
    asking = [house.people[place] for house in stage.houses for place in (0, 1, 2)]
    requesters = [f"  {who.email:<34} {who.name}, {who.title}" for who in asking]
    lines = [
        "This is a demo: all people, organisations and tickets are invented. Not for production.",
        f"{sum(states.values())} tickets: {told}.",
        "",
        f"Sign in at {current().base_url} with the password  {password}  (it is everybody's)",
        "",
        "Agents (the first one is the administrator):",
        *agents,
        "",
        "Requesters (some of all; each sees the portal):",
        *requesters,
    ]
    return "\n".join(lines) + "\n"
