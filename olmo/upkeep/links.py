"""Whether the web addresses that articles name still answer.

Each is asked once a round, at most once in 20 hours, hosts side by side and the addresses of one host one after the other. It is
dead when two rounds running found nothing there: 404, 410, a name that nobody knows, no answer. A page that wants a sign-in or
sends us elsewhere is there, and one that fails today (5xx) is not gone. A round in which nothing answers tells of our line: it
counts for nobody. What is not https, or leads into a private network, is not asked (see `kernel.outside`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import batched
from time import monotonic
from urllib.parse import urldefrag, urlsplit

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Least

from olmo.kernel import clock, markdown, outside
from olmo.kernel.errors import Invalid
from olmo.knowledge.models import PARTS, Article, State, Translation
from olmo.tenancy.scope import EVERY_CLIENT, scope

from .models import Link

AGAIN, MISSES = timedelta(hours=20), 2
MOST, AT_ONCE, IN_ONE = 500, 8, 20  # addresses in a round; hosts asked side by side; articles in one transaction
ROUND_SECONDS, ANSWER_SECONDS, ANSWER_BYTES = 600, 10.0, 1024
GONE = frozenset({404, 410})
HEADERS = {"User-Agent": "Olmo (looks whether links of its articles are there)", "Accept": "*/*"}


def refresh() -> int:
    """Ask what was not asked for longest; returns how many addresses are dead now."""
    if not settings.OLMO_LINK_CHECK:
        return 0
    _keep_in_step()
    answers = asked(_due())
    with scope(EVERY_CLIENT):
        is_up = any(why is not None and (not why or why.isdecimal()) for why in answers.values())  # somebody answered
        _note({address: why or "" for address, why in answers.items() if is_up or why is None})
        return Link.objects.filter(misses__gte=MISSES).count()


def dead(article: Article) -> list[str]:
    """The addresses of an article that are dead."""
    rows = Link.objects.filter(article=article, misses__gte=MISSES).order_by("pk")
    return list(rows.values_list("address", flat=True))


def named(texts: Iterable[str]) -> set[str]:
    """The web addresses that texts lead to and that may be asked, without the part of the page."""
    found = {urldefrag(address).url for text in texts for address in markdown.addresses(text)}
    return {address for address in found if _may_be_asked(address)}


def asked(due: Iterable[str]) -> dict[str, str | None]:
    """What each said: "" for there, a status or words that say why not, None: not to be asked. For some no time is left."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for address in due:
        hosts[urlsplit(address).netloc].append(address)
    end = monotonic() + ROUND_SECONDS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = pool.map(lambda addresses: _ask_each(addresses, end), hosts.values())
        return {address: why for part in parts for address, why in part.items()}


def _ask_each(addresses: Iterable[str], end: float) -> dict[str, str | None]:
    return {address: _ask(address) for address in addresses if monotonic() < end}


def _ask(address: str) -> str | None:
    """None: it is not to be asked after all, as its name leads into a private network."""
    try:
        answer = outside.get(address, HEADERS, timeout=ANSWER_SECONDS, most=ANSWER_BYTES)
    except outside.Unreachable as problem:
        return str(problem)[:300]
    except Invalid:
        return None
    return str(answer.status) if answer.status in GONE else ""


def _may_be_asked(address: str) -> bool:
    try:
        outside.checked(address)
    except Invalid:
        return False
    return True


def _keep_in_step() -> None:
    """Know the addresses of what is published, and no others."""
    with scope(EVERY_CLIENT):
        published = Article.objects.filter(published_at__isnull=False).exclude(state=State.RETIRED)
        ids = list(published.order_by("pk").values_list("pk", flat=True))
        Link.objects.exclude(article__in=ids).delete()
    for batch in batched(ids, IN_ONE):
        with scope(EVERY_CLIENT):
            texts: dict[int, list[str]] = defaultdict(list)
            for row in Translation.objects.filter(article__in=batch, shown__isnull=False).select_related("shown"):
                texts[row.article_id] += [getattr(row.shown, part) for part in PARTS]
            for pk in batch:
                _keep(pk, named(texts[pk]))


def _keep(article: int, addresses: set[str]) -> None:
    rows = Link.objects.filter(article=article)
    rows.exclude(address__in=addresses).delete()
    new = addresses - set(rows.values_list("address", flat=True))
    Link.objects.bulk_create(
        (Link(article_id=article, address=address) for address in sorted(new)), ignore_conflicts=True
    )


def _due() -> list[str]:
    with scope(EVERY_CLIENT):
        rows = Link.objects.filter(Q(asked_at=None) | Q(asked_at__lte=clock.now() - AGAIN))
        found = rows.order_by(F("asked_at").asc(nulls_first=True), "pk").values_list("address", flat=True)[: 2 * MOST]
        return list(dict.fromkeys(found))[:MOST]


def _note(answers: Mapping[str, str]) -> None:
    now = clock.now()
    for address, why in answers.items():
        misses = Least(F("misses") + 1, 99) if why else 0
        Link.objects.filter(address=address).update(misses=misses, why=why, asked_at=now)
