"""One-line tasks of escalation."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions, administration


@app.periodic(cron="* * * * *")
@app.task(name="olmo.escalation.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Take the steps that are due, in transactions of some tickets."""
    while True:
        with scope(EVERY_CLIENT):
            if not actions.sweep():
                return


@app.task(name="olmo.escalation.jobs.rewatch", queue="bulk")
def rewatch(after: int = 0) -> None:
    """After a change of a policy: look at every open ticket again, some hundred at a time."""
    with scope(EVERY_CLIENT):
        last = administration.rewatch(after)
    if last:
        rewatch.defer(after=last)
