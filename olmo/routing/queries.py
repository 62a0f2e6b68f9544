"""Reads of triage for administrators: what was learnt, how good it is, what became of its suggestions."""

from dataclasses import dataclass, field

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from .models import Outcome, Target, Triage
from .teaching import FEWEST

COUNTED = 5_000  # the newest suggestions of a target
_OUTCOMES = """
select outcome, count(*) from (
    select outcome from routing_suggestion where target = %s order by id desc limit %s
) newest group by outcome
"""


@dataclass(frozen=True)
class Promise:
    """What acting alone at the asked precision means: from which confidence, for which share of tickets, how often right."""

    confidence: float
    share: float
    precision: float


@dataclass
class Told:
    """One target with what is known of it. promise: None when no confidence is right as often as is asked."""

    row: Triage
    promise: Promise | None = None
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def is_learnt(self) -> bool:
        return self.row.learnt_at is not None

    @property
    def is_short(self) -> bool:
        """Fewer labelled finished tickets than are needed."""
        return self.row.found < FEWEST


def all_told() -> list[Told]:
    """Every target, in the order of a ticket's panel."""
    known = {row.target: row for row in Triage.objects.defer("archive")}
    return [told(known.get(target) or Triage(target=target)) for target in Target.values]


def told(row: Triage) -> Told:
    """What is known of one target."""
    return Told(row, promise(row, row.precision), outcomes(row.target))


def promise(row: Triage, precision: float) -> Promise | None:
    """What was measured on tickets that the learning had not seen, for this precision."""
    found = row.figures.get("alone", {}).get(str(round(precision * 100)))
    return Promise(*found) if found else None


def outcomes(target: str) -> dict[str, int]:
    """How many of the newest 5,000 suggestions were taken, and so on."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, [target, COUNTED])
        found = dict(cursor.fetchall())
    return {str(name): found.get(name, 0) for name in Outcome.values}


def is_learning() -> bool:
    """Whether the learning is queued or under way."""
    return ProcrastinateJob.objects.filter(task_name="olmo.routing.jobs.learn", status__in=["todo", "doing"]).exists()
