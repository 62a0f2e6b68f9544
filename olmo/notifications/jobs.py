"""One-line tasks of the notifications room."""

from procrastinate.contrib.django import app

from olmo.kernel import clock
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import collecting, devices, duties, judged, reminding, surveys


@app.periodic(cron="* * * * *")
@app.task(name="olmo.notifications.jobs.send_collected", queue="clockwork")
def send_collected(timestamp: int) -> None:
    """Send the mail whose time has come."""
    with scope(EVERY_CLIENT):
        collecting.send_due(clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="olmo.notifications.jobs.remind", queue="clockwork")
def remind(timestamp: int) -> None:
    """Remind agents of promised calls that are due soon, and of solutions that are to be looked at again."""
    with scope(EVERY_CLIENT):
        reminding.remind()
        judged.remind()


@app.periodic(cron="* * * * *")
@app.task(name="olmo.notifications.jobs.ask", queue="clockwork")
def ask(timestamp: int) -> None:
    """Ask those whose request was solved how the help was."""
    surveys.ask_due()


@app.periodic(cron="*/5 * * * *")
@app.task(name="olmo.notifications.jobs.tell_duties", queue="clockwork")
def tell_duties(timestamp: int) -> None:
    """Tell agents of their on-call duties as they have changed."""
    with scope(EVERY_CLIENT):
        duties.tell()


@app.periodic(cron="17 3 * * *")
@app.task(name="olmo.notifications.jobs.sweep_devices", queue="clockwork")
def sweep_devices(timestamp: int) -> None:
    """Forget devices whose session is over."""
    with scope(EVERY_CLIENT):
        devices.sweep()
