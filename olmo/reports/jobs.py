"""One-line tasks of the reports room."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import rollup, usual


@app.periodic(cron="* * * * *")
@app.task(name="olmo.reports.jobs.refresh", queue="clockwork", pass_context=False)
def refresh(timestamp: int) -> None:
    """Bring the numbers up to the log."""
    rollup.refresh()


@app.periodic(cron="41 * * * *")
@app.task(name="olmo.reports.jobs.learn_usual_times", queue="clockwork", pass_context=False)
def learn_usual_times(timestamp: int) -> None:
    """Learn anew how long requests usually take."""
    with scope(EVERY_CLIENT):
        usual.learn()
