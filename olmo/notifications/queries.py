"""Reads: how far the mail of a message got."""

from collections.abc import Iterable
from dataclasses import dataclass

from olmo.outbox import queries as outbox
from olmo.outbox.models import Envelope, State


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
