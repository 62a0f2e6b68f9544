"""One-line tasks of the people room."""

from django.contrib.sessions.backends.db import SessionStore
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import signin


@app.task(name="olmo.people.jobs.mail_link", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def mail_link(address: str, next_url: str = "") -> None:
    """Mail a sign-in link to the address, if it is somebody's."""
    with scope(EVERY_CLIENT):
        signin.mail_link(address, next_url)


@app.periodic(cron="17 * * * *")
@app.task(name="olmo.people.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Forget old tries, links and sessions."""
    with scope(EVERY_CLIENT):
        signin.sweep()
        SessionStore.clear_expired()
