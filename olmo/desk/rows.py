"""Tickets as rows of a list, written out in Python: 25 rows through template nodes cost more than the rest of the page.

The markup is that of the component `row` (docs/design.md). Everything from outside passes `escape`.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from olmo.kernel import clock, marks, spoken
from olmo.tickets.models import HoldReason, Status

Row = Mapping[str, Any]

_ROW = (
    '<li class="row" id="ticket-{number}"{flags}><span class="row__pick"></span>{priority}'
    '<span class="number">{number}</span>\n<a class="row__subject" href="{place}{number}">{unread}'
    '<span class="row__title" dir="auto">{subject}</span><span class="row__last" dir="auto">{last}</span></a>\n'
    '<span class="row__people"><bdi>{requester}</bdi> <span>· {client}</span></span>'
    '<span class="row__channel">{channel}</span><span class="row__seen"></span>{clock}{owner}</li>\n'
)


def listed(rows: Iterable[Row], unread: set[int], *, highlight: "Highlighter | None" = None) -> SafeString:
    """The `<li>` elements of some tickets (dictionaries of queries.ROW, with id and excerpt)."""
    printer = _Printer(unread, highlight or escape)
    return SafeString("".join([printer.row(row) for row in rows]))


Highlighter = Any


class _Printer:
    """Rows of one list; what all rows share is worked out once."""

    def __init__(self, unread: set[int], words: Any) -> None:
        self.unread, self.words = unread, words
        self.now = clock.now()
        self.place = reverse("desk:ticket", args=[0])[:-1]
        self.unread_words = f'<span class="visually-hidden">{escape(_("Unread"))}: </span>'

    def row(self, row: Row) -> str:
        is_unread = row["id"] in self.unread
        return _ROW.format(
            number=row["number"], place=self.place, flags=" data-unread" if is_unread else "",
            unread=self.unread_words if is_unread else "", priority=marks.priority(row["priority"]),
            subject=self.words(row["subject"]), last=self.words(_one_line(row["excerpt"])),
            requester=escape(row["requester__name"]), client=escape(row["client__name"]),
            channel=marks.channel(row["channel"]), clock=self._clock(row), owner=marks.who(row["assignee__name"], "agent"),
        )  # fmt: skip

    def _clock(self, row: Row) -> str:
        """When it is due, what it waits for, or when it last changed."""
        if row["status"] == Status.WAITING:
            return marks.clock("paused", self._wait(row))
        if row["status"] in (Status.RESOLVED, Status.CLOSED):
            return marks.clock("met", spoken.near(row["resolved_at"] or row["updated_at"], self.now))
        if row["due_at"]:
            return marks.due(row["due_at"], _share(row["opened_at"], row["due_at"], self.now))
        return f'<span class="clock" data-state="none">{_ago(row["updated_at"], self.now)}</span>'

    def _wait(self, row: Row) -> str:
        if row["wake_at"]:
            return spoken.near(row["wake_at"], self.now)
        return _("Requester") if row["hold_reason"] == HoldReason.REQUESTER else _("Third party")


def _ago(at: datetime, now: datetime) -> str:
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f'<time data-ago datetime="{stamp}">{escape(spoken.ago(at, now))}</time>'


def _share(start: datetime, end: datetime, now: datetime) -> int:
    """What is left of the time, 0 to 100 in steps of 5: few different rings, so that they are drawn once."""
    whole = (end - start).total_seconds()
    left = (end - now).total_seconds()
    return 5 * round(20 * max(0.0, min(1.0, left / whole))) if whole > 0 else 0


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
