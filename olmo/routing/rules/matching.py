"""Whether rules fit a ticket and what they decide: pure functions of plain data, the same for a real ticket and for a dry run."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from .folding import folded

type State = dict[str, Any]  # property -> what the ticket has; see `reading` for all of them

ANY, NONE, ALL, LEAST, MOST = "any", "none", "all", "least", "most"
SETTABLE = ("team", "assignee", "impact", "urgency", "category", "kind", "working_state")  # decided by the first rule
ADDED = ("tags", "followers")  # add up
LEAVE = "leave"  # the assignee is left to whoever assigns automatically
EMPTY: Mapping[str, Any] = {"team": None, "assignee": None, "category": None, "working_state": None, "kind": "incident"}
MEDIUM = 2


@dataclass(frozen=True)
class Condition:
    """One property (`what`), how it is compared (`how`), and with what. A missing value is compared as 0 or "".

    values: ids, names or folded phrases; of a number or a date with `least` or `most` one; of `time` one `Hours`.
    """

    what: str
    how: str
    values: frozenset[Any]
    is_words: bool = False  # a custom field of words


@dataclass(frozen=True)
class Hours:
    """Days of the week (0: Monday) from a time of day until before another one, in a zone; over midnight when it ends earlier."""

    days: frozenset[int]
    start: time
    end: time
    zone: str

    def holds(self, at: datetime) -> bool:
        """Whether the instant is within; a period over midnight belongs to the day on which it begins."""
        local = at.astimezone(ZoneInfo(self.zone))
        now, day = local.time(), local.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= now < self.end
        return (day in self.days and now >= self.start) or ((day - 1) % 7 in self.days and now < self.end)


@dataclass(frozen=True)
class Rule:
    """A rule as it is carried out. needs_all: all conditions, or one of them. fills: only what is empty. stops: no later rule."""

    pk: int
    name: str
    version: int
    conditions: tuple[Condition, ...]
    outcome: Mapping[str, Any]
    needs_all: bool = True
    queue: str = ""
    fills: bool = False
    stops: bool = False
    on_open: bool = True
    on_change: bool = False
    again: bool = False


class World(Protocol):
    """What the desk is like beside the ticket: which outcomes are possible, which hours count."""

    def may_have(self, name: str, value: Any, state: State) -> bool:
        """Whether a ticket like this can get the value of a property."""

    def is_working(self, calendar: int, at: datetime) -> bool:
        """Whether time counts in a calendar at an instant."""

    def priority(self, client: int, impact: int, urgency: int) -> int:
        """What the client's matrix makes of a judgement."""


