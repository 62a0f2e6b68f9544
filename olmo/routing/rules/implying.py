"""Logic about conditions, without any ticket: what follows from what, and what can never be. Yes only where it is sure."""

from collections.abc import Iterable, Sequence
from datetime import time
from itertools import combinations
from typing import Any

from .content import WORDS
from .matching import ALL, ANY, LEAST, MOST, NONE, Condition, Hours, Rule

MANY = ("tags", "domain", "asset", "asset_kind")  # a ticket has several at once
WEEK = 7 * 24 * 60
VARIES = ("calendar",)  # two calendars may hold at once


def implies(known: Condition, asked: Condition) -> bool:
    """Whether every ticket that meets `known` meets `asked`."""
    if _is_words(known) or _is_words(asked):
        return _said_within(known, asked) and _words_imply(known, asked)
    if known.what != asked.what:
        return False
    if known.what == "time":
        if _zones(known) != _zones(asked):
            return False
        known, asked = _minutes(known), _minutes(asked)
    if known.what in MANY:
        return _many_imply(known, asked)
    return _one_implies(known, asked)


def always(rule: Rule, other: Rule) -> bool:
    """Whether `other` fits every ticket that `rule` fits, as far as their conditions tell."""
    given, asked = premises(rule), other.conditions
    if other.needs_all:
        return all(_follows(rule, given, each) for each in asked)
    met = [any(implies(one, each) for each in asked) for one in given]
    return any(met) if rule.needs_all else bool(met) and all(met)


def contradiction(rule: Rule) -> tuple[Condition, Condition] | None:
    """Two conditions that no ticket can meet together (the same one twice: it cannot be met by itself)."""
    given = premises(rule)
    alone = [one for one in given if excludes(one, one)]
    if not rule.needs_all:
        return (alone[0], alone[0]) if given and len(alone) == len(given) else None
    if alone:
        return alone[0], alone[0]
    return next(((one, other) for one, other in combinations(given, 2) if excludes(one, other)), None)


def excludes(one: Condition, other: Condition) -> bool:
    """Whether no ticket can meet both."""
    if not one.values:
        return one.how in (ANY, LEAST, MOST)
    if _is_words(one) or _is_words(other):
        return _words_exclude(one, other) or _words_exclude(other, one)
    if one.what != other.what or one.what in VARIES:
        return one.what in VARIES and one.what == other.what and _opposed(one, other)
    if one.what == "time":
        if _zones(one) != _zones(other):
            return False
        one, other = _minutes(one), _minutes(other)
    if one.what in MANY:
        return _many_exclude(one, other) or _many_exclude(other, one)
    return _one_excludes(one, other) or _one_excludes(other, one)


def premises(rule: Rule) -> tuple[Condition, ...]:
    """What is sure of a ticket that the rule fits: its conditions, and what its queue says."""
    place, _dash, value = rule.queue.partition("-")
    if place == "channel" and rule.needs_all:
        return (*rule.conditions, Condition("channel", ANY, frozenset({value})))
    if place == "mailbox" and rule.needs_all:
        return (*rule.conditions, Condition("mailbox", ANY, frozenset({int(value)})))
    return rule.conditions


def _follows(rule: Rule, given: Sequence[Condition], asked: Condition) -> bool:
    found = [implies(one, asked) for one in given]
    return any(found) if rule.needs_all else bool(found) and all(found)


def _is_words(one: Condition) -> bool:
    return one.is_words or one.what in WORDS


def _said_within(known: Condition, asked: Condition) -> bool:
    """What is in the subject is in "subject or text"; what is not in that is not in the subject."""
    if known.what == asked.what:
        return True
    parts = ("subject", "text")
    is_wider = asked.what == "words" and known.what in parts and known.how != NONE
    return is_wider or (known.what == "words" and asked.what in parts and known.how == NONE)


def _words_imply(known: Condition, asked: Condition) -> bool:
    had, sought = known.values, asked.values
    match known.how, asked.how:
        case "any", "any":
            return all(any(q in p for q in sought) for p in had)
        case "all", "any":
            return any(q in p for p in had for q in sought)
        case "all", "all":
            return all(any(q in p for p in had) for q in sought)
        case "any", "all":
            return all(q in p for p in had for q in sought)
        case "none", "none":
            return all(any(p in q for p in had) for q in sought)
    return False


def _words_exclude(one: Condition, other: Condition) -> bool:
    """`one` demands words that `other` forbids."""
    if other.how != NONE or one.how == NONE:
        return False
    if one.what != other.what and not (other.what == "words" and one.what in ("subject", "text")):
        return False
    forbidden = [any(q in p for q in other.values) for p in one.values]
    return any(forbidden) if one.how == ALL else all(forbidden)


def _many_imply(known: Condition, asked: Condition) -> bool:
    had, sought = known.values, asked.values
    match known.how, asked.how:
        case "any", "any":
            return had <= sought
        case "all", "any":
            return bool(had & sought)
        case "all", "all":
            return sought <= had
        case "any", "all":
            return len(had) == 1 and sought <= had
        case "none", "none":
            return sought <= had
    return False


def _many_exclude(one: Condition, other: Condition) -> bool:
    if other.how != NONE or one.how == NONE:
        return False
    return one.values <= other.values if one.how == ANY else bool(one.values & other.values)


def _one_implies(known: Condition, asked: Condition) -> bool:
    had, sought = known.values, asked.values
    if known.how == ANY:
        return all(_meets(value, asked) for value in had) if known.what not in VARIES or asked.how == ANY else False
    if known.how == NONE:
        return asked.how == NONE and sought <= had
    if asked.how != known.how:
        return False
    (limit,), (other,) = had, sought
    if isinstance(limit, str) is not isinstance(other, str):
        return False
    return bool(limit >= other) if known.how == LEAST else bool(limit <= other)


def _one_excludes(one: Condition, other: Condition) -> bool:
    if one.how == ANY:
        return not any(_meets(value, other) for value in one.values)
    if one.how == LEAST and other.how == MOST:
        (low,), (high,) = one.values, other.values
        return isinstance(low, str) is isinstance(high, str) and bool(low > high)
    return False


def _opposed(one: Condition, other: Condition) -> bool:
    return {one.how, other.how} == {ANY, NONE} and (
        one.values <= other.values if one.how == ANY else other.values <= one.values
    )


def _meets(value: Any, asked: Condition) -> bool:
    if asked.how in (LEAST, MOST):
        (limit,) = asked.values
        if value == "" or isinstance(value, str) is not isinstance(limit, str):
            return False
        return bool(value >= limit) if asked.how == LEAST else bool(value <= limit)
    return (value in asked.values) is (asked.how == ANY)


def _minutes(one: Condition) -> Condition:
    """Hours of one zone as minutes of the week."""
    return Condition("time", one.how, frozenset(minute for hours in one.values for minute in _of_week(hours)))


def _zones(one: Condition) -> frozenset[str]:
    """One zone, which can be compared; where there are several, a name that is equal to nothing else."""
    found = frozenset(hours.zone for hours in one.values)
    return found if len(found) == 1 else frozenset({f"several {id(one)}"})


def _of_week(hours: Hours) -> Iterable[int]:
    start, end = _of_day(hours.start), _of_day(hours.end)
    length = end - start if start < end else end - start + 24 * 60
    for day in hours.days:
        first = day * 24 * 60 + start
        yield from ((first + n) % WEEK for n in range(length))


def _of_day(at: time) -> int:
    return at.hour * 60 + at.minute
