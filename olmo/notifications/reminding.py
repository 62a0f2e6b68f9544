"""Reminders of promised calls: shortly before the time, and once more when it was missed."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from olmo.kernel import clock, spoken
from olmo.people.models import Person
from olmo.tickets.changes import CallbackDone, CallbackMissed, CallbackPromised
from olmo.tickets.models import ACTIVE, Event, Ticket

from .noticing import members_of, notify

BEFORE = timedelta(minutes=15)


def remind(limit: int = 200) -> int:
    """Remind of every promised call that is due soon; returns of how many. Each is told once, however often this runs."""
    now = clock.now()
    soon = Ticket.objects.filter(callback_at__gt=now, callback_at__lte=now + BEFORE, status__in=ACTIVE)
    count = 0
    for ticket in soon.select_related("assignee", "requester", "client").order_by("callback_at")[:limit]:
        event = _promise(ticket)
        if event is not None and ticket.callback_at is not None:
            why = "assignee" if ticket.assignee_id else ""
            notify(event, _whom(ticket, event), partial(_words, ticket), kind="call", why=why, tells_author=True)
            count += 1
    return count


def missed(event: Event, change: CallbackMissed) -> None:
    """Reaction: tell whoever ought to have called, then who leads the team."""
    ticket = event.ticket
    promise = _promise(ticket)
    people = _whom(ticket, promise) if promise else [ticket.assignee]
    words = _("The call to %(name)s promised for %(time)s was missed.")

    def said() -> str:
        return words % {"name": ticket.requester.name, "time": spoken.moment(change.at)}

    told = [person for person in people if person is not None]
    notify(event, told, said, kind="call")
    leads = Person.objects.filter(led_teams=ticket.team_id, is_active=True) if ticket.team_id else []
    known = {person.pk for person in told}
    notify(event, [lead for lead in leads if lead.pk not in known], said, kind="call", why="lead")


def _promise(ticket: Ticket) -> Event | None:
    """The event by which the present time was promised."""
    at = ticket.callback_at.isoformat() if ticket.callback_at else ""
    kinds = [CallbackPromised.kind, CallbackDone.kind]
    found = Event.objects.filter(ticket=ticket, kind__in=kinds, data__at=at).select_related("by", "ticket")
    return found.order_by("-seq").first()


def _whom(ticket: Ticket, promise: Event) -> Iterable[Person | None]:
    """Who has the ticket; without an owner whoever promised the call, and the team."""
    if ticket.assignee is not None:
        return [ticket.assignee]
    return [promise.by, *members_of(ticket.team_id)]


def _words(ticket: Ticket) -> str:
    """Whom to call, when, and how late it is there then, with the number."""
    at = ticket.callback_at
    assert at is not None
    numbers = ticket.requester.identities.filter(kind="phone").values_list("value", flat=True)
    with timezone.override(ZoneInfo(ticket.requester.time_zone)):
        there = spoken.hours(at)
    words = _("You promised to call %(name)s at %(time)s (%(there)s there). %(numbers)s")
    values = {"name": ticket.requester.name, "time": spoken.hours(at), "there": there, "numbers": ", ".join(numbers)}
    return (words % values).strip()
