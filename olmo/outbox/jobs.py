"""One-line tasks of the outbox."""

from importlib import import_module

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions, queries
from .carrying import carry_due
from .delivering import deliver_due
from .models import Envelope


@app.task(name=actions.DELIVER, queue="outbox", priority=actions.PRIORITY)
def deliver() -> None:
    """Send all that is due."""
    deliver_due()


@app.task(name=actions.CARRY, queue="outbox", priority=actions.PRIORITY)
def carry() -> None:
    """The same for what is no mail."""
    carry_due()


@app.task(name="olmo.outbox.jobs.given_up", queue="outbox", retry=RetryStrategy(max_attempts=10, wait=30))
def given_up(envelope_id: int) -> None:
    """Tell everybody whom `wiring.GIVEN_UP` names; each listener is idempotent."""
    with scope(EVERY_CLIENT):
        envelope = Envelope.objects.get(pk=envelope_id)
        for tell in getattr(import_module(settings.OLMO_WIRING), "GIVEN_UP", []):
            tell(envelope)


@app.periodic(cron="* * * * *")
@app.task(name="olmo.outbox.jobs.sweep", queue="clockwork")
def sweep(timestamp: int) -> None:
    """Queue a delivery when anything is due: no lost job keeps a message here."""
    with scope(EVERY_CLIENT):
        for channel in queries.due().values_list("channel", flat=True).distinct():
            actions.wake(channel=channel)
