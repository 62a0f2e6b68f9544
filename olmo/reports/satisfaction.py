"""What requesters thought of the help: counts of ratings and of questions, read through a lens from one index each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from olmo.kernel.intervals import wilson
from olmo.surveys.models import Rating
from olmo.tickets import queries as tickets
from olmo.tickets.choices import SATISFIED

from .queries import Lens

FEWEST = 5  # answers; of fewer a share says nothing
_BY = {"": "''", "agent": "agent::text", "team": "team::text", "category": "category::text", "client": "client_id::text",
       "week": "date_trunc('week', {day})::date::text"}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """n: answers; satisfied: of these the best two; asked, answered: of the questions that were mailed in these days."""

    n: int = 0
    satisfied: int = 0
    asked: int = 0
    answered: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether a share may be told."""
        return self.n >= FEWEST

    @property
    def share(self) -> int | None:
        """Satisfied of the answers, in per cent; None of too few."""
        return round(100 * self.satisfied / self.n) if self.is_enough else None

    @property
    def interval(self) -> tuple[int, int] | None:
        """Its 95 % interval, in per cent."""
        if not self.is_enough:
            return None
        low, high = wilson(self.satisfied, self.n)
        return round(100 * low), round(100 * high)

    @property
    def response(self) -> int | None:
        """Answered of those asked, in per cent."""
        return round(100 * self.answered / self.asked) if self.asked else None


def results(lens: Lens, by: str = "", *, agents: Sequence[int] | None = None) -> dict[str, Result]:
    """Ratings told apart by one thing ("", agent, team, category, client, week): {value: Result}. agents: of these alone."""
    rated = _rows(lens, by, "day", "surveys_rating", f"count(*), count(*) filter (where score >= {SATISFIED})", agents)
    asked = _rows(
        lens, by, "sent_day", "surveys_invitation", "count(*), count(*) filter (where state = 'answered')", agents
    )
    return {value: Result(*rated.get(value, (0, 0)), *asked.get(value, (0, 0))) for value in sorted({*rated, *asked})}


def whole(lens: Lens, *, agents: Sequence[int] | None = None) -> Result:
    """All of them together."""
    return results(lens, agents=agents).get("", Result())


def scores(lens: Lens) -> dict[int, int]:
    """How often each answer was given."""
    where, params = _where(lens, "day", None)
    with connection.cursor() as cursor:
        cursor.execute(f"select score, count(*) from surveys_rating where {where} group by 1", params)  # noqa: S608
        return dict(cursor.fetchall())


def weeks(lens: Lens) -> list[tuple[date, Result]]:
    """Week by week (by its Monday), weeks without answers too."""
    found = results(lens, "week")
    first = lens.first - timedelta(days=lens.first.weekday())
    mondays = [first + timedelta(days=7 * n) for n in range((lens.last - first).days // 7 + 1)]
    return [(monday, found.get(monday.isoformat(), Result())) for monday in mondays]


def answers(lens: Lens, chosen: Mapping[str, int]) -> "QuerySet[Rating]":
    """The very ratings behind a number, the newest first. chosen: by agent, team, category, client_id, score, score__gte."""
    found = Rating.objects.filter(
        day__range=(lens.first, lens.last), ticket__in=tickets.visible_to(lens.viewer), **chosen
    )
    clients = lens.seen_clients()
    if clients is not None:
        found = found.filter(client__in=clients)
    if lens.teams is not None:
        found = found.filter(team__in=lens.teams)
    return found.select_related("ticket", "client", "person").order_by("-at", "-pk")


def _rows(
    lens: Lens, by: str, day: str, table: str, columns: str, agents: Sequence[int] | None
) -> dict[str, tuple[int, int]]:
    where, params = _where(lens, day, agents)
    value = _BY[by].format(day=day)
    with connection.cursor() as cursor:
        cursor.execute(f"select {value}, {columns} from {table} where {where} group by 1", params)  # noqa: S608  (names of ours)
        return {str(value): (n, hits) for value, n, hits in cursor.fetchall()}


def _where(lens: Lens, day: str, agents: Sequence[int] | None) -> tuple[str, list[Any]]:
    parts: list[str] = [f"{day} between %s and %s"]
    params: list[Any] = [lens.first, lens.last]
    for column, ids in (("client_id", lens.seen_clients()), ("team", lens.teams), ("agent", agents)):
        if ids is not None:
            parts.append(f"{column} = any(%s)")
            params.append(list(ids))
    return " and ".join(parts), params
