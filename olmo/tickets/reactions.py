"""Runs what `wiring` names when a ticket's log grows: INSIDE the transaction, and AFTER it by one job a transaction."""

from importlib import import_module
from typing import Any

from django.conf import settings
from procrastinate.contrib.django import app

from .changes import Change
from .models import Event, Ticket


def inside(ticket: Ticket, events: list[Event], changes: list[Change]) -> None:
    """Run the INSIDE reactions, in the order of `wiring`; one may raise to refuse the write."""
    for react in _named("INSIDE"):
        react(ticket, events, changes)


def queue_after(ticket: Ticket, events: list[Event]) -> None:
    """Queue one job for the AFTER reactions of these events; it commits with them. Jobs of one ticket run in order."""
    if _named("AFTER"):
        app.configure_task(
            "olmo.tickets.jobs.react", lock=f"ticket-{ticket.pk}", queue="reactions", allow_unknown=False
        ).defer(event_ids=[event.pk for event in events])


def after(event: Event) -> None:
    """Run the AFTER reactions of one event. Each is idempotent: the job may come twice."""
    for react in _named("AFTER"):
        react(event)


def _named(which: str) -> list[Any]:
    return list(getattr(import_module(settings.OLMO_WIRING), which))
