"""What stands at the head of a ticket and beside it: its state, its requester, its properties, its relations."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from olmo.kernel import marks, spoken
from olmo.kernel.errors import Words
from olmo.kernel.prepared import as_json
from olmo.notifications.following import SHORT, level
from olmo.people.models import Person
from olmo.tickets.conversation import Around
from olmo.tickets.models import CustomField, HoldReason, Impact, Priority, Status, Ticket, TicketKind, Urgency

from .. import places
from ..assets import beside as assets
from ..calls import callbacks, checklist
from ..escalation import inbox as escalations
from ..escalation import major, partners
from ..service_levels import promises
from ..surveys import beside as aftercare
from ..worklog import beside as worktime
from . import related, requester, ruled, triage, whom

Fact = dict[str, Any]

_BADGES: Mapping[str, tuple[str, str]] = {
    Status.NEW: ("elm", ""), Status.OPEN: ("elm", ""), Status.WAITING: ("slate", "pause"),
    Status.RESOLVED: ("", "check"), Status.CLOSED: ("", "archive"),
}  # fmt: skip
_WAITS: Mapping[str, Words] = {
    HoldReason.REQUESTER: gettext_lazy("Waiting for the requester"),
    HoldReason.THIRD_PARTY: gettext_lazy("Waiting for a third party"),
    HoldReason.DATE: gettext_lazy("Waiting"),
    HoldReason.APPROVAL: gettext_lazy("Waiting for an approval"),
}


def head(ticket: Ticket, around: Around) -> dict[str, Any]:
    """The head: number, state, promises, and what can be done next."""
    tone, icon = _BADGES[ticket.status]
    is_merged = ticket.merged_into_id is not None
    return {
        "number": ticket.number,
        "url": places.ticket(ticket.number),
        "kind": TicketKind(ticket.kind).label,
        "title": ticket.subject,
        "badge": {"tone": tone, "icon": icon, "label": _state(ticket, around)},
        "notice": _merged(ticket) or major.notice(ticket, around.also.get("major")) or _back_and_forth(ticket),
        "promises": [*(promises.of(ticket) if around.also["clocks"] else []), *_due_date(ticket)],
        "tools": [] if is_merged else _tools(ticket),
        "acts": [*_asked(ticket, around), *_acts(ticket)],
        "more_url": _url(ticket, "more"),
    }


def _state(ticket: Ticket, around: Around) -> str:
    """The status with the desk's own word beneath it."""
    own = _in_language(around.working_state, around.working_state_names)
    status = _status(ticket, around.also.get("supplier") or "")
    return f"{status} · {own}" if own else status


def _status(ticket: Ticket, supplier: str) -> str:
    if ticket.status != Status.WAITING:
        return str(Status(ticket.status).label)
    words = str(_WAITS.get(ticket.hold_reason, Status.WAITING.label))
    words = _("Waiting for %(name)s") % {"name": supplier} if supplier else words
    return (
        _("%(state)s, until %(date)s") % {"state": words, "date": spoken.near_inside(ticket.wake_at)}
        if ticket.wake_at
        else words
    )


def _due_date(ticket: Ticket) -> list[dict[str, Any]]:
    """What was agreed: the due date, as long as the ticket is open."""
    if ticket.due_at is None or ticket.is_done:
        return []
    return [{"clock": marks.due(ticket.due_at), "words": _("Due %(date)s") % {"date": spoken.moment(ticket.due_at)}}]


def _tools(ticket: Ticket) -> list[dict[str, Any]]:
    macros = ("ticket_macros", _("Macros"), "macro", False)
    if ticket.is_done:
        return [_tool(ticket, *macros)]
    tools = [
        macros,
        ("escalation", _("Escalate"), "escalate", False),
        ("resolution", _("Resolve"), "check", True),
    ]
    if ticket.status != Status.WAITING:
        tools.insert(0, ("hold", _("Hold"), "snooze", False))
    return [_tool(ticket, *tool) for tool in tools]


def _tool(ticket: Ticket, noun: str, label: str, icon: str, is_main: bool) -> dict[str, Any]:
    return {"noun": noun, "label": label, "icon": icon, "is_main": is_main, "url": _url(ticket, noun)}


def _acts(ticket: Ticket) -> list[dict[str, Any]]:
    """What needs no words: one press."""
    if ticket.merged_into_id is not None:
        return [{"label": _("Take the merge back"), "icon": "unmerge", "url": _url(ticket, "merge_end")}]
    if ticket.hold_reason == HoldReason.APPROVAL:
        return []  # it goes on by itself when that is decided
    if ticket.status == Status.WAITING:
        return [{"label": _("Resume"), "icon": "play", "noun": "hold_end", "url": _url(ticket, "hold_end")}]
    if ticket.is_done:
        return [
            {
                "label": _("Reopen"),
                "icon": "undo",
                "noun": "reopening",
                "url": _url(ticket, "reopening"),
                "is_main": True,
            }
        ]
    return []


def _merged(ticket: Ticket) -> dict[str, Any] | None:
    if ticket.merged_into_id is None or ticket.merged_into is None:
        return None
    into = ticket.merged_into
    return {
        "icon": "merge", "title": _("Merged into ticket %(number)s.") % {"number": into.number}, "text": into.subject,
        "url": places.ticket(into.number), "action": _("Open it"),
    }  # fmt: skip


