"""One-line tasks of the channels room."""

from importlib import import_module

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import processing, queries
from .models import Mailbox


@app.task(
    name=processing.PROCESS, queue="mail", priority=processing.PRIORITY, retry=RetryStrategy(max_attempts=20, wait=5)
)
def process() -> None:
    """Make tickets of the mail that waits; a rest is left to the next job."""
    processing.process_due()
    _go_on()


@app.periodic(cron="* * * * *")
@app.task(name="olmo.channels.jobs.sweep", queue="clockwork")
def sweep(timestamp: int) -> None:
    """Queue a processing when anything is due: no lost job keeps a message unread."""
    _go_on()


@app.task(name="olmo.channels.jobs.report_failing", queue="mail", retry=RetryStrategy(max_attempts=10, wait=30))
def report_failing(mailbox_id: int) -> None:
    """Tell everybody whom `wiring.MAILBOX_FAILED` names that a mailbox cannot be read."""
    with scope(EVERY_CLIENT):
        mailbox = Mailbox.objects.filter(pk=mailbox_id, failing_since__isnull=False).first()
        for tell in getattr(import_module(settings.OLMO_WIRING), "MAILBOX_FAILED", []) if mailbox else []:
            tell(mailbox)


def _go_on() -> None:
    with scope(EVERY_CLIENT):
        if queries.due().exists():
            processing.wake()
