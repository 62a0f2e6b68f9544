"""One-line tasks of routing."""

from procrastinate.contrib.django import app

from . import teaching


@app.periodic(cron="17 2 * * *", queueing_lock="learning", lock="learning")
@app.task(
    name="olmo.routing.jobs.learn", queue="learning", lock="learning", queueing_lock="learning", pass_context=False
)
def learn(timestamp: int = 0) -> None:
    """Learn from the newest finished tickets, all targets, one job at a time."""
    teaching.learn_all()
