"""One-line tasks of routing."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import teaching
from .rules import trying
from .rules.models import DryRun


@app.periodic(cron="17 2 * * *", queueing_lock="learning", lock="learning")
@app.task(
    name="olmo.routing.jobs.learn", queue="learning", lock="learning", queueing_lock="learning", pass_context=False
)
def learn(timestamp: int = 0) -> None:
    """Learn from the newest finished tickets, all targets, one job at a time."""
    teaching.learn_all()


@app.task(name="olmo.routing.jobs.dry_run", queue="automation")
def dry_run(pk: int) -> None:
    """The batches of a dry run, each in a transaction of its own, until it is through or was thrown away."""
    while True:
        with scope(EVERY_CLIENT):
            run = DryRun.objects.select_for_update().filter(pk=pk, finished_at=None).first()
            if run is None:
                return
            trying.proceed(run)


@app.periodic(cron="29 * * * *")
@app.task(name="olmo.routing.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Forget old dry runs."""
    with scope(EVERY_CLIENT):
        trying.forget_old()
