"""Reads: what was tried before a ticket, and what suggestions spare."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language

from olmo.kernel import clock
from olmo.knowledge import queries as knowledge
from olmo.knowledge.models import Article
from olmo.people.models import Person
from olmo.people.queries import clients_of, clients_seen_by
from olmo.tenancy.scope import EveryClient
from olmo.tickets.models import Ticket

from .actions import CARRIED
from .effect import Effect, Group, compare
from .models import Read, Search, Visit

BACK = timedelta(days=90)
WINDOWS = (timedelta(hours=24), timedelta(days=7))
MOST = 20


@dataclass(frozen=True)
class Tried:
    """What somebody looked for and read before they reported, the latest last."""

    words: list[str]
    articles: list[tuple[int, str]]  # id and title, in the viewer's language where there is one


def tried(viewer: Person, ticket: Ticket) -> Tried:
    """What lies beside a ticket; of the articles only those that the viewer may read."""
    return _tried(viewer, Search.objects.filter(ticket=ticket), Read.objects.filter(ticket=ticket))


def pending(person: Person) -> Tried:
    """What would go with a report that this person made now."""
    since = {"visit__person": person, "ticket": None, "at__gte": clock.now() - CARRIED}
    return _tried(person, Search.objects.filter(**since), Read.objects.filter(**since, is_solved=False))


def _tried(viewer: Person, searches: QuerySet[Search], reads: QuerySet[Read]) -> Tried:
    ids = list(reads.values_list("article_id", flat=True)[:MOST])
    rows = knowledge.visible_to(viewer).filter(pk__in=ids).prefetch_related("translations__shown") if ids else ()
    titles = {article.pk: title_of(article) for article in rows}
    return Tried(
        list(searches.values_list("words", flat=True)[:MOST]), [(pk, titles[pk]) for pk in ids if pk in titles]
    )


def title_of(article: Article) -> str:
    """What an article is called, in the reader's language where it can be."""
    text = knowledge.in_language(article, (get_language() or "en")[:2])
    return text.shown.title if text is not None and text.shown is not None else article.key


def _theirs(viewer: Person) -> Q:
    of = clients_of(viewer)
    return Q() if isinstance(of, EveryClient) else Q(client__in=list(of))


@dataclass(frozen=True)
class Compared:
    """Both groups, and what a ticket within `window` after the beginning of a visit says."""

    window: timedelta
    suggested: Group
    held_out: Group
    effect: Effect


_FOLLOWED = """
select v.is_held_out, count(*), count(*) filter (where exists (
    select 1 from tickets_ticket t where t.requester_id = v.person_id and t.opened_at >= v.began_at
    and t.opened_at < v.began_at + %s))
from selfservice_visit v where v.is_measured and v.began_at >= %s and v.began_at < %s and v.client_id = any(%s)
group by v.is_held_out
"""


def compared(viewer: Person) -> list[Compared]:
    """With and without suggestions, of the visits of the last 90 days whose window is over."""
    clients = list(clients_seen_by(viewer).values_list("pk", flat=True))
    return [_compared(window, clients) for window in WINDOWS]


def _compared(window: timedelta, clients: list[int]) -> Compared:
    now = clock.now()
    values: list[Any] = [window, now - BACK, now - window, clients]
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED, values)
        found = {is_held_out: Group(visits, opened) for is_held_out, visits, opened in cursor.fetchall()}
    suggested, held_out = found.get(False, Group(0, 0)), found.get(True, Group(0, 0))
    return Compared(window, suggested, held_out, compare(suggested, held_out))


def counts(viewer: Person) -> dict[str, int]:
    """Of the last 90 days: visits, those in which an article solved it, and searches that found nothing."""
    since = clock.now() - BACK
    visits = Visit.objects.filter(_theirs(viewer), began_at__gte=since)
    solved = visits.filter(reads__is_solved=True).distinct().count()
    nothing = Search.objects.filter(visit__in=visits, found=0).count()
    return {"visits": visits.count(), "solved": solved, "nothing": nothing}


def read_most(viewer: Person) -> list[dict[str, Any]]:
    """The articles that requesters read in the last 90 days: how often, with success, and followed by a ticket all the same."""
    visits = Visit.objects.filter(_theirs(viewer), began_at__gte=clock.now() - BACK)
    rows = (
        Read.objects.filter(visit__in=visits, article__in=knowledge.visible_to(viewer)).order_by().values("article")
        .annotate(n=Count("pk"), solved=Count("pk", filter=Q(is_solved=True)), asked=Count("pk", filter=Q(ticket__isnull=False)))
        .order_by("-n", "article")[:MOST]
    )  # fmt: skip
    found = list(rows)
    articles = Article.objects.filter(pk__in=[row["article"] for row in found]).prefetch_related("translations__shown")
    by_id = {article.pk: article for article in articles}
    return [
        {**row, "pk": row["article"], "title": title_of(by_id[row["article"]])}
        for row in found
        if row["article"] in by_id
    ]
