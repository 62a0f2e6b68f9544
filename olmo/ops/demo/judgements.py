"""What requesters of the demo think of the help, and what the desk makes of it."""

from collections.abc import Generator
from datetime import datetime, timedelta

from olmo.kernel import clock
from olmo.surveys.models import Invitation, State
from olmo.tickets.models import Status

from .story import Story

ANSWERED = 0.55
LOOKED_AT = 9  # days in which a bad rating has been followed up; younger ones wait for the reader
# Of the answers: (score, share, words that may go with it, how often they do).
SCORES = (
    (5, 0.46, "praise", 0.4),
    (4, 0.29, "praise", 0.2),
    (3, 0.12, "middling", 0.6),
    (2, 0.08, "blame", 0.9),
    (1, 0.05, "blame", 1.0),
)


def judged(story: Story) -> Generator[datetime, None, None]:
    """Some of those who were asked answer; who was not satisfied is spoken with; a solution is looked at again."""
    asked = Invitation.objects.filter(ticket=story.ticket, state=State.SENT).exists()
    if asked and story.rng.random() < ANSWERED:
        yield story.by_requester(20, 1500)
        if _is_solved(story):
            score, words = _answer(story)
            story.rate(score, words)
    yield story.by_desk(1200, 2600)
    if story.now - clock.now() > timedelta(days=LOOKED_AT):
        story.follow_up()
    yield story.by_desk(4000, 5000)
    if _is_solved(story):
        story.look_again()


def _is_solved(story: Story) -> bool:
    story.ticket.refresh_from_db()
    return story.ticket.status in (Status.RESOLVED, Status.CLOSED) and story.ticket.merged_into_id is None


def _answer(story: Story) -> tuple[int, str]:
    luck = story.rng.random()
    for score, share, words, often in SCORES:
        if luck < share:
            return score, words if story.rng.random() < often else ""
        luck -= share
    return 5, ""
