"""Who of a team gets a ticket, as a pure function that gives its reasons.

The order: filters first (organisation, given back, there, room, skills, language), then the last solver of the requester (while
they are absent their deputy), then the team's way. What is equal is decided by whose turn is longest ago, and then by the number
of the person: the same facts give the same answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from olmo.staffing.availability import Verdict

from .models import Method

TOLD = 20  # of a long team, so many are told of in the reasons


class Left(StrEnum):
    """Why somebody was left out, beside the reasons of `staffing.availability`."""

    ELSEWHERE = "elsewhere"  # does not work for this organisation
    GAVE_BACK = "gave_back"
    FULL = "full"
    SKILL = "skill"
    LANGUAGE = "language"


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a ticket asks for. weight: of its priority; needs: skill -> level."""

    weight: int = 1
    needs: Mapping[int, int] = field(default_factory=dict)
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is known of one agent of the team."""

    person: int
    verdict: Verdict
    load: int = 0
    capacity: int = 20
    skills: Mapping[int, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    may_see: bool = True


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the team gives out."""

    method: str = Method.TURN
    needs_room: bool = True
    needs_skills: bool = False
    needs_language: bool = False


@dataclass(frozen=True, kw_only=True)
class History:
    """What happened before. turns: person -> number of their last turn; solver: of the requester's last ticket."""

    turns: Mapping[int, int] = field(default_factory=dict)
    solver: int | None = None
    gave_back: int | None = None


@dataclass(frozen=True)
class Choice:
    """The answer. why: {"by", "method", "given" (facts of the choice), "left": [[person, reason, facts], ...],
    "others": [[person, facts], ...]}; numbers and codes only, so that the log can keep it."""

    person: int | None
    why: dict[str, Any]


def choose(task: Task, candidates: Iterable[Candidate], way: Way, history: History) -> Choice:
    """Who gets it, or nobody, and why."""
    left: list[list[Any]] = []
    fit: list[Candidate] = []
    everybody = sorted(candidates, key=lambda c: c.person)
    solver, history = history.solver, replace(history, solver=_in_place_of(history.solver, everybody))
    for one in everybody:
        reason = _out(task, one, way, history)
        left.append([one.person, *reason]) if reason else fit.append(one)
    best = min(fit, key=lambda one: _rank(task, one, way, history), default=None)
    why: dict[str, Any] = {"by": _by(fit, best, way, history, solver), "method": str(way.method)}
    if best is not None:
        why["given"] = _facts(task, best)
    why |= {"left": left[:TOLD], "others": [[o.person, _facts(task, o)] for o in fit if o is not best][:TOLD]}
    return Choice(best.person if best else None, why)


def _in_place_of(solver: int | None, everybody: Iterable[Candidate]) -> int | None:
    """The solver, or while they are absent whoever stands in for them."""
    absent = {one.person: one.verdict.deputy for one in everybody if not one.verdict.is_yes and one.verdict.deputy}
    while solver in absent:
        solver = absent.pop(solver)
    return solver


def _out(task: Task, one: Candidate, way: Way, history: History) -> list[Any]:
    """Why somebody cannot have it: a reason and its facts; empty when they can."""
    return next((found for filtered in _FILTERS if (found := filtered(task, one, way, history))), [])


def _elsewhere(task: Task, one: Candidate, way: Way, history: History) -> list[Any]:
    return [] if one.may_see else [Left.ELSEWHERE.value, {}]


def _gave_back(task: Task, one: Candidate, way: Way, history: History) -> list[Any]:
    return [Left.GAVE_BACK.value, {}] if one.person == history.gave_back else []


def _absent(task: Task, one: Candidate, way: Way, history: History) -> list[Any]:
    verdict = one.verdict
    if verdict.is_yes:
        return []
    until = {"until": verdict.until.isoformat()} if verdict.until else {}
    return [verdict.reason.value, {**until, **({"deputy": verdict.deputy} if verdict.deputy else {})}]


def _full(task: Task, one: Candidate, way: Way, history: History) -> list[Any]:
    """Whoever has nothing can take one, however heavy."""
    if not way.needs_room or not one.load or one.load + task.weight <= one.capacity:
        return []
    return [Left.FULL.value, {"load": one.load, "capacity": one.capacity, "weight": task.weight}]


def _unskilled(task: Task, one: Candidate, way: Way, history: History) -> list[Any]:
    lacks = [[skill, level] for skill, level in task.needs.items() if one.skills.get(skill, 0) < level]
    return [Left.SKILL.value, {"lacks": lacks}] if way.needs_skills and lacks else []


def _speechless(task: Task, one: Candidate, way: Way, history: History) -> list[Any]:
    is_fine = not way.needs_language or task.language in one.languages
    return [] if is_fine else [Left.LANGUAGE.value, {"language": task.language}]


_FILTERS: Sequence[Callable[[Task, Candidate, Way, History], list[Any]]] = (
    _elsewhere,
    _gave_back,
    _absent,
    _full,
    _unskilled,
    _speechless,
)


def _rank(task: Task, one: Candidate, way: Way, history: History) -> tuple[Any, ...]:
    """The smallest is chosen."""
    share = Fraction(one.load, one.capacity)
    turn = history.turns.get(one.person, 0)
    by: tuple[Any, ...] = ()
    if way.method == Method.LOAD:
        by = (share,)
    elif way.method == Method.SKILL:
        by = (-_mastery(task, one), share)
    return (one.person != history.solver, *by, turn, one.person)


def _by(fit: list[Candidate], best: Candidate | None, way: Way, history: History, solver: int | None) -> str:
    if best is None:
        return "nobody"
    if best.person == history.solver:
        return "sticky" if best.person == solver else "deputy"
    return "only" if len(fit) == 1 else str(way.method)


def _mastery(task: Task, one: Candidate) -> int:
    return sum(one.skills.get(skill, 0) for skill in task.needs)


def _facts(task: Task, one: Candidate) -> dict[str, Any]:
    skills = {str(skill): one.skills.get(skill, 0) for skill in task.needs}
    return {"load": one.load, "capacity": one.capacity, **({"skills": skills} if skills else {})}
