"""Telling the owner of an article what a reader says of it (`wiring.SUGGESTED`)."""

from olmo.kernel import clock
from olmo.kernel.config import current
from olmo.knowledge.models import Suggestion
from olmo.outbox.models import Envelope

from . import apart, pushing, suggested, wording
from .models import Alert
from .sending import preferences_url

KIND = "suggestion"


def tell(pk: int) -> None:
    """SUGGESTED reaction: the owner hears of it once, however often this comes."""
    row = suggested.by_id(pk)
    if row is not None and suggested.is_for(row.article.owner, row) and not _is_told(row):
        apart.tell(_news(row))


def _is_told(row: Suggestion) -> bool:
    """Whether this owner was told of it before; of an article that went to somebody else, the new owner was not."""
    by_mail_or_push = Envelope.objects.filter(reference=_reference(row))
    return by_mail_or_push.exists() or Alert.objects.filter(person=row.article.owner, suggestion=row).exists()


def _news(row: Suggestion) -> apart.News:
    alert = Alert(person=row.article.owner, suggestion=row, why="owner", kind=KIND, at=clock.now())
    return apart.News(
        alert=alert, mail=lambda because: _mail(row, because), reference=_reference(row), push=(_reference(row), "")
    )


def _mail(row: Suggestion, because: str) -> wording.Mail:
    sentence = suggested.said(row)
    return wording.written(
        "suggestion", sentence, language=row.article.owner.language, sentence=sentence, words=row.words,
        url=current().base_url + suggested.place(row), because=because, preferences_url=preferences_url(),
    )  # fmt: skip


def _reference(row: Suggestion) -> str:
    return f"{pushing.SUGGESTION}{row.pk}:{row.article.owner_id}"
