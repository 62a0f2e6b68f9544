"""One-line tasks of the reports room."""

from procrastinate.contrib.django import app

from . import rollup


@app.periodic(cron="* * * * *")
@app.task(name="olmo.reports.jobs.refresh", queue="clockwork", pass_context=False)
def refresh(timestamp: int) -> None:
    """Bring the numbers up to the log."""
    rollup.refresh()
