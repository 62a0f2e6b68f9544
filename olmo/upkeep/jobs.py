"""One-line tasks of upkeep."""

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from olmo.knowledge import indexing
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import checking, topics


@app.periodic(cron="41 2 * * *", lock="upkeep", queueing_lock="upkeep")
@app.task(name="olmo.upkeep.jobs.nightly", queue="bulk", lock="upkeep", queueing_lock="upkeep", pass_context=False)
def nightly(timestamp: int = 0) -> None:
    """Read published texts anew, find the kinds of request, then look through all articles."""
    with scope(EVERY_CLIENT):
        indexing.rebuild()
        topics.refresh()
        checking.check_all()


def now() -> None:
    """Do it now; once however often it is asked."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        nightly.defer()
