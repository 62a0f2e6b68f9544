"""Reads of procedures and their runs. Each starts from the viewer, who sees the articles and the tickets that they may see."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, QuerySet

from olmo.kernel.errors import NotFound
from olmo.knowledge import queries as knowledge
from olmo.knowledge import search
from olmo.knowledge.models import Article, Translation, Version
from olmo.people.models import Person
from olmo.tickets.models import Ticket
from olmo.tickets.queries import branch, visible_to

from .models import UNDER_WAY, Entry, Procedure, Run, State
from .steps import Step, parse

PAGE, SUGGESTED, LOOKED_AT = 100, 5, 1000
MOST_COUNTED = 100  # runs of a procedure, for the list


def articles(viewer: Person) -> QuerySet[Article]:
    """The articles that are procedures."""
    return knowledge.visible_to(viewer).filter(procedure__isnull=False)


def procedures(viewer: Person) -> QuerySet[Procedure]:
    """Those that the viewer may know of, drafts too."""
    rows = Procedure.objects.filter(article__in=knowledge.visible_to(viewer))
    return (
        rows.select_related("article__owner", "category")
        .prefetch_related("article__translations__newest")
        .order_by("article__key")
    )


@dataclass(frozen=True)
class Page:
    """Some procedures, each with `times`, how often it was run; from where the next ones are read, or that there are more."""

    rows: list[Any]
    after: str = ""
    is_cut: bool = False


def page(viewer: Person, *, after: str = "", size: int = PAGE) -> Page:
    """One page by key. after: the key at the end of the former page."""
    rows = list(_counted(viewer).filter(article__key__gt=after)[: size + 1])
    return Page(rows[:size], rows[size - 1].article.key if len(rows) > size else "")


def found(viewer: Person, words: str, *, size: int = PAGE) -> Page:
    """The best for what is typed: what is published by its words, then those whose newest title has it, drafts too."""
    ranked = search.find(viewer, words, limit=size, among=articles(viewer), is_typing=True)
    titles = Translation.objects.filter(article__in=articles(viewer), newest__title__icontains=words)
    titled = titles.order_by("article__key").values_list("article", flat=True)[: 2 * size]  # in two languages, maybe
    ids = list(dict.fromkeys([*(one.article_id for one in ranked), *titled]))
    rows = {one.article_id: one for one in _counted(viewer).filter(article__in=ids[:size])}
    return Page([rows[pk] for pk in ids[:size] if pk in rows], is_cut=len(ids) > size)


def _counted(viewer: Person) -> QuerySet[Procedure]:
    runs = Run.objects.filter(procedure=OuterRef("pk"), ticket__in=visible_to(viewer)).order_by()
    times = Func(ArraySubquery(runs.values("pk")[:MOST_COUNTED]), function="cardinality", output_field=IntegerField())
    return procedures(viewer).annotate(times=times)


def procedure(viewer: Person, pk: int) -> Procedure:
    """One with its article and texts. Raises NotFound."""
    found = Procedure.objects.select_related("category").filter(pk=pk).first()
    if found is None or not viewer.is_agent:
        raise NotFound
    found.article = knowledge.by_id(viewer, found.article_id)
    return found


def shown(found: Procedure, language: str) -> Version | None:
    """What is published of it, in a language or in another one; None: nothing yet."""
    translation = knowledge.in_language(found.article, language[:2])
    return translation.shown if translation else None


def run(viewer: Person, pk: int) -> Run:
    """One run with its ticket. Raises NotFound."""
    rows = Run.objects.select_related("ticket__client", "version", "procedure__article", "by", "ended_by")
    found = rows.filter(pk=pk, ticket__in=visible_to(viewer)).first()
    if found is None or not viewer.is_agent:
        raise NotFound
    return found


def steps_of(version: Version) -> list[Step]:
    """The steps of a text."""
    return parse(version.solution)


def runs_of(ticket: Ticket) -> list[Run]:
    """The runs on a ticket, those under way first."""
    rows = Run.objects.filter(ticket=ticket).select_related("version", "by", "ended_by").order_by("pk")
    return sorted(rows, key=lambda one: one.state not in UNDER_WAY)


@dataclass(frozen=True)
class Suggestion:
    """A procedure for a ticket, and why."""

    pk: int
    title: str
    summary: str
    is_of_category: bool


def suggested(viewer: Person, ticket: Ticket, words: str) -> list[Suggestion]:
    """Published procedures for a ticket: those of its category (or one above it), then those whose words fit best."""
    known = articles(viewer).filter(published_at__isnull=False).exclude(state="retired")
    own = branch(ticket.category_id) if ticket.category_id else []
    of_category = procedures(viewer).filter(article__in=known, category__in=own)[:SUGGESTED] if own else []
    found = [(one.pk, one.article_id, True) for one in of_category]
    fitting = search.find(viewer, words, language=ticket.language, limit=SUGGESTED, among=known) if words else []
    by_article = dict(
        Procedure.objects.filter(article__in=[f.article_id for f in fitting]).values_list("article", "pk")
    )
    found += [
        (by_article[f.article_id], f.article_id, False)
        for f in fitting
        if f.article_id not in {a for _p, a, _o in found}
    ]
    texts = _texts(viewer, [article for _pk, article, _own in found])
    return [
        Suggestion(pk, texts[article].title, texts[article].summary, is_own)
        for pk, article, is_own in found[:SUGGESTED]
        if article in texts
    ]


def _texts(viewer: Person, ids: list[int]) -> dict[int, Version]:
    rows = Article.objects.filter(pk__in=ids).prefetch_related("translations__shown")
    chosen = {row.pk: knowledge.in_language(row, viewer.language[:2]) for row in rows}
    return {pk: text.shown for pk, text in chosen.items() if text and text.shown}


@dataclass(frozen=True)
class StepFigures:
    """One step: how often it was done, its median seconds, how often it failed, and how many runs ended there unfinished."""

    n: int
    times: int
    seconds: int | None
    failed: int
    ended: int


@dataclass(frozen=True)
class Figures:
    """What the runs of a procedure teach."""

    runs: int
    done: int
    seconds: int | None  # median of a whole run that was done
    steps: list[StepFigures]

    @property
    def share(self) -> int | None:
        """Of the runs that are over, how many in a hundred were done to the end."""
        return round(100 * self.done / self.runs) if self.runs else None


def figures(found: Procedure, count: int) -> Figures:
    """Of its newest runs that are over (up to 1,000), those of every version: what happened at each of `count` steps."""
    over = list(Run.objects.filter(procedure=found).exclude(state__in=UNDER_WAY).order_by("-pk")[:LOOKED_AT])
    of_run: dict[int, int] = {one.pk: 0 for one in over if one.state == State.DONE}
    seconds, failed = defaultdict(list), Counter[int]()
    done = Entry.objects.filter(run__in=[one.pk for one in over]).values_list("run", "step", "seconds", "is_ok")
    for run_id, step, spent, is_ok in done:
        seconds[step].append(spent)
        failed[step] += not is_ok
        if run_id in of_run:
            of_run[run_id] += spent
    stopped = Counter(one.current for one in over if one.state != State.DONE)
    steps = [StepFigures(n, len(seconds[n]), _middle(seconds[n]), failed[n], stopped[n]) for n in range(1, count + 1)]
    return Figures(len(over), len(of_run), _middle(of_run.values()), steps)


def _middle(seconds: Collection[int]) -> int | None:
    return round(median(seconds)) if seconds else None
