"""Bringing in articles that were approved elsewhere."""

from collections.abc import Mapping

from django.db import transaction

from olmo.people.models import Person

from .. import files, policy
from ..models import Article, State, Version
from .changing import note_step, show_newest
from .setting import Settings, apply, create
from .writing import Text, add, checked, text_of


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
    apply(article, wanted, by)
    files.follow(article)
    changed = []
    for language, text in texts.items():
        newest = Version.objects.filter(translation__article=article, translation__language=language).first()
        if newest is None or text_of(newest) != checked(text):
            add(article, language, text, by, reason)
            changed.append(language)
    if changed or has_files or article.state != State.PUBLISHED:
        article.version += 1
        note_step(article, "imported", by, {"languages": changed})
    show_newest(article)
    return article, changed
