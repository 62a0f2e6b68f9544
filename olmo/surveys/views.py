"""The page behind a link of a survey: no sign-in, and looking at it records nothing, for scanners of mail open every link."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from olmo.kernel import spoken
from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.people import throttle
from olmo.people.answers import onward, unlogged
from olmo.people.models import Person
from olmo.people.whence import place_of
from olmo.tenancy.scope import EVERY_CLIENT, scope
from olmo.tickets.choices import Score

from . import links, rating
from .models import Invitation
from .queries import changeable_until, rules
from .rating import Asked, NotOpen

FROM_PLACE = throttle.Limit("survey from", 60, 60)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One answer of a survey: shown for a press of the button, recorded by it."""
    with scope(EVERY_CLIENT), _as_asked(token):
        answer = _answered(request, token) if request.method == "POST" else _looked_at(request, token)
        answer.headers["Content-Language"] = get_language() or "en"
    answer.headers["X-Robots-Tag"] = "noindex"
    return unlogged(answer)


@contextmanager
def _as_asked(token: str) -> Iterator[None]:
    """Speak the language of whoever was asked, in their time."""
    signed = links.read(token)
    found = Invitation.objects.select_related("person").filter(pk=signed[0]).first() if signed else None
    if found is None:
        yield
        return
    with override(found.person.language), timezone.override(ZoneInfo(found.person.time_zone)):
        yield


def _looked_at(request: HttpRequest, token: str) -> HttpResponse:
    try:
        return _survey(request, rating.opened(token))
    except NotFound:
        return _unknown(request)
    except NotOpen as refusal:
        return _ended(request, refusal, status=200 if refusal.rating else 410)


def _answered(request: HttpRequest, token: str) -> HttpResponse:
    place, typed = place_of(request), request.POST
    try:
        throttle.require_room(FROM_PLACE, place)
        throttle.note(FROM_PLACE, place)
        asked = rating.opened(token)
        _require_own(request)
        rating.answer(token, score=score_of(typed.get("score", "")), comment=typed.get("comment", ""))
    except NotFound:
        return _unknown(request)
    except throttle.TooOften as refusal:
        return _page(request, {"heading": _("Please wait a little"), "lead": str(refusal)}, status=429)
    except NotOpen as refusal:
        return _ended(request, refusal, status=409)
    except NotAllowed as refusal:
        return _page(request, {"heading": _("This is not yours to answer"), "lead": str(refusal)}, status=403)
    except Invalid as refusal:
        return _survey(request, asked, wrong=refusal, status=422)
    return onward(request.path)


def score_of(typed: str) -> int:
    """A score as a form sends it; 0 for anything else."""
    return int(typed) if typed in map(str, Score.values) else 0


def scores(chosen: int) -> list[dict[str, Any]]:
    """The answers, the best first, as surveys/scores.html prints them."""
    return [
        {"value": score.value, "label": score.label, "is_chosen": score.value == chosen}
        for score in sorted(Score, reverse=True)
    ]


def _require_own(request: HttpRequest) -> None:
    """An agent who comes upon the link in a quoted mail does not rate themselves."""
    person: Person | None = getattr(request, "person", None)
    if person is not None and not person.is_requester:
        raise NotAllowed(_("Only whoever asked for help can rate it. You are signed in as an agent."))


def _survey(request: HttpRequest, asked: Asked, *, wrong: Invalid | None = None, status: int = 200) -> HttpResponse:
    """The question with its answers: the one of the link is chosen, or what was typed."""
    typed = request.POST
    context = {
        "heading": _("How was our help?"), "ticket": asked.invitation.ticket, "wrong": wrong, "most": rating.MOST_WORDS,
        "scores": scores(score_of(typed.get("score", "")) if typed else asked.score), "comment": typed.get("comment", ""),
    }  # fmt: skip
    return _page(request, context, status=status)


def _ended(request: HttpRequest, refusal: NotOpen, *, status: int) -> HttpResponse:
    """Nothing can be answered here (any more): why, and where to go on."""
    found, ticket = refusal.rating, refusal.ticket
    context = {"heading": _("Thank you") if found else _("This survey is over"), "lead": str(refusal)}
    if ticket is not None:
        context["url"] = reverse("portal:ticket", args=[ticket.number])
    until = changeable_until(found, rules().change_days) if found else None
    if until is not None:
        context["more"] = _("You can change it until %(day)s: open your request and sign in.") % {
            "day": spoken.day(until)
        }
    return _page(request, context, status=status)


def _unknown(request: HttpRequest) -> HttpResponse:
    """Forged, or cut off by a mail program."""
    lead = _(
        "The address is not complete, or not one of ours. Open the link in the mail once more; nothing was recorded."
    )
    return _page(request, {"heading": _("This link does not work"), "lead": lead}, status=404)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    return render(request, "surveys/link.html", context, status=status)
