"""What is left of a promise at this moment, in working time: as lists, tickets and reports show it.

A clock that runs is due at an instant; the working time between now and then is what is left. Nothing is stored for it, so what a
page shows is true as of its load; the working spans up to the due time go with it, and the page counts them down by itself.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from olmo.kernel import clock as kernel_clock
from olmo.kernel import marks, spoken
from olmo.kernel.errors import Words
from olmo.tickets.sentences import METRICS

from .engine.working_time import WorkingTime
from .models import Calendar, Clock
from .promises import working_calendar

SPANS = 3  # working spans that a page counts down by itself; what lies beyond them is one number
SOON = 25  # percent left

type State = Literal["run", "soon", "late", "waived", "paused", "met", "broken", "none"]

# The promise that a row of a list shows, as an expression over its ticket `t`: the next one due that still counts.
OF_ROW = (
    "(select json_build_array(c.metric, c.state, c.due_at, c.used_seconds, c.target_seconds, c.breached_at, c.is_waived,"
    " c.calendar_id, c.kind) from service_levels_clock c where c.ticket_id = t.id and c.state <> 'stopped'"
    " order by c.is_waived, c.due_at nulls last, c.place limit 1)"
)


@dataclass(frozen=True, slots=True)
class Remaining:
    """How a promise stands. seconds: working time that is left; share: in percent of what was promised.

    spans: the next working spans up to the due time, as (start, end) in seconds of the epoch; beyond: what is left after them.
    """

    metric: str
    kind: str
    state: State
    due_at: datetime | None
    seconds: int
    share: int
    is_breached: bool = False
    spans: tuple[tuple[int, int], ...] = ()
    beyond: int = 0

    @property
    def name(self) -> str:
        """The promise, as a sentence begins."""
        name = str(METRICS[self.metric])
        return name[:1].upper() + name[1:]

    @property
    def words(self) -> str:
        """How it stands, in words alone."""
        if self.due_at is not None and self.state in ("run", "soon"):
            return marks.left_words(self.seconds)
        if self.due_at is not None and self.state == "late":
            return spoken.due(self.due_at).words
        return str(_WORDS[self.state]) % {"time": spoken.minutes(self.seconds // 60)}

    def mark(self) -> str:
        """The ring and the words; they tick."""
        if self.due_at is not None and self.state in ("run", "soon"):
            return marks.remaining(self.due_at, self.state, self.share, self.seconds, self.spans, self.beyond)
        if self.due_at is not None and self.state == "late":
            return marks.due(self.due_at, 0)
        return marks.clock(_RINGS[self.state], self.words)


_WORDS: dict[str, Words] = {
    "waived": _("Broken, waived"), "paused": _("Paused, %(time)s left"), "met": _("Kept in %(time)s"), "broken": _("Broken"),
    "none": "–",
}  # fmt: skip
_RINGS: dict[str, spoken.State] = {
    "waived": "met", "paused": "paused", "met": "met", "broken": "late", "none": "none",
}  # fmt: skip


def of_row(found: Any) -> Remaining | None:
    """What `OF_ROW` answered."""
    kept = json.loads(found) if isinstance(found, str) else found
    if not kept:
        return None
    metric, state, due, used, target, breached, is_waived, calendar, kind = kept
    return _told(
        metric,
        kind,
        state,
        datetime.fromisoformat(due) if due else None,
        used,
        target,
        bool(breached),
        is_waived,
        calendar,
    )


def of_clock(row: Clock) -> Remaining:
    """How a clock stands now."""
    return _told(
        row.metric, row.kind, row.state, row.due_at, row.used_seconds, row.target_seconds, row.breached_at is not None,
        row.is_waived, row.calendar_id,
    )  # fmt: skip


def _told(
    metric: str, kind: str, state: str, due: datetime | None, used: int, target: int | None, is_breached: bool,
    is_waived: bool, calendar: int | None,
) -> Remaining:  # fmt: skip
    def found(state: State, seconds: int = 0, **more: Any) -> Remaining:
        share = 100 * seconds // target if target else 0
        return Remaining(metric, kind, state, due, seconds, max(0, min(100, share)), is_breached, **more)

    if is_breached and (is_waived or state == "stopped"):
        return found("waived" if is_waived else "broken")
    if state == "stopped":
        return found("met", used)
    if state == "paused" or due is None:
        return found("paused" if state == "paused" else "none", max(0, (target or 0) - used))
    return _running(found, due, calendar, target or 0)


def _running(found: Any, due: datetime, calendar: int | None, target: int) -> Remaining:
    now, end = int(kernel_clock.now().timestamp()), int(due.timestamp())
    if now >= end:
        return found("late")  # type: ignore[no-any-return]
    works = _calendar(calendar) if calendar is not None else None
    spans: list[tuple[int, int]] = []
    for span in works.within(now, end) if works is not None else [(now, end)]:
        spans.append(span)
        if len(spans) == SPANS:
            break
    left = works.worked(now, end) if works is not None else end - now
    state = "soon" if 100 * left <= SOON * target else "run"
    return found(state, left, spans=tuple(spans), beyond=left - sum(b - a for a, b in spans))  # type: ignore[no-any-return]


@lru_cache(maxsize=200)
def _calendar(pk: int) -> WorkingTime:
    """A calendar that terms use, and that therefore stays as it is."""
    kept = Calendar.objects.get(pk=pk)
    return working_calendar(json.dumps(kept.content), kept.name)
