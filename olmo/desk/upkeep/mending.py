"""What is to be mended in articles, most used first, and the questions by which an article must be found."""

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel.errors import Invalid, NotAllowed, NotFound
from olmo.knowledge import queries
from olmo.knowledge.models import Translation
from olmo.people.models import Person
from olmo.tickets import queries as tickets
from olmo.upkeep import checking, jobs
from olmo.upkeep import questions as verbs
from olmo.upkeep.models import Fault, Question

from .. import places
from ..lists import belonging
from ..lists.files import Columns, Table, listing, page_or_file
from ..lists.filters import Filters
from ..reports.numbers import led
from ..shell import DeskRequest, SeeOther, agents

MOST, TICKETS = 100, 5


_COLUMNS: Columns = {
    "article.key": gettext_lazy("Article"), "article.uses": gettext_lazy("Used"), "article.owner.name": gettext_lazy("Owner"),
    "get_kind_display": gettext_lazy("Kind"), "sentence": (gettext_lazy("What is wrong"), checking.sentence),
}  # fmt: skip


@listing
@agents
def index(request: DeskRequest) -> HttpResponse:
    """Faults of the articles that the viewer may know of, one line an article."""
    rows = Fault.objects.filter(article__in=queries.visible_to(request.person)).select_related("article__owner")
    every = rows.order_by("-article__uses", "article", "kind", "pk")
    faults = list(every[: MOST * 3])
    numbers = _numbers(request.person, faults)
    shown: dict[int, dict[str, Any]] = {}
    articles = {fault.article_id for fault in faults}
    titles, uses = _titles(articles), belonging.uses(request.person, articles)
    for fault in faults:
        article = fault.article
        row = shown.setdefault(
            article.pk, {
                "url": reverse("desk:article", args=[article.pk]), "title": titles.get(article.pk, article.key),
                "uses": led(uses.get(article.pk, 0), Filters(box="all", of=f"article.{article.pk}")),
                "owner": article.owner.name, "faults": [],
            },
        )  # fmt: skip
        named = [(places.ticket(numbers[pk]), numbers[pk]) for pk in fault.data.get("tickets", []) if pk in numbers]
        row["faults"].append((fault.get_kind_display(), checking.sentence(fault), named[:TICKETS]))
    table = Table(gettext_lazy("Articles to mend"), _COLUMNS, every)
    return page_or_file(request, "desk/upkeep/mending.html", {"rows": list(shown.values())[:MOST]}, table)


def _numbers(viewer: Person, faults: list[Fault]) -> dict[int, int]:
    """Ticket -> number, of those that the viewer may see."""
    named = {pk for fault in faults for pk in fault.data.get("tickets", [])}
    return dict(tickets.visible_to(viewer).filter(pk__in=named).values_list("pk", "number")) if named else {}


def _titles(articles: Collection[int]) -> dict[int, str]:
    language = (get_language() or "en")[:2]
    rows = Translation.objects.filter(article__in=articles, shown__isnull=False)
    told = rows.values_list("article_id", "language", "shown__title")
    return {pk: title for pk, _code, title in sorted(told, key=lambda row: row[1] == language)}


@require_POST
@agents
def look(request: DeskRequest) -> HttpResponse:
    """Do now what is done each night, as a job; once however often it is asked."""
    jobs.now()
    messages.success(request, _("It is being looked through; the page shows it in some minutes."))
    return SeeOther(reverse("desk:mending"))


@require_POST
@agents
def questions(request: DeskRequest, pk: int) -> HttpResponse:
    """Add a question (`words`, `lang`) by which an article must be found."""
    article, language = queries.by_id(request.person, pk), request.POST.get("lang", "")
    if language not in dict(settings.LANGUAGES):
        raise NotFound
    words = request.POST.get("words", "")
    return _told(
        request, pk, lambda: verbs.add(article, language, words, by=request.person), _("The question was added.")
    )


@require_POST
@agents
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Forget a question."""
    row = (
        Question.objects.filter(pk=pk, article__in=queries.visible_to(request.person)).select_related("article").first()
    )
    if row is None:
        raise NotFound
    return _told(request, row.article_id, lambda: verbs.remove(row, by=request.person), _("The question was removed."))


def _told(request: DeskRequest, article: int, verb: Callable[[], Any], done: str) -> HttpResponse:
    try:
        verb()
        messages.success(request, done)
    except (Invalid, NotAllowed) as refusal:
        messages.error(request, str(refusal.message))
    return SeeOther(f"{reverse('desk:article', args=[article])}#questions")
