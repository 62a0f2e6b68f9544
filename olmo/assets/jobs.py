"""One-line tasks of assets."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import importing


@app.periodic(cron="53 3 * * *")
@app.task(name="olmo.assets.jobs.sweep", queue="bulk", pass_context=False)
def sweep(timestamp: int = 0) -> None:
    """Forget files that nobody imported."""
    with scope(EVERY_CLIENT):
        importing.sweep()
