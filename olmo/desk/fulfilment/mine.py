"""The tasks of an agent and of their teams, what is due first at the front; and what readers say of the agent's articles."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from olmo.fulfilment import queries
from olmo.fulfilment.models import Task
from olmo.kernel import clock
from olmo.kernel.errors import Words
from olmo.knowledge import feedback
from olmo.notifications import suggested
from olmo.people.models import Person
from olmo.selfservice.queries import title_of

from .. import places
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, agents
from .rows import row

MOST = 100
WHOSE: Mapping[str, Words] = {
    "": _("Mine and my teams’"), "mine": _("Mine"), "teams": _("Of my teams, taken by nobody"),
    "led": _("Of the teams that I lead"), "all": _("Everybody’s"),
}  # fmt: skip
WHEN: Mapping[str, Words] = {
    "late": _("Overdue"), "today": _("Due today"), "later": _("Due later"), "never": _("Without a due time"),
    "waits": _("Waiting for others"),
}  # fmt: skip


_COLUMNS: Columns = {
    "": _("Task"), "ticket.number": _("Ticket"), "ticket.subject": _("Subject"), "ticket.client": _("Organisation"),
    "team": _("Team"), "person.name": _("Agent"), "get_state_display": _("State"), "due_at": _("Due"),
}  # fmt: skip


@listing
@agents
def tasks(request: DeskRequest) -> HttpResponse:
    """`whose`: mine, teams, led, all; nothing: one's own and those of one's teams."""
    asked = request.GET.get("whose", "")
    asked = asked if asked in WHOSE else ""
    found = [(task, _when(task.due_at)) for task in queries.first(request.person, _parts(request.person, asked), MOST)]
    if asked == "mine":
        found += [(task, "waits") for task in queries.waiting(request.person, MOST)]
    context: dict[str, Any] = {
        "groups": [
            {"label": WHEN[when], "is_late": when == "late", "rows": [_row(task) for task, _when_ in some]}
            for when, some in groupby(found, key=lambda pair: pair[1])
        ],
        "whose": asked, "choices": [(name, label, name == asked) for name, label in WHOSE.items()],
        "is_cut": len(found) >= MOST, "most": MOST,
        "suggestions": partial(_suggestions, request.person, asked), "is_all": asked == "all",
    }  # fmt: skip
    every = queries.all_of(request.person, _parts(request.person, asked), with_waiting=asked == "mine")
    return page_or_file(request, "desk/fulfilment/tasks.html", context, Table(_("Tasks"), _COLUMNS, every))


def _parts(viewer: Person, asked: str) -> list[Q]:
    """Whose tasks are asked for, part by part."""
    match asked:
        case "all":
            return [Q()]
        case "led":
            return queries.led_by(viewer)
        case "mine":
            return [queries.mine(viewer)]
        case "teams":
            return queries.of_my_teams(viewer)
        case _:
            return [queries.mine(viewer), *queries.of_my_teams(viewer)]


def _suggestions(viewer: Person, asked: str) -> list[dict[str, Any]]:
    """What is open about the viewer's own articles, the oldest first; under "all" what else they may answer.

    The page asks when the navigation has counted any, or all are wanted.
    """
    if asked not in ("", "mine", "all"):
        return []
    rows = feedback.tasks(viewer) if asked == "all" else feedback.mine(viewer)
    found = rows.select_related("article__owner").prefetch_related("article__translations__shown")[:MOST]
    return [
        {
            "url": suggested.place(row), "title": title_of(row.article), "words": row.words, "by": row.by.name, "at": row.at,
            "owner": row.article.owner.name,
        }
        for row in found
    ]  # fmt: skip


def _row(task: Task) -> dict[str, Any]:
    return {**row(task), "ticket": task.ticket, "ticket_url": places.ticket(task.ticket.number)}


def _when(at: datetime | None) -> str:
    if at is None:
        return "never"
    now = clock.now()
    if at <= now:
        return "late"
    return "today" if timezone.localtime(at).date() == timezone.localtime(now).date() else "later"
