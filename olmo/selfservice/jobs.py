"""One-line tasks of self-service."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions


@app.periodic(cron="23 3 * * *")
@app.task(name="olmo.selfservice.jobs.sweep", queue="bulk", pass_context=False)
def sweep(timestamp: int = 0) -> None:
    """Forget old visits."""
    with scope(EVERY_CLIENT):
        actions.sweep()
