"""The targets of triage: what each says of a ticket, as a label; which labels are allowed; the verb that gives one.

Labels are texts, for the learning knows nothing of tables: a kind by its name, a category and a team by their id, a judgement as
"impact-urgency".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from olmo.kernel.errors import NotFound
from olmo.kernel.text import whole_numbers
from olmo.people.models import Person, Team
from olmo.tickets import actions
from olmo.tickets.models import Category, Channel, Event, Impact, Ticket, TicketKind, Urgency

from .models import Target

MEDIUM = (Impact.MEDIUM, Urgency.MEDIUM)


@dataclass(frozen=True)
class Aim:
    """One target. touches: the fields of a change that decide it; label: what a ticket has; unset: its label at first; is_open:
    whether nobody set it; named: {label: name} of those labels that are allowed for a client; give: the verb."""

    touches: frozenset[str]
    unset: str
    label: Callable[[Ticket], str]
    is_open: Callable[[Ticket], bool]
    named: Callable[[int, Iterable[str]], Mapping[str, str]]
    give: Callable[[Ticket, Person, str], Event | None]


def _was_touched(ticket: Ticket, *kinds: str) -> bool:
    return Event.objects.filter(ticket=ticket, kind__in=kinds).exists()


def _kind_is_open(ticket: Ticket) -> bool:
    return ticket.kind == TicketKind.INCIDENT and not _was_touched(ticket, "classified")


def _judgement_is_open(ticket: Ticket) -> bool:
    """In the portal the requester has judged it; a mail begins in the middle."""
    is_middle = (ticket.impact, ticket.urgency) == MEDIUM and ticket.channel != Channel.PORTAL
    return is_middle and not _was_touched(ticket, "prioritised")


def _kinds(_client: int, labels: Iterable[str]) -> Mapping[str, str]:
    return {label: str(TicketKind(label).label) for label in labels if label in TicketKind.values}


def _categories(client: int, labels: Iterable[str]) -> Mapping[str, str]:
    ours = Category.objects.filter(Q(client=None) | Q(client=client), pk__in=_ids(labels), is_active=True)
    return {str(one.pk): str(one) for one in ours}


def _teams(_client: int, labels: Iterable[str]) -> Mapping[str, str]:
    return {str(one.pk): one.name for one in Team.objects.filter(pk__in=_ids(labels), is_active=True)}


def _judgements(_client: int, labels: Iterable[str]) -> Mapping[str, str]:
    return {label: _judged(*levels) for label in labels if (levels := _levels(label))}


def _judged(impact: int, urgency: int) -> str:
    levels = {"impact": str(Impact(impact).label).lower(), "urgency": str(Urgency(urgency).label).lower()}
    return _("Impact %(impact)s, urgency %(urgency)s") % levels


def _ids(labels: Iterable[str]) -> list[int]:
    return whole_numbers(labels)


def _levels(label: str) -> tuple[int, int] | None:
    impact, dash, urgency = label.partition("-")
    known = ("1", "2", "3")
    return (int(impact), int(urgency)) if dash and impact in known and urgency in known else None


def _classify(ticket: Ticket, by: Person, label: str) -> Event | None:
    return actions.classify(ticket, by=by, kind=label)


def _categorise(ticket: Ticket, by: Person, label: str) -> Event | None:
    return actions.categorise(ticket, by=by, category=Category.objects.get(pk=int(label)))


def _assign(ticket: Ticket, by: Person, label: str) -> Event | None:
    return actions.assign(ticket, by=by, team=Team.objects.get(pk=int(label)), assignee=ticket.assignee)


def _prioritise(ticket: Ticket, by: Person, label: str) -> Event | None:
    levels = _levels(label)
    if levels is None:
        raise NotFound
    return actions.prioritise(ticket, by=by, impact=levels[0], urgency=levels[1])


AIMS: Mapping[str, Aim] = {
    Target.KIND: Aim(
        frozenset({"kind"}), TicketKind.INCIDENT, lambda t: t.kind, _kind_is_open, _kinds, _classify
    ),
    Target.CATEGORY: Aim(
        frozenset({"category"}), "", lambda t: str(t.category_id or ""), lambda t: t.category_id is None, _categories,
        _categorise,
    ),
    Target.TEAM: Aim(
        frozenset({"team"}), "", lambda t: str(t.team_id or ""), lambda t: t.team_id is None, _teams, _assign
    ),
    Target.JUDGEMENT: Aim(
        frozenset({"impact", "urgency"}), "2-2", lambda t: f"{t.impact}-{t.urgency}", _judgement_is_open, _judgements,
        _prioritise,
    ),
}  # fmt: skip
