"""One-line tasks of assignment."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import giving


@app.task(name="olmo.routing.assignment.jobs.give", queue="reactions", pass_context=False)
def give(team: int) -> None:
    """Give out what waits in a team."""
    with scope(EVERY_CLIENT):
        giving.give_out(team)


@app.periodic(cron="* * * * *")
@app.task(name="olmo.routing.assignment.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Give out what waits anywhere, everything by now."""
    with scope(EVERY_CLIENT):
        giving.sweep()
