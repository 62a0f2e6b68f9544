"""One-line tasks of service levels."""

from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions, feeds


@app.periodic(cron="* * * * *")
@app.task(name="olmo.service_levels.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Record warnings and breaches that are due, in transactions of a few hundred tickets."""
    while True:
        with scope(EVERY_CLIENT):
            if not actions.sweep():
                return


@app.periodic(cron="*/10 * * * *")
@app.task(name="olmo.service_levels.jobs.refresh_feeds", queue="clockwork", pass_context=False)
def refresh_feeds(timestamp: int) -> None:
    """Fetch the feeds of calendars that are due, each by itself."""
    for pk in feeds.due():
        feeds.refresh(pk)


@app.task(name="olmo.service_levels.jobs.refresh_feed", queue="clockwork", pass_context=False)
def refresh_feed(feed: int) -> None:
    """Fetch one feed now."""
    feeds.refresh(feed)
