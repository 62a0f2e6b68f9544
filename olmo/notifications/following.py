"""How much an agent wants to hear of one ticket: everything, what concerns them as usual, only words to them, or nothing.

Following is public and in the ticket's log (`Ticket.watcher_ids`); to want less is a private matter, a row of `Following`.
"""

from collections.abc import Iterable, Mapping

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Invalid, Words
from olmo.kernel.prepared import Part
from olmo.people.models import Person
from olmo.tickets import actions, policy
from olmo.tickets.models import Ticket

from .models import Following


class Level(models.TextChoices):
    """What one hears of a ticket."""

    ALL = "all", _("Everything that happens")
    USUAL = "usual", _("As usual: what concerns me")
    MENTIONED = "mentioned", _("Only when I am mentioned or somebody answers")
    MUTED = "muted", _("Nothing: mute this ticket")


# As the panel of a ticket says it.
SHORT: Mapping[Level, Words] = {
    Level.ALL: _("All"), Level.USUAL: _("As usual"), Level.MENTIONED: _("Words to me"), Level.MUTED: _("Muted"),
}  # fmt: skip
# What is asked of somebody by name, or went wrong with their own words, is told at every level.
ALWAYS = frozenset({"assigned", "handed_over", "approval", "order", "given_back", "not_sent", "failed", "call"})
_TOLD = {Level.MENTIONED: ALWAYS | {"mentioned", "answered"}, Level.MUTED: ALWAYS}


def follow(ticket: Ticket, *, by: Person, level: str) -> None:
    """Choose how much `by` hears of a ticket; a follower who mutes it stays one, in the eyes of the others.

    Raises NotFound, NotAllowed, Invalid.
    """
    policy.require_work(by, ticket)
    if level not in Level.values:
        raise Invalid("level", _("Choose one of these."))
    with transaction.atomic():
        if level in _TOLD:
            Following.objects.update_or_create(person=by, ticket=ticket, defaults={"level": level})
            return
        Following.objects.filter(person=by, ticket=ticket).delete()
        (actions.watch if level == Level.ALL else actions.unwatch)(ticket, by=by, person=by)


def level_of(by: Person, ticket: Ticket) -> Level:
    """How much they hear of it now."""
    found = Following.objects.filter(person=by, ticket=ticket).values_list("level", flat=True).first()
    return level(by, ticket, found)


def level(by: Person, ticket: Ticket, kept: str | None) -> Level:
    """The level that a row, or none, means."""
    return Level(kept) if kept else Level.ALL if by.pk in ticket.watcher_ids else Level.USUAL


def kept(by: Person, ticket: Ticket) -> Part:
    """The level of the row, as an expression of a statement that asks for more (see kernel.prepared)."""
    return "(select level from notifications_following where person_id = %s and ticket_id = %s)", [by.pk, ticket.pk]


def silent(ticket: Ticket, people: Iterable[int], kind: str) -> set[int]:
    """Which of these do not want to hear of this kind of event on this ticket."""
    if kind in ALWAYS:
        return set()
    rows = Following.objects.filter(ticket=ticket, person__in=list(people)).values_list("person_id", "level")
    return {person for person, chosen in rows if kind not in _TOLD[Level(chosen)]}
