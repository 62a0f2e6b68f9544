"""Which rule (or triage) gave a ticket each of its values: read off the log, nothing else is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from olmo.kernel.prepared import Part
from olmo.tickets.models import VALUE_KINDS, Ticket

# kind of event -> property -> the name of its value in the event
_VALUES: Mapping[str, Mapping[str, str]] = {
    "opened": {
        "team": "team", "assignee": "assignee", "category": "category", "kind": "ticket_kind", "impact": "impact",
        "urgency": "urgency",
    },
    "assigned": {"team": "team", "assignee": "assignee"}, "escalated": {"team": "team", "assignee": "assignee"},
    "handed_over": {"team": "team", "assignee": "assignee"}, "categorised": {"category": "category"},
    "classified": {"kind": "ticket_kind"}, "prioritised": {"impact": "impact", "urgency": "urgency"},
    "working_state_set": {"working_state": "working_state"},
}  # fmt: skip
_COLUMNS: Mapping[str, str] = {
    "team": "team_id", "assignee": "assignee_id", "category": "category_id", "kind": "kind", "impact": "impact",
    "urgency": "urgency", "working_state": "working_state_id",
}  # fmt: skip
# The kinds stand in the text, so that the index of these events is found (`event_of_values`): a long talk costs nothing here.
_KINDS = ", ".join(f"'{kind}'" for kind in VALUE_KINDS)
_LOG = f"""
(select json_agg(json_build_array(e.kind, e.at, e.data) order by e.seq)::text from tickets_event e
where e.ticket_id = %s and e.kind in ({_KINDS}) and exists (
    select 1 from tickets_event r
    where r.ticket_id = %s and r.kind in ({_KINDS}) and (r.data ? 'rule_id' or r.data ? 'triage')))
"""  # noqa: S608  (words of ours)


@dataclass(frozen=True)
class Reason:
    """Why a property has its value. rule: its number, 0 where triage did it; met: the places of the conditions that were met."""

    at: datetime
    rule: int = 0
    name: str = ""
    version: int = 0
    met: tuple[int, ...] = ()
    sure: float = 0


def log_of(ticket: Ticket) -> Part:
    """What `reasons` reads, as an expression of a statement that asks for more; null for a ticket without rules."""
    return _LOG, [ticket.pk, ticket.pk]


def reasons_of(ticket: Ticket) -> dict[str, Reason]:
    """The same by a statement of its own."""
    sql, values = log_of(ticket)
    with connection.cursor() as cursor:
        cursor.execute(f"select {sql}", values)
        return reasons(ticket, cursor.fetchone()[0])


def reasons(ticket: Ticket, log: str | None) -> dict[str, Reason]:
    """property -> why it has its value, for those that a rule or triage has set and nobody has changed since."""
    fold = _Fold()
    for kind, at, data in json.loads(log) if log else ():
        fold.add(kind, at, data)
    return {
        name: reason
        for name, reason in fold.reasons.items()
        if name not in _COLUMNS or fold.values.get(name) == getattr(ticket, _COLUMNS[name])
    }


class _Fold:
    """The values of a ticket as its log goes on, each with its reason."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.reasons: dict[str, Reason] = {}

    def add(self, kind: str, at: str, data: Mapping[str, Any]) -> None:
        """One event. A value that stays what it is keeps its reason."""
        if kind == "undone":
            names = {column: name for name, column in _COLUMNS.items()}
            found = {names[column]: value for column, value in data["restored"].items() if column in names}
        else:
            found = {name: data.get(key) for name, key in _VALUES.get(kind, {}).items()}
        for name, value in found.items():
            if self.values.get(name) != value:
                self._explain(name, at, data)
            self.values[name] = value
        if added := {"tagged": "tags", "watched": "followers"}.get(kind):
            self._explain(added, at, data)

    def _explain(self, name: str, at: str, data: Mapping[str, Any]) -> None:
        self.reasons.pop(name, None)
        moment = parse_datetime(at)
        assert moment is not None
        if data.get("rule_id"):
            met = tuple(data.get("rule_met") or ())
            self.reasons[name] = Reason(moment, data["rule_id"], data.get("rule", ""), data.get("rule_version", 0), met)
        elif data.get("triage") is not None:
            self.reasons[name] = Reason(moment, sure=data["triage"])
