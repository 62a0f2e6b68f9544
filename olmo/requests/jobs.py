"""One-line tasks of requests."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import deciding, mailing


@app.periodic(cron="*/10 * * * *")
@app.task(name="olmo.requests.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Ask who stands in since then, remind those who have not decided, and end what nobody decided in time."""
    with scope(EVERY_CLIENT):
        mailing.ask_who_came_since()
    with scope(EVERY_CLIENT):
        deciding.remind_due()
    with scope(EVERY_CLIENT):
        deciding.expire_due()
