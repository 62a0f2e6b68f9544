"""Finding and reading procedures: the list, and one with its steps and what its runs teach."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from olmo.kernel.errors import NotFound
from olmo.kernel.markdown import as_html
from olmo.kernel.text import clean_line
from olmo.knowledge import search
from olmo.knowledge.models import State, Version
from olmo.people.models import Person
from olmo.procedures import queries, steps
from olmo.procedures.models import Procedure, Run
from olmo.procedures.steps import Step
from olmo.tickets.queries import visible_to

from .. import places
from ..knowledge.pages import BADGES
from ..shell import DeskRequest, agents, page

PAGE, NEWEST = 100, 8


@require_safe
@agents
def index(request: DeskRequest) -> HttpResponse:
    """All procedures, drafts too; the best for `q` first."""
    words = clean_line(request.GET.get("q", ""), search.LONGEST)
    found = list(queries.procedures(request.person)[:PAGE])
    if words:
        ranked = search.find(request.person, words, limit=PAGE, among=queries.articles(request.person), is_typing=True)
        order = {one.article_id: n for n, one in enumerate(ranked)}
        found = [one for one in found if one.article_id in order or words.lower() in _title(one).lower()]
        found.sort(key=lambda one: order.get(one.article_id, PAGE))
    counts = queries.counts(request.person)
    rows = [
        {
            "url": reverse("desk:procedure", args=[one.pk]), "title": _title(one), "one": one, "count": counts.get(one.pk, 0),
            "state": State(one.article.state).label, "badge": BADGES[State(one.article.state)],
        }
        for one in found
    ]  # fmt: skip
    return page(request, "desk/procedures/list.html", {"rows": rows, "typed": words})


def _title(one: Procedure) -> str:
    """Its newest title, in the reader's language where there is one."""
    own = (get_language() or "en")[:2]
    texts = sorted(one.article.translations.all(), key=lambda row: row.language != own)
    return next((row.newest.title for row in texts if row.newest), one.article.key)


@require_safe
@agents
def procedure(request: DeskRequest, pk: int) -> HttpResponse:
    """One procedure as it is run; `lang` another language, `text=newest` what is being written."""
    found = queries.procedure(request.person, pk)
    texts = {row.language: row for row in found.article.translations.all()}
    code = request.GET.get("lang", "")
    chosen = texts.get(code) or texts.get((get_language() or "en")[:2]) or next(iter(texts.values()), None)
    if chosen is None or chosen.newest is None:
        raise NotFound
    is_newest = request.GET.get("text") == "newest" or chosen.shown is None
    version = chosen.newest if is_newest or chosen.shown is None else chosen.shown
    listed = queries.steps_of(version)
    context: dict[str, Any] = {
        "procedure": found, "article": found.article, "version": version, "language": chosen.language, "is_newest": is_newest,
        "has_news": chosen.has_news and chosen.shown is not None, "steps": shown(listed), "wrong": steps.problems(listed),
        "languages": [(one, dict(settings.LANGUAGES)[one]) for one in texts], "figures": queries.figures(found, len(listed)),
        "missing": [(one, name) for one, name in settings.LANGUAGES if one not in texts],
        "state": State(found.article.state).label, "badge": BADGES[State(found.article.state)],
        "runs": _runs(request.person, found),
    }  # fmt: skip
    return page(request, "desk/procedures/procedure.html", context)


def shown(listed: list[Step]) -> list[dict[str, Any]]:
    """The steps as templates print them."""
    return [
        {"n": n + 1, "step": step, "text": as_html(step.text) if step.text else "", "record": step.record.value}
        for n, step in enumerate(listed)
    ]


def _runs(viewer: Person, found: Procedure) -> list[tuple[Run, str]]:
    rows = (
        Run.objects.filter(procedure=found, ticket__in=visible_to(viewer))
        .select_related("ticket", "by")
        .order_by("-pk")
    )
    return [(run, places.ticket(run.ticket.number)) for run in rows[:NEWEST]]


@require_safe
@agents
def markdown(request: DeskRequest, pk: int) -> HttpResponse:
    """The newest text in a language (`lang`) as a file of Markdown, which the page for a new one takes in again."""
    found = queries.procedure(request.person, pk)
    texts = {row.language: row.newest for row in found.article.translations.all()}
    version: Version | None = texts.get(request.GET.get("lang", "")) or next(iter(texts.values()), None)
    if version is None:
        raise NotFound
    answer = HttpResponse(f"# {version.title}\n\n{version.solution}\n", content_type="text/markdown; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.article.key}.md"'
    return answer
