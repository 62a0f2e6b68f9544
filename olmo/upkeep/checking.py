"""What a night finds wrong with published articles: questions, links, dates, and tickets that contradict them.

A ticket contradicts an article when the article was used for it and the solution did not last: it was reopened, or its requester
asked for the same kind of thing again, within 7 days. And when newer tickets of the article's kind of request are solved
without it. Both count only what happened since the article was published last, and only from a few tickets on.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import batched

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from olmo.catalogue import queries as catalogue
from olmo.guides.models import Guide
from olmo.kernel import clock, markdown
from olmo.kernel.files import path_of
from olmo.knowledge import queries
from olmo.knowledge.models import PARTS, Article, File, Translation
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.writing.models import Reference

from . import lasting, links, questions
from .models import Fault, Question, Topic

AT_ONCE, IN_ONE = 200, 20  # tickets that are looked at; articles in one transaction
FEWEST_FAILED, LEAST_FAILED = 2, 0.3  # tickets, and the share of those that used it
FEWEST_OTHERWISE, LEAST_OTHERWISE = 5, 0.8  # solved tickets of its kind, and the share of those that did without
_INTERNAL = re.compile(r"/(files/knowledge|guides|desk/knowledge|catalogue|troubleshooters)/(\d{1,18})(?:[/?#].*)?")

type Found = tuple[str, dict[str, object]]


def check_all() -> int:
    """Look through all published articles, a few in each transaction. Returns how many faults there are now."""
    today = clock.now().date()
    with scope(EVERY_CLIENT):
        published = Article.objects.filter(queries.readable(today) | _expired(today)).order_by("pk")
        ids = list(published.values_list("pk", flat=True))
        Fault.objects.exclude(article__in=ids).delete()
    for batch in batched(ids, IN_ONE):
        with scope(EVERY_CLIENT):
            for article in Article.objects.filter(pk__in=batch):
                check(article)
    with scope(EVERY_CLIENT):
        return Fault.objects.count()


@transaction.atomic
def check(article: Article) -> list[Fault]:
    """Look through one article; what was wrong before and is not now is forgotten."""
    now = clock.now()
    found = [*_dates(article), *_unfound(article), *_dead_links(article), *_failed(article), *_otherwise(article)]
    Fault.objects.filter(article=article).delete()
    return Fault.objects.bulk_create(Fault(article=article, kind=kind, data=data, at=now) for kind, data in found)


def sentence(fault: Fault) -> str:
    """What is wrong, in words."""
    sentences: dict[str, str] = {
        Fault.Kind.QUESTION: _("“%(words)s” does not find it among the first three."),
        Fault.Kind.LINK: _("A link leads nowhere: %(address)s"),
        Fault.Kind.REVIEW: _("It was to be looked at again on %(day)s."),
        Fault.Kind.EXPIRED: _("It expired on %(day)s: requesters no longer see it."),
        Fault.Kind.REOPENED: _("Of %(of)s tickets that used it, %(n)s came back within 7 days."),
        Fault.Kind.UNUSED: _("Of the last %(of)s solved tickets of its kind, %(n)s did without it."),
    }
    data = dict(fault.data)
    if "day" in data:
        data["day"] = date_format(date.fromisoformat(data["day"]), "DATE_FORMAT")
    said: str = sentences[fault.kind] % data
    return said


def _expired(today: object) -> Q:
    return Q(published_at__isnull=False, expires_on__lte=today) & ~Q(state="retired")


def _dates(article: Article) -> Iterator[Found]:
    today = clock.now().date()
    if article.expires_on and article.expires_on <= today:
        yield Fault.Kind.EXPIRED, {"day": article.expires_on.isoformat()}
    elif article.review_on and article.review_on <= today:
        yield Fault.Kind.REVIEW, {"day": article.review_on.isoformat()}


def _unfound(article: Article) -> Iterator[Found]:
    for row in Question.objects.filter(article=article).select_related("article"):
        if not questions.check(row):
            yield Fault.Kind.QUESTION, {"words": row.words, "language": row.language}


def _dead_links(article: Article) -> Iterator[Found]:
    shown = Translation.objects.filter(article=article, shown__isnull=False).select_related("shown")
    texts = ["\n".join(getattr(row.shown, part) for part in PARTS) for row in shown]
    own = (address.removeprefix(settings.BASE_URL) for text in texts for address in markdown.addresses(text))
    for place, pk in dict.fromkeys(match.group(1, 2) for path in own if (match := _INTERNAL.fullmatch(path))):
        if not _THERE.get(place, _has_article)(int(pk)):
            yield Fault.Kind.LINK, {"address": f"/{place}/{pk}"}
    for address in links.dead(article):
        yield Fault.Kind.LINK, {"address": address}


def _has_file(pk: int) -> bool:
    row = File.objects.filter(pk=pk).first()
    return row is not None and path_of(row.sha256).is_file()


def _has_article(pk: int) -> bool:
    return Article.objects.filter(queries.readable(clock.now().date()), pk=pk).exists()


def _has_item(pk: int) -> bool:
    return catalogue.on_offer().filter(pk=pk).exists()


def _has_walk(pk: int) -> bool:
    return Guide.objects.filter(pk=pk, is_active=True, shown__isnull=False).exists()


_THERE = {"files/knowledge": _has_file, "catalogue": _has_item, "troubleshooters": _has_walk}


def _failed(article: Article) -> Iterator[Found]:
    rows = Reference.objects.filter(article=article, at__gte=article.published_at, ticket__resolved_at__isnull=False)
    used = list(rows.order_by("-at").values_list("ticket_id", flat=True)[:AT_ONCE])
    failed = lasting.came_back(used, [pk for kind in _kinds_of(article) for pk in kind])
    if len(failed) >= FEWEST_FAILED and len(failed) >= LEAST_FAILED * len(used):
        yield Fault.Kind.REOPENED, {"n": len(failed), "of": len(used), "tickets": sorted(failed)[:20]}


def _otherwise(article: Article) -> Iterator[Found]:
    for kind in _kinds_of(article):
        solved = lasting.solved_since(kind, article.published_at or clock.now(), AT_ONCE)
        used = set(Reference.objects.filter(article=article, ticket__in=solved).values_list("ticket_id", flat=True))
        without = [pk for pk in solved if pk not in used]
        if len(without) >= FEWEST_OTHERWISE and len(without) >= LEAST_OTHERWISE * len(solved):
            yield Fault.Kind.UNUSED, {"n": len(without), "of": len(solved), "tickets": without[:20]}


def _kinds_of(article: Article) -> list[list[int]]:
    """The tickets of each kind of request that it answers."""
    return list(Topic.objects.filter(article=article).order_by("pk").values_list("ticket_ids", flat=True))
