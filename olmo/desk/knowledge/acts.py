"""What is done to an article by one press: review, approval, publication, retirement; and how suggestions end. POST only."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import whole_number
from olmo.knowledge import actions, feedback, queries
from olmo.knowledge.models import Article, Suggestion, Version
from olmo.people.models import Person
from olmo.tickets import queries as tickets
from olmo.writing import waiting

from ..shell import DeskRequest, SeeOther, agents

type Verb = Callable[[Article, DeskRequest, int | None], str]


def _review(article: Article, request: DeskRequest, seen: int | None) -> str:
    pk = whole_number(request.POST.get("reviewer", ""))
    reviewer = Person.objects.filter(kind="agent", pk=pk).first() if pk else None
    actions.ask_review(article, by=request.person, reviewer=reviewer, seen=seen)
    return _("Sent to review.")


def _approve(article: Article, request: DeskRequest, seen: int | None) -> str:
    actions.approve(article, by=request.person, seen=seen)
    return _("Approved. It can be published now.")


def _return(article: Article, request: DeskRequest, seen: int | None) -> str:
    actions.send_back(article, request.POST.get("remark", ""), by=request.person, seen=seen)
    return _("Sent back with your remark.")


def _publish(article: Article, request: DeskRequest, seen: int | None) -> str:
    actions.publish(article, by=request.person, seen=seen)
    return _("Published: readers see it now.")


def _retire(article: Article, request: DeskRequest, seen: int | None) -> str:
    actions.retire(article, by=request.person, reason=request.POST.get("reason", ""), seen=seen)
    return _("Retired: readers no longer see it. Its texts are kept.")


def _revive(article: Article, request: DeskRequest, seen: int | None) -> str:
    actions.revive(article, by=request.person, seen=seen)
    return _("It is a draft again.")


def _confirm(article: Article, request: DeskRequest, seen: int | None) -> str:
    try:
        following = date.fromisoformat(request.POST.get("review_on", ""))
    except ValueError as error:
        raise Invalid("review_on", _("Choose a day that is still to come.")) from error
    actions.reviewed(article, by=request.person, next_on=following, seen=seen)
    return _("Confirmed; the next review is set.")


def _restore(article: Article, request: DeskRequest, seen: int | None) -> str:
    pk = whole_number(request.POST.get("version", ""))
    version = Version.objects.filter(pk=pk).select_related("translation").first() if pk else None
    if version is None:
        raise NotFound
    made = actions.restore(article, version, by=request.person, seen=seen)
    return _("Version %(number)s has that text now.") % {"number": made.number}


VERBS: dict[str, Verb] = {
    "review": _review, "approval": _approve, "return": _return, "publication": _publish, "retirement": _retire,
    "revival": _revive, "confirmation": _confirm, "restoration": _restore,
}  # fmt: skip


def act(name: str) -> Callable[..., HttpResponse]:
    """The view of one of these verbs; a refusal is told on the article's page."""

    @require_POST
    @agents
    def acted(request: DeskRequest, pk: int) -> HttpResponse:
        article = queries.by_id(request.person, pk)
        try:
            messages.success(request, VERBS[name](article, request, whole_number(request.POST.get("seen", ""))))
        except (Conflict, Invalid, NotAllowed) as refusal:
            messages.error(request, str(refusal.message))
        return SeeOther(f"{reverse('desk:article', args=[pk])}{_where(request)}")

    return acted


def _where(request: DeskRequest) -> str:
    code = request.POST.get("lang", "")
    return f"?lang={code}" if code.isalpha() and len(code) == 2 else ""


@require_POST
@agents
def problem(request: DeskRequest, pk: int) -> HttpResponse:
    """Say in which ticket (`ticket`, a number; empty: none) a known error is being mended."""
    article, typed = queries.by_id(request.person, pk), request.POST.get("ticket", "").strip().lstrip("#")
    try:
        ticket = tickets.by_number(request.person, whole_number(typed) or 0) if typed else None
        waiting.name_problem(article, ticket, by=request.person)
        messages.success(request, _("Saved."))
    except NotFound:
        messages.error(request, _("There is no ticket with this number."))
    except (Conflict, Invalid, NotAllowed) as refusal:
        messages.error(request, str(refusal.message))
    return SeeOther(f"{reverse('desk:article', args=[pk])}#waiting")


@require_POST
@agents
def suggestions(request: DeskRequest, pk: int) -> HttpResponse:
    """Say what is wrong with an article, or could be better."""
    article = queries.by_id(request.person, pk)
    return _told(request, pk, lambda: feedback.suggest(article, request.POST.get("words", ""), by=request.person))


@require_POST
@agents
def answers(request: DeskRequest, pk: int) -> HttpResponse:
    """End a suggestion: the text was changed for it (`outcome=changed`), or it will not be, with the reason."""
    row = Suggestion.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    is_changed, words = request.POST.get("outcome") == "changed", request.POST.get("words", "")
    return _told(
        request, row.article_id, lambda: feedback.answer(row, by=request.person, is_changed=is_changed, words=words)
    )


@require_POST
@agents
def rating(request: DeskRequest, pk: int) -> HttpResponse:
    """Whether it helped; with words, they go to its owner."""
    article = queries.by_id(request.person, pk)
    is_helpful, words = request.POST.get("helped") == "yes", request.POST.get("words", "")
    return _told(request, pk, lambda: feedback.rate(article, by=request.person, is_helpful=is_helpful, words=words))


def _told(request: DeskRequest, article: int, verb: Callable[[], Any]) -> HttpResponse:
    try:
        verb()
        messages.success(request, _("Thank you, it was kept."))
    except (Conflict, Invalid, NotAllowed) as refusal:
        messages.error(request, str(refusal.message))
    return SeeOther(reverse("desk:article", args=[article]))
