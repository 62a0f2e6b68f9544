"""What readers say of articles: whether they helped, and what is wrong. A suggestion ends as a changed text or a reasoned no."""

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean
from olmo.people.models import Person

from . import jobs, policy, queries
from .models import Article, Feedback, Suggestion, Version

MOST = 2000


@transaction.atomic
def rate(article: Article, *, by: Person, is_helpful: bool, words: str = "") -> None:
    """Say whether an article helped. words: what was missing, which its owner gets. Raises NotFound."""
    _require_sight(article, by)
    Feedback.objects.update_or_create(
        article=article, person=by, defaults={"is_helpful": is_helpful, "at": clock.now()}
    )
    if words.strip():
        suggest(article, words, by=by)


@transaction.atomic
def suggest(article: Article, words: str, *, by: Person) -> Suggestion:
    """Say what is wrong with an article, or could be better; its owner is told. Raises NotFound, Invalid (no words)."""
    _require_sight(article, by)
    said = clean(words, MOST).strip()
    if not said:
        raise Invalid("words", _("Say what is wrong, or could be better."))
    made = Suggestion.objects.create(article=article, by=by, words=said, at=clock.now())
    jobs.suggested.defer(suggestion=made.pk)
    return made


def passed_on(article: Article) -> None:
    """An article has another owner, who is told of what is open about it."""
    for pk in article.suggestions.filter(state=Suggestion.State.OPEN).order_by("pk").values_list("pk", flat=True):
        jobs.suggested.defer(suggestion=pk)


@transaction.atomic
def answer(suggestion: Suggestion, *, by: Person, is_changed: bool, words: str) -> None:
    """End a suggestion: the text was changed for it, or it will not be, with the reason.

    Raises NotFound, NotAllowed (neither owner nor administrator), Conflict (answered before; nothing was written since),
    Invalid (no reason).
    """
    row = Suggestion.objects.select_for_update(of=("self",)).select_related("article").filter(pk=suggestion.pk).first()
    if row is None:
        raise NotFound
    _require_sight(row.article, by)
    policy.require(policy.may_keep(by, row.article))
    if row.state != Suggestion.State.OPEN:
        raise Conflict(_("This suggestion was answered already."))
    said = clean(words, MOST).strip()
    if not is_changed and not said:
        raise Invalid("words", _("Say why not."))
    if is_changed and not Version.objects.filter(translation__article=row.article, at__gte=row.at).exists():
        raise Conflict(_("Nothing was written in this article since. Change its text first."))
    row.state = Suggestion.State.CHANGED if is_changed else Suggestion.State.DECLINED
    row.answer, row.answered_by, row.answered_at = said, by, clock.now()
    row.save()


def tasks(viewer: Person) -> QuerySet[Suggestion]:
    """Open suggestions about the viewer's articles, the oldest first; administrators see everybody's."""
    return _open(queries.visible_to(viewer)) if viewer.is_administrator else mine(viewer)


def mine(viewer: Person) -> QuerySet[Suggestion]:
    """Those about articles that the viewer owns: theirs to answer."""
    return _open(queries.visible_to(viewer).filter(owner=viewer))


def _open(articles: QuerySet[Article]) -> QuerySet[Suggestion]:
    rows = Suggestion.objects.filter(state=Suggestion.State.OPEN, article__in=articles)
    return rows.select_related("article", "by").order_by("at", "pk")


def counts(article: Article) -> tuple[int, int]:
    """How many readers it helped, and how many it did not."""
    found = Feedback.objects.filter(article=article).aggregate(
        yes=Count("pk", filter=Q(is_helpful=True)), no=Count("pk", filter=Q(is_helpful=False))
    )
    return found["yes"], found["no"]


def _require_sight(article: Article, by: Person) -> None:
    if not queries.visible_to(by).filter(pk=article.pk).exists():
        raise NotFound
