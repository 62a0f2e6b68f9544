"""One-line tasks of the writing room."""

from procrastinate.contrib.django import app

from . import sending


@app.task(name=sending.SEND, queue="reactions")
def send(draft_id: int) -> None:
    """Send a reply whose moment has come."""
    sending.send_due(draft_id)


@app.periodic(cron="* * * * *")
@app.task(name="olmo.writing.jobs.sweep", queue="clockwork")
def sweep(timestamp: int) -> None:
    """Send everything that is due: no lost job keeps a reply."""
    sending.send_due()
