"""What was promised: versions of terms, each in force from one instant to another, and their targets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .working_time import WorkingTime


class Metric(StrEnum):
    """What is measured, in the order in which clocks that start together are told."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    NEXT_RESPONSE = "next_response"
    UPDATE_INTERVAL = "update_interval"


class Hold(StrEnum):
    """Why a ticket waits."""

    REQUESTER = "requester"
    THIRD_PARTY = "third_party"
    SCHEDULED = "scheduled"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Target:
    """What one metric promises at one priority: working seconds (None: no promise), when they count, what pauses them."""

    seconds: int | None
    calendar: WorkingTime
    pauses: frozenset[str]
    calendar_name: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """Terms in force from `start` until before `end` (None: open).

    running: tickets that are open already come under this version when it comes into force. otherwise: what holds for a
    priority or a metric that `targets` leaves out. marks: shares of a target in percent at which somebody is warned; above 100
    the promise is broken already. agreement: whose terms they are, 0 where that is not asked.
    """

    name: str
    start: int
    end: int | None
    running: bool
    targets: Mapping[int, Mapping[str, Target]]
    otherwise: Target
    marks: tuple[int, ...] = ()
    agreement: int = 0

    def target(self, priority: int, metric: str) -> Target:
        """What is promised for a metric at a priority."""
        return self.targets.get(priority, {}).get(metric, self.otherwise)


def in_force(terms: Iterable[Version], at: int) -> Version | None:
    """The version in force at an instant: at most one, since versions do not overlap."""
    return next((v for v in terms if v.start <= at and (v.end is None or at < v.end)), None)


def coming(terms: Iterable[Version], after: int) -> list[Version]:
    """The versions for running tickets that come into force after an instant, in order."""
    return sorted((v for v in terms if v.running and v.start > after), key=lambda v: v.start)
