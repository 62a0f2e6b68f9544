"""Verbs of administrators about rules: save, move, switch, remove. Each leaves a line in the change log; versions are kept."""

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.people import administration as people
from olmo.people.models import Person
from olmo.tickets.actions.values import checked_tags
from olmo.tickets.tagging import renamed

from . import checking, matching, wording
from .checking import Finding
from .content import DEFAULTS, made, ready
from .folding import phrase
from .known import Known
from .models import Rule, RuleVersion
from .running import watched
from .world import Desk

MOST = 500  # rules
MOST_VALUES = 200  # of a condition


@dataclass(frozen=True, kw_only=True)
class RuleSettings:
    """What is set of a rule. content: see `content`."""

    name: str
    content: Mapping[str, Any]
    is_on: bool = True


@transaction.atomic
def save(row: Rule | None, settings: RuleSettings, *, by: Person, seen: str = "", insists: bool = False) -> Rule:
    """Change a rule (a new version, when it says something else), or make one at the end of the list.

    insists: save also what does harm to nobody but never does anything. Raises NotAllowed, NotFound (removed meanwhile),
    Conflict (changed meanwhile), Invalid: what is missing, contradicts itself, is gone or goes round in a loop.
    """
    people.require_administrator(by)
    rows, known = _locked(), Known()
    row = _found(rows, row.pk) if row else Rule(position=_end(rows), version=0)
    before, was = state_of(row), logged(row, known)
    people.require_unchanged(before, seen)
    name, content = _named(settings.name), checked(settings.content, known)
    says = (name, content) != (row.name, row.content)
    row.name, row.content, row.is_on = name, content, settings.is_on
    row.version += says
    if row.is_on:
        _require_sound(rows, row, known, insists=insists)
    row.save()
    if says:
        RuleVersion.objects.create(
            rule_number=row.pk, version=row.version, name=row.name, content=row.content, by=by, at=clock.now()
        )
    people.record(by, f"rule: {row.name}", was, logged(row, known))
    return row


@transaction.atomic
def move(row: Rule, *, by: Person, up: bool) -> Rule:
    """Change places with the rule above or below. Raises NotAllowed, NotFound; at the end of the list nothing happens."""
    people.require_administrator(by)
    rows = _locked()
    place = rows.index(_found(rows, row.pk))
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        for n, one in enumerate(rows, 1):
            one.position = n
        Rule.objects.bulk_update(rows, ["position"])
        people.record(by, f"rule: {row.name}", {"place": place + 1}, {"place": other + 1})
    return rows[other] if 0 <= other < len(rows) else rows[place]


@transaction.atomic
def switch(row: Rule, *, by: Person, is_on: bool) -> Rule:
    """Switch a rule on or off. Raises NotAllowed, NotFound, Invalid (what it names is gone, a loop)."""
    people.require_administrator(by)
    rows, known = _locked(), Known()
    row = _found(rows, row.pk)
    was, row.is_on = row.is_on, is_on
    if is_on:
        _require_sound(rows, row, known, insists=True)
    row.save(update_fields=["is_on"])
    people.record(by, f"rule: {row.name}", {"is_on": was}, {"is_on": is_on})
    return row


@transaction.atomic
def remove(row: Rule, *, by: Person) -> None:
    """Remove a rule; what it did stays, and its versions with it. Raises NotAllowed, NotFound."""
    people.require_administrator(by)
    row = _found(_locked(), row.pk)
    people.record(by, f"rule: {row.name}", logged(row, Known()), dict.fromkeys(logged(row, Known())))
    row.delete()


def follow_tag(old: str, new: str, *, by: Person) -> int:
    """Rules that ask for a tag or set it do so by its new name, as a new version. Returns how many did."""
    count = 0
    for row in _locked():
        content = _retagged(row.content, old, new)
        if content != row.content:
            row.content, row.version, count = content, row.version + 1, count + 1
            row.save(update_fields=["content", "version"])
            RuleVersion.objects.create(
                rule_number=row.pk, version=row.version, name=row.name, content=content, by=by, at=clock.now()
            )
    return count


