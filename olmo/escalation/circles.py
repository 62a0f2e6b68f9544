"""Whether escalations from team to team would come back to where they began."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .models import Act, Policy


@dataclass(frozen=True)
class Way:
    """Where the tickets of a team (None: of every team without a policy of its own) are given, one step after the other."""

    start: int | None
    teams: Sequence[int]


def others(policy: Policy) -> list[Way]:
    """The ways of the other active policies under which a ticket of this one could come."""
    found = Policy.objects.filter(is_active=True, metric=policy.metric).exclude(pk=policy.pk).prefetch_related("steps")
    return [
        Way(other.team_id, [step.team_id for step in other.steps.all() if step.act == Act.REASSIGN and step.team_id])
        for other in found
        if _meet(policy, other)
    ]


def circle(ways: Iterable[Way]) -> list[int]:
    """The teams of a way that comes back to its beginning, that one twice; empty when there is none."""
    listed = [way for way in ways if way.teams]
    starts = {way.start for way in listed}
    known = {team for way in listed for team in way.teams}
    edges: dict[int, set[int]] = {}
    for way in listed:
        if way.start is None:  # it takes what comes from any team that has no policy of its own
            for team in known - starts - {way.teams[0]}:
                edges.setdefault(team, set()).add(way.teams[0])
        for here, there in pairwise([*([way.start] if way.start else []), *way.teams]):
            edges.setdefault(here, set()).add(there)
    return next((found for start in sorted(edges) if (found := _walk(edges, start, []))), [])


def _walk(edges: dict[int, set[int]], here: int, way: list[int]) -> list[int]:
    if here in way:
        return [*way[way.index(here) :], here]
    return next((found for there in sorted(edges.get(here, ())) if (found := _walk(edges, there, [*way, here]))), [])


def _meet(one: Policy, other: Policy) -> bool:
    """Whether a ticket could come under both."""
    same_client = one.client_id is None or other.client_id is None or one.client_id == other.client_id
    return same_client and (not one.priorities or not other.priorities or bool({*one.priorities} & {*other.priorities}))
