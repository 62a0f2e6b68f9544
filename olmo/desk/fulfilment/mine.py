"""The tasks of an agent and of their teams, what is due first at the front."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import F, Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from olmo.fulfilment import queries
from olmo.fulfilment.models import Task
from olmo.kernel import clock
from olmo.kernel.errors import Words
from olmo.people.models import Person

from .. import places
from ..shell import DeskRequest, agents, page
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


@require_safe
@agents
def tasks(request: DeskRequest) -> HttpResponse:
    """`whose`: mine, teams, led, all; nothing: one's own and those of one's teams."""
    asked = request.GET.get("whose", "")
    asked = asked if asked in WHOSE else ""
    found = [(task, _when(task.due_at)) for task in _rows(request.person, asked)]
    found += [(task, "waits") for task in _waiting(request.person, asked)]
    context: dict[str, Any] = {
        "groups": [
            {"label": WHEN[when], "is_late": when == "late", "rows": [_row(task) for task, _when_ in some]}
            for when, some in groupby(found, key=lambda pair: pair[1])
        ],
        "whose": asked, "choices": [(name, label, name == asked) for name, label in WHOSE.items()],
        "is_cut": len(found) >= MOST, "most": MOST,
    }  # fmt: skip
    return page(request, "desk/fulfilment/tasks.html", context)


def condition(viewer: Person, asked: str) -> Q | None:
    """Whose tasks are asked for; None: everybody's."""
    if asked == "all":
        return None
    if asked == "led":
        led = list(viewer.led_teams.values_list("pk", flat=True))
        return Q(team__in=led) | Q(team=None, ticket__team__in=led)
    return {"mine": queries.mine(viewer), "teams": queries.of_my_teams(viewer)}.get(
        asked, queries.mine(viewer) | queries.of_my_teams(viewer)
    )


def _rows(viewer: Person, asked: str) -> list[Task]:
    found = queries.to_do(viewer, condition(viewer, asked)).order_by(F("due_at").asc(nulls_last=True), "pk")
    return list(found.select_related("ticket__client", "team", "person", "ended_by")[:MOST])


def _waiting(viewer: Person, asked: str) -> list[Task]:
    """Those that will come, where one asks for one's own."""
    if asked != "mine":
        return []
    found = queries.waiting(viewer, queries.mine(viewer)).order_by("pk")
    return list(found.select_related("ticket__client", "team", "person", "ended_by")[:MOST])


def _row(task: Task) -> dict[str, Any]:
    return {**row(task), "ticket": task.ticket, "ticket_url": places.ticket(task.ticket.number)}


def _when(at: datetime | None) -> str:
    if at is None:
        return "never"
    now = clock.now()
    if at <= now:
        return "late"
    return "today" if timezone.localtime(at).date() == timezone.localtime(now).date() else "later"
