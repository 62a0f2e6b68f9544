"""Verbs of knowledge: write, ask for review, approve, publish, retire, restore. Each leaves a step in the article's trail.

A text goes from its author to a second person and only then to readers. `seen` is the version of the article on the author's
page: a verb that is given it refuses (Conflict) to go on from a state that is gone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.kernel.validation import refusing
from olmo.people.models import Person, Team
from olmo.people.queries import clients_of
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient

from . import files, pending, policy, reactions
from .models import PARTS, Article, Audience, Kind, State, Step, Translation, Version

MOST, LONGEST_TITLE, MOST_PRODUCTS = 100_000, 200, 20  # characters of one part of a text; names
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


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of an article, Markdown throughout but for its title."""

    title: str
    summary: str = ""
    symptoms: str = ""
    cause: str = ""
    workaround: str = ""
    solution: str = ""
    environment: str = ""
    body: str = ""


@transaction.atomic
def create(wanted: Settings, *, by: Person) -> Article:
    """Begin an article, without a text yet. Raises NotAllowed (no agent), Invalid (key taken or malformed; audience, dates)."""
    policy.require(by.is_agent or by.is_robot)
    now = clock.now()
    article = Article(created_at=now, changed_at=now, version=1)
    _set(article, wanted, by)
    with refusing(_KEY_ONCE):
        article.save()
    _record(article, "created", by, {"key": article.key, "audience": article.audience})
    return article


def change_settings(article: Article, wanted: Settings, *, by: Person, seen: int | None = None) -> None:
    """Change key, owner, audience, dates. Raises NotFound, NotAllowed (neither owner nor administrator), Conflict, Invalid."""
    with _changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        before = _state(article)
        _set(article, wanted, by)
        after = _state(article)
        change = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        with refusing(_KEY_ONCE):
            article.save()
        if change:
            files.follow(article)
            _record(article, "settings", by, change)
            if article.published_at:
                reactions.shown(article)


def write(
    article: Article, language: str, text: Text, *, by: Person, reason: str = "", seen: int | None = None
) -> Version:
    """Add a version in a language. The article is a draft again; readers go on seeing what was published.

    Raises NotFound, NotAllowed, Conflict (changed meanwhile), Invalid (unknown language; no title; too long; nothing changed).
    """
    with _changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        version = _add(article, language, text, by, reason)
        _back_to_draft(article)
        _record(article, "written", by, {"language": language, "number": version.number})
    return version


def restore(article: Article, version: Version, *, by: Person, seen: int | None = None) -> Version:
    """Make an old version the newest one again, as a new version. Raises as `write` does; NotFound: it is another article's."""
    with _changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        language = version.translation.language
        if version.translation.article_id != article.pk:
            raise NotFound
        reason = _("Version %(number)s brought back.") % {"number": version.number}
        made = _add(article, language, text_of(version), by, reason)
        _back_to_draft(article)
        _record(article, "restored", by, {"language": language, "number": made.number, "of": version.number})
    return made


def change_files(
    article: Article, added: Iterable[int], taken_off: Iterable[int], *, by: Person, seen: int | None = None
) -> bool:
    """Give an article uploaded files of `by`, and take others off its list. It is a draft again, as after `write`.

    Readers go on seeing the files that they saw. Returns whether anything changed. Raises NotFound, NotAllowed, Conflict.
    """
    with transaction.atomic():
        new, gone = list(files.waiting(by, added)), list(files.on_list(article, taken_off))
        if not new and not gone:
            return False
        with _changing(article, by, seen):
            policy.require(policy.may_write(by, article))
            files.adopt(article, new)
            files.take_off(gone)
            _back_to_draft(article)
            _record(article, pending.FILES, by, {"added": [f.pk for f in new], "taken_off": [f.pk for f in gone]})
    return True


