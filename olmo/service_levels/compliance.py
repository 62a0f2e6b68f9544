"""Whether promises were kept: counts by month, metric and priority, and the tickets behind each count.

A promise counts in the month in which it was settled: when its clock stopped in time, or when it was broken. What runs is not
counted yet. Both counts are kept: how it was, and without the breaches that were waived. Read from an index of settled clocks
alone, so a month costs what its own promises are, whatever else the desk has done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from olmo.kernel import clock, prepared
from olmo.kernel.errors import Invalid
from olmo.people.models import Person
from olmo.people.queries import clients_of, clients_seen_by
from olmo.tenancy.models import Client
from olmo.tenancy.queries import desk_zone
from olmo.tenancy.scope import EveryClient
from olmo.tickets.models import Priority, Ticket
from olmo.tickets.sentences import METRICS

from .models import Agreement, AgreementKind, Clock

MONTHS = 12
_METRICS = {metric: metric for metric in METRICS}
_VERDICTS = {verdict: verdict for verdict in ("settled", "kept", "broken", "waived")}
_COUNTS = """
select to_char(settled_at at time zone %s, 'YYYY-MM'), metric, priority, count(*) filter (where breached_at is null),
    count(*) filter (where breached_at is not null), count(*) filter (where breached_at is not null and is_waived)
from service_levels_clock where {whose} and settled_at >= %s and settled_at < %s
group by 1, 2, 3 order by 1, 2, 3
"""
_OVERVIEW = """
with month as (
    select id, zone, date_trunc('month', now at time zone zone) at time zone zone as start
    from (select id, coalesce(nullif(time_zone, ''), %s) as zone, %s::timestamptz as now from tenancy_client where id = any(%s)) c
)
select client_id, count(*) filter (where breached_at is null), count(*) filter (where breached_at is not null),
    count(*) filter (where breached_at is not null and is_waived)
