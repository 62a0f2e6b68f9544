"""Finds the commonest kinds of request anew each night from the tickets of the last weeks, and knows them again.

Only the nightly job imports this: it brings scikit-learn.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Sum

from olmo.kernel import clock
from olmo.knowledge import meaning, search, vocabulary
from olmo.knowledge.models import Article
from olmo.people.actions import robot
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.models import Message, MessageKind, Ticket
from olmo.worklog.models import Entry
from olmo.writing.models import Reference

from . import clustering, lasting
from .models import Topic
from .topics import MONTH

WEEKS = 12
MOST, MOST_MEANT = clustering.MOST, 5_000  # newest tickets that are read; up to so many also by their meaning
ASKED = 8  # middle tickets by which an article is sought
FEWEST_COMPARED = 10  # tickets with an article, and without, from which a saving can be told
LONGEST_SMALL = 9  # letters of a word that may say nothing in itself

type Row = tuple[int, str, str, str, datetime]  # of a ticket: id, subject, first words, language, when


def refresh() -> int:
    """Find the kinds of request and what is known of them; returns how many.

    Each step has a transaction of its own; what takes long, encoding and grouping, has none.
    """
    with scope(EVERY_CLIENT):
        rows = _tickets()
        texts = [f"{subject}. {words[:300]}" for _pk, subject, words, _language, _at in rows]
        stop = _stop_words(texts)
    meant = meaning.encode(texts) if meaning.is_installed() and len(texts) <= MOST_MEANT else None
    groups = clustering.groups_of(texts, stop, meant)
    answers = [_answer_of([rows[n] for n in group.members]) for group in groups]
    with scope(EVERY_CLIENT):
        return _keep(groups, rows, answers)


def _tickets() -> list[Row]:
    """The newest tickets of the last weeks: id, subject, first words, language, when."""
    since = clock.now() - timedelta(weeks=WEEKS)
    rows = Ticket.objects.filter(opened_at__gte=since, merged_into=None).order_by("-opened_at")
    told = list(rows.values_list("pk", "subject", "language", "opened_at")[:MOST])
    first = Message.objects.filter(ticket__in=[pk for pk, *_more in told], kind=MessageKind.PUBLIC, withdrawn_at=None)
    words = dict(first.order_by("ticket", "at", "pk").distinct("ticket").values_list("ticket_id", "text"))
    return [(pk, subject, words.get(pk, ""), language, at) for pk, subject, language, at in told]


def _stop_words(texts: Sequence[str]) -> list[str]:
    """Words that say nothing: the desk's own, and those of these texts that the full text of some language leaves out."""
    short = {word for text in texts for word in vocabulary.words_of(text) if len(word) <= LONGEST_SMALL}
    return sorted(vocabulary.idle(short).union(*vocabulary.current().stop.values()))


def _keep(groups: Sequence[clustering.Group], rows: list[Row], answers: Sequence[int | None]) -> int:
    now = clock.now()
    old = {topic.pk: topic for topic in Topic.objects.select_for_update(of=("self",))}
    members = [[rows[n][0] for n in group.members] for group in groups]
    same = clustering.matched({pk: set(topic.ticket_ids) for pk, topic in old.items()}, [set(ids) for ids in members])
    kept = []
    for number, group in enumerate(groups):
        topic = old[same[number]] if number in same else Topic(first_at=now)
        topic.words = topic.words if topic.pk and topic.words else list(group.words)
        topic.ticket_ids, topic.at = members[number], now
        topic.weeks = _weeks([rows[n][4] for n in group.members], now)
        topic.article = Article.objects.filter(pk=answers[number] or 0).first()
        topic.figures = _figures(topic, {rows[n][0]: rows[n][4] for n in group.members}, now)
        topic.save()
        kept.append(topic)
    Topic.objects.exclude(pk__in=[topic.pk for topic in kept]).delete()
    _tell_savings(kept)
    return len(kept)


def _weeks(opened: Sequence[datetime], now: datetime) -> list[int]:
    counts = Counter(min((now - at).days // 7, WEEKS - 1) for at in opened)
    return [counts[week] for week in reversed(range(WEEKS))]


def _answer_of(rows: Sequence[Row]) -> int | None:
    """The article that answers a kind, in a transaction of its own: many searches are made for it. rows: the middle first."""
    with scope(EVERY_CLIENT):
        return _best_article(rows[:ASKED], [pk for pk, *_more in rows])


def _best_article(middle: Sequence[Row], tickets: Sequence[int]) -> int | None:
    """The article that most of its middle tickets find first and near; one that answered a tenth of all tickets comes before."""
    uses = Counter(Reference.objects.filter(ticket__in=list(tickets)).values_list("article_id", flat=True))
    if uses and uses.most_common(1)[0][1] * 10 >= len(tickets):
        used = Article.objects.filter(pk=uses.most_common(1)[0][0]).exclude(state="retired")
        return used.values_list("pk", flat=True).first()
    votes: Counter[int] = Counter()
    for _pk, subject, words, language, _at in middle:
        found = search.find(robot("Olmo"), f"{subject}. {words[:200]}", language=language, limit=1)
        if found and (found[0].is_near or not meaning.is_ready()):
            votes[found[0].article_id] += 1
    chosen, count = votes.most_common(1)[0] if votes else (0, 0)
    return chosen if count * 2 >= len(middle) and chosen else None


def _figures(topic: Topic, opened: dict[int, datetime], now: datetime) -> dict[str, Any]:
    recent = [pk for pk, at in opened.items() if at > now - MONTH]
    before = sum(1 for at in opened.values() if now - 2 * MONTH < at <= now - MONTH)
    used = _used(topic, list(opened))
    back = lasting.came_back(used, topic.ticket_ids)
    solved = set(Ticket.objects.filter(pk__in=used, status__in=lasting.SOLVED).values_list("pk", flat=True))
    minutes = Entry.objects.filter(ticket__in=recent, removed_at=None).aggregate(sum=Sum("minutes"))["sum"] or 0
    return {"n": len(recent), "before": before, "minutes": minutes, "used": len(used), "lasted": len(solved - back)}


def _used(topic: Topic, tickets: list[int]) -> list[int]:
    rows = (
        Reference.objects.filter(ticket__in=tickets, article=topic.article_id)
        if topic.article_id
        else Reference.objects.none()
    )
    return list(rows.values_list("ticket_id", flat=True))


def _tell_savings(topics: Sequence[Topic]) -> None:
    """For kinds without an article: their minutes, by how much fewer a ticket takes where one was used (medians)."""
    every = [pk for topic in topics for pk in topic.ticket_ids]
    used = set(Reference.objects.filter(ticket__in=every).values_list("ticket_id", flat=True))
    took = Entry.objects.filter(ticket__in=every, removed_at=None).values_list("ticket_id").annotate(sum=Sum("minutes"))
    minutes = dict(took)
    share = _saving([minutes[pk] for pk in minutes if pk in used], [minutes[pk] for pk in minutes if pk not in used])
    for topic in topics:
        saves = round(topic.figures["minutes"] * share) if share is not None and topic.article is None else None
        topic.figures = topic.figures | {"saves": saves}
        topic.save(update_fields=["figures"])


def _saving(with_article: Sequence[int], without: Sequence[int]) -> float | None:
    """The share of a ticket's time that an article spares; none while too few tickets tell."""
    if min(len(with_article), len(without)) < FEWEST_COMPARED:
        return None
    return max(0.0, 1 - median(with_article) / median(without))
