"""Verbs of test questions: what readers ask, and where the article is among what is found."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.knowledge import policy, queries, search
from olmo.knowledge.models import Article
from olmo.people.actions import robot
from olmo.people.models import Person

from .models import Question

MOST, FIRST = 20, 3


@transaction.atomic
def add(article: Article, language: str, words: str, *, by: Person) -> Question:
    """Say by which words an article must be found, and look at once. Raises NotFound, NotAllowed, Invalid."""
    _require(article, by)
    asked = clean_line(words, search.LONGEST).strip()
    if not any(c.isalnum() for c in asked):
        raise Invalid("words", _("Write the question as a reader asks it."))
    if Question.objects.filter(article=article).count() >= MOST:
        raise Invalid("words", _("An article has at most %(most)s test questions.") % {"most": MOST})
    row = Question(article=article, language=language, words=asked, by=by)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Invalid("words", _("This question is there already.")) from error
    check(row)
    return row


@transaction.atomic
def remove(row: Question, *, by: Person) -> None:
    """Forget a question. Raises NotFound, NotAllowed."""
    _require(row.article, by)
    row.delete()


def check(row: Question) -> bool:
    """Look where its article is among all that agents find; returns whether it is among the first three."""
    found = [one.article_id for one in search.find(robot("Olmo"), row.words, language=row.language, limit=10)]
    row.rank = found.index(row.article_id) + 1 if row.article_id in found else None
    row.checked_at = clock.now()
    row.save(update_fields=["rank", "checked_at"])
    return row.rank is not None and row.rank <= FIRST


def _require(article: Article, by: Person) -> None:
    if not queries.visible_to(by).filter(pk=article.pk).exists():
        raise NotFound
    policy.require(policy.may_write(by, article))
