"""Runs what `wiring` names when a ticket's log grows: INSIDE the transaction, and AFTER it by one job a transaction."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from procrastinate.contrib.django import app

from .changes import Change
from .models import Event, Ticket

if TYPE_CHECKING:
    from .log import Log

_is_silent: ContextVar[bool] = ContextVar("is_silent", default=False)


@contextmanager
def without_after() -> Iterator[None]:
    """Queue no AFTER reactions for what is recorded inside: nobody is told now of what is made to have happened long ago.

    For the demo and importers only. The INSIDE reactions run as ever, so that search and log stay complete.
    """
    token = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(token)


def inside(ticket: Ticket, events: list[Event], changes: list[Change]) -> None:
    """Run the INSIDE reactions, in the order of `wiring`; one may raise to refuse the write."""
    for react in _named("INSIDE"):
        react(ticket, events, changes)


def queue_after(ticket: Ticket, events: list[Event]) -> None:
    """Queue one job for the AFTER reactions of these events; it commits with them. Jobs of one ticket run in order.

    Inside `without_after()` nothing is queued.
    """
    if _named("AFTER") and not _is_silent.get():
        app.configure_task(
            "olmo.tickets.jobs.react", lock=f"ticket-{ticket.pk}", queue="reactions", allow_unknown=False
        ).defer(event_ids=[event.pk for event in events])


def after(event: Event) -> None:
    """Run the AFTER reactions of one event. Each is idempotent: the job may come twice."""
    for react in _named("AFTER"):
        react(event)


def before_done(ticket: Ticket) -> None:
    """Ask the other rooms before an agent resolves or closes a ticket; one may raise to refuse it."""
    for ask in _named("BEFORE_DONE"):
        ask(ticket)


def taken_back(log: "Log", events: list[Event]) -> None:
    """Tell the other rooms that these events of one ticket are undone; one may raise to refuse it."""
    for undo in _named("TAKEN_BACK"):
        undo(log, events)


def names_of(thing: str, ids: Iterable[int]) -> dict[int, str]:
    """What another room calls these things, in the reader's language."""
    answer: Mapping[str, Any] = getattr(import_module(settings.OLMO_WIRING), "NAMES", {})
    return dict(answer[thing](ids)) if thing in answer else {}


def _named(which: str) -> list[Any]:
    return list(getattr(import_module(settings.OLMO_WIRING), which, ()))
