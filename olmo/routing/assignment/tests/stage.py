"""What tests of assignment share: teams with a way, and the AFTER reaction run as its job would."""

from datetime import timedelta
from typing import Any

from olmo.kernel import clock
from olmo.people.models import Person, Team
from olmo.routing.assignment import giving
from olmo.routing.assignment.models import TeamWay
from olmo.staffing.models import Absence, Profile
from olmo.tickets.log import caused_by
from olmo.tickets.models import Event, Ticket
from tests.cast import Cast


class Giving(Cast):
    """A test whose desk gives out by itself: Alma, Ines and Otto (for Bolt only)."""

    def way(self, method: str = "turn", team: Team | None = None, **more: Any) -> TeamWay:
        made, _new = TeamWay.objects.update_or_create(team=team or self.desk, defaults={"method": method, **more})
        return made

    def react(self, ticket: Ticket) -> Ticket:
        """What the job does with the newest event; returns the ticket as it is then."""
        event = Event.objects.filter(ticket=ticket).select_related("ticket", "by").latest("seq")
        with caused_by(event):
            giving.follow(event)
        return Ticket.objects.get(pk=ticket.pk)

    def away(self, person: Person) -> None:
        Profile.objects.update_or_create(person=person, defaults={"presence": "away", "presence_until": None})

    def back(self, person: Person) -> None:
        Profile.objects.update_or_create(person=person, defaults={"presence": "active", "presence_until": None})

    def absent(self, person: Person, deputy: Person | None = None) -> Absence:
        start = clock.now() - timedelta(hours=1)
        return Absence.objects.create(person=person, starts_at=start, ends_at=start + timedelta(days=2), deputy=deputy)
