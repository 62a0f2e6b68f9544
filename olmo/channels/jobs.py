"""One-line tasks of the channels room."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import processing, queries


@app.task(name=processing.PROCESS, queue="mail", priority=processing.PRIORITY, retry=RetryStrategy(max_attempts=20, wait=5))
def process() -> None:
    """Make tickets of the mail that waits; a rest is left to the next job."""
    processing.process_due()
    _go_on()


@app.periodic(cron="* * * * *")
@app.task(name="olmo.channels.jobs.sweep", queue="clockwork")
def sweep(timestamp: int) -> None:
    """Queue a processing when anything is due: no lost job keeps a message unread."""
    _go_on()


def _go_on() -> None:
    with scope(EVERY_CLIENT):
        if queries.due().exists():
            processing.wake()
