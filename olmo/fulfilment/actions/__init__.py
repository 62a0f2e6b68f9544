"""Verbs of fulfilment: start a plan on a ticket, work on its tasks, change what is under way. Each is logged on the ticket."""

from .base import active
from .changing import TaskSettings, add, change, give, hear, renew, set_due, state_of
from .starting import Started, start
from .working import begin, cancel, cancel_open, finish, reopen, skip, sweep, tick

__all__ = [
    "Started",
    "TaskSettings",
    "active",
    "add",
    "begin",
    "cancel",
    "cancel_open",
    "change",
    "finish",
    "give",
    "hear",
    "renew",
    "reopen",
    "set_due",
    "skip",
    "start",
    "state_of",
    "sweep",
    "tick",
]