@dataclass(frozen=True)
class Act:
    """What one rule does to one ticket. met: the places of the conditions that were met; sets: property -> value."""

    rule: Rule
    met: tuple[int, ...]
    sets: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What the rules do, in order; the properties that a rule has spoken for (changed or not); the ticket afterwards."""

    acts: tuple[Act, ...]
    claimed: frozenset[str]
    after: State


def decide(before: State, rules: Iterable[Rule], world: World, taken: Iterable[str] = ()) -> Decision:
    """Go through the rules in order. Each sees what the earlier ones have set; none sets what an earlier one has.

    taken: properties that somebody has set in the meantime; they are left alone.
    """
    state, acts = dict(before), []
    claimed = set(taken)
    for rule in rules:
        if rule.queue and rule.queue not in state["queues"]:
            continue
        met = fits(state, rule, world)
        if met is None:
            continue
        acts.append(Act(rule, met, _applied(state, rule, world, claimed)))
        if rule.stops:
            break
    return Decision(tuple(acts), frozenset(claimed), state)


def fits(state: State, rule: Rule, world: World) -> tuple[int, ...] | None:
    """The places of the conditions that are met, or None where the rule does not fit."""
    met = []
    for place, condition in enumerate(rule.conditions):
        if holds(state, condition, world):
            met.append(place)
        elif rule.needs_all:
            return None
    return tuple(met) if met or rule.needs_all else None


def holds(state: State, condition: Condition, world: World) -> bool:
    """Whether one condition is met."""
    compare = _COMPARED.get(condition.what)
    if compare is not None:
        return compare(state, condition, world)
    if ":" not in condition.what:
        return _plain(state[condition.what], condition)
    value = state["fields"].get(condition.what.removeprefix("field:"))
    return _said(folded(str(value or "")), condition) if condition.is_words else _plain(value, condition)


def _plain(value: Any, condition: Condition) -> bool:
    wanted = condition.values
    if condition.how in (LEAST, MOST):
        (limit,) = wanted
        if value is None or isinstance(value, str) is not isinstance(limit, str):
            return False
        return bool(value >= limit) if condition.how == LEAST else bool(value <= limit)
    if isinstance(value, Collection) and not isinstance(value, str):
        found = wanted & frozenset(value) if value else wanted & {""}
        return found == wanted if condition.how == ALL else bool(found) is (condition.how == ANY)
    return (("" if value is None else value) in wanted) is (condition.how == ANY)


def _words(state: State, condition: Condition, _world: World) -> bool:
    return _said(state[condition.what], condition)


def _said(text: str, condition: Condition) -> bool:
    for phrase in condition.values:
        if (phrase in text and phrase != "") is not (condition.how == ALL):
            return condition.how == ANY
    return condition.how != ANY


def _hours(state: State, condition: Condition, _world: World) -> bool:
    return any(hours.holds(state["at"]) for hours in condition.values) is (condition.how == ANY)


def _working(state: State, condition: Condition, world: World) -> bool:
    return any(world.is_working(name, state["at"]) for name in condition.values) is (condition.how == ANY)


_COMPARED: Mapping[str, Callable[[State, Condition, World], bool]] = {
    "subject": _words, "text": _words, "words": _words, "time": _hours, "calendar": _working,
}  # fmt: skip


def _applied(state: State, rule: Rule, world: World, claimed: set[str]) -> dict[str, Any]:
    """Write into the state what the rule may still set; returns what differs from before."""
    sets: dict[str, Any] = {}
    for name in SETTABLE:
        if name not in rule.outcome or name in claimed or (rule.fills and not is_empty(state, name)):
            continue
        value = rule.outcome[name]
        if value != LEAVE and not world.may_have(name, value, state):
            continue
        claimed.add(name)
        if value not in (LEAVE, state[name]):
            sets[name] = value
            _set(state, name, value, world)
    for name in ADDED:
        wanted = [one for one in rule.outcome.get(name, ()) if name == "tags" or world.may_have(name, one, state)]
        if new := sorted(set(wanted) - state[name]):
            sets[name], state[name] = new, state[name] | set(new)
    return sets


def is_empty(state: State, name: str) -> bool:
    """Whether nobody has set a property yet: judgements begin in the middle."""
    return bool(state[name] == EMPTY.get(name, MEDIUM))


def _set(state: State, name: str, value: Any, world: World) -> None:
    """As the verbs do: the matrix gives the priority; who gets a new ticket opens it; a working state belongs to its status."""
    state[name] = value
    if name in ("impact", "urgency"):
        state["priority"] = world.priority(state["client"], state["impact"], state["urgency"])
    if name == "assignee" and value and state["status"] == "new":
        state["status"], state["working_state"] = "open", None


def without(rules: Sequence[Rule], pk: int) -> list[Rule]:
    """The rules without one of them."""
    return [rule for rule in rules if rule.pk != pk]


def in_place(rules: Sequence[Rule], edited: Rule) -> list[Rule]:
    """The rules with an edited one at its place, or at the end when it is new."""
    kept = [replace(edited) if rule.pk == edited.pk else rule for rule in rules]
    return kept if any(rule.pk == edited.pk for rule in rules) else [*kept, edited]
