"""One-line tasks of upkeep."""

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from . import checking, links


@app.periodic(cron="41 2 * * *", lock="upkeep", queueing_lock="upkeep")
@app.task(name="olmo.upkeep.jobs.nightly", queue="bulk", lock="upkeep", queueing_lock="upkeep", pass_context=False)
def nightly(timestamp: int = 0) -> None:
    """Find the kinds of request, ask web addresses, then look through all articles; transactions are short."""
    from . import learning  # brings scikit-learn, which no page needs

    learning.refresh()
    links.refresh()
    checking.check_all()


def now() -> None:
    """Do it now; once however often it is asked."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        nightly.defer()
