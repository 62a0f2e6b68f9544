"""What suggestions spare, from two groups that chance made: a pure calculation."""

import math
from dataclasses import dataclass

from olmo.kernel.intervals import wilson

LEAST = 50  # visits in each group; fewer say nothing


@dataclass(frozen=True)
class Group:
    """How many visits there were, and how many of them were followed by a ticket."""

    visits: int
    opened: int

    @property
    def share(self) -> float:
        """The share that was followed by a ticket; 0 of none."""
        return self.opened / self.visits if self.visits else 0.0


@dataclass(frozen=True)
class Effect:
    """How much rarer tickets are with suggestions than without, as a share of visits, with its interval of 95 %.

    difference: share without minus share with; above 0 suggestions spare tickets. is_enough: both groups are large enough to
    say anything; is_shown: the interval leaves out 0.
    """

    difference: float
    low: float
    high: float
    is_enough: bool

    @property
    def is_shown(self) -> bool:
        """Whether more than chance is needed to explain it."""
        return self.is_enough and (self.low > 0 or self.high < 0)


def compare(suggested: Group, held_out: Group) -> Effect:
    """The difference of two shares, by method 10 of Newcombe (1998), which holds for small shares too."""
    if not suggested.visits or not held_out.visits:
        return Effect(0.0, -1.0, 1.0, is_enough=False)
    difference = held_out.share - suggested.share
    (low_out, high_out), (low_in, high_in) = (
        wilson(held_out.opened, held_out.visits),
        wilson(suggested.opened, suggested.visits),
    )
    low = difference - math.hypot(held_out.share - low_out, high_in - suggested.share)
    high = difference + math.hypot(high_out - held_out.share, suggested.share - low_in)
    return Effect(difference, low, high, is_enough=min(suggested.visits, held_out.visits) >= LEAST)
