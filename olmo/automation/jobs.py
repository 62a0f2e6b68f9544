"""One-line tasks of the automation room."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import running
from .models import Run


@app.task(name="olmo.automation.jobs.go_on", queue="automation", retry=RetryStrategy(max_attempts=10, wait=30))
def go_on(run_id: int) -> None:
    """The next batches of a run, each in a transaction of its own; after a failure it goes on where it was."""
    while True:
        with scope(EVERY_CLIENT):
            runs = Run.objects.select_related("by", "undoable").select_for_update(of=("self",))
            run = runs.filter(pk=run_id, finished_at=None).first()
            if run is None:
                return
            running.proceed(run)


@app.periodic(cron="17 * * * *")
@app.task(name="olmo.automation.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Forget old runs."""
    with scope(EVERY_CLIENT):
        running.forget_old()
