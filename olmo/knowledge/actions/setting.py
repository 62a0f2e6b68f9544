"""Beginning an article, and what is set for it beside its texts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line
from olmo.kernel.validation import refusing
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient

from .. import feedback, files, policy, reactions
from ..models import Article, Audience, Kind
from .changing import changing, note_step

MOST_PRODUCTS = 20
_KEY = re.compile(r"\w[\w.:/#@+-]*")
_KEY_ONCE = {"knowledge_article_key_key": ("key", gettext_lazy("Another article has this key."))}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is set for an article beside its texts. client, team: for whom, where the audience is one of these."""

    key: str
    owner: Person
    audience: str = Audience.AGENTS
    client: Client | None = None
    team: Team | None = None
    topic: str = ""
    kind: str = Kind.GUIDE
    products: tuple[str, ...] = ()
    review_on: date | None = None
    expires_on: date | None = None


@transaction.atomic
def create(wanted: Settings, *, by: Person) -> Article:
    """Begin an article, without a text yet. Raises NotAllowed (no agent), Invalid (key taken or malformed; audience, dates)."""
    policy.require(by.is_agent or by.is_robot)
    now = clock.now()
    article = Article(created_at=now, changed_at=now, version=1)
    apply(article, wanted, by)
    with refusing(_KEY_ONCE):
        article.save()
    note_step(article, "created", by, {"key": article.key, "audience": article.audience})
    return article


def change_settings(article: Article, wanted: Settings, *, by: Person, seen: int | None = None) -> None:
    """Change key, owner, audience, dates. Raises NotFound, NotAllowed (neither owner nor administrator), Conflict, Invalid."""
    with changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        before = _state(article)
        apply(article, wanted, by)
        after = _state(article)
        change = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        with refusing(_KEY_ONCE):
            article.save()
        if change:
            files.follow(article)
            note_step(article, "settings", by, change)
            if article.published_at:
                reactions.shown(article)
            if "owner_id" in change:
                feedback.passed_on(article)


def apply(article: Article, wanted: Settings, by: Person) -> None:
    """Set what is wanted, without saving. Raises Invalid."""
    article.key = checked_key(wanted.key)
    if not wanted.owner.is_agent and not wanted.owner.is_robot:
        raise Invalid("owner", _("An article belongs to an agent."))
    if wanted.audience not in Audience.values:
        words = _("“%(value)s” is not an audience; known are: %(known)s.")
        raise Invalid("audience", words % {"value": wanted.audience, "known": ", ".join(Audience.values)})
    if wanted.kind not in Kind.values:
        words = _("“%(value)s” is not a kind of article; known are: %(known)s.")
        raise Invalid("kind", words % {"value": wanted.kind, "known": ", ".join(Kind.values)})
    article.kind, article.products = wanted.kind, _products(wanted.products)
    article.owner, article.audience, article.topic = wanted.owner, wanted.audience, clean_line(wanted.topic, 80)
    article.client = _named(
        wanted.client, "client", wanted.audience == Audience.ORGANISATION, _("Choose the organisation.")
    )
    article.team = _named(wanted.team, "team", wanted.audience == Audience.TEAM, _("Choose the team."))
    clients = clients_of(by)
    if article.client_id and not (by.is_robot or isinstance(clients, EveryClient) or article.client_id in clients):
        raise Invalid("client", _("Choose the organisation."))
    if wanted.expires_on and wanted.review_on and wanted.expires_on < wanted.review_on:
        raise Invalid("expires_on", _("It cannot expire before its review."))
    article.review_on, article.expires_on = wanted.review_on, wanted.expires_on


def _products(given: Iterable[str]) -> list[str]:
    named = list(dict.fromkeys(name for text in given if (name := clean_line(text, 80).strip())))
    if len(named) > MOST_PRODUCTS:
        raise Invalid("products", _("At most %(most)s products.") % {"most": MOST_PRODUCTS})
    return named


def _named[Thing](thing: Thing | None, field: str, is_needed: bool, words: str) -> Thing | None:
    if is_needed and thing is None:
        raise Invalid(field, words)
    return thing if is_needed else None


def checked_key(text: str) -> str:
    """A key as it is kept. Raises Invalid."""
    key = clean(text).strip()
    if not _KEY.fullmatch(key) or len(key) > 80:
        raise Invalid("key", _("A key is made of up to 80 letters, digits and - _ . : / # @ +, without spaces."))
    return key


def _state(article: Article) -> dict[str, Any]:
    names = ("key", "kind", "products", "topic", "owner_id", "audience", "client_id", "team_id")
    dates = {name: str(value) if (value := getattr(article, name)) else None for name in ("review_on", "expires_on")}
    return {**{name: getattr(article, name) for name in names}, **dates}
