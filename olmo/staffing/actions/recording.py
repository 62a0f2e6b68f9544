"""What the verbs of staffing share: the line in the change log, and the checks of people and times."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people import audit
from olmo.people.models import Person, Team


def record(by: Person, subject: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """A line in the change log when anything differs. What is gone afterwards is told as such."""
    gone = {name: None for name in before if name not in after}
    if change := audit.difference(before, {**gone, **after}):
        audit.arranged(by, subject, change)


def one_at_a_time(what: str) -> None:
    """Let nobody else change things of this sort until the transaction ends: what is checked stays true."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"staffing {what}"])


def require_agent(person: Person, field: str) -> None:
    """Raise Invalid for somebody who cannot work: no agent, or gone."""
    if not Person.objects.filter(pk=person.pk, kind="agent", is_active=True).exists():
        raise Invalid(field, _("%(name)s is no active agent.") % {"name": person.name})


def require_team(team: Team) -> None:
    """Raise Invalid for a team that was switched off."""
    if not Team.objects.filter(pk=team.pk, is_active=True).exists():
        raise Invalid("team", _("The team %(name)s is not active.") % {"name": team.name})


def require_order(starts_at: datetime, ends_at: datetime) -> None:
    """Raise Invalid for a time that ends before it begins."""
    if ends_at <= starts_at:
        raise Invalid("ends_at", _("It must end after it begins."))
