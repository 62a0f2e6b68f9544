"""Who may arrange whose work."""

from django.db.models import QuerySet

from olmo.kernel.errors import NotAllowed
from olmo.people.models import Person, Team


def leads(by: Person, team: Team) -> bool:
    """Whether somebody arranges the work of a team: its leads, and administrators."""
    return by.is_agent and by.is_active and (by.is_administrator or team.leads.filter(pk=by.pk).exists())


def led_by(person: Person) -> QuerySet[Team]:
    """The active teams whose work somebody arranges: those that they lead, all for administrators."""
    teams = Team.objects.filter(is_active=True)
    return teams if person.is_administrator else teams.filter(leads=person.pk)


def may_arrange(by: Person, person: Person) -> bool:
    """An agent arranges their own shifts and absences; so do administrators and the leads of a team of theirs."""
    if not (by.is_agent and by.is_active):
        return False
    return by.is_administrator or by.pk == person.pk or person.teams.filter(leads=by.pk).exists()


def may_put_on_call(by: Person, team: Team, person: Person) -> bool:
    """Leads put anybody on call; a member of the team takes over themselves."""
    return leads(by, team) or (by.is_active and by.pk == person.pk and team.members.filter(pk=by.pk).exists())


def require(allowed: bool) -> None:
    """Raise NotAllowed unless allowed."""
    if not allowed:
        raise NotAllowed
