"""What this room does when a ticket's log grows (`wiring.AFTER`): the rules first, then triage for what they left open."""

from olmo.tickets.models import Event

from . import suggesting
from .rules import running


def follow(event: Event) -> None:
    """AFTER reaction."""
    suggesting.follow(event, decided=running.follow(event))
