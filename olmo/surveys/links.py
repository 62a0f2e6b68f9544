"""The links of a survey: one for each answer, signed, so that nobody can make one up or turn it into another."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import override

from olmo.people.queries import address_for
from olmo.tickets.choices import Score

from .models import Invitation

_SALT = "olmo.surveys.link"


def token(invitation: Invitation, score: int) -> str:
    """What the link of one answer carries: whose survey, which answer, and our signature over both."""
    return Signer(sep=".", salt=_SALT).sign(f"{invitation.pk}-{score}")


def read(text: str) -> tuple[int, int] | None:
    """The invitation (its id) and the score of a token; None when we did not sign it."""
    try:
        pk, _dash, score = Signer(sep=".", salt=_SALT).unsign(text).partition("-")
        return (int(pk), int(score)) if int(score) in Score.values else None
    except (BadSignature, ValueError):
        return None


def choices(invitation: Invitation, language: str) -> list[dict[str, str]]:
    """Every answer with its link, the best first, in words of the reader."""
    base = address_for(invitation.person)
    with override(language):
        return [
            {"label": str(score.label), "url": base + reverse("surveys:link", args=[token(invitation, score)])}
            for score in sorted(Score, reverse=True)
        ]