def _asked(ticket: Ticket, around: Around) -> list[dict[str, Any]]:
    found = escalations.act(ticket, as_json(around.also.get("asked")))
    return [found] if found else []


def _back_and_forth(ticket: Ticket) -> dict[str, Any] | None:
    """It went A, B, A more than once: somebody should talk rather than write."""
    if ticket.returns < 2 or ticket.is_done:
        return None
    title = _("It came back to a team that had given it away %(n)d times.") % {"n": ticket.returns}
    return {"icon": "escalate", "title": title, "text": _("Perhaps the teams should speak with one another.")}


def sections(viewer: Person, ticket: Ticket, around: Around, token: str) -> list[dict[str, Any]]:
    """What stands beside a ticket. token: the hidden field of the forms that stand there."""
    properties = [
        *ruled.explained(_properties(viewer, ticket, around), ticket, around.also["ruled"]),
        *_custom(ticket, around),
    ]
    parts: list[dict[str, Any]] = [requester.section(ticket, around), *triage.sections(ticket, token)]
    if ticket.service_id:
        url = places.ticket(ticket.number, "ticket_order")
        parts.append({"title": _("What was ordered"), "html": requester.lazy("order", url, _("Look at it"))})
    parts.append({"title": _("Properties"), "facts": properties})
    parts += [
        callbacks.section(ticket, token),
        checklist.section(ticket, token),
        worktime.section(viewer, ticket, around, token),
    ]
    parts += aftercare.sections(viewer, ticket, around.also["rated"], around.also["follow_ups"], token)
    url = places.ticket(ticket.number, "ticket_tasks")
    parts.append({"title": _("Tasks"), "html": requester.lazy("tasks", url, _("Show them"))})
    url = places.ticket(ticket.number, "ticket_procedures")
    parts.append({"title": _("Procedures"), "html": requester.lazy("procedures", url, _("Look for them"))})
    parts += partners.sections(ticket, around.also.get("partners"))
    parts += related.sections(viewer, ticket)
    url = places.ticket(ticket.number, "articles")
    parts.append({"title": _("Articles"), "html": requester.lazy("articles", url, _("Look for them"))})
    url = places.ticket(ticket.number, "similar")
    parts.append({"title": _("Similar tickets"), "html": requester.lazy("similar", url, _("Look for them"))})
    return parts


def _properties(viewer: Person, ticket: Ticket, around: Around) -> list[Fact]:
    name = ticket.assignee.name if ticket.assignee else ""
    because = _("Impact %(impact)s, urgency %(urgency)s")
    levels = {"impact": str(Impact(ticket.impact).label).lower(), "urgency": str(Urgency(ticket.urgency).label).lower()}
    due = spoken.near(ticket.due_at) if ticket.due_at else ""
    working = _in_language(around.working_state, around.working_state_names)
    facts: list[Fact] = [
        {"label": _("Owner"), "noun": "assignment", "value": name or _("Nobody yet"), "who": name},
        {"label": _("Reason"), "value": whom.title(ticket), "url": _url(ticket, "whom"), "act": _("explain")},
        {"label": _("Team"), "field": "team", "value": around.team, "url": _url(ticket, "assignment")},
        {"label": _("Working state"), "noun": "working_state", "value": working},
        {"label": _("Priority"), "noun": "priority", "value": Priority(ticket.priority).label, "priority": ticket.priority},
        {"label": _("Because"), "value": because % levels},
        {"label": _("Category"), "noun": "category", "value": _in_language(around.category, around.category_names)},
        {"label": _("Kind"), "noun": "kind", "value": TicketKind(ticket.kind).label},
        {"label": _("Due"), "noun": "due", "value": due},
        assets.fact(ticket, around.also),
        {"label": _("Tags"), "noun": "tags", "tags": ticket.tags},
        {"label": _("Language"), "noun": "language", "value": dict(settings.LANGUAGES).get(ticket.language, ticket.language)},
        {"label": _("Followers"), "noun": "watchers", "value": ", ".join(around.watchers)},
        {"label": _("My notices"), "noun": "following", "value": SHORT[level(viewer, ticket, around.also["level"])]},
    ]  # fmt: skip
    return [{**fact, "url": _url(ticket, fact["noun"])} if "noun" in fact else fact for fact in facts]


def _custom(ticket: Ticket, around: Around) -> list[Fact]:
    url = _url(ticket, "fields")
    return [
        {
            "label": _in_language(field.label, field.labels), "noun": "" if n else "fields", "url": url,
            "value": _shown(field.kind, ticket.fields.get(field.key)),
        }
        for n, field in enumerate(around.fields)
    ]  # fmt: skip


def _in_language(name: str, names: Mapping[str, str]) -> str:
    return names.get((get_language() or "en")[:2]) or name


def _shown(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == CustomField.Kind.BOOLEAN:
        return _("Yes") if value else _("No")
    return str(value)


def _url(ticket: Ticket, noun: str) -> str:
    return places.ticket(ticket.number, noun)
