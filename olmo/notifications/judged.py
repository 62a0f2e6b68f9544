"""Notices after the solution: a bad rating to who leads the team, a look that is due to who planned it."""

from datetime import timedelta

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.surveys import following_up
from olmo.surveys.models import FollowUp
from olmo.tickets.changes import FollowUpPlanned
from olmo.tickets.choices import FollowUpReason, Score
from olmo.tickets.models import Event

from .noticing import notify

WITHIN = timedelta(hours=2)  # a worker that stood still for longer reminds of nothing old


def planned(event: Event, change: FollowUpPlanned) -> None:
    """Reaction: tell who leads the team of a bad rating; a planned look is told of when it is due."""
    if change.why != FollowUpReason.RATING:
        return
    found = (
        FollowUp.objects.filter(ticket=event.ticket, why=change.why).select_related("rating").order_by("-pk").first()
    )
    if found is None or found.rating is None:
        return
    score, name = Score(found.rating.score), event.ticket.requester.name
    said = lambda: _("%(name)s rated the help: %(score)s.") % {"name": name, "score": score.label}  # noqa: E731
    notify(event, following_up.whose(found), said, kind="rated", why="lead", tells_author=True)


def remind(limit: int = 200) -> int:
    """Tell of every look that has come due; returns of how many. Each is told once, however often this runs."""
    now = clock.now()
    due = FollowUp.objects.filter(
        done_at=None, told_at=None, why=FollowUpReason.CHECK, due_at__range=(now - WITHIN, now)
    )
    found = list(due.select_related("ticket__client", "ticket__requester", "person").order_by("due_at")[:limit])
    for one in found:
        events = Event.objects.filter(ticket=one.ticket, kind=FollowUpPlanned.kind, data__why=FollowUpReason.CHECK)
        event = events.select_related("ticket", "by").order_by("-seq").first()
        said = lambda: _("This was solved some days ago: does the solution hold?")  # noqa: E731
        if event is not None:
            notify(event, following_up.whose(one), said, kind="follow_up", tells_author=True)
    FollowUp.objects.filter(pk__in=[one.pk for one in found]).update(told_at=now)
    return len(found)
