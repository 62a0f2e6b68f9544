"""Reads: how far the mail of a message got, and the notices in somebody's pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from olmo.knowledge import queries as knowledge
from olmo.outbox import queries as outbox
from olmo.outbox.models import Envelope, State
from olmo.people.models import Person
from olmo.tickets import queries as tickets

from .models import Alert


@dataclass(frozen=True)
class Delivery:
    """How far the mail of a message got. state: the worst of its envelopes ("failed", "held", "waiting" or "sent"); words: a
    sentence for each recipient."""

    state: str
    words: list[str]

    @property
    def is_failed(self) -> bool:
        return self.state == State.FAILED


def deliveries(message_ids: Iterable[int]) -> dict[int, Delivery]:
    """Of each of these messages that left by mail: its delivery. One query; the scope decides what is seen."""
    found = outbox.by_reference(f"message:{pk}" for pk in message_ids)
    return {int(reference.partition(":")[2]): _delivery(envelopes) for reference, envelopes in found.items()}


def _delivery(envelopes: list[Envelope]) -> Delivery:
    states = {envelope.state for envelope in envelopes}
    worst = next((state for state in (State.FAILED, State.HELD) if state in states), None)
    whole = "sent" if states == {State.SENT} else "waiting"
    return Delivery(str(worst or whole), [outbox.words(envelope) for envelope in envelopes])


def alerts(viewer: Person, *, limit: int, before: int | None = None) -> list[Alert]:
    """The newest notices of a person: of duties, and of tickets and articles that they may see now.

    before: only those older than this one (its id).
    """
    of_ticket = (
        tickets.visible_to(viewer).order_by().filter(pk=OuterRef("ticket_id"))
    )  # asked row by row, not read whole
    of_article = knowledge.visible_to(viewer).filter(pk=OuterRef("suggestion__article_id"))
    seen = Q(schedule__isnull=False) | Exists(of_ticket) | Exists(of_article)
    found = Alert.objects.filter(seen, person=viewer)
    found = found.filter(pk__lt=before) if before is not None else found
    found = found.select_related("ticket", "event__by", "schedule__team", "suggestion__article", "suggestion__by")
    return list(found.prefetch_related("suggestion__article__translations__shown").order_by("-pk")[:limit])


def unread(viewer: Person) -> QuerySet[Alert]:
    """The notices that a person has not read, to be counted."""
    return Alert.objects.filter(person=viewer, read_at=None)
