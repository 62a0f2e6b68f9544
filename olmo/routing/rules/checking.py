"""Loops, dead rules and rules about things that are gone: found before they do harm, and said by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from olmo.tickets.models import Tagging

from . import wording
from .implying import always, contradiction
from .known import Known
from .matching import ADDED, LEAVE, SETTABLE, Condition, Rule, holds
from .running import watched
from .world import Desk

# property -> the conditions that its outcome may change
_ASKED: Mapping[str, frozenset[str]] = {
    "impact": frozenset({"impact", "priority"}), "urgency": frozenset({"urgency", "priority"}),
    "assignee": frozenset({"assignee", "working_state"}),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What is wrong with a rule. is_grave: it is refused; otherwise said, and saved when the administrator insists."""

    pk: int
    words: str
    is_grave: bool = False


def findings(rules: Sequence[Rule], desk: Desk, known: Known) -> list[Finding]:
    """All that is wrong with the rules that are switched on, in their order."""
    found = [one for rule in rules for one in [*_impossible(rule), *_gone(rule, desk, known)]]
    found += [Finding(rule.pk, words) for n, rule in enumerate(rules) if (words := shadowed(rule, rules[:n], desk))]
    return found + _loops(rules)


def shadowed(rule: Rule, earlier: Sequence[Rule], desk: Desk) -> str:
    """Why the rule can never do anything, because of rules before it; "" where that is not sure."""
    if not rule.on_open or rule.on_change:
        return ""
    claimed: set[str] = set()
    tags: set[str] = set()
    culprits: list[str] = []
    for n, other in enumerate(earlier):
        if not (other.on_open and other.queue in ("", rule.queue) and always(rule, other)):
            continue
        if _asked(other) & _changed(earlier[n:]):
            continue  # what it asks about may be different by the time that the later rule looks
        if other.stops:
            return _("It is never reached: “%(other)s” fits all its tickets and stops there.") % {"other": other.name}
        if not other.fills:
            sure = {name for name in SETTABLE if name in other.outcome and _is_sure(name, other.outcome[name], desk)}
            if sure & rule.outcome.keys() or set(other.outcome.get("tags", ())) & set(rule.outcome.get("tags", ())):
                culprits.append(f"“{other.name}”")
            claimed, tags = claimed | sure, tags | set(other.outcome.get("tags", ()))
    left = (rule.outcome.keys() & set(SETTABLE)) - claimed
    is_adding = set(rule.outcome.get("tags", ())) - tags or rule.outcome.get("followers")
    if left or is_adding or rule.stops or not culprits:
        return ""
    return _("It is dead: all that it sets is set before it by %(others)s, for all its tickets.") % {
        "others": ", ".join(culprits)
    }


def _impossible(rule: Rule) -> list[Finding]:
    found = contradiction(rule)
    if found is None:
        return []
    one, other = (_name(each.what) for each in found)
    words = _("No ticket can meet its conditions on “%(one)s”.") if one == other else _(
        "No ticket can meet its conditions on “%(one)s” and “%(other)s” together."
    )  # fmt: skip
    return [Finding(rule.pk, words % {"one": one, "other": other}, is_grave=True)]


def _name(what: str) -> str:
    known = Known().properties
    return str(known[what].label) if what in known else what


def _gone(rule: Rule, desk: Desk, known: Known) -> list[Finding]:
    """What the rule names and is no longer there, or takes no tickets any more."""
    gone = [wording.OUTCOMES[name] for name in rule.outcome if not _is_there(name, rule.outcome[name], desk, known)]
    found = [
        Finding(rule.pk, _("It sets “%(what)s” to something that is gone.") % {"what": name}, True) for name in gone
    ]
    for one in rule.conditions:
        if one.what not in known.properties:
            found.append(Finding(rule.pk, _("It asks about a custom field that is gone."), is_grave=True))
        elif known.properties[one.what].shape == "ticks" and one.values - known.labels(one.what).keys():
            words = _("Its condition on “%(what)s” names something that is gone.")
            found.append(Finding(rule.pk, words % {"what": known.properties[one.what].label}, is_grave=True))
    place, _dash, value = rule.queue.partition("-")
    if rule.queue and value not in {str(pk) for pk, _label in known.options(place)}:
        found.append(Finding(rule.pk, _("Its queue is gone."), is_grave=True))
    return [*found, *_unused_tags(rule)]


