"""What leaves by other ways than mail: the same queue, claimed and settled alike; a carrier speaks to the other side."""

from collections.abc import Callable, Mapping
from importlib import import_module

from django.conf import settings

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions
from .delivering import BATCH, claim, settle
from .models import Envelope
from .relaying import Outcome, Result

Carrier = Callable[[Envelope], Outcome]


def carry_due() -> int:
    """Send every such envelope whose moment has come; returns how many left."""
    carriers: Mapping[str, Carrier] = getattr(import_module(settings.OLMO_WIRING), "CARRIERS", {})
    sent = 0
    for _turn in range(BATCH):
        envelope = claim(is_mail=False)
        if envelope is None:
            return sent
        carrier = carriers.get(envelope.channel)
        outcome = carrier(envelope) if carrier else Outcome(Result.REFUSED, f"Nobody carries “{envelope.channel}”.")
        settle(envelope, outcome)
        sent += outcome.result is Result.SENT
    with scope(EVERY_CLIENT):
        actions.wake(channel="")
    return sent
