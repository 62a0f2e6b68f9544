"""What it is and how much it matters: kind, category, impact and urgency, fields, subject, due date, tags."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.kernel.text import digest
from olmo.people.models import Person

from .. import concerns, policy, working
from ..changes import (
    AssetsNamed,
    Categorised,
    Change,
    Classified,
    DueSet,
    FieldsSet,
    LanguageSet,
    Prioritised,
    Retitled,
    Tagged,
    WorkingStateSet,
    loggable,
)
from ..log import changing
from ..models import Category, Event, MessageKind, Ticket, TicketKind, WorkingState
from .opening import checked_subject
from .values import checked_fields, checked_future, checked_level, checked_tags
from .writing import NewMessage, message_row


def prioritise(ticket: Ticket, *, by: Person, impact: int, urgency: int, seen: int | None = None) -> Event | None:
    """Judge impact and urgency, each 1 (high) to 3 (low); the client's matrix gives the priority.

    Raises NotFound, NotAllowed, Invalid, Stale. Source: ITIL 4, priority = impact x urgency.
    """
    levels = checked_level("impact", impact), checked_level("urgency", urgency)
    with changing(ticket, by=by, seen=seen, touching=["impact", "urgency"]) as log:
        policy.require_work(by, ticket)
        change = Prioritised(impact=impact, urgency=urgency, priority=ticket.client.priority_of(*levels))
        now = (ticket.impact, ticket.urgency, ticket.priority)
        return None if now == (impact, urgency, change.priority) else log.record(change)


def categorise(ticket: Ticket, *, by: Person, category: Category | None, seen: int | None = None) -> Event | None:
    """Set the category, or none. Raises NotFound, NotAllowed, Invalid (another client's category), Stale."""
    if category is not None and category.client_id not in (None, ticket.client_id):
        raise Invalid("category", _("This category belongs to another organisation."))
    change = Categorised(category=category.pk if category else None)
    return _set(ticket, by, change, "category_id", change.category, seen)


def classify(ticket: Ticket, *, by: Person, kind: str, seen: int | None = None) -> Event | None:
    """Say whether it is an incident or a service request. Raises NotFound, NotAllowed, Invalid, Stale."""
    if kind not in TicketKind.values:
        raise Invalid("kind", _("Choose incident or service request."))
    return _set(ticket, by, Classified(ticket_kind=kind), "kind", kind, seen)


def set_language(ticket: Ticket, *, by: Person, language: str, seen: int | None = None) -> Event | None:
    """Choose the language in which the requester is answered. Raises NotFound, NotAllowed, Invalid."""
    if language not in dict(settings.LANGUAGES):
        raise Invalid("language", _("Olmo does not speak “%(language)s”.") % {"language": language})
    return _set(ticket, by, LanguageSet(language=language), "language", language, seen)


def set_due(ticket: Ticket, *, by: Person, due_at: datetime | None, seen: int | None = None) -> Event | None:
    """Agree a due date, or drop it. Raises NotFound, NotAllowed, Invalid (in the past), Stale."""
    return _set(ticket, by, DueSet(due_at=checked_future("due_at", due_at)), "due_at", due_at, seen)


def set_working_state(
    ticket: Ticket, *, by: Person, state: WorkingState | None, seen: int | None = None
) -> Event | None:
    """Say how work stands in the desk's own words, or no longer.

    Raises NotFound, NotAllowed, Invalid (switched off, or of another status than the ticket's present one), Stale.
    """
    with changing(ticket, by=by, seen=seen, touching=["working_state"]) as log:
        policy.require_work(by, ticket)
        if state is None or state.pk == ticket.working_state_id:
            pk = state.pk if state else None
        else:
            pk = working.checked(state.pk, ticket.status)
        return None if pk == ticket.working_state_id else log.record(WorkingStateSet(working_state=pk))


def retitle(ticket: Ticket, *, by: Person, subject: str, seen: int | None = None) -> Event | None:
    """Word the subject anew; the former one is kept in an internal note. Raises NotFound, NotAllowed, Invalid, Stale."""
    line = checked_subject(subject)
    with changing(ticket, by=by, seen=seen, touching=["subject"]) as log:
        policy.require_work(by, ticket)
        if line == ticket.subject:
            return None
        former = NewMessage(text=_("The subject was: %(subject)s") % {"subject": ticket.subject})
        row = message_row(ticket, former, author=by, client_id=ticket.client_id, kind=MessageKind.INTERNAL)
        row.save(force_insert=True)
        ticket.subject = line
        return log.record(Retitled(subject=digest(line), message=row.pk))


def set_fields(ticket: Ticket, *, by: Person, values: dict[str, Any], seen: int | None = None) -> Event | None:
    """Fill in custom fields ({key: value}, None empties one). Raises NotFound, NotAllowed, Invalid (key), Stale."""
    with changing(ticket, by=by, seen=seen, touching=["fields"]) as log:
        policy.require_work(by, ticket)
        stored = checked_fields(values, ticket.client_id, ticket.category_id, by, complete=False)
        new = {k: v for k, v in stored.items() if ticket.fields.get(k) != v}
        if not new:
            return None
        ticket.fields = {k: v for k, v in {**ticket.fields, **new}.items() if v is not None}
        return log.record(FieldsSet(values=loggable(new)))


def tag(ticket: Ticket, *, by: Person, add: list[str] | None = None, remove: list[str] | None = None) -> Event | None:
    """Add and remove tags. Two people's changes add up. Raises NotFound, NotAllowed."""
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        added = [t for t in checked_tags(add or []) if t not in ticket.tags]
        removed = [t for t in checked_tags(remove or []) if t in ticket.tags]
        return log.record(Tagged(added=added or None, removed=removed or None)) if added or removed else None


def name_assets(ticket: Ticket, *, by: Person, add: Iterable[int] = (), remove: Iterable[int] = ()) -> Event | None:
    """Say which assets the ticket is about, by their ids. Two people's changes add up.

    Raises NotFound, NotAllowed, Invalid("assets": another organisation's, or too many).
    """
    with changing(ticket, by=by) as log:
        policy.require_work(by, ticket)
        added = sorted({*add} - {*ticket.asset_ids})
        removed = sorted({*remove} & {*ticket.asset_ids})
        concerns.checked({*added, *ticket.asset_ids} - {*removed}, ticket.client_id, by)
        change = AssetsNamed(assets_added=added or None, assets_removed=removed or None)
        return log.record(change) if added or removed else None


def _set(ticket: Ticket, by: Person, change: Change, column: str, value: Any, seen: int | None) -> Event | None:
    """One column, one change; None when the value is that already."""
    with changing(ticket, by=by, seen=seen, touching=change.touches) as log:
        policy.require_work(by, ticket)
        return None if getattr(ticket, column) == value else log.record(change)
