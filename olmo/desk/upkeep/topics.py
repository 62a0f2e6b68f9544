"""The commonest kinds of request, for those who lead the desk for every organisation."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from olmo.kernel.errors import NotFound
from olmo.knowledge import queries as knowledge
from olmo.knowledge.models import Article, Translation
from olmo.people.models import Person
from olmo.tickets import queries
from olmo.upkeep import topics
from olmo.upkeep.models import Topic

from .. import places
from ..lists.files import Columns, Table, listing, page_or_file
from ..lists.filters import Filters
from ..reports.numbers import led
from ..shell import DeskRequest, SeeOther, agents

EXAMPLES, MOST = 5, 60


_COLUMNS: Columns = {
    "name": gettext_lazy("Kind of request"), "words": gettext_lazy("Words"), "n": gettext_lazy("Tickets"),
    "trend": gettext_lazy("Trend"),
    "spent": gettext_lazy("Time spent"), "article.title": gettext_lazy("Article"), "used": gettext_lazy("Used"),
    "lasted": gettext_lazy("Lasted"), "saves": gettext_lazy("Writing it would save"),
}  # fmt: skip


@listing
@agents
def index(request: DeskRequest) -> HttpResponse:
    """Ten kinds, or all with `all`; and what was sought in vain. To those who lead nothing there is no such page."""
    if not topics.may_see(request.person):
        raise NotFound
    is_all = bool(request.GET.get("all"))
    found = topics.top(MOST if is_all else topics.SHOWN)
    context: dict[str, Any] = {
        "rows": [_row(topic) for topic in _with_examples(request.person, found)], "gaps": topics.gaps(),
        "as_of": found[0].at if found else None, "is_all": is_all or len(found) < topics.SHOWN,
    }  # fmt: skip
    table = Table(gettext_lazy("Kinds of tickets"), _COLUMNS, context["rows"])
    return page_or_file(request, "desk/upkeep/topics.html", context, table)


@require_POST
@agents
def rename(request: DeskRequest, pk: int) -> HttpResponse:
    """Give a kind a name of its own (`given`); without one its words name it again."""
    topics.rename(pk, request.POST.get("given", ""), by=request.person)
    return SeeOther(f"{reverse('desk:topics')}#topic-{pk}")


def _with_examples(viewer: Person, found: list[Topic]) -> list[tuple[Topic, list[dict[str, Any]], dict[int, str]]]:
    """Each with the tickets nearest to its middle, and the titles of all articles."""
    wanted = {pk for topic in found for pk in topic.ticket_ids[:EXAMPLES]}
    rows = queries.visible_to(viewer).filter(pk__in=wanted).values("pk", "number", "subject")
    known = {row["pk"]: {**row, "url": places.ticket(row["number"])} for row in rows}
    titles = _titles(viewer, [topic.article for topic in found if topic.article])
    return [(topic, [known[pk] for pk in topic.ticket_ids[:EXAMPLES] if pk in known], titles) for topic in found]


def _titles(viewer: Person, articles: list[Article]) -> dict[int, str]:
    seen = knowledge.visible_to(viewer).filter(pk__in=[article.pk for article in articles])
    rows = Translation.objects.filter(article__in=seen, shown__isnull=False)
    language = (get_language() or "en")[:2]
    told = sorted(rows.values_list("article_id", "language", "shown__title"), key=lambda row: row[1] == language)
    return {pk: title for pk, _code, title in told}


def _row(given: tuple[Topic, list[dict[str, Any]], dict[int, str]]) -> dict[str, Any]:
    topic, examples, titles = given
    figures, article = topic.figures, topic.article
    shown = (
        {"url": reverse("desk:article", args=[article.pk]), "title": titles.get(article.pk, article.key)}
        if article
        else None
    )
    return {
        "pk": topic.pk, "name": str(topic), "given": topic.name, "words": ", ".join(topic.words), "examples": examples,
        "n": figures["n"], "tickets": led(figures["n"], Filters(box="all", of=f"topic.{topic.pk}")),
        "trend": _trend(figures["n"], figures["before"]), "spent": _hours(figures["minutes"]), "article": shown,
        "used": figures["used"] if shown else "–", "saves": _saves(topic),
        "used_for": led(figures["used"], Filters(box="all", of=f"topic_used.{topic.pk}")) if shown else "–",
        "lasted": f"{figures['lasted']}/{figures['used']}" if figures["used"] else "–",
    }  # fmt: skip


def _trend(now: int, before: int) -> str:
    if not before:
        return _("new") if now else "–"
    return f"{(now - before) / before:+.0%}".replace("-", "−")


def _hours(minutes: int) -> str:
    return _("%(n)s h") % {"n": f"{minutes / 60:.1f}"} if minutes else "–"


def _saves(topic: Topic) -> str:
    """What an article would save each four weeks, where there is none."""
    if topic.article is not None:
        return "–"
    saves = topic.figures.get("saves")
    if saves is None:
        few = ngettext("at most %(h)s in %(n)s ticket", "at most %(h)s in %(n)s tickets", topic.figures["n"])
        return few % {"h": _hours(topic.figures["minutes"]), "n": topic.figures["n"]}
    return _("about %(h)s") % {"h": _hours(saves)}
