"""Rules at work: when a ticket was opened, and when a property changed for those that ask for it. By verbs, each saying why."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from olmo.kernel import clock
from olmo.kernel.errors import OlmoError
from olmo.people.actions import robot
from olmo.people.models import Person, Team
from olmo.tickets import actions
from olmo.tickets.changes import Opened, of_event
from olmo.tickets.log import because
from olmo.tickets.models import Category, Event, Ticket, WorkingState

from . import reading
from .content import ready
from .matching import Act, Rule, decide
from .models import Rule as Row
from .world import Desk

logger = logging.getLogger(__name__)

# condition -> the fields of a change that may make it come true
WATCHED: Mapping[str, frozenset[str]] = {
    "client": frozenset({"requester"}), "requester": frozenset({"requester"}), "vip": frozenset({"requester"}),
    "domain": frozenset({"requester"}), "category": frozenset({"category"}), "kind": frozenset({"kind"}),
    "subject": frozenset({"subject"}), "words": frozenset({"subject"}), "language": frozenset({"language"}),
    "team": frozenset({"team"}), "assignee": frozenset({"assignee"}), "impact": frozenset({"impact"}),
    "urgency": frozenset({"urgency"}), "priority": frozenset({"impact", "urgency"}), "tags": frozenset({"tags"}),
    "working_state": frozenset({"working_state"}), "asset": frozenset({"assets"}), "asset_kind": frozenset({"assets"}),
}  # fmt: skip


def follow(event: Event) -> frozenset[str]:
    """Carry out the rules that this event calls for. Returns the properties that they have spoken for. Does it once."""
    rules = _called(event)
    if not rules:
        return frozenset()
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=event.ticket_id)
        if ticket.is_done:
            return frozenset()
        desk = Desk()
        state, ordered = reading.now(ticket, event.at), [ready(row, desk.below) for row in rules]
        found = decide(state, ordered, desk, reading.touched_since(event))
        acts = [act for act in found.acts if act.sets]
        if acts and not Event.objects.filter(caused_by=event, ticket=ticket, data__has_key="rule_id").exists():
            for act in acts:
                carry_out(ticket, act, robot("Olmo"))
        return found.claimed


def watched(rule: Rule) -> frozenset[str]:
    """The fields whose change calls for a rule: those that its conditions ask about."""
    found = (WATCHED.get(one.what, {"fields"} if ":" in one.what else set()) for one in rule.conditions)
    return frozenset[str]().union(*found)


def carry_out(ticket: Ticket, act: Act, by: Person) -> None:
    """What one rule decided, by verbs. Something that is impossible at this very moment is left out."""
    rule = act.rule
    with because(rule=rule.name, rule_id=rule.pk, rule_version=rule.version, rule_met=list(act.met)):
        for names, verb in _VERBS:
            if any(name in act.sets for name in names):
                try:
                    with transaction.atomic():
                        verb(ticket, by, act.sets)
                except OlmoError as refusal:
                    logger.warning("rule %s on ticket %s: %s", rule.pk, ticket.number, refusal)
    Row.objects.filter(pk=rule.pk).update(uses=F("uses") + 1, used_at=clock.now())


def _called(event: Event) -> list[Row]:
    """The rules that an event calls for, in their order."""
    change = of_event(event.kind, event.data)
    if isinstance(change, Opened):
        return [row for row in Row.objects.filter(is_on=True) if row.content.get("on_open", True)]
    touched = change.fields_touched()
    if not touched or reading.is_of_opening(event):
        return []
    rows = Row.objects.filter(is_on=True, content__on_change=True)
    called = [row for row in rows if watched(ready(row, {})) & touched]
    acted = _acted(event.ticket_id) if called else set()
    return [row for row in called if row.content.get("again") or row.pk not in acted]


def _acted(ticket_id: int) -> set[int]:
    """The rules that have changed something of a ticket."""
    events = Event.objects.filter(ticket=ticket_id, data__has_key="rule_id")
    return set(events.values_list("data__rule_id", flat=True))


def _classify(ticket: Ticket, by: Person, sets: Mapping[str, Any]) -> None:
    actions.classify(ticket, by=by, kind=sets["kind"])


def _categorise(ticket: Ticket, by: Person, sets: Mapping[str, Any]) -> None:
    actions.categorise(ticket, by=by, category=Category.objects.get(pk=sets["category"]))


def _prioritise(ticket: Ticket, by: Person, sets: Mapping[str, Any]) -> None:
    impact, urgency = sets.get("impact", ticket.impact), sets.get("urgency", ticket.urgency)
    actions.prioritise(ticket, by=by, impact=impact, urgency=urgency)


def _assign(ticket: Ticket, by: Person, sets: Mapping[str, Any]) -> None:
    team = Team.objects.get(pk=sets["team"]) if "team" in sets else ticket.team
    assignee = Person.objects.get(pk=sets["assignee"]) if "assignee" in sets else ticket.assignee
    actions.assign(ticket, by=by, team=team, assignee=assignee)


def _tag(ticket: Ticket, by: Person, sets: Mapping[str, Any]) -> None:
    actions.tag(ticket, by=by, add=sets["tags"])


def _watch(ticket: Ticket, by: Person, sets: Mapping[str, Any]) -> None:
    for person in Person.objects.filter(pk__in=sets["followers"]).order_by("pk"):
        actions.watch(ticket, by=by, person=person)


def _set_state(ticket: Ticket, by: Person, sets: Mapping[str, Any]) -> None:
    actions.set_working_state(ticket, by=by, state=WorkingState.objects.get(pk=sets["working_state"]))


_VERBS: tuple[tuple[tuple[str, ...], Callable[[Ticket, Person, Mapping[str, Any]], None]], ...] = (
    (("kind",), _classify), (("category",), _categorise), (("impact", "urgency"), _prioritise),
    (("team", "assignee"), _assign), (("tags",), _tag), (("followers",), _watch), (("working_state",), _set_state),
)  # fmt: skip
