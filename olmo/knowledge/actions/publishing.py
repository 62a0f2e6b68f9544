"""From an author to a second person and to readers, and away from them again."""

from datetime import date

from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotAllowed
from olmo.kernel.text import clean, clean_line
from olmo.people.models import Person

from .. import pending, policy, reactions
from ..models import Article, State, Translation
from .changing import back_to_draft, changing, note_step, show_newest


def ask_review(article: Article, *, by: Person, reviewer: Person | None = None, seen: int | None = None) -> None:
    """Hand the newest texts to a second person. reviewer: whom; None means anybody but their authors.

    Raises NotFound, NotAllowed, Conflict (nothing new, or not a draft), Invalid (the reviewer wrote it, or may not read it).
    """
    with changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        if article.state != State.DRAFT:
            raise Conflict(_("Only a draft can be sent to review."))
        if not pending.is_any(article):
            raise Conflict(_("There is nothing new to review."))
        if reviewer is not None:
            _require_reviewer(article, reviewer)
        article.state, article.reviewer, article.remark = State.IN_REVIEW, reviewer, ""
        article.save()
        note_step(article, "review_asked", by, {"reviewer": reviewer.pk if reviewer else None})


def approve(article: Article, *, by: Person, seen: int | None = None) -> None:
    """Say that the newest texts are right. Raises NotFound, NotAllowed (one of their authors), Conflict (not in review)."""
    with changing(article, by, seen):
        _require_second(article, by)
        article.state, article.approved_by, article.remark = State.APPROVED, by, ""
        article.save()
        note_step(article, "approved", by, {"versions": sorted(version.pk for version in pending.versions(article))})


def send_back(article: Article, remark: str, *, by: Person, seen: int | None = None) -> None:
    """Say what is not right yet. Raises NotFound, NotAllowed, Conflict (not in review), Invalid (no words)."""
    words = clean(remark, 2000).strip()
    if not words:
        raise Invalid("remark", _("Say what should change."))
    with changing(article, by, seen):
        _require_second(article, by)
        back_to_draft(article)
        article.remark = words
        article.save()
        note_step(article, "sent_back", by)


def publish(article: Article, *, by: Person, seen: int | None = None) -> None:
    """Show readers the newest texts. Raises NotFound, NotAllowed, Conflict (a second person has not approved them)."""
    with changing(article, by, seen):
        policy.require(policy.may_write(by, article))
        if article.state != State.APPROVED:
            raise Conflict(_("A second person must approve it before it is published."))
        show_newest(article)
        note_step(article, "published", by)
        reactions.shown(article)


def retire(article: Article, *, by: Person, reason: str = "", seen: int | None = None) -> None:
    """Take an article away from readers; its texts are kept. Raises NotFound, NotAllowed, Conflict (it is retired)."""
    with changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        if article.state == State.RETIRED:
            raise Conflict(_("This article is retired already."))
        article.state = State.RETIRED
        article.save()
        note_step(article, "retired", by, {"reason": clean_line(reason, 300)})
        reactions.hidden(article)


def revive(article: Article, *, by: Person, seen: int | None = None) -> None:
    """Bring a retired article back as a draft: it is reviewed before readers see it again. Raises as `retire` does."""
    with changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        if article.state != State.RETIRED:
            raise Conflict(_("This article is not retired."))
        Translation.objects.filter(article=article).update(shown=None)
        article.published_at = None
        back_to_draft(article)
        article.save()
        note_step(article, "revived", by)


def reviewed(article: Article, *, by: Person, next_on: date | None, seen: int | None = None) -> None:
    """Say that the published text still holds. next_on: when to look again. Raises NotFound, NotAllowed, Conflict, Invalid."""
    with changing(article, by, seen):
        policy.require(policy.may_keep(by, article))
        if article.state != State.PUBLISHED:
            raise Conflict(_("Only what is published can be confirmed."))
        if next_on is not None and next_on <= clock.now().date():
            raise Invalid("review_on", _("Choose a day that is still to come."))
        article.review_on = next_on
        article.save()
        note_step(article, "reviewed", by, {"review_on": str(next_on) if next_on else None})


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
