"""Bad ratings in the inbox of those who lead: who was not satisfied, with what, and by when somebody speaks with them."""

from typing import Any

from olmo.people.models import Person
from olmo.surveys import following_up

from .. import places

MOST = 50


def rows(viewer: Person) -> list[dict[str, Any]]:
    """As desk/surveys/judged.html prints them."""
    return [
        {
            "ticket": one.ticket, "url": places.ticket(one.ticket.number), "due": one.due_at, "rating": one.rating,
            "act_url": places.ticket(one.ticket.number, "followed_up"),
        }
        for one in following_up.judged(viewer)[:MOST]
    ]  # fmt: skip
