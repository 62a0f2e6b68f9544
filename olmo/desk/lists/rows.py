"""Tickets as rows of a list: what each row says, printed by the component (kernel/rows.py)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from olmo.kernel import clock, marks, rows, spoken
from olmo.service_levels import remaining
from olmo.tickets import mentions
from olmo.tickets.models import Bucket, HoldReason, Reason, TicketKind

from .. import places
from .taste import USUAL

Row = Mapping[str, Any]
Highlighter = Callable[[str], str]  # a text, escaped, with the words in it marked


def listed(
    tickets: Iterable[Row], unread: set[int], *, highlight: Highlighter | None = None, columns: Sequence[str] = USUAL,
    can_select: bool = False, explains: bool = False,
) -> SafeString:  # fmt: skip
    """The `<li>` elements of some tickets (dictionaries of queries.ROW, with id and excerpt).

    explains: each clock opens the reason why the ticket stands where it does.
    """
    place, now = reverse("desk:ticket", args=[0])[:-1], clock.now()
    said = (lambda text: SafeString(highlight(text))) if highlight else str
    shown, further = frozenset(columns), [name for name in columns if name in _CELLS]
    return SafeString(
        "".join(
            [
                rows.row(
                    {
                        "id": row["id"], "number": row["number"], "url": f"{place}{row['number']}",
                        "is_unread": row["id"] in unread, "is_fixed": not can_select, "priority": row["priority"],
                        "title": said(row["subject"]), "last": said(" ".join(mentions.plain(row["excerpt"] or "").split())),
                        "people": row["requester__name"], "organisation": row["client__name"], "channel": row["channel"],
                        "owner": row["assignee__name"], "clock": _clock(row, now, explains=explains), "columns": shown,
                        "cells": "".join([_cell(name, row) for name in further]),
                    }
                )
                for row in tickets
            ]
        )
    )  # fmt: skip


_CELL = '<span class="row__cell row__cell--{}">{}</span>'
_AGO = '<time data-ago datetime="{}">{}</time>'
_TAG = '<span class="row__tag">{}</span>'


def _cell(name: str, row: Row) -> str:
    return _CELL.format(name, _CELLS[name](row))


def _moment(at: datetime) -> str:
    return _AGO.format(marks.stamp(at), escape(spoken.ago(at)))


def reason(row: Row) -> str:
    """Why a ticket is in its bucket, in plain words, and how work stands in the desk's own."""
    words = (str(Reason(row["reason"]).label) if row["reason"] else "", row["working_state__name"])
    return " · ".join(filter(None, words))


def _promise(row: Row) -> str:
    """Which promise is next, and how it stands, in words."""
    told = remaining.of_row(row.get("promise"))
    return escape(f"{told.name}: {told.words}") if told else ""


_CELLS: Mapping[str, Callable[[Row], str]] = {
    "reason": lambda row: escape(reason(row)),
    "promise": _promise,
    "team": lambda row: escape(row["team__name"] or ""),
    "category": lambda row: escape(row["category__name"] or ""),
    "tags": lambda row: "".join(_TAG.format(escape(tag)) for tag in row["tags"]),
    "kind": lambda row: escape(str(TicketKind(row["kind"]).label)),
    "opened": lambda row: _moment(row["opened_at"]),
    "updated": lambda row: _moment(row["updated_at"]),
}

_CLOCK = '<span class="clock" data-state="{}">{}{}</span>'
_WHY = (
    '<details class="menu-of menu-of--end row__why" data-menu data-from="{url}"><summary>{clock}'
    '<span class="visually-hidden">{word}</span></summary><div class="menu"><a class="menu__item" href="{url}">{word}</a>'
    "</div></details>"
)


def _clock(row: Row, now: datetime, *, explains: bool) -> str:
    """What was promised, what the ticket waits for, when it was done, or how long ago it changed."""
    mark = _mark(row, now)
    if not explains:
        return mark
    return _WHY.format(url=places.ticket(row["number"], "why"), clock=mark, word=escape(_("Why it stands here")))


_CALL = '<span class="clock clock--call">{}{}</span>'


def _mark(row: Row, now: datetime) -> str:
    told = remaining.of_row(row.get("promise")) if row["promised_at"] and row["bucket"] != Bucket.DONE else None
    if told and told.due_at and told.due_at == row["act_by"]:
        return told.mark()
    if row["callback_at"] and row["bucket"] != Bucket.DONE:
        return _CALL.format(marks.icon("phone", "s"), marks.due(row["callback_at"]))
    if row["bucket"] == Bucket.WAITING and not _passed(row, now):
        return _CLOCK.format("paused", marks.ring("paused"), escape(_wait(row, now)))
    if row["bucket"] == Bucket.DONE:
        return _CLOCK.format(
            "met", marks.ring("met"), escape(spoken.near(row["resolved_at"] or row["updated_at"], now))
        )
    agreed = row["act_by"] if row["promised_at"] or row["due_at"] else None
    return rows.time_mark(agreed, _share(row["opened_at"], agreed, now), row["updated_at"])


def _passed(row: Row, now: datetime) -> bool:
    """Whether what was agreed passed while the ticket waits: then the list says so, instead of what it waits for."""
    return row["due_at"] is not None and row["due_at"] == row["act_by"] and row["due_at"] <= now


def _wait(row: Row, now: datetime) -> str:
    if row["wake_at"]:
        return spoken.near(row["wake_at"], now)
    if row["hold_reason"] == HoldReason.APPROVAL:
        return _("Approval")
    return _("Requester") if row["hold_reason"] == HoldReason.REQUESTER else row["supplier__name"] or _("Third party")


def _share(start: datetime, end: datetime | None, now: datetime) -> int:
    """What is left of the time, 0 to 100 in steps of 5: few different rings, so that they are drawn once."""
    if end is None or end <= start:
        return 0
    return 5 * round(20 * max(0.0, min(1.0, (end - now) / (end - start))))
