"""Reads of the catalogue, each from the viewer."""

import re
from datetime import timedelta

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression

from olmo.kernel import clock
from olmo.kernel.text import clean_line
from olmo.people.models import Person
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient

from .models import Audience, FormVersion, Item, Service

MOST_FOUND, SHORTEST_WORD = 50, 3
_WORDS = re.compile(r"\w+")


def visible_to(viewer: Person, client: Client | None = None) -> QuerySet[Service]:
    """The active services that the viewer finds in the catalogue. client: as whose people an agent looks at it."""
    rows = Service.objects.filter(is_active=True)
    clients = [client.pk] if client is not None else clients_of(viewer)
    fits = Q(audience=Audience.PUBLIC)
    if isinstance(clients, EveryClient):
        fits |= Q(audience=Audience.CLIENTS)
    else:
        fits |= Q(audience=Audience.CLIENTS, client_ids__overlap=list(clients))
    if viewer.is_agent:
        through = Service.teams.through.objects
        mine = Exists(through.filter(service_id=OuterRef("pk"), team_id__in=list(team_ids(viewer))))
        own = Q(audience=Audience.TEAMS)
        fits |= own if viewer.is_administrator else own & Q(mine)
    return rows.filter(fits)


def items(viewer: Person, client: Client | None = None) -> QuerySet[Item]:
    """What the viewer can order now: active items of services that they see, with a form in force."""
    rows = on_offer().filter(service__in=visible_to(viewer, client))
    return rows.select_related("service").order_by("service__position", "service__key", "position", "key")


def on_offer() -> QuerySet[Item]:
    """What somebody can order now: active items of active services, with a form in force."""
    in_force = FormVersion.objects.filter(item=OuterRef("pk"), superseded_at=None, withdrawn_at=None)
    return Item.objects.filter(Exists(in_force), is_active=True, service__is_active=True)


def found(rows: QuerySet[Item], words: str) -> list[Item]:
    """Those in whose names, summaries or services every word occurs, in any language."""
    wanted = clean_line(words, 200).casefold().split()
    return [row for row in rows if all(word in _text(row) for word in wanted)][:MOST_FOUND]


def like(rows: QuerySet[Item], words: str, most: int = 3) -> list[Item]:
    """Those in which one of the words begins a word; rarer words, and those of a name, count more. One statement.

    words: without those that say nothing of what is sought.
    """
    typed = {word for word in _WORDS.findall(clean_line(words, 200).casefold()) if len(word) >= SHORTEST_WORD}
    if not typed:
        return []
    fits = Q()
    fit: Value | CombinedExpression = Value(0)
    for word in sorted(typed):
        named = Q(names__icontains=word)
        beside = Q(summaries__icontains=word) | Q(service__names__icontains=word)
        fits |= named | beside
        fit += Case(When(named, then=3), When(beside, then=1), default=0)
    scores: dict[int, float] = {}
    candidates = list(rows.filter(fits).order_by(fit.desc(), "-orders", "key")[:MOST_FOUND])
    for word in typed:
        hits = {row.pk: hit for row in candidates if (hit := _hit(row, word))}
        for pk, hit in hits.items():
            scores[pk] = scores.get(pk, 0) + hit / len(hits)
    return sorted((row for row in candidates if row.pk in scores), key=lambda row: -scores[row.pk])[:most]


def _hit(item: Item, word: str) -> int:
    """3 where a word of its name begins so, 1 where one of its summary or service does."""
    for texts, hit in (((item.names,), 3), ((item.summaries, item.service.names), 1)):
        known = " ".join(text for each in texts for text in each.values()).casefold()
        if any(one.startswith(word) for one in _WORDS.findall(known)):
            return hit
    return 0


def _text(item: Item) -> str:
    texts = (item.names, item.summaries, item.service.names, item.service.descriptions)
    return " ".join(text for each in texts for text in each.values()).casefold()


def popular(rows: QuerySet[Item], most: int = 6) -> list[Item]:
    """Those that are ordered most."""
    return list(rows.filter(orders__gt=0).order_by("-orders", "key")[:most])


def form_in_force(item: Item) -> FormVersion | None:
    """The version that is filled in now."""
    return FormVersion.objects.filter(item=item, superseded_at=None, withdrawn_at=None).first()


def is_still_taken(version: FormVersion) -> bool:
    """Whether answers to a version are accepted: it is in force, or was until some days ago and was not withdrawn."""
    version.refresh_from_db(fields=["superseded_at", "withdrawn_at"])  # it may have ended while it was filled in
    if version.withdrawn_at is not None:
        return False
    days = timedelta(days=version.item.grace_days)
    return version.superseded_at is None or clock.now() < version.superseded_at + days
