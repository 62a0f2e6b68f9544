"""Tickets as rows of a list: what each row says, printed by the component (kernel/rows.py)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from olmo.kernel import clock, marks, rows, spoken
from olmo.tickets import mentions
from olmo.tickets.models import HoldReason, Status

Row = Mapping[str, Any]
Highlighter = Callable[[str], str]  # a text, escaped, with the words in it marked


def listed(tickets: Iterable[Row], unread: set[int], *, highlight: Highlighter | None = None) -> SafeString:
    """The `<li>` elements of some tickets (dictionaries of queries.ROW, with id and excerpt)."""
    place, now = reverse("desk:ticket", args=[0])[:-1], clock.now()
    said = (lambda text: SafeString(highlight(text))) if highlight else str
    return SafeString(
        "".join(
            [
                rows.row(
                    {
                        "number": row["number"], "url": f"{place}{row['number']}", "is_unread": row["id"] in unread,
                        "is_fixed": True, "priority": row["priority"], "title": said(row["subject"]),
                        "last": said(" ".join(mentions.plain(row["excerpt"] or "").split())), "people": row["requester__name"],
                        "organisation": row["client__name"], "channel": row["channel"], "owner": row["assignee__name"],
                        "due_at": row["due_at"], "due_share": _share(row["opened_at"], row["due_at"], now),
                        "changed_at": row["updated_at"], "clock": _clock(row, now),
                    }
                )
                for row in tickets
            ]
        )
    )  # fmt: skip


_CLOCK = '<span class="clock" data-state="{}">{}{}</span>'


_CALL = '<span class="clock clock--call">{}{}</span>'


def _clock(row: Row, now: datetime) -> str | None:
    """What a ticket waits for, or when it was done; None for one that runs."""
    if row["callback_at"] and row["status"] not in (Status.RESOLVED, Status.CLOSED):
        return _CALL.format(marks.icon("phone", "s"), marks.due(row["callback_at"]))
    if row["status"] == Status.WAITING:
        return _CLOCK.format("paused", marks.ring("paused"), escape(_wait(row, now)))
    if row["status"] in (Status.RESOLVED, Status.CLOSED):
        return _CLOCK.format(
            "met", marks.ring("met"), escape(spoken.near(row["resolved_at"] or row["updated_at"], now))
        )
    return None


def _wait(row: Row, now: datetime) -> str:
    if row["wake_at"]:
        return spoken.near(row["wake_at"], now)
    return _("Requester") if row["hold_reason"] == HoldReason.REQUESTER else _("Third party")


def _share(start: datetime, end: datetime | None, now: datetime) -> int:
    """What is left of the time, 0 to 100 in steps of 5: few different rings, so that they are drawn once."""
    if end is None or end <= start:
        return 0
    return 5 * round(20 * max(0.0, min(1.0, (end - now) / (end - start))))
