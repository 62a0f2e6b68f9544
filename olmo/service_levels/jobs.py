"""One-line tasks of service levels."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions


@app.periodic(cron="* * * * *")
@app.task(name="olmo.service_levels.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Record warnings and breaches that are due, in transactions of a few hundred tickets."""
    while True:
        with scope(EVERY_CLIENT):
            if not actions.sweep():
                return
