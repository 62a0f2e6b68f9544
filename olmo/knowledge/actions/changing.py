"""What verbs of articles have in common: the lock and the rising version, the trail, and what readers are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, NotFound
from olmo.people.models import Person

from .. import files, policy
from ..models import Article, State, Step, Translation


@contextmanager
def changing(article: Article, by: Person, seen: int | None) -> Iterator[None]:
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


def note_step(article: Article, kind: str, by: Person, data: dict[str, Any] | None = None) -> None:
    """Add a step to the trail."""
    Step.objects.create(article=article, kind=kind, by=by, at=clock.now(), data=data or {})


def back_to_draft(article: Article) -> None:
    """What was approved no longer is."""
    article.state, article.approved_by, article.reviewer, article.remark = State.DRAFT, None, None, ""


def show_newest(article: Article) -> None:
    """Readers see the newest texts and the list of files from now on."""
    for translation in Translation.objects.filter(article=article):
        translation.shown_id = translation.newest_id
        translation.save()
    files.publish(article)
    article.state, article.published_at, article.reviewer = State.PUBLISHED, clock.now(), None
    article.changed_at = clock.now()
    article.save()