def _retagged(content: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    made = dict(content)
    if "conditions" in made:
        made["conditions"] = [
            {**one, "values": renamed(one["values"], old, new)} if one["what"] == "tags" else one
            for one in made["conditions"]
        ]
    if "tags" in (outcome := made.get("outcome", {})):
        made["outcome"] = {**outcome, "tags": renamed(outcome["tags"], old, new)}
    return made


def state_of(row: Rule) -> dict[str, Any]:
    """What is set of a rule; nothing of one that is not there yet."""
    return {"name": row.name, "content": row.content, "is_on": row.is_on} if row.pk else {}


def logged(row: Rule, known: Known) -> dict[str, Any]:
    """The same in words, for the change log."""
    if not row.pk and not row.name:
        return {}
    told, said = wording.told(row.content, known), {**DEFAULTS, **row.content}
    flags = {name: said[name] for name in ("fills", "stops", "on_open", "on_change", "again")}
    return {
        "name": row.name, "is_on": row.is_on, "version": row.version, "queue": told["queue"],
        "conditions": told["conditions"], "all": said["all"], "outcome": told["outcomes"], **flags,
    }  # fmt: skip


def found_wrong(rows: Sequence[Rule]) -> dict[int, list[Finding]]:
    """What is wrong with the rules as they stand, by their numbers."""
    desk, found = Desk(), dict[int, list[Finding]]()
    for one in checking.findings([ready(row, desk.below) for row in rows if row.is_on], desk, Known()):
        found.setdefault(one.pk, []).append(one)
    return found


def broken() -> list[str]:
    """The names of the rules that are switched on and can no longer do what they say: something is gone, or they go round."""
    rows = list(Rule.objects.filter(is_on=True))
    wrong = found_wrong(rows) if rows else {}
    return [row.name for row in rows if any(one.is_grave for one in wrong.get(row.pk, ()))]


def judged(rows: Sequence[Rule], edited: Rule, known: Known) -> tuple[list[Finding], list[Finding]]:
    """What is wrong with an edited rule, and what would be wrong with others only because of it."""
    desk = Desk()
    before = [ready(row, desk.below) for row in rows if row.is_on]
    number = edited.pk or 0
    new = made(number, edited.name, edited.version, edited.content, desk.below)
    others = matching.without(before, number)
    after = checking.findings(_placed(rows, before, new), desk, known)
    known_before = {(one.pk, one.words) for one in checking.findings(others, desk, known)}
    own = [one for one in after if one.pk == number]
    return own, [one for one in after if one.pk != number and (one.pk, one.words) not in known_before]


def _placed(rows: Sequence[Rule], active: Sequence[matching.Rule], new: matching.Rule) -> list[matching.Rule]:
    """The active rules with the edited one at its place, also when it was switched off."""
    places = {row.pk: n for n, row in enumerate(rows)}
    others = matching.without(active, new.pk)
    here = places.get(new.pk, len(rows))
    return [*(r for r in others if places[r.pk] < here), new, *(r for r in others if places[r.pk] > here)]


def _require_sound(rows: Sequence[Rule], row: Rule, known: Known, *, insists: bool) -> None:
    own, others = judged(rows, row, known)
    if grave := next((one for one in own if one.is_grave), None):
        raise Invalid("conditions", grave.words)
    if (own or others) and not insists:
        names = {one.pk: one.name for one in rows}
        told = [*(one.words for one in own), *(f"“{names[one.pk]}”: {one.words}" for one in others)]
        raise Invalid("insists", " ".join(told))


def _locked() -> list[Rule]:
    """All rules in their order, held: their places and what they say of one another do not change meanwhile."""
    return list(Rule.objects.select_for_update())


def _found(rows: Sequence[Rule], pk: int) -> Rule:
    found = next((row for row in rows if row.pk == pk), None)
    if found is None:
        raise NotFound
    return found


def _end(rows: Sequence[Rule]) -> int:
    if len(rows) >= MOST:
        raise Invalid("name", _("There are %(most)d rules already. Remove one first.") % {"most": MOST})
    return max((row.position for row in rows), default=0) + 1


def _named(name: str) -> str:
    line = clean_line(name, 80)
    if not line:
        raise Invalid("name", _("Give it a name."))
    return line


def checked(content: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """The content in its normal form. Raises Invalid."""
    said = {name: content.get(name, usual) for name, usual in DEFAULTS.items()}
    said["conditions"] = [_condition(one, known) for one in said["conditions"]]
    said["outcome"] = {name: value for name, value in said["outcome"].items() if value not in (None, "", [])}
    if not said["outcome"] and not said["stops"]:
        raise Invalid("outcome", _("Say what the rule sets."))
    if not said["all"] and not said["conditions"]:
        raise Invalid("conditions", _("Add a condition: one of none is never met."))
    if not (said["on_open"] or said["on_change"]):
        raise Invalid("on_open", _("Say when the rule is looked at."))
    said["again"] = bool(said["again"] and said["on_change"])
    if said["on_change"] and not watched(made(0, "", 0, said, {})):
        raise Invalid("on_change", _("None of its conditions is about something that changes."))
    return said


def _condition(said: Mapping[str, Any], known: Known) -> dict[str, Any]:
    found = known.properties.get(said["what"])
    if found is None:
        raise Invalid("conditions", _("It asks about a custom field that is gone."))
    values = list(said["values"])[:MOST_VALUES]
    if found.shape == "phrases":
        values = [value for value in values if phrase(value)]
    if found.shape == "hours":
        values = [_hours(value) for value in values]
    if said["how"] not in dict(found.hows) or not values:
        raise Invalid("conditions", _("“%(what)s”: say with what it is compared.") % {"what": found.label})
    is_words = found.shape == "phrases" and found.name.startswith("field:")
    return {"what": found.name, "how": said["how"], "values": values, **({"words": True} if is_words else {})}


def _hours(said: Mapping[str, Any]) -> dict[str, Any]:
    try:
        start, end = (time.fromisoformat(said[name]) for name in ("from", "to"))
    except ValueError as error:
        raise Invalid("conditions", _("Write times as 08:00.")) from error
    if not said["days"] or said["zone"] not in zoneinfo.available_timezones():
        raise Invalid("conditions", _("Choose days and a time zone."))
    return {"days": sorted(said["days"]), "from": f"{start:%H:%M}", "to": f"{end:%H:%M}", "zone": said["zone"]}


def tags(text: str) -> list[str]:
    """Tags as they are typed, in their normal form."""
    return checked_tags(text.replace(",", " ").split())