from month join service_levels_clock on client_id = month.id
where kind = 'sla' and settled_at >= %s and settled_at >= start group by 1
"""


@dataclass(frozen=True)
class Count:
    """How many promises were kept and broken; `waived` are among the broken ones."""

    kept: int = 0
    broken: int = 0
    waived: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.kept + other.kept, self.broken + other.broken, self.waived + other.waived)

    @property
    def settled(self) -> int:
        """All of them."""
        return self.kept + self.broken

    @property
    def share(self) -> float | None:
        """Percent kept, as it was."""
        return 100 * self.kept / self.settled if self.settled else None

    @property
    def forgiven_share(self) -> float | None:
        """Percent kept when what was waived is not counted."""
        counted = self.settled - self.waived
        return 100 * self.kept / counted if counted else None


@dataclass(frozen=True, order=True)
class Month:
    """A month of a calendar."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> "Month":
        """From "2026-03". Raises Invalid("month")."""
        try:
            day = date.fromisoformat(f"{text}-01")
        except ValueError:
            raise Invalid("month", _("“%(value)s” is no month such as 2026-03.") % {"value": text[:20]}) from None
        return cls(day.year, day.month)

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> "Month":
        """The month of an instant, there."""
        local = at.astimezone(zone)
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def plus(self, months: int) -> "Month":
        """So many months later. Raises Invalid("month") beyond what a date can say."""
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        if not 1 < year < 9999:
            raise Invalid("month", _("“%(value)s” is no month such as 2026-03.") % {"value": str(year)})
        return Month(year, number + 1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    def start(self, zone: ZoneInfo) -> datetime:
        """When it begins, there."""
        return datetime(self.year, self.number, 1, tzinfo=zone)


@dataclass(frozen=True)
class Counted:
    """The counts of some months: {(month, metric, priority): count}."""

    cells: dict[tuple[str, str, int], Count]

    def of(self, *, month: str = "", metric: str = "", priority: int = 0) -> Count:
        """What is counted for these; an empty word takes all."""
        found = Count()
        for (m, what, level), count in self.cells.items():
            if month in ("", m) and metric in ("", what) and priority in (0, level):
                found += count
        return found


@dataclass(frozen=True)
class Whose:
    """Whose promises are counted: to a client, or those of one agreement with a team or a supplier."""

    client: int = 0
    agreement: int = 0

    def counted(self, last: Month, zone: ZoneInfo, viewer: Person, months: int = MONTHS) -> Counted:
        """The counts of the months up to `last`, of the clients that the viewer works for; one statement."""
        condition, values = self._condition(viewer)
        span = [last.plus(1 - months).start(zone), last.plus(1).start(zone)]
        rows = prepared.rows(_COUNTS.format(whose=condition), [zone.key, *values, *span])
        return Counted({(month, metric, priority): Count(*counts) for month, metric, priority, *counts in rows})

    def _condition(self, viewer: Person) -> tuple[str, list[object]]:
        if self.client:
            return "client_id = %s and kind = 'sla'", [self.client]
        clients = clients_of(viewer)
        if isinstance(clients, EveryClient):
            return "agreement_id = %s", [self.agreement]
        return "agreement_id = %s and client_id = any(%s)", [self.agreement, list(clients)]


@dataclass(frozen=True)
class Behind:
    """The tickets behind a number, as an address names them: "c5.2026-03.resolution.2.broken"; empty words take all."""

    whose: Whose
    month: Month
    metric: str = ""
    priority: int = 0
    verdict: str = "settled"

    @classmethod
    def read(cls, text: str) -> "Behind":
        """From an address. Raises Invalid("promise")."""
        try:
            whose, month, metric, priority, verdict = text.split(".")
            level = int(Priority(int(priority))) if priority else 0
            return cls(_whose(whose), Month.read(month), {"": "", **_METRICS}[metric], level, _VERDICTS[verdict])
        except (ValueError, KeyError, IndexError, Invalid):
            raise Invalid(
                "promise", _("“%(value)s” is not something that a list can show.") % {"value": text[:60]}
            ) from None

    def __str__(self) -> str:
        whose = f"c{self.whose.client}" if self.whose.client else f"a{self.whose.agreement}"
        return f"{whose}.{self.month}.{self.metric}.{self.priority or ''}.{self.verdict}"

    def among(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Those of `tickets` with such a promise."""
        zone = zone_of(self.whose)
        clocks = Clock.objects.filter(
            settled_at__gte=self.month.start(zone), settled_at__lt=self.month.plus(1).start(zone)
        )
        if self.whose.client:
            clocks = clocks.filter(client=self.whose.client, kind=AgreementKind.SERVICE_LEVEL)
        else:
            clocks = clocks.filter(agreement=self.whose.agreement)
        return tickets.filter(pk__in=clocks.filter(self._narrower()).values("ticket_id"))

    def _narrower(self) -> Q:
        found = Q(metric=self.metric) if self.metric else Q()
        found &= Q(priority=self.priority) if self.priority else Q()
        if self.verdict != "settled":
            found &= Q(breached_at__isnull=self.verdict == "kept")
        return found & Q(is_waived=True) if self.verdict == "waived" else found

    def words(self, viewer: Person, month: str) -> str:
        """What is counted, for the sentence of a list. month: the month in words."""
        said = {"settled": _("settled"), "kept": _("kept"), "broken": _("broken"), "waived": _("broken and waived")}
        level = str(Priority(self.priority).label).lower() if self.priority else ""
        what = str(METRICS[self.metric]) if self.metric else _("any promise")
        return ", ".join(filter(None, [self._name(viewer), what, level, said[self.verdict], month]))

    def _name(self, viewer: Person) -> str:
        """Whose promises they are; "" of what the viewer may not know."""
        if self.whose.agreement:
            return str(Agreement.objects.filter(pk=self.whose.agreement).first() or "")
        return str(clients_seen_by(viewer).filter(pk=self.whose.client).first() or "")


def _whose(text: str) -> Whose:
    number = int(text[1:])
    if not 0 < number < 2**62:
        raise Invalid("promise", text[:60])
    return {"c": Whose(client=number), "a": Whose(agreement=number)}[text[0]]


def zone_of(whose: Whose) -> ZoneInfo:
    """The zone in which months begin: the client's, or the desk's."""
    zone = Client.objects.filter(pk=whose.client).values_list("time_zone", flat=True).first() if whose.client else None
    return ZoneInfo(zone) if zone else desk_zone()


def overview(viewer: Person, clients: Iterable[int]) -> dict[int, Count]:
    """How this month went so far, for each of these clients; months begin in the client's zone, as on its page. One statement."""
    now = clock.now()
    rows = prepared.rows(_OVERVIEW, [desk_zone().key, now, list(clients), now - timedelta(days=33)])
    return {client: Count(*counts) for client, *counts in rows}
