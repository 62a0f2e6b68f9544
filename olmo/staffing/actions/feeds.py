"""Verbs of the calendar feed of an agent: made, made anew, revoked. Only the digest of its address is kept."""

from django.db import transaction

from olmo.kernel import clock
from olmo.kernel.tokens import new_token, token_digest
from olmo.people.models import Person

from .. import policy
from ..models import Feed
from .recording import record


@transaction.atomic
def make_feed(*, by: Person) -> str:
    """Give an agent a feed, or a new address for it, which ends the former one. Returns the secret; it is told once.

    Raises NotAllowed (no agent).
    """
    policy.require(by.is_agent and by.is_active)
    token = new_token()
    Feed.objects.update_or_create(person=by, defaults={"digest": token_digest(token), "made_at": clock.now()})
    record(by, f"calendar feed: {by.name}", {}, {"address": "made"})
    return token


@transaction.atomic
def revoke_feed(*, by: Person) -> None:
    """End an agent's feed: its address leads nowhere from now on."""
    if Feed.objects.filter(person=by).delete()[0]:
        record(by, f"calendar feed: {by.name}", {"address": "made"}, {})


def owner_of(token: str) -> Person | None:
    """The active agent whose feed has this secret."""
    found = Feed.objects.filter(digest=token_digest(token)).select_related("person").first()
    return found.person if found and found.person.is_active and found.person.is_agent else None