def _unused_tags(rule: Rule) -> list[Finding]:
    tags = {tag for one in rule.conditions if one.what == "tags" for tag in one.values}
    used = set(Tagging.objects.filter(tag__in=tags).values_list("tag", flat=True).distinct()) if tags else set()
    words = _("No ticket has the tag “%(tag)s”: it may have been removed or renamed.")
    return [Finding(rule.pk, words % {"tag": tag}) for tag in sorted(tags - used)]


def _is_there(name: str, value: Any, desk: Desk, known: Known) -> bool:
    if value == LEAVE or name == "tags":
        return True
    there: Mapping[str, Iterable[Any]] = {
        "team": desk.teams, "assignee": desk.agents, "followers": desk.agents, "category": desk.categories,
        "working_state": desk.states,
    }  # fmt: skip
    if name == "followers":
        return all(one in desk.agents for one in value)
    return value in there[name] if name in there else value in known.labels(name)


def _is_sure(name: str, value: Any, desk: Desk) -> bool:
    """Whether every ticket can get it."""
    if name == "category":
        return desk.categories.get(value, 0) is None
    if name == "assignee":
        return value == LEAVE or desk.agents.get(value) == frozenset()
    return name != "working_state" and (name != "team" or value in desk.teams)


def _asked(rule: Rule) -> set[str]:
    return {one.what for one in rule.conditions}


def _changed(rules: Iterable[Rule]) -> set[str]:
    """The conditions whose answer these rules may change while new tickets go through them."""
    return {what for rule in rules if rule.on_open for name in rule.outcome for what in _ASKED.get(name, {name})}


def _loops(rules: Sequence[Rule]) -> list[Finding]:
    """Rules that call for one another round and round, and set the same property to different values."""
    calling = [rule for rule in rules if rule.on_change]
    endless = _rings([rule for rule in calling if rule.again])
    found = [_loop(rule, ring, True) for ring in endless for rule in ring]
    known = {rule.pk for ring in endless for rule in ring}
    for ring in _rings(calling):
        found += [_loop(rule, ring, False) for rule in ring if rule.pk not in known]
    return found


def _loop(rule: Rule, ring: Sequence[Rule], is_grave: bool) -> Finding:
    others = ", ".join(f"“{one.name}”" for one in ring if one.pk != rule.pk)
    words = (
        _("It is a loop: it calls for %(others)s, which call for it again, and they set different values.")
        if is_grave
        else _(
            "It and %(others)s call for one another with different values; it ends because each acts once on a ticket."
        )
    )
    return Finding(rule.pk, words % {"others": others}, is_grave)


def _rings(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Groups of rules in which each reaches each, and which quarrel about a property."""
    reach = {one.pk: {other.pk for other in rules if other.pk != one.pk and _calls(one, other)} for one in rules}
    for middle, further in reach.items():
        for found in reach.values():
            if middle in found:
                found.update(further)
    rings: list[list[Rule]] = []
    for rule in rules:
        ring = [one for one in rules if one.pk in reach[rule.pk] and rule.pk in reach[one.pk]]
        if rule in ring and ring not in rings and _quarrel(ring):
            rings.append(ring)
    return rings


def _quarrel(ring: Sequence[Rule]) -> bool:
    return any(len({rule.outcome[name] for rule in ring if name in rule.outcome}) > 1 for name in SETTABLE)


def _calls(one: Rule, other: Rule) -> bool:
    """Whether what `one` sets calls for `other`, as far as that property alone tells."""
    asked = watched(other)
    return any(
        name in asked and _may_meet(name, one.outcome[name], other)
        for name in (*SETTABLE, *ADDED)
        if name in one.outcome
    )


def _may_meet(name: str, value: Any, rule: Rule) -> bool:
    about = [one for one in rule.conditions if one.what == name]
    if not rule.needs_all or name in ADDED or not about:
        return True
    return value != LEAVE and all(_holds(name, value, one) for one in about)


def _holds(name: str, value: Any, condition: Condition) -> bool:
    return holds({name: value}, condition, Desk())
