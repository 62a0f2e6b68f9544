"""How the clocks of a ticket go: when any share of a promise is, or will be, used up. For rooms that act on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from olmo.tickets.models import Event, Ticket

from . import clocks
from .engine.clock import Clock as Told
from .engine.clock import clocks as engine_clocks
from .history import Told as Seen
from .history import told as told_of
from .promises import governing

type Wish = tuple[str, int]  # ("percent", 75) of the target; ("minutes", -30) of working time relative to its end
type Wishes = Callable[[str], Sequence[Wish]]


@dataclass(frozen=True)
class Course:
    """One clock: when it began, whether it runs, when it is due, and when each wish is reached (None: not to be told)."""

    metric: str
    started_at: datetime
    state: str
    due_at: datetime | None
    reached: Mapping[Wish, datetime | None] = field(default_factory=dict)


def courses(ticket: Ticket, wishes: Wishes) -> list[Course]:
    """The clocks of a ticket that run or are paused. wishes: what is asked for a metric."""
    log = list(Event.objects.filter(ticket=ticket).order_by("seq"))
    found = governing({event.data["client"] for event in log if "client" in event.data} | {ticket.client_id})
    if not found.agreements:
        return []
    seen = told_of(ticket, log, found)
    until = max(int(clocks.now().timestamp()), seen.events[-1].at)
    made = []
    for place, told in enumerate(_told(seen, until, ())):
        seconds, asked = told.target.seconds, list(wishes(told.metric.value))
        if seconds is None or told.state == "stopped" or not asked:
            continue
        again = _told(seen, until, [share(wish, seconds) for wish in asked])[place]
        reached = {wish: clocks.moment(at) for wish, at in zip(asked, again.shares, strict=True)}
        started, due = clocks.moment(told.started_at), clocks.moment(told.due_at)
        assert started is not None
        made.append(Course(told.metric.value, started, told.state, due, reached))
    return made


def _told(seen: Seen, until: int, shares: Sequence[Fraction]) -> list[Told]:
    """The clocks of the service level agreement."""
    return engine_clocks(seen.events, seen.events[0].terms, until, metrics=clocks.METRICS, shares=shares)


def share(wish: Wish, seconds: int) -> Fraction:
    """A wish as a share of the target in percent; what lies before the beginning is the beginning."""
    unit, value = wish
    if unit == "percent":
        return Fraction(value)
    return max(Fraction(0), Fraction(100 * (seconds + 60 * value), seconds))