def ask_review(article: Article, *, by: Person, reviewer: Person | None = None, seen: int | None = None) -> None:
    """Hand the newest texts to a second person. reviewer: whom; None means anybody but their authors.

    Raises NotFound, NotAllowed, Conflict (nothing new, or not a draft), Invalid (the reviewer wrote it, or may not read it).
    """
    with _changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        if article.state != State.DRAFT:
            raise Conflict(_("Only a draft can be sent to review."))
        if not pending.is_any(article):
            raise Conflict(_("There is nothing new to review."))
        if reviewer is not None:
            _require_reviewer(article, reviewer)
        article.state, article.reviewer, article.remark = State.IN_REVIEW, reviewer, ""
        article.save()
        _record(article, "review_asked", by, {"reviewer": reviewer.pk if reviewer else None})


def approve(article: Article, *, by: Person, seen: int | None = None) -> None:
    """Say that the newest texts are right. Raises NotFound, NotAllowed (one of their authors), Conflict (not in review)."""
    with _changing(article, by, seen):
        _require_second(article, by)
        article.state, article.approved_by, article.remark = State.APPROVED, by, ""
        article.save()
        _record(article, "approved", by, {"versions": sorted(version.pk for version in pending.versions(article))})


def send_back(article: Article, remark: str, *, by: Person, seen: int | None = None) -> None:
    """Say what is not right yet. Raises NotFound, NotAllowed, Conflict (not in review), Invalid (no words)."""
    words = clean(remark, 2000).strip()
    if not words:
        raise Invalid("remark", _("Say what should change."))
    with _changing(article, by, seen):
        _require_second(article, by)
        _back_to_draft(article)
        article.remark = words
        article.save()
        _record(article, "sent_back", by)


def publish(article: Article, *, by: Person, seen: int | None = None) -> None:
    """Show readers the newest texts. Raises NotFound, NotAllowed, Conflict (a second person has not approved them)."""
    with _changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        if article.state != State.APPROVED:
            raise Conflict(_("A second person must approve it before it is published."))
        _show_newest(article)
        _record(article, "published", by)
        reactions.shown(article)


def retire(article: Article, *, by: Person, reason: str = "", seen: int | None = None) -> None:
    """Take an article away from readers; its texts are kept. Raises NotFound, NotAllowed, Conflict (it is retired)."""
    with _changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        if article.state == State.RETIRED:
            raise Conflict(_("This article is retired already."))
        article.state = State.RETIRED
        article.save()
        _record(article, "retired", by, {"reason": clean_line(reason, 300)})
        reactions.hidden(article)


def revive(article: Article, *, by: Person, seen: int | None = None) -> None:
    """Bring a retired article back as a draft: it is reviewed before readers see it again. Raises as `retire` does."""
    with _changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        if article.state != State.RETIRED:
            raise Conflict(_("This article is not retired."))
        Translation.objects.filter(article=article).update(shown=None)
        article.published_at = None
        _back_to_draft(article)
        article.save()
        _record(article, "revived", by)


def reviewed(article: Article, *, by: Person, next_on: date | None, seen: int | None = None) -> None:
    """Say that the published text still holds. next_on: when to look again. Raises NotFound, NotAllowed, Conflict, Invalid."""
    with _changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        if article.state != State.PUBLISHED:
            raise Conflict(_("Only what is published can be confirmed."))
        if next_on is not None and next_on <= clock.now().date():
            raise Invalid("review_on", _("Choose a day that is still to come."))
        article.review_on = next_on
        article.save()
        _record(article, "reviewed", by, {"review_on": str(next_on) if next_on else None})


@transaction.atomic
def take_in(
    wanted: Settings, texts: Mapping[str, Text], *, by: Person, reason: str, has_files: bool = False
) -> tuple[Article, list[str]]:
    """Bring an article in that was approved elsewhere, published at once; only for robots. Returns it and the changed languages.

    An article with this key gets a version for each text that differs. has_files: some came with it (`folder.bring`). Many come
    at once, so the caller has the search read them (`indexing`). Raises NotAllowed, Invalid.
    """
    policy.require(by.is_robot)
    article = Article.objects.select_for_update(of=("self",)).filter(key=wanted.key).first() or create(wanted, by=by)
    _set(article, wanted, by)
    files.follow(article)
    changed = []
    for language, text in texts.items():
        newest = Version.objects.filter(translation__article=article, translation__language=language).first()
        if newest is None or text_of(newest) != checked(text):
            _add(article, language, text, by, reason)
            changed.append(language)
    if changed or has_files or article.state != State.PUBLISHED:
        article.version += 1
        _record(article, "imported", by, {"languages": changed})
    _show_newest(article)
    return article, changed


