"""Reads of articles. Each starts from the viewer."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from olmo.kernel import clock
from olmo.kernel.errors import NotFound
from olmo.people.models import Person
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.scope import EveryClient

from . import vocabulary
from .models import Article, Audience, State, Term, Translation, Version

MOST_TOPICS, MOST_ABOUT = 100, 200


def visible_to(viewer: Person) -> QuerySet[Article]:
    """What the viewer may know of: agents drafts too, requesters only what is published and in force."""
    if viewer.is_robot:
        return Article.objects.all()
    clients = clients_of(viewer)
    theirs = Q(audience=Audience.ORGANISATION)
    if not isinstance(clients, EveryClient):
        theirs &= Q(client__in=clients)
    seen = Q(audience=Audience.PUBLIC) | theirs
    if not viewer.is_agent:
        return Article.objects.filter(seen & readable(clock.now().date()))
    if viewer.is_administrator:
        return Article.objects.filter(seen | Q(audience__in=[Audience.AGENTS, Audience.TEAM]))
    return Article.objects.filter(
        seen | Q(audience=Audience.AGENTS) | Q(audience=Audience.TEAM, team__in=team_ids(viewer))
    )


def readable(today: date) -> Q:
    """The condition that an article has a published text that is in force."""
    in_force = Q(expires_on=None) | Q(expires_on__gt=today)
    return Q(published_at__isnull=False) & ~Q(state=State.RETIRED) & in_force


def by_key(viewer: Person, key: str) -> Article:
    """One article with its translations and their two texts. Raises NotFound."""
    return _whole(visible_to(viewer).filter(key=key))


def _texts() -> QuerySet[Translation]:
    return Translation.objects.select_related("shown", "newest", "newest__author", "shown__author").order_by("language")


def versions(article: Article, language: str) -> QuerySet[Version]:
    """All texts of an article in a language, the newest first."""
    return Version.objects.filter(translation__article=article, translation__language=language).select_related("author")


def overdue(viewer: Person) -> QuerySet[Article]:
    """Published articles whose review is due, or that have expired: the longest due first."""
    today = clock.now().date()
    due = Q(review_on__lte=today) | Q(expires_on__lte=today)
    rows = visible_to(viewer).filter(due, published_at__isnull=False).exclude(state=State.RETIRED)
    return rows.order_by("review_on", "expires_on", "key")


def by_id(viewer: Person, pk: int) -> Article:
    """One article with its translations and their two texts. Raises NotFound."""
    return _whole(visible_to(viewer).filter(pk=pk))


def _whole(found: QuerySet[Article]) -> Article:
    rows = found.select_related("owner", "client", "team", "reviewer", "approved_by")
    article = rows.prefetch_related(Prefetch("translations", _texts())).first()
    if article is None:
        raise NotFound
    return article


def about(viewer: Person, names: Iterable[str]) -> QuerySet[Article]:
    """Published articles about something of one of these names (their products), the most used first."""
    named = {vocabulary.subject_of(name) for name in names if vocabulary.words_of(name)}
    said = Term.objects.filter(lexeme__in=named).values("translation__article")
    rows = visible_to(viewer).filter(readable(clock.now().date()), pk__in=said)
    return rows.order_by("-uses", "key").prefetch_related(Prefetch("translations", _texts()))


def about_each(viewer: Person, things: Sequence[Iterable[str]], *, limit: int) -> list[list[Article]]:
    """The same for each of several things (its names), read at once: up to `limit` for each."""
    named = [{vocabulary.subject_of(name) for name in names if vocabulary.words_of(name)} for names in things]
    found = list(about(viewer, [name for names in things for name in names])[:MOST_ABOUT]) if any(named) else []
    told = [(one, {vocabulary.subject_of(name) for name in one.products}) for one in found]
    return [[one for one, subjects in told if subjects & wanted][:limit] for wanted in named]


def topics(viewer: Person) -> list[str]:
    """The subject areas of the articles that the viewer may know of, by name."""
    rows = visible_to(viewer).exclude(topic="").values_list("topic", flat=True).distinct().order_by("topic")
    return list(rows[:MOST_TOPICS])


def in_language(article: Article, language: str) -> Translation | None:
    """The translation that a reader of this language is shown: theirs, else another that is published."""
    rows = [row for row in article.translations.all() if row.shown_id]
    return next((row for row in rows if row.language == language), rows[0] if rows else None)
