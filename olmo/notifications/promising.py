"""Notices of service levels: a promise is in danger, or was broken. The owner hears of it, and who leads the ticket's team."""

from typing import Any

from django.utils.translation import gettext as _

from olmo.kernel import spoken
from olmo.people.models import Person
from olmo.service_levels import queries as service_levels
from olmo.tickets.changes import Breached, Warned, of_event
from olmo.tickets.models import Event
from olmo.tickets.sentences import METRICS

from .noticing import notify


def warned(event: Event, _change: Warned) -> None:
    """Reaction: a share of the time is used up."""
    _tell(event, "warning")


def breached(event: Event, change: Breached) -> None:
    """Reaction: the time is used up. What is found out long afterwards is told in one mail with all of it."""
    _tell(event, "breach", is_collected=change.is_late)


def said(event: Event) -> str:
    """The promise, and when it is or was due, in words; "" of any other event. Called in the reader's language and zone."""
    change: Any = of_event(event.kind, event.data)
    if not isinstance(change, Warned | Breached):
        return ""
    with_whom = service_levels.party(change.agreement)
    metric = str(METRICS.get(change.metric, change.metric))
    words: dict[str, Any] = {"metric": f"{metric} ({with_whom})" if with_whom else metric}
    if isinstance(change, Breached):
        return _("The promise of %(metric)s was broken: it was due %(at)s.") % {
            **words, "at": spoken.moment(change.breached_at),
        }  # fmt: skip
    due = service_levels.due(event.ticket, change.metric, change.started_at, change.agreement)
    words |= {"percent": change.percent}
    if due is None:
        return _("%(percent)s %% of the time for %(metric)s is used up.") % words
    return _("%(percent)s %% of the time for %(metric)s is used up: it is due %(at)s.") % {
        **words, "at": spoken.moment(due),
    }  # fmt: skip


def _tell(event: Event, kind: str, *, is_collected: bool = False) -> None:
    ticket = event.ticket
    notify(event, [ticket.assignee], lambda: said(event), kind=kind, why="assignee", is_collected=is_collected)
    leads = Person.objects.filter(led_teams=ticket.team_id, is_active=True) if ticket.team_id else []
    others = [person for person in leads if person.pk != ticket.assignee_id]
    notify(event, others, lambda: said(event), kind=kind, why="lead", is_collected=is_collected)
