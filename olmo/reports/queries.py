"""Reads of the measures; each starts from who looks, and reads sums or one index of the facts, never the tickets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection

from olmo.people.models import Person, Team
from olmo.people.queries import clients_of
from olmo.tenancy.scope import EveryClient

from .models import NOBODY, Fact
from .selection import Selection, days

# Below this many people a mean would give away what one colleague did.
FEWEST_FOR_A_MEAN = 3


@dataclass(frozen=True, kw_only=True)
class Lens:
    """Who looks at which tickets: days first to last (both included), of these clients and teams (None: all there are)."""

    viewer: Person
    first: date
    last: date
    clients: tuple[int, ...] | None = None
    teams: tuple[int, ...] | None = None

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def before(self) -> "Lens":
        """The same number of days just before."""
        span = timedelta(days=self.length)
        return replace(self, first=self.first - span, last=self.last - span)

    def seen_clients(self) -> list[int] | None:
        """The clients that count: those chosen among those that the viewer works for; None for all."""
        own = clients_of(self.viewer)
        if isinstance(own, EveryClient):
            return None if self.clients is None else list(self.clients)
        return [pk for pk in own if self.clients is None or pk in self.clients]

    def selection(self, **parts: object) -> Selection:
        """The tickets behind a number that was read through this lens."""
        clients = {"client": self.clients[0]} if self.clients else {}
        teams: dict[str, object] = {}
        if self.teams is not None:
            teams = {"team": self.teams[0]} if len(self.teams) == 1 else {"teams": "+".join(map(str, self.teams))}
        return Selection.of(**{**parts, **clients, **({} if "team" in parts else teams)})

    def days(self) -> str:
        """The days as a value of a selection."""
        return days(self.first, self.last)


def leads(person: Person) -> tuple[int, ...] | None:
    """The teams whose numbers a person may see in full: None for all (an administrator), () for none."""
    if person.is_administrator:
        return None
    return tuple(Team.objects.filter(leads=person).order_by("pk").values_list("pk", flat=True))


def totals(lens: Lens, measures: Iterable[str]) -> dict[str, int]:
    """Each measure over the days of the lens."""
    rows = _sum(lens, "measure", measures, by="", spanned=True)
    return dict.fromkeys(measures, 0) | {str(measure): n for measure, n in rows}


def backlog(lens: Lens) -> list[tuple[date, str, str, int]]:
    """Open tickets by the day on which they were opened and by priority, and those of nobody by that day, whatever the days of
    the lens: (day, "priority" or "agent", the priority or nobody, how many)."""
    where, params = _where(lens, "")
    sql = (
        "select day, by, value, sum(n)::bigint from reports_rollup where measure = 'open'"  # noqa: S608  (names of ours)
        f" and (by = 'priority' or by = 'agent' and value = '{NOBODY}') and {where} group by day, by, value"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def per_day(lens: Lens, measures: Sequence[str]) -> dict[date, dict[str, int]]:
    """Each measure on each day; days without anything too."""
    found = {lens.first + timedelta(days=n): dict.fromkeys(measures, 0) for n in range(lens.length)}
    for day, measure, n in _sum(lens, "day, measure", measures, by="", spanned=True):
        found[day][measure] = n
    return found


def apart(lens: Lens, by: str, measures: Iterable[str], *, spanned: bool = True) -> dict[str, dict[str, int]]:
    """Each measure apart by one thing: {value: {measure: n}}. by: client, team, or a `by` of the sums. spanned: in these days."""
    column = {"client": "client_id::text", "team": "team::text"}.get(by, "value")
    found: dict[str, dict[str, int]] = {}
    for value, measure, n in _sum(
        lens, f"{column}, measure", measures, by="" if by in ("client", "team") else by, spanned=spanned
    ):
        if n:
            found.setdefault(value, {})[measure] = n
    return found


def arrivals(lens: Lens) -> dict[tuple[int, int], int]:
    """Opened tickets by weekday (1 is Monday) and hour of the day."""
    rows = _sum(lens, "extract(isodow from day)::int, value::int", ["opened"], by="hour", spanned=True)
    return {(weekday, hour): n for weekday, hour, n in rows}


def percentiles(lens: Lens, measure: str, people: Sequence[int] | None = None) -> tuple[int | None, int | None]:
    """Median and 90th percentile in minutes of "response" or "resolution", of these people's tickets (None: everybody's)."""
    day, who = _DURATIONS[measure]
    where, params = _where(lens, day)
    if people is not None:
        where, params = f"{where} and {who} = any(%s)", [*params, list(people)]
    column = f"{measure}_minutes"
    shares = ", ".join(f"percentile_disc({share}) within group (order by {column})" for share in (0.5, 0.9))
    sql = f"select {shares} from reports_fact where {where} and {column} is not null"  # noqa: S608  (names of ours)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        median, ninth = cursor.fetchone()
    return median, ninth


def of_people(lens: Lens, measures: Iterable[str], people: Sequence[int]) -> dict[str, int]:
    """Each measure, what these people did; teams of the tickets do not matter."""
    rows = apart(lens, "agent", measures)
    wanted = {str(pk) for pk in people}
    found: dict[str, int] = dict.fromkeys(measures, 0)
    for value, numbers in rows.items():
        if value in wanted:
            for measure, n in numbers.items():
                found[measure] += n
    return found


def is_empty() -> bool:
    """Whether nothing was counted yet."""
    return not Fact.objects.exists()


_DURATIONS = {"response": ("answered_day", "answerer"), "resolution": ("resolved_day", "resolver")}


def _sum(lens: Lens, columns: str, measures: Iterable[str], *, by: str, spanned: bool) -> list[tuple[Any, ...]]:
    where, params = _where(lens, "day" if spanned else "")
    sql = (
        f"select {columns}, sum(n)::bigint from reports_rollup"  # noqa: S608  (names of ours)
        f" where measure = any(%s) and by = %s and {where} group by {columns}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(measures), by, *params])
        return list(cursor.fetchall())


def _where(lens: Lens, day: str) -> tuple[str, list[Any]]:
    conditions: list[str] = ["true"]
    params: list[Any] = []
    if day:
        conditions.append(f"{day} between %s and %s")
        params += [lens.first, lens.last]
    clients = lens.seen_clients()
    if clients is not None:
        conditions.append("client_id = any(%s)")
        params.append(clients)
    if lens.teams is not None:
        conditions.append("team = any(%s)")
        params.append(list(lens.teams))
    return " and ".join(conditions), params
