"""What the demo's desk knows: articles in two languages with test questions and a picture, their uses, what readers say."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from olmo.kernel import clock
from olmo.knowledge import feedback, folder, loading, search
from olmo.knowledge.models import Article, Audience, Kind
from olmo.people.actions import robot
from olmo.tickets.models import Status, Ticket
from olmo.upkeep import checking, questions
from olmo.writing import references, waiting

from . import content, pictures
from .stage import Stage

BEFORE = timedelta(days=75)
NEAR = 0.4  # how near an article lies to a ticket that used it
USED = 2 / 3  # how many of the solved tickets that an article answers used it
HELPFUL = 0.85
PICTURED, PICTURE = "vpn-809", "error-809.png"
REMARKS = {  # article -> what a reader says of it
    "vpn-809": "The profile is called “TLS” in the newest client.",
    "restore-file": "Su Mac la voce Versioni precedenti non c’è: come si fa?",
}


def know(stage: Stage, now: datetime) -> None:
    """Bring the articles in before the tickets' time; then use them, judge them, and look through them as a night does."""
    from olmo.upkeep import learning  # brings scikit-learn, which no page needs

    told = content.articles()
    with clock.at(now - BEFORE):
        _bring_in(told)
        known = {row.key: row for row in Article.objects.all()}
        _give_owners(stage, known, now)
        for one in told:
            for language in content.LANGUAGES:
                questions.add(known[one["key"]], language, one[language]["questions"][0], by=stage.administrator)
    _use(stage, now)
    _say(stage, known, now)
    learning.refresh()
    checking.check_all()


def _bring_in(told: list[dict[str, Any]]) -> None:
    """As an operator would: lines of a file, with pictures in a folder beside it."""
    with TemporaryDirectory() as made:
        place = Path(made, folder.FILES, PICTURED)
        place.mkdir(parents=True)
        (place / PICTURE).write_bytes(pictures.error_window("VPN", ["ERROR 809"]))
        loading.load(loading.lines_of(_lines(told)), beside=Path(made))


def _lines(told: list[dict[str, Any]]) -> Iterator[str]:
    for one in told:
        shared = {name: one[name] for name in ("key", "topic", "kind", "audience")}
        for language in content.LANGUAGES:
            parts = {name: text for name, text in one[language].items() if name != "questions"}
            if one["key"] == PICTURED:
                parts["symptoms"] = f"![{parts['title']}]({folder.FILES}/{PICTURED}/{PICTURE})"
            yield json.dumps({**shared, "lang": language, "products": "; ".join(one["products"]), **parts})


def _give_owners(stage: Stage, known: dict[str, Article], now: datetime) -> None:
    """Agents in turn; most are to be looked at again later, two should have been."""
    people = [who for who, _role in stage.agents]
    for n, article in enumerate(known.values()):
        article.owner = people[n % len(people)]
        article.review_on = (now + timedelta(days=30 + 9 * n if n > 1 else -6)).date()
        article.save()


def _use(stage: Stage, now: datetime) -> None:
    """Some of the solved tickets that an article answers used it; open ones of the known error wait for it."""
    rng = Random("uses")  # noqa: S311  (stories, no secrets)
    answers: dict[tuple[str, str], Article | None] = {}  # many tickets of the demo are called the same
    for ticket in Ticket.objects.filter(merged_into=None).select_related("assignee").order_by("pk"):
        asked = ticket.subject, ticket.language
        if asked not in answers:
            answers[asked] = _answer(*asked)
        article = answers[asked]
        if article is None:
            continue
        with clock.at(ticket.resolved_at or now):
            if ticket.status in (Status.RESOLVED, Status.CLOSED) and rng.random() < USED:
                references.used(article, ticket, by=ticket.assignee or stage.administrator)
            elif article.kind == Kind.KNOWN_ERROR and ticket.status != Status.CLOSED:
                waiting.wait(ticket, article, by=stage.administrator)


def _answer(subject: str, language: str) -> Article | None:
    found = search.find(robot("Olmo"), subject, language=language, limit=1)
    return Article.objects.get(pk=found[0].article_id) if found and found[0].score >= NEAR else None


def _say(stage: Stage, known: dict[str, Article], now: datetime) -> None:
    """Readers judge what they read, and two say what could be better."""
    readers = [person for house in stage.houses for person in house.people]
    rng = Random("readers")  # noqa: S311  (stories, no secrets)
    with clock.at(now - timedelta(days=3)):
        for article in known.values():
            if article.audience == Audience.PUBLIC:
                for person in rng.sample(readers, min(len(readers), rng.randrange(2, 7))):
                    feedback.rate(article, by=person, is_helpful=rng.random() < HELPFUL)
        for key, words in REMARKS.items():
            feedback.suggest(known[key], words, by=readers[len(key) % len(readers)])
