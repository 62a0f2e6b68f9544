"""One-line tasks of fulfilment."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions


@app.periodic(cron="* * * * *")
@app.task(name="olmo.fulfilment.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Tell of tasks whose time has passed."""
    with scope(EVERY_CLIENT):
        actions.sweep()
