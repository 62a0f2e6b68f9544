"""Bringing many articles in from JSON lines, all of them or none.

A line is one text: {"key", "lang", "title", "summary", "body", "audience"}, and where wanted "symptoms", "cause", "workaround",
"solution", "environment", "topic", "kind" ("guide", "error"), "products" (parted by semicolons). Lines with one key are one
article in several languages. The audience is "public", "agents", "organisation:NAME" or "team:NAME". What comes in was approved
where it came from: it is published at once, and found.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import batched
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people.actions import robot
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client

from . import actions, folder, indexing
from .actions import Settings, Text
from .models import PARTS, Article, Audience, Kind, Translation

FIELDS = ("key", "lang", "title", "audience", "kind", "products", "topic", *PARTS)
MOST_TOLD = 20
READ_AT_ONCE = 200

type Entry = tuple[str, dict[str, Any] | Invalid]  # where it stands, and what it says


@dataclass(frozen=True)
class Line:
    """One text of the file, and where it stands."""

    place: str
    settings: Settings
    language: str
    text: Text


@dataclass
class Kept:
    """What was brought in: articles that are new, changed, or as they were; and how many texts the file held."""

    new: int = 0
    changed: int = 0
    same: int = 0
    texts: int = 0
    ignored: set[str] = field(default_factory=set)

    @property
    def articles(self) -> int:
        return self.new + self.changed + self.same


class Refused(Exception):
    """Nothing was kept; `reasons` name the lines, at most 20 of them."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


@dataclass
class Reader:
    """Reads lines, and collects what is wrong with them."""

    owner: Person
    clients: dict[str, Client]
    teams: dict[str, Team]
    reasons: list[str] = field(default_factory=list)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)

    def read(self, entries: Iterable[Entry]) -> list[Line]:
        """All entries that are right; `reasons` has what the others lack."""
        found = []
        for place, row in entries:
            try:
                if isinstance(row, Invalid):
                    raise row
                found.append(self._line(place, row))
            except Invalid as refusal:
                why = {"place": place, "field": refusal.field, "why": refusal}
                self.reasons.append(_("%(place)s, %(field)s: %(why)s") % why)
        return found

    def _line(self, place: str, given: dict[str, Any]) -> Line:
        row = _texts(given)
        self.ignored |= row.keys() - set(FIELDS)
        language = row.get("lang", "")
        if language not in dict(settings.LANGUAGES):
            words = _("“%(value)s” is not one of Olmo’s languages: %(known)s.")
            raise Invalid("lang", words % {"value": language, "known": ", ".join(dict(settings.LANGUAGES))})
        wanted = self._settings(row)
        first = self.places.setdefault((wanted.key, language), place)
        if first != place:
            words = _("“%(key)s” in this language stands in %(place)s already.")
            raise Invalid("key", words % {"key": wanted.key, "place": first})
        parts = {part: row.get(part, "") for part in PARTS}
        return Line(place, wanted, language, actions.checked(Text(title=row.get("title", ""), **parts)))

    def _settings(self, row: dict[str, str]) -> Settings:
        kind, _colon, name = row.get("audience", "").partition(":")
        client = self.clients.get(name.strip().lower()) if kind == Audience.ORGANISATION else None
        team = self.teams.get(name.strip().lower()) if kind == Audience.TEAM else None
        if client is None and team is None and (name or kind not in (Audience.PUBLIC, Audience.AGENTS)):
            known = "public, agents, organisation:…, team:…"
            words = _("“%(value)s” is not an audience; known are: %(known)s.")
            raise Invalid("audience", words % {"value": row.get("audience", ""), "known": known})
        return Settings(
            key=actions.checked_key(row.get("key", "")), owner=self.owner, topic=row.get("topic", ""), audience=kind,
            client=client, team=team, kind=row.get("kind") or Kind.GUIDE,
            products=tuple(name.strip() for name in row.get("products", "").split(";") if name.strip()),
        )  # fmt: skip


