"""One-line tasks of the service status."""

from datetime import datetime

from procrastinate.contrib.django import app

from olmo.kernel import clock
from olmo.tenancy.scope import EVERY_CLIENT, scope


@app.task(name="olmo.status.jobs.tell_subscribers", queue="bulk")
def tell_subscribers(update: int) -> None:
    """Mail an update to those who subscribed; a second run mails nobody twice."""
    from . import subscribing

    with scope(EVERY_CLIENT):
        subscribing.tell(update)


def tell_of(update: int, *, at: datetime | None = None) -> None:
    """Queue the mails of an update, where anybody subscribed; at: they leave no sooner."""
    from .models import Subscriber

    is_ahead = at is not None and at > clock.now()
    if is_ahead or Subscriber.objects.filter(confirmed_at__isnull=False).exists():
        tell_subscribers.configure(schedule_at=at if is_ahead else None).defer(update=update)


@app.periodic(cron="41 3 * * *")
@app.task(name="olmo.status.jobs.sweep", queue="bulk", pass_context=False)
def sweep(timestamp: int = 0) -> None:
    """Forget addresses that were never confirmed."""
    from . import subscribing

    with scope(EVERY_CLIENT):
        subscribing.sweep()
