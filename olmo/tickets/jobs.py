"""One-line tasks of the tickets room."""

from django.db import transaction
from procrastinate.contrib.django import app

from olmo.people.actions import robot
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions, reactions, tagging, undo
from .changes import ChainStopped
from .log import ChainTooDeep, caused_by, stop_chain
from .models import Event


@app.task(name="olmo.tickets.jobs.react", queue="reactions")
def react(event_ids: list[int]) -> None:
    """Run the AFTER reactions of these events, in order, in one transaction."""
    with scope(EVERY_CLIENT):
        for event in Event.objects.filter(pk__in=event_ids).select_related("ticket", "by").order_by("seq"):
            _react(event)


def _react(event: Event) -> None:
    try:
        with caused_by(event), transaction.atomic():
            reactions.after(event)
    except ChainTooDeep as error:
        if event.kind != ChainStopped.kind:
            with caused_by(event):
                stop_chain(error.ticket, by=robot("Olmo"))


@app.task(name="olmo.tickets.jobs.retag", queue="bulk")
def retag(pk: int) -> None:
    """Change a tag on all tickets that have it."""
    tagging.go_on(pk)


@app.periodic(cron="* * * * *")
@app.task(name="olmo.tickets.jobs.sweep", queue="clockwork", pass_context=False)
def sweep(timestamp: int) -> None:
    """Wake tickets whose hold ended, close those resolved long enough, mark missed calls: everything due until now."""
    with scope(EVERY_CLIENT):
        actions.wake_due()
        actions.close_due()
        actions.mark_missed()
        undo.forget_expired()
