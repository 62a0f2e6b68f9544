"""Reads: what a page shows at its head, how the components are, and what was in the last 90 days."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from olmo.kernel import clock
from olmo.kernel.errors import NotFound
from olmo.kernel.prepared import Part
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of, clients_seen_by, team_ids
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient

from .history import DAYS, RANK, Span, available, strip
from .models import Component, Happening, Kind, Page, Update, said

AHEAD = timedelta(days=1)  # so long before it begins planned work stands at the head of pages
MOST_BANNERS, MOST_PAST = 5, 100


@dataclass(frozen=True)
class Banner:
    """What stands at the head of a page."""

    pk: int
    level: str
    title: str
    text: str
    at: datetime
    is_planned: bool = False
    until: datetime | None = None


def concerning(client: int | None) -> QuerySet[Happening]:
    """What requesters of an organisation may know by now; without one, what anybody may."""
    everybody = Q(clients=[])
    return Happening.objects.filter(
        everybody if client is None else everybody | Q(clients__contains=[client]), _is_out(clock.now()), in_portal=True
    )


def _is_out(now: datetime) -> Q:
    """Planned work is told ahead. The rest is written ahead and told from its beginning; what ended before that, never."""
    lasted = Q(ended_at=None) | Q(ended_at__gte=F("begins_at"))
    return Q(kind=Kind.PLANNED) | Q(lasted, begins_at__lte=now)


def out(update: int) -> Update | None:
    """An update that requesters may know by now, with its happening; locked, so that it is mailed by one at a time."""
    rows = Update.objects.select_for_update(of=("self",)).select_related("happening").filter(pk=update)
    return rows.filter(happening__in=Happening.objects.filter(_is_out(clock.now()), in_portal=True)).first()


def visible_to(viewer: Person) -> QuerySet[Happening]:
    """What a person may know: agents all that concerns their organisations, or everybody; a team's those alone who are in
    it, lead it, or told it, and administrators."""
    if viewer.is_requester:
        return concerning(viewer.client_id)
    of = clients_of(viewer)
    theirs = Q() if isinstance(of, EveryClient) else Q(clients=[]) | Q(clients__overlap=list(of))
    rows = Happening.objects.filter(theirs)
    if viewer.is_administrator:
        return rows
    led = Team.objects.filter(leads=viewer)
    return rows.filter(Q(team=None) | Q(team__in=team_ids(viewer)) | Q(team__in=led) | Q(by=viewer))


def listed(viewer: Person) -> QuerySet[Any]:
    """All that a person may know, each with the state of its `last` words."""
    words = Update.objects.filter(happening=OuterRef("pk")).order_by("-at", "-pk")
    rows = visible_to(viewer).select_related("team")
    return rows.annotate(last=Coalesce(Subquery(words.values("state")[:1]), Value("")))


def by_id(rows: QuerySet[Happening], pk: int) -> Happening:
    """One of these, with its updates. Raises NotFound."""
    found = rows.filter(pk=pk).prefetch_related(_updates()).first()
    if found is None:
        raise NotFound
    return found


def not_over(now: datetime) -> Q:
    """Which nobody ended and whose end has not come, begun or not."""
    return Q(ends_at=None, ended_at=None) | Q(ends_at__gt=now, ended_at=None)


def banners(client: int | None) -> list[Banner]:
    """What the pages of requesters show at their head, the gravest first; planned work from a day before. One query."""
    rows = _with_last(_at_head(concerning(client), clock.now()).order_by("-begins_at"))
    return sorted((_banner(row) for row in rows[:MOST_BANNERS]), key=lambda one: -RANK[one.level])


def _at_head(rows: QuerySet[Happening], now: datetime) -> QuerySet[Happening]:
    begun = Q(begins_at__lte=now) | Q(kind=Kind.PLANNED, begins_at__lte=now + AHEAD)
    return rows.filter(begun, not_over(now), is_banner=True)


def _with_last(rows: QuerySet[Happening]) -> QuerySet[Happening]:
    """Each with its last words, as `last`: [at, English, Italian]."""
    return rows.extra(
        select={
            "last": """(select json_build_array(u.at, u.text_en, u.text_it) from status_update u
        where u.happening_id = status_happening.id order by u.at desc, u.id desc limit 1)"""
        }
    )


def _banner(row: Any) -> Banner:
    at, en, it = row.last or (row.begins_at.isoformat(), "", "")
    return Banner(
        row.pk, row.level, row.title, said(en, it), datetime.fromisoformat(at), is_planned=row.kind == Kind.PLANNED,
        until=row.ends_at,
    )  # fmt: skip


_AT_DESK = """(select json_agg(json_build_array(h.id, h.level, h.title_en, h.title_it, h.kind,
    (select json_build_array(u.at, u.text_en, u.text_it) from status_update u where u.happening_id = h.id
    order by u.at desc, u.id desc limit 1)) order by h.begins_at desc)
from status_happening h where h.ended_at is null and h.in_desk and h.is_banner
    and h.begins_at <= now() + case when h.kind = 'planned' then interval '1 day' else interval '0' end
    and (h.ends_at is null or h.ends_at > now()) and (h.team_id is null or h.team_id = any(%s::bigint[]))
    and not exists (select from status_heard r where r.happening_id = h.id and r.person_id = %s
        and not exists (select from status_update n where n.happening_id = h.id and n.at > r.at)))"""


def at_desk(viewer: Person, teams: Iterable[int]) -> Part:
    """What the pages of an agent show at their head until it is read, as an expression of a statement that asks for more."""
    return _AT_DESK, [list(teams), viewer.pk]


def banners_of(answered: Any) -> list[Banner]:
    """What `at_desk` answered."""
    return [
        Banner(pk, level, said(title_en, title_it), said(last[1], last[2]), datetime.fromisoformat(last[0]), kind == Kind.PLANNED)
        for pk, level, title_en, title_it, kind, last in (answered or [])
        if last
    ]  # fmt: skip


@dataclass
class How:
    """A component now and over the last 90 days. level: "" while it works; planned: work on it is going on."""

    component: Component
    level: str = ""
    is_planned: bool = False
    days: list[tuple[date, str]] = field(default_factory=list)
    available: float = 1.0


@dataclass(frozen=True)
class Status:
    """All that a status page says."""

    components: list[How]
    now: list[Happening]
    planned: list[Happening]
    past: list[Happening]


def status(client: int | None) -> Status:
    """How the services of an organisation are (without one: of everybody), in three queries."""
    now = clock.now()
    since = now - timedelta(days=DAYS)
    rows = concerning(client).exclude(kind=Kind.ANNOUNCEMENT).filter(Q(ended_at=None) | Q(ended_at__gte=since))
    found = list(rows.prefetch_related(_updates()).order_by("-begins_at", "-pk")[: 2 * MOST_PAST])
    is_over = {row.pk: row.ended_at is not None or (row.ends_at is not None and row.ends_at <= now) for row in found}
    return Status(
        components=[_how(one, found, now) for one in components(client)],
        now=[row for row in found if not is_over[row.pk] and row.begins_at <= now],
        planned=[row for row in reversed(found) if not is_over[row.pk] and row.begins_at > now],
        past=[row for row in found if is_over[row.pk] and (row.ended_at or row.ends_at or now) >= since][:MOST_PAST],
    )


@dataclass(frozen=True)
class Trouble:
    """What is the matter with a service of the catalogue: the component that is touched, and what was told of it."""

    component: Component
    happening: Happening


def troubled(client: int | None) -> dict[int, Trouble]:
    """The services of the catalogue with which something is the matter now, by their ids, each with the gravest; one query when
    nothing is."""
    now = clock.now()
    rows = (
        concerning(client)
        .filter(not_over(now), begins_at__lte=now)
        .exclude(kind=Kind.ANNOUNCEMENT)
        .exclude(components=[])
    )
    gravest_last = sorted(rows[:MOST_PAST], key=lambda row: (row.kind == Kind.INCIDENT, RANK[row.level]))
    touched = {pk: row for row in gravest_last for pk in row.components}
    parts = (
        {part.pk: part for part in components(client).filter(pk__in=touched, service__isnull=False)} if touched else {}
    )
    pairs = [(parts[pk], row) for row in gravest_last for pk in row.components if pk in parts]
    return {part.service_id: Trouble(part, row) for part, row in pairs if part.service_id}


def components(client: int | None) -> QuerySet[Component]:
    """What an organisation uses: everybody's, and its own."""
    return Component.objects.filter(Q(client=None) | Q(client=client) if client else Q(client=None), is_active=True)


