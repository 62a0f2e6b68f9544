"""The groups of a list: headings over its rows."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from olmo.kernel import clock
from olmo.tickets.models import Priority, Reason

from .rows import Row

type Heading = tuple[Any, str]  # what puts the groups in order, and their title
REASONS = list(Reason)


def groups(rows: Sequence[Row], *, sort: str, group: str) -> list[tuple[str, bool, list[Row]]]:
    """(title, whether it is late, rows). Without a chosen group the order suggests one: how soon, or how long ago.

    Chosen groups put the rows of one page together; inside a group they keep their order.
    """
    if group == "none" or not rows:
        return [("", False, list(rows))] if rows else []
    moments = _Moments()
    heading = _CHOSEN.get(group) or _SUGGESTED.get(sort)
    if heading is None:
        return [("", False, list(rows))]
    headed = [(heading(row, moments), row) for row in rows]
    if group:
        headed.sort(key=lambda pair: pair[0][0])
    return [
        (title, title == moments.late, [row for _heading, row in part])
        for (_order, title), part in groupby(headed, key=lambda pair: pair[0])
    ]


class _Moments:
    """Today, yesterday and so on, for the one who looks."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.today = timezone.localtime(self.now).date()
        self.late = _("Late")

    def due(self, at: datetime | None, past: str) -> Heading:
        if at is None:
            return 4, _("Without a date")
        if at <= self.now:
            return 0, past
        if at - self.now < timedelta(hours=1):
            return 1, _("Within the hour")
        return (2, _("Today")) if timezone.localtime(at).date() == self.today else (3, _("Later"))

    def act(self, row: Row) -> Heading:
        """By when somebody must act. Late is what was promised or agreed; an allowance that is over asks for somebody now."""
        at = row["act_by"]
        is_agreed = row["promised_at"] or row["due_at"]
        if at is not None and at <= self.now and not is_agreed:
            return 0.5, pgettext("heading of what to do", "Now")
        return self.due(at, self.late)

    def passed(self, at: datetime) -> Heading:
        days = (self.today - timezone.localtime(at).date()).days
        return (0, _("Today")) if days <= 0 else (1, _("Yesterday")) if days == 1 else (2, _("Earlier"))


type Headings = Mapping[str, Callable[[Row, _Moments], Heading]]
_SUGGESTED: Headings = {
    "urgency": lambda row, moments: moments.due(row["act_by"], pgettext("heading of what to do", "Now")),
    "due": lambda row, moments: moments.due(row["due_at"], moments.late),
    "updated": lambda row, moments: moments.passed(row["updated_at"]),
    "newest": lambda row, moments: moments.passed(row["opened_at"]),
}


def _named(column: str, without: Callable[[], str]) -> Callable[[Row, _Moments], Heading]:
    return lambda row, _moments: ((0, row[column].lower()), row[column]) if row[column] else ((1, ""), without())


_CHOSEN: Headings = {
    "due": lambda row, moments: moments.act(row),
    "reason": lambda row, _moments: (REASONS.index(Reason(row["reason"])), str(Reason(row["reason"]).label)),
    "priority": lambda row, _moments: (row["priority"], str(Priority(row["priority"]).label)),
    "team": _named("team__name", lambda: _("No team")),
    "assignee": _named("assignee__name", lambda: _("Nobody")),
    "client": _named("client__name", lambda: ""),
    "category": _named("category__name", lambda: _("No category")),
}