@contextmanager
def _changing(article: Article, by: Person, seen: int | None) -> Iterator[None]:
    """Lock the article, bring the instance up to date, and let its version rise."""
    with transaction.atomic():
        row = Article.objects.select_for_update(of=("self",)).filter(pk=article.pk).first()
        if row is None or not policy.may_read(by, row):
            raise NotFound
        if seen is not None and seen != row.version:
            raise Conflict(
                _("Somebody changed this article while you were at it. Nothing was saved: look at it again.")
            )
        article.refresh_from_db()
        yield
        article.version += 1
        article.changed_at = clock.now()
        article.save()


def _set(article: Article, wanted: Settings, by: Person) -> None:
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


def checked(text: Text) -> Text:
    """A text as it is kept. Raises Invalid: no title, or a part that is too long."""
    parts = {"title": clean_line(text.title, 10_000)}
    parts |= {part: clean(getattr(text, part)).strip() for part in PARTS}
    if not parts["title"]:
        raise Invalid("title", _("Give it a title."))
    for name, words in parts.items():
        most = LONGEST_TITLE if name == "title" else MOST
        if len(words) > most:
            raise Invalid(name, _("It is too long: at most %(most)s characters.") % {"most": most})
    return Text(**parts)


def is_same(version: Version, text: Text) -> bool:
    """Whether a version says exactly this."""
    return text_of(version) == checked(text)


def text_of(version: Version) -> Text:
    """What a version says."""
    return Text(title=version.title, **{part: getattr(version, part) for part in PARTS})


def _add(article: Article, language: str, text: Text, by: Person, reason: str) -> Version:
    if language not in dict(settings.LANGUAGES):
        words = _("“%(value)s” is not one of Olmo’s languages: %(known)s.")
        raise Invalid("language", words % {"value": language, "known": ", ".join(dict(settings.LANGUAGES))})
    wanted = checked(text)
    translation, _made = Translation.objects.get_or_create(article=article, language=language)
    newest = translation.newest
    if newest is not None and text_of(newest) == wanted:
        raise Invalid("body", _("Nothing was changed."))
    version = Version.objects.create(
        translation=translation, number=newest.number + 1 if newest else 1, author=by, at=clock.now(),
        reason=clean_line(reason, 300), title=wanted.title, **{part: getattr(wanted, part) for part in PARTS},
    )  # fmt: skip
    translation.newest = version
    translation.save()
    return version


def _back_to_draft(article: Article) -> None:
    article.state, article.approved_by, article.reviewer, article.remark = State.DRAFT, None, None, ""


def _show_newest(article: Article) -> None:
    for translation in Translation.objects.filter(article=article):
        translation.shown_id = translation.newest_id
        translation.save()
    files.publish(article)
    article.state, article.published_at, article.reviewer = State.PUBLISHED, clock.now(), None
    article.changed_at = clock.now()
    article.save()


def _require_reviewer(article: Article, reviewer: Person) -> None:
    if not policy.may_write(reviewer, article) or not reviewer.is_active:
        raise Invalid("reviewer", _("They may not read this article."))
    if reviewer.pk in pending.authors(article):
        raise Invalid("reviewer", _("Nobody reviews what they wrote themselves."))


def _require_second(article: Article, by: Person) -> None:
    policy.require(by.is_agent and policy.may_write(by, article))
    if article.state != State.IN_REVIEW:
        raise Conflict(_("This article is not in review."))
    if by.pk in pending.authors(article):
        raise NotAllowed(_("Nobody reviews what they wrote themselves."))


def _state(article: Article) -> dict[str, Any]:
    names = ("key", "kind", "products", "topic", "owner_id", "audience", "client_id", "team_id")
    dates = {name: str(value) if (value := getattr(article, name)) else None for name in ("review_on", "expires_on")}
    return {**{name: getattr(article, name) for name in names}, **dates}


def _record(article: Article, kind: str, by: Person, data: dict[str, Any] | None = None) -> None:
    Step.objects.create(article=article, kind=kind, by=by, at=clock.now(), data=data or {})