def _how(component: Component, happenings: list[Happening], now: datetime) -> How:
    touching = [row for row in happenings if component.pk in row.components and row.begins_at <= now]
    faults = [row for row in touching if row.kind == Kind.INCIDENT]
    spans = [Span(row.begins_at, row.ended_at or _past(row.ends_at, now), row.level) for row in faults]
    running = [row for row in touching if row.ended_at is None and (row.ends_at is None or row.ends_at > now)]
    levels = [row.level for row in running if row.kind == Kind.INCIDENT]
    return How(
        component, max(levels, key=lambda level: RANK[level], default=""),
        any(row.kind == Kind.PLANNED for row in running), strip(spans, now.date()), available(spans, now),
    )  # fmt: skip


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment <= now else None


def _updates() -> "Prefetch[Any]":
    return Prefetch("updates", Update.objects.order_by("-at", "-pk"))


def told(client: int | None, limit: int = 40) -> list[Update]:
    """The last updates, for a feed."""
    rows = Update.objects.filter(happening__in=concerning(client)).select_related("happening")
    return list(rows.order_by("-at", "-pk")[:limit])


def is_public(client: Client | None) -> bool:
    """Whether anybody may read the status of an organisation (None: the desk's)."""
    return Page.objects.filter(client=client, is_public=True).exists()


def names_of(viewer: Person, rows: Iterable[Happening]) -> dict[int, list[str]]:
    """The organisations that happenings concern, by name, as far as the viewer works with them; by the happenings' ids."""
    found = list(rows)
    ids = {pk for row in found for pk in row.clients}
    names = dict(clients_seen_by(viewer).filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    return {row.pk: sorted(names[pk] for pk in row.clients if pk in names) for row in found}


def language() -> str:
    """The reader's, as two letters."""
    return (get_language() or "en")[:2]
