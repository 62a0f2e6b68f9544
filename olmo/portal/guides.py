"""Articles for requesters: found by the words of the one field, read, and judged."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.serving import is_shown
from olmo.kernel.text import clean_line
from olmo.knowledge import feedback, files, queries, search, showing
from olmo.knowledge.models import Article
from olmo.people.answers import onward
from olmo.people.gate import for_requesters
from olmo.people.models import Person
from olmo.selfservice import actions

from . import suggesting
from .shell import PortalRequest, page
from .suggesting import language

LISTED = 30


@for_requesters
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What answers `q`; without words the guides by name. A script gets the answers alone."""
    person = cast(PortalRequest, request).person
    words = clean_line(request.GET.get("q", ""), search.LONGEST)
    context: dict[str, Any] = {"words": words, "answers": suggesting.answers(person, words) if words else []}
    if "X-Live" in request.headers:
        return render(request, "portal/answers.html", context)
    if not words:
        context["guides"] = _listed(person)
    return page(request, "portal/guides.html", context)


@for_requesters
@require_safe
def guide(request: HttpRequest, pk: int) -> HttpResponse:
    """One article, in the reader's language where it has one."""
    person = cast(PortalRequest, request).person
    article = queries.by_id(person, pk)
    translation = queries.in_language(article, request.GET.get("lang", "") or language())
    if translation is None or translation.shown is None:
        raise NotFound
    others = [row.language for row in article.translations.all() if row.shown_id and row.pk != translation.pk]
    if request.method == "GET":
        actions.opened(article, by=person)
    context = {
        "article": article, "version": translation.shown, "language": translation.language, "others": others,
        "parts": showing.parts(translation.shown), "kept_files": _files(article),
        "words": clean_line(request.GET.get("q", ""), 255),
    }  # fmt: skip
    return page(request, "portal/guide.html", context)


@for_requesters
@require_POST
def judgement(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether it helped (`helped`), and what is wrong with it (`words`), which its owner gets."""
    person = cast(PortalRequest, request).person
    article: Article = queries.by_id(person, pk)
    words, helped = request.POST.get("words", ""), request.POST.get("helped", "")
    try:
        if helped == "yes":
            actions.solved(article, by=person)
        elif helped:
            feedback.rate(article, by=person, is_helpful=False, words=words)
        else:
            feedback.suggest(article, words, by=person)
        messages.success(request, _("Good that it is solved.") if helped == "yes" else _("Thank you, it was kept."))
    except Invalid as refusal:
        messages.error(request, str(refusal.message))
    return onward(reverse("portal:guide", args=[pk]))


def _files(article: Article) -> list[dict[str, Any]]:
    """Files to take along, but for pictures, which stand in the text."""
    rows = [row for row in article.files.filter(is_published=True) if not is_shown(row)]
    return [{"name": row.name, "size": row.size, "url": files.address(row)} for row in rows]


def _listed(person: Person) -> list[dict[str, Any]]:
    found = []
    for article in queries.visible_to(person).prefetch_related("translations__shown").order_by("topic", "key")[:LISTED]:
        translation = queries.in_language(article, language())
        if translation is not None and translation.shown is not None:
            shown = translation.shown
            found.append(
                {"article_id": article.pk, "title": shown.title, "summary": shown.summary, "topic": article.topic}
            )
    return found
