"""The verbs of the tickets room: the only way in which pages, mail, rules, importers and jobs change a ticket.

Every verb checks sight (NotFound), permission (NotAllowed), values (Invalid) and state (Conflict) under the row lock, and
returns the event that it wrote.
"""

from .assigning import assign
from .calls import complete_callback, drop_callback, log_call, mark_missed, promise_callback
from .checklists import adjust_checklist, set_checklist, tick
from .classifying import (
    categorise,
    classify,
    name_assets,
    prioritise,
    retitle,
    set_due,
    set_fields,
    set_language,
    set_working_state,
    tag,
)
from .closing import call_off, close, close_due, confirm, reopen, resolve, resolve_family, take_up_again, withdraw
from .escalating import came_from, escalate, give_back
from .handing import hand_over
from .joining import link, merge, split, unlink, unmerge
from .opening import FollowUp, NewMessage, open_solved, open_ticket
from .partners import ask_partner, hear_partner, set_reference
from .people import change_requester, unwatch, watch
from .redacting import redact
from .waiting import hold, resume, wake_due
from .writing import attach, delivery_failed, note, receive, reply

__all__ = [
    "FollowUp",
    "NewMessage",
    "adjust_checklist",
    "ask_partner",
    "assign",
    "attach",
    "call_off",
    "came_from",
    "categorise",
    "change_requester",
    "classify",
    "close",
    "close_due",
    "complete_callback",
    "confirm",
    "delivery_failed",
    "drop_callback",
    "escalate",
    "give_back",
    "hand_over",
    "hear_partner",
    "hold",
    "link",
    "log_call",
    "mark_missed",
    "merge",
    "name_assets",
    "note",
    "open_solved",
    "open_ticket",
    "prioritise",
    "promise_callback",
    "receive",
    "redact",
    "reopen",
    "reply",
    "resolve",
    "resolve_family",
    "resume",
    "retitle",
    "set_checklist",
    "set_due",
    "set_fields",
    "set_language",
    "set_reference",
    "set_working_state",
    "split",
    "tag",
    "take_up_again",
    "tick",
    "unlink",
    "unmerge",
    "unwatch",
    "wake_due",
    "watch",
    "withdraw",
]  # fmt: skip
