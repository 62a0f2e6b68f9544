"""What the palette finds beside commands: tickets by number and words, people, assets, articles. Another kind is one more source.

A source takes the viewer and what was typed, and says what it found (docs/keyboard.md). Commands are found by the browser.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from olmo.assets import queries as assets
from olmo.kernel import marks
from olmo.kernel.errors import Invalid, Words
from olmo.kernel.text import clean_line, whole_numbers
from olmo.knowledge import search as articles
from olmo.people.models import Person
from olmo.procedures.models import Procedure
from olmo.tickets import finding, queries

from . import people, places
from .shell import DeskRequest, SeeOther, agents, is_part

MOST = 6  # of each kind
LONGEST = 200


@dataclass(frozen=True)
class Found:
    """One thing that was found: where it is, what it is called, what stands beside it, and its mark (HTML)."""

    url: str
    label: str
    note: str = ""
    mark: SafeString = marks.NOTHING


type Source = Callable[[Person, str], Sequence[Found]]


def _tickets(viewer: Person, typed: str) -> list[Found]:
    try:
        rows = finding.search(viewer, typed, limit=MOST)
    except Invalid:  # a word such as "status:" that is half typed
        return []
    return [_ticket(row["number"], row["subject"], row["client__name"], row["priority"]) for row in rows]


def _ticket(number: int, subject: str, client: str, priority: int) -> Found:
    return Found(places.ticket(number), subject, f"{number} · {client}", marks.priority(priority))


def _people(viewer: Person, typed: str) -> list[Found]:
    return [
        Found(reverse("desk:person", args=[one["pk"]]), one["name"], one["note"], marks.who(one["name"], one["kind"], "", True))
        for one in people.find(viewer, typed, whom="everybody")[:MOST]
    ]  # fmt: skip


def _articles(viewer: Person, typed: str) -> list[Found]:
    found = articles.find(viewer, typed, limit=MOST, is_typing=True)
    runnable = dict(
        Procedure.objects.filter(article__in=[one.article_id for one in found]).values_list("article", "pk")
    )
    return [_article(one, runnable.get(one.article_id)) for one in found]


def _article(one: articles.Found, procedure: int | None) -> Found:
    """An article; of a procedure the page from which it is run."""
    if procedure:
        return Found(reverse("desk:procedure", args=[procedure]), one.title, one.key, marks.icon("numbers", "s"))
    return Found(reverse("desk:article", args=[one.article_id]), one.title, one.key, marks.icon("book", "s"))


def _assets(viewer: Person, typed: str) -> list[Found]:
    """The one with exactly this tag or serial number first."""
    return [
        Found(
            reverse("desk:asset", args=[one.pk]), one.name, f"{one.tag} · {one.person.name}" if one.person else one.tag,
            marks.icon(one.kind.icon, "s"),
        )
        for one in assets.find(viewer, typed, limit=MOST)
    ]  # fmt: skip


SOURCES: list[tuple[Words, Source]] = [
    (_("Tickets"), _tickets),
    (_("People"), _people),
    (_("Assets"), _assets),
    (_("Knowledge"), _articles),
]


@require_safe
@agents
def palette(request: DeskRequest) -> HttpResponse:
    """Groups of options for what was typed (`q`); for nothing, the tickets that were open last (`recent`, their numbers)."""
    typed = clean_line(request.GET.get("q", ""), LONGEST)
    if not is_part(request):
        return SeeOther(f"{reverse('desk:search')}?{request.GET.urlencode()}")
    if typed:
        groups = [(title, list(source(request.person, typed))) for title, source in SOURCES]
    else:
        groups = [(_("Open a moment ago"), _recent(request.person, request.GET.get("recent", "")))]
    found = [(title, options) for title, options in groups if options]
    return render(request, "desk/palette.html", {"groups": found, "typed": typed})


def _recent(viewer: Person, text: str) -> list[Found]:
    """The tickets with these numbers, in this order, as far as the viewer may see them."""
    numbers = whole_numbers(text.split(",")[:MOST])
    rows = queries.visible_to(viewer).filter(number__in=numbers).order_by()
    known = {row["number"]: row for row in rows.values("number", "subject", "client__name", "priority")}
    return [
        _ticket(n, known[n]["subject"], known[n]["client__name"], known[n]["priority"]) for n in numbers if n in known
    ]
