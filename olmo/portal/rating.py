"""The requester's judgement of the help, on the page of their request."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from olmo.kernel import spoken
from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.middleware import status_of
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.people.models import Person
from olmo.surveys import queries as surveys
from olmo.surveys.rating import MOST_WORDS, may_rate, rate
from olmo.surveys.views import score_of, scores
from olmo.tickets import queries
from olmo.tickets.choices import Score
from olmo.tickets.models import Ticket

from .shell import PortalRequest, page


@for_requesters
@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: HttpRequest, number: int) -> HttpResponse:
    """Rate the help, or change the rating that was given."""
    person = cast(PortalRequest, request).person
    found = queries.by_number(person, number)
    if request.method != "POST":
        return page(request, "portal/rating.html", {"ticket": found, **_shown(person, found)})
    typed = request.POST
    try:
        rate(found, by=person, score=score_of(typed.get("score", "")), comment=typed.get("comment", ""))
    except (Invalid, Conflict) as refusal:
        context = {"ticket": found, **_shown(person, found), "refusal": refusal, "comment": typed.get("comment", "")}
        context["scores"] = scores(score_of(typed.get("score", "")))
        context["wrong"] = refusal if isinstance(refusal, Invalid) else None
        return page(request, "portal/rating.html", context, status=status_of(refusal))
    messages.success(request, _("Thank you. Your rating was recorded."))
    return onward(reverse("portal:ticket", args=[number]))


def beside(person: Person, ticket: Ticket) -> dict[str, Any] | None:
    """What stands on the page of a finished request: the question, or the answer that was given; None where there is neither."""
    if not may_rate(person, ticket):
        return None
    rules = surveys.rules()
    given = surveys.rating_of(ticket, surveys.solution_of(ticket))
    if given is None:
        is_asked = rules.is_on and ticket.client_id not in rules.silent
        return {"url": _url(ticket), "scores": scores(0), "most": MOST_WORDS, "comment": ""} if is_asked else None
    until = surveys.changeable_until(given, rules.change_days)
    words = {"score": Score(given.score).label, "when": spoken.near_inside(given.changed_at or given.at)}
    return {
        "url": _url(ticket), "given": _("You rated our help: %(score)s (%(when)s).") % words, "comment": given.comment,
        "until": until,
    }  # fmt: skip


def _shown(person: Person, ticket: Ticket) -> dict[str, Any]:
    """What the form holds at first: the answer that was given."""
    given = surveys.rating_of(ticket, surveys.solution_of(ticket)) if may_rate(person, ticket) else None
    return {
        "is_open": may_rate(person, ticket), "scores": scores(given.score if given else 0), "most": MOST_WORDS,
        "comment": given.comment if given else "", "wrong": None, "url": _url(ticket),
    }  # fmt: skip


def _url(ticket: Ticket) -> str:
    return reverse("portal:rating", args=[ticket.number])
