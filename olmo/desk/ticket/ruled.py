"""Which rule gave a ticket each of its values: a small word at the property, and a page that tells all of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from olmo.people.models import Person
from olmo.routing.rules import why, wording
from olmo.routing.rules.known import Known
from olmo.routing.rules.models import Rule, RuleVersion
from olmo.routing.rules.why import Reason
from olmo.tickets import queries
from olmo.tickets.models import Ticket

from .. import places
from ..shell import DeskRequest, agents, page

# property of the panel -> the properties that rules set
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "team": ("team",), "assignment": ("assignee",), "working_state": ("working_state",), "priority": ("impact", "urgency"),
    "category": ("category",), "kind": ("kind",), "tags": ("tags",), "watchers": ("followers",),
}  # fmt: skip


def explained(facts: Iterable[dict[str, Any]], ticket: Ticket, log: str | None) -> list[dict[str, Any]]:
    """The properties, each that a rule or triage has set with a word that leads to the reason."""
    known = why.reasons(ticket, log)
    url = places.ticket(ticket.number, "reasons")
    return [
        {**fact, "why": {"label": _word(reason), "url": url}} if (reason := _of(fact, known)) else fact
        for fact in facts
    ]


def _of(fact: Mapping[str, Any], known: Mapping[str, Reason]) -> Reason | None:
    names = _SHOWN.get(fact.get("field") or fact.get("noun", ""), ()) if known else ()
    return next((known[name] for name in names if name in known), None)


def _word(reason: Reason) -> str:
    return _("Rule “%(rule)s”") % {"rule": reason.name} if reason.rule else _("Triage")


@require_safe
@agents
def reasons(request: DeskRequest, number: int) -> HttpResponse:
    """For each property that was set by a rule or by triage: which, when, and which conditions were met."""
    ticket = queries.by_number(request.person, number)
    found, known = why.reasons_of(ticket), Known()
    context = {
        "ticket": ticket,
        "back_url": places.ticket(number),
        "reasons": [_told(name, reason, ticket, known, request.person) for name, reason in _in_order(found)],
        "may_look": request.person.is_administrator,
    }
    return page(request, "desk/reasons.html", context)


def _in_order(found: Mapping[str, Reason]) -> Iterable[tuple[str, Reason]]:
    return [(name, found[name]) for name in wording.OUTCOMES if name in found]


def _told(name: str, reason: Reason, ticket: Ticket, known: Known, viewer: Person) -> dict[str, Any]:
    told = {"label": wording.OUTCOMES[name], "value": _value(name, ticket, known), "reason": reason}
    if not reason.rule:
        return {**told, "percent": int(reason.sure * 100)}
    kept = RuleVersion.objects.filter(rule_number=reason.rule, version=reason.version).first()
    said = [_narrowed(one, ticket, viewer) for one in kept.content["conditions"]] if kept else []
    return {
        **told, "conditions": [wording.condition(said[n], known) for n in reason.met if n < len(said)],
        "url": reverse("desk:admin_rule", args=[reason.rule]) if Rule.objects.filter(pk=reason.rule).exists() else "",
    }  # fmt: skip


def _narrowed(said: dict[str, Any], ticket: Ticket, viewer: Person) -> dict[str, Any]:
    """A condition without other organisations' names: an agent may work for some of them only."""
    own: dict[str, set[Any]] = {
        "client": {ticket.client_id},
        "requester": {ticket.requester_id},
        "domain": set(),
        "category": {ticket.category_id},
    }
    if viewer.is_administrator or said["what"] not in own:
        return said
    return {**said, "values": [value for value in said["values"] if value in own[said["what"]]]}


def _value(name: str, ticket: Ticket, known: Known) -> str:
    held = {
        "tags": ticket.tags,
        "followers": ticket.watcher_ids,
        "team": ticket.team_id,
        "assignee": ticket.assignee_id,
    }
    held |= {"category": ticket.category_id, "working_state": ticket.working_state_id}
    return wording.value(name, held[name] if name in held else getattr(ticket, name), known)
