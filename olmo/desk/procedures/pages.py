"""Finding and reading procedures: the list, and one with its steps and what its runs teach."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
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
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, agents, bounded, page

NEWEST = 8


MOST = 10_000  # in a file
_COLUMNS: Columns = {
    "title": gettext_lazy("Procedure"), "one.category": gettext_lazy("Category"), "one.article.owner.name": gettext_lazy("Owner"),
    "state": gettext_lazy("State"), "one.times": gettext_lazy("Runs"),
}  # fmt: skip


@listing
@agents
def index(request: DeskRequest) -> HttpResponse:
    """All procedures, drafts too; the best for `q` first."""
    words, after = (clean_line(request.GET.get(name, ""), search.LONGEST) for name in ("q", "after"))
    found = queries.found(request.person, words) if words else queries.page(request.person, after=after)
    if request.method == "POST" and not words:
        found = queries.page(request.person, size=MOST)
    context: dict[str, Any] = {
        "rows": [_row(one) for one in found.rows], "typed": words, "is_cut": found.is_cut, "is_later": bool(after and not words),
        "more_url": f"?{urlencode({'after': found.after})}" if found.after else "",
    }  # fmt: skip
    table = Table(gettext_lazy("Procedures"), _COLUMNS, context["rows"])
    return page_or_file(request, "desk/procedures/list.html", context, table)


def _row(one: Any) -> dict[str, Any]:
    return {
        "url": reverse("desk:procedure", args=[one.pk]), "title": _title(one), "one": one, "count": bounded(one.times),
        "state": State(one.article.state).label, "badge": BADGES[State(one.article.state)],
    }  # fmt: skip


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
