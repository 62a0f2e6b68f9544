"""What a rule says, as plain data (JSON), and the rule that `matching` carries out made of it.

    {"all": true, "conditions": [{"what": "category", "how": "any", "values": [7]}, ...], "outcome": {"team": 3, "tags": ["vpn"]},
     "queue": "", "fills": false, "stops": false, "on_open": true, "on_change": false, "again": false}

queue: "" for all tickets, else "channel-portal", "mailbox-3" or "team-2". Values are ids of rows; "" stands for none. A condition
on a custom field of words says so ("words": true).
"""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from .folding import phrase
from .matching import Condition, Hours, Rule
from .models import Rule as Row

WORDS = ("subject", "text", "words")
DEFAULTS: Mapping[str, Any] = {
    "all": True, "conditions": [], "outcome": {}, "queue": "", "fills": False, "stops": False, "on_open": True,
    "on_change": False, "again": False,
}  # fmt: skip


def ready(row: Row, below: Mapping[int, frozenset[int]]) -> Rule:
    """A stored rule, ready to be carried out. below: for each category itself and all beneath it."""
    return made(row.pk, row.name, row.version, row.content, below)


def made(pk: int, name: str, version: int, content: Mapping[str, Any], below: Mapping[int, frozenset[int]]) -> Rule:
    """A rule of its data."""
    said = {**DEFAULTS, **content}
    return Rule(
        pk=pk, name=name, version=version, conditions=tuple(_condition(one, below) for one in said["conditions"]),
        outcome=said["outcome"], needs_all=said["all"], queue=said["queue"], fills=said["fills"], stops=said["stops"],
        on_open=said["on_open"], on_change=said["on_change"], again=said["again"],
    )  # fmt: skip


def _condition(said: Mapping[str, Any], below: Mapping[int, frozenset[int]]) -> Condition:
    what, is_words = said["what"], bool(said.get("words"))
    return Condition(what, said["how"], frozenset(_values(what, said["values"], below, is_words)), is_words)


def _values(what: str, values: Iterable[Any], below: Mapping[int, frozenset[int]], is_words: bool) -> Iterable[Any]:
    if is_words or what in WORDS:
        return [found for value in values if (found := phrase(value))]
    if what == "category":
        return {one for value in values for one in (below.get(value, frozenset({value})) if value else {""})}
    if what == "time":
        return [hours(value) for value in values]
    return values


def hours(said: Mapping[str, Any]) -> Hours:
    """Hours of {"days": [0, 1], "from": "08:00", "to": "18:00", "zone": "Europe/Rome"}."""
    start, end = time.fromisoformat(said["from"]), time.fromisoformat(said["to"])
    return Hours(frozenset(said["days"]), start, end, said["zone"])
