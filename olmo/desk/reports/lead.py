"""How the desk is doing, for those who lead it: administrators, and leads of teams for their teams."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from olmo.kernel.errors import NotFound
from olmo.people.models import Person
from olmo.reports import queries
from olmo.reports.measures import MEASURES
from olmo.reports.queries import Lens, leads
from olmo.reports.rollup import as_of

from ..lists.files import Columns, Table, leave, listing
from ..lists.filters import LED, Filters
from ..shell import DeskRequest, agents, page
from . import ahead, parts, ratings
from .looking import BY, DAYS, Look, clients, teams, word

_COUNTS: Columns = {
    "counts.opened": pgettext_lazy("tickets", "In"), "counts.resolved": pgettext_lazy("tickets", "Out"),
    "counts.open": pgettext_lazy("tickets", "Open"),
}  # fmt: skip


@listing
@agents
def dashboard(request: DeskRequest) -> HttpResponse:
    """The numbers of the days, clients and teams in the sentence. To those who lead nothing there is no such page."""
    led = leads(request.person)
    if led == ():
        raise NotFound
    look = Look.read(request.GET)
    progress = as_of()
    lens = look.lens(request.person, led, progress)
    if request.method == "POST":
        return leave(request, _counts(lens, look))
    context: dict[str, Any] = {
        "sentence": _sentence(request, look, led), "as_of": progress.as_of, "is_lead": True, "measures": MEASURES.values(),
        "by_word": BY[look.by], "file_url": look.url(),
    }  # fmt: skip
    if progress.as_of is not None and not queries.is_empty():
        context |= _numbers(lens, look) | _ahead(request.person, look, led)
    return page(request, "desk/reports/lead.html", context)


def _counts(lens: Lens, look: Look) -> Table:
    """What the page tells apart by one thing, with all its lines."""
    found = parts.apart(lens, look.by, most=None)
    return Table(_("How the desk is doing"), {"name": BY[look.by], **_COUNTS}, [*found["lines"], *found["others"]])


def _sentence(request: DeskRequest, look: Look, led: tuple[int, ...] | None) -> list[dict[str, Any]]:
    return [
        {"text": _("Tickets of")},
        word(look, "client", clients(request.person)),
        {"text": _("and")},
        word(look, "team", teams(led)),
        {"text": _("over")},
        word(look, "days", list(DAYS.items())),
        {"text": _("told apart by")},
        word(look, "by", list(BY.items())),
    ]


def _ahead(viewer: Person, look: Look, led: tuple[int, ...] | None) -> dict[str, Any]:
    """How it stands at this moment, whatever the days: what is late or due next, and what nobody took."""
    here = Filters(box="open", client=look.client, team=look.team or ("" if led is None else LED))
    late, soon = ahead.late(here)
    due, free = replace(here, sort="urgency", due="any"), replace(here, box="unassigned", sort="oldest")
    (n_late, n_soon, n_due, n_free), oldest = ahead.counted(viewer, [late, soon, due, free])
    return {
        "ahead": [
            {"said": _("open and late"), "value": n_late, "soon": n_soon},
            {"said": _("open and nobody’s"), "value": n_free, "oldest": oldest},
        ],
        "due": ahead.first(viewer, due, "standing__act_by"), "all_due": n_due.beyond(),
    }  # fmt: skip


def _numbers(lens: Lens, look: Look) -> dict[str, Any]:
    today: date = lens.last
    return {
        "has_numbers": True,
        "headline": [*parts.headline(lens), ratings.headline(lens, look)],
        "backlog": parts.backlog(lens, today),
        "flow": parts.flow(lens),
        "load": parts.load(lens),
        "apart": parts.apart(lens, look.by),
        "response": parts.durations(lens, "response"),
        "resolution": parts.durations(lens, "resolution"),
        "arrivals": parts.arrivals(lens),
    }