def lines_of(text: Iterable[str]) -> Iterator[Entry]:
    """The lines of a file as entries; empty ones are passed over."""
    for number, line in enumerate(text, 1):
        if line.strip():
            try:
                yield _("line %(n)s") % {"n": number}, _object(line)
            except Invalid as refusal:
                yield _("line %(n)s") % {"n": number}, refusal


@transaction.atomic
def load(entries: Iterable[Entry], *, beside: Path | None = None) -> Kept:
    """Bring all in, in one transaction, inside a scope that shows every client. Raises Refused, and then nothing is kept.

    beside: the folder in which the articles' pictures and other files lie.
    """
    robots = robot("Olmo")
    reader = Reader(
        owner=_owner() or robots,
        clients={client.name.lower(): client for client in Client.objects.all()},
        teams={team.name.lower(): team for team in Team.objects.all()},
    )
    found = reader.read(entries)
    _require_one_audience(found, reader.reasons)
    if reader.reasons:
        raise Refused(reader.reasons[:MOST_TOLD])
    kept, touched = Kept(texts=len(found), ignored=reader.ignored), []
    for texts in _by_article(found):
        touched += _take_in(texts, robots, kept, beside)
    for batch in batched(touched, READ_AT_ONCE):
        _index(batch)
    while indexing.understand():
        pass
    return kept


def _require_one_audience(lines: list[Line], reasons: list[str]) -> None:
    first: dict[str, Line] = {}
    for line in lines:
        before = first.setdefault(line.settings.key, line)
        if before.settings != line.settings:
            words = _("%(place)s: the audience or the subject area of “%(key)s” is not that of %(first)s.")
            reasons.append(words % {"place": line.place, "key": line.settings.key, "first": before.place})


def _by_article(lines: list[Line]) -> Iterator[list[Line]]:
    articles: dict[str, list[Line]] = {}
    for line in lines:
        articles.setdefault(line.settings.key, []).append(line)
    yield from articles.values()


def _take_in(lines: list[Line], by: Person, kept: Kept, beside: Path | None) -> list[Article]:
    wanted = lines[0].settings
    there = Article.objects.filter(key=wanted.key).first()
    if there is not None:
        wanted = replace(wanted, owner=there.owner, review_on=there.review_on, expires_on=there.expires_on)
    before = _stand(there) if there else None
    texts = {line.language: line.text for line in lines}
    has_files = False
    if beside is not None:
        has_files = folder.bring(there or actions.create(wanted, by=by), beside)
        texts = {language: _addressed(wanted.key, text) for language, text in texts.items()}
    article, changed = actions.take_in(wanted, texts, by=by, reason=_("Imported"), has_files=has_files)
    if there is None:
        kept.new += 1
    elif changed or has_files or before != _stand(article):
        kept.changed += 1
    else:
        kept.same += 1
        return []
    return [article]


def _stand(article: Article) -> tuple[Any, ...]:
    return article.audience, article.client_id, article.team_id, article.state, article.kind, article.products


def _addressed(key: str, text: Text) -> Text:
    return replace(text, **{part: folder.addressed(key, getattr(text, part)) for part in PARTS})


def _index(articles: Iterable[Article]) -> None:
    listed = list(articles)
    for article in listed:
        indexing.forget(article)
    rows = Translation.objects.filter(article__in=listed, shown__isnull=False)
    indexing.index(list(rows.select_related("shown", "article").order_by("pk")))


def _object(text: str) -> dict[str, Any]:
    try:
        row: Any = json.loads(text)
    except ValueError as error:
        raise Invalid("JSON", str(error)) from error
    if not isinstance(row, dict):
        raise Invalid("JSON", _("An object is expected: {…}."))
    return row


def _texts(row: dict[str, Any]) -> dict[str, str]:
    for name in FIELDS:
        if not isinstance(row.get(name) or "", str):
            raise Invalid(name, _("A text is expected."))
    return {name: row[name] or "" if name in FIELDS else "" for name in row}


def _owner() -> Person | None:
    """Who looks after what comes in: the first administrator."""
    return Person.objects.filter(is_administrator=True, is_active=True).order_by("pk").first()
