"""Texts and files of an article: each save is a version, and makes it a draft again."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.people.models import Person

from .. import files, pending, policy
from ..models import PARTS, Article, Translation, Version
from .changing import back_to_draft, changing, note_step

MOST, LONGEST_TITLE = 100_000, 200  # characters of one part of a text


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


def write(
    article: Article, language: str, text: Text, *, by: Person, reason: str = "", seen: int | None = None
) -> Version:
    """Add a version in a language. The article is a draft again; readers go on seeing what was published.

    Raises NotFound, NotAllowed, Conflict (changed meanwhile), Invalid (unknown language; no title; too long; nothing changed).
    """
    with changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        version = add(article, language, text, by, reason)
        back_to_draft(article)
        note_step(article, "written", by, {"language": language, "number": version.number})
    return version


def restore(article: Article, version: Version, *, by: Person, seen: int | None = None) -> Version:
    """Make an old version the newest one again, as a new version. Raises as `write` does; NotFound: it is another article's."""
    with changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        language = version.translation.language
        if version.translation.article_id != article.pk:
            raise NotFound
        reason = _("Version %(number)s brought back.") % {"number": version.number}
        made = add(article, language, text_of(version), by, reason)
        back_to_draft(article)
        note_step(article, "restored", by, {"language": language, "number": made.number, "of": version.number})
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
        with changing(article, by, seen):
            policy.require(policy.may_write(by, article))
            files.adopt(article, new)
            files.take_off(gone)
            back_to_draft(article)
            note_step(article, pending.FILES, by, {"added": [f.pk for f in new], "taken_off": [f.pk for f in gone]})
    return True


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


def add(article: Article, language: str, text: Text, by: Person, reason: str) -> Version:
    """Add a version. Raises Invalid (unknown language; no title; too long; nothing changed)."""
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
