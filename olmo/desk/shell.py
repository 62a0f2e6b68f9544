"""What every page of the desk shares: who may come in, the navigation, the shape of an answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Concatenate, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from olmo.fulfilment import queries as fulfilment
from olmo.kernel.errors import Words
from olmo.kernel.prepared import Part, settled
from olmo.knowledge import feedback
from olmo.notifications import queries as notifications
from olmo.people.gate import for_agents
from olmo.people.models import Person
from olmo.people.queries import team_ids
from olmo.staffing import queries as staffing
from olmo.staffing.models import Presence
from olmo.status import queries as status
from olmo.tickets import boxes, queries
from olmo.worklog import queries as worklog

from .lists import filters, saved
from .models import SavedView
from .places import address
from .worklog import ticking

MOST_COUNTED = 100
COUNTED_VIEWS = 12  # saved views that the navigation counts


class DeskRequest(HttpRequest):
    """A request of an agent, as `agents` lets it through."""

    person: Person


type View[**P] = Callable[Concatenate[DeskRequest, P], HttpResponse]
type AnyView[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def agents[**P](view: View[P]) -> AnyView[P]:
    """Let agents in; send strangers to the sign-in, and tell requesters that there is no such page."""
    return cast("AnyView[P]", for_agents(view))


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks, which needs only the parts of the page that change."""
    return "X-Live" in request.headers or "HX-Request" in request.headers


def is_ahead(request: HttpRequest) -> bool:
    """Whether a script asks before anybody wants to see the page: it counts as read by nobody."""
    return "X-Ahead" in request.headers


def page(request: DeskRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A whole page of the desk: its template with the navigation around it."""
    return render(request, template, {**_around(request), **context}, status=status)


def _around(request: DeskRequest) -> dict[str, Any]:
    seen = look(request.person)
    items = navigation(request.person, place_of(request), request.path, seen)
    return {
        "nav": items,
        "banners": seen.banners,
        "suggestion_count": seen.suggestions,
        "timer_bar": ticking.bar(seen.timer),
        "nav_is_counted_later": bool(seen.views),
        "bell": bell(bounded(seen.notices), request.path == address("desk:notices")),
        "nav_url": f"{address('desk:nav')}?{urlencode({'at': request.get_full_path()[:500]})}",
        "person_links": [
            {"label": _("My availability"), "url": address("desk:availability"), "icon": "waiting"},
            {"label": _("Hand over my tickets"), "url": address("desk:handover"), "icon": "escalate"},
        ],
        "person_note": "" if seen.presence == Presence.ACTIVE else Presence(seen.presence).label,
        "presences": [(p.value, p.label, p == seen.presence) for p in Presence],
        "presence_url": address("desk:presence_said"),
        "list_url": address("desk:list"),
        "new_url": address("desk:new"),
        "search_url": address("desk:search"),
        "search_query": request.GET.get("q", "") if request.path == address("desk:search") else "",
    }


def place_of(request: HttpRequest) -> str:
    """Which item of the navigation is the page's: a box, or "view-" and the id of a saved view."""
    if request.path != address("desk:list"):
        return ""
    view = request.GET.get("view", "")
    return f"view-{view}" if view else request.GET.get("box", "todo")


def bell(count: str, is_here: bool) -> dict[str, Any]:
    """The bell of the navigation. count: how many notices are not read, in words."""
    ring = address("desk:ring") + ("?at=notices" if is_here else "")
    return {"url": address("desk:notices"), "ring_url": ring, "count": count, "active": is_here}


@dataclass(frozen=True)
class Seen:
    """What the navigation shows of a person's work: counts (up to a hundred) by box, saved views, unread notices, presence."""

    counts: Mapping[str, int]
    views: list[SavedView]
    notices: int
    presence: str
    tasks: int = 0
    suggestions: int = 0  # about the person's articles
    timer: Any = None  # as the statement answered
    banners: Sequence[status.Banner] = ()


def look(viewer: Person) -> Seen:
    """One query for the whole navigation."""
    counted = [box.name for box in boxes.BOXES.values() if box.is_counted and box.group]
    also = [
        saved.expression(viewer),
        _unread(queries.Reader.of(viewer)),
        staffing.said(viewer),
        worklog.running(viewer),
        status.at_desk(viewer, team_ids(viewer)),
        _tasks(queries.Reader.of(viewer)),
        _suggestions(queries.Reader.of(viewer), viewer.is_administrator),
    ]
    found = queries.counts(viewer, counted, MOST_COUNTED, also=also)
    *numbers, known, notices, presence, timer, told, tasks, suggestions = found
    views = saved.arranged(viewer, known)
    return Seen(
        dict(zip(counted, numbers, strict=True)),
        views,
        notices,
        staffing.presence_of(presence),
        tasks=tasks,
        suggestions=suggestions,
        timer=timer,
        banners=status.banners_of(told),
    )


@lru_cache(maxsize=512)
def _unread(reader: queries.Reader) -> Part:
    return queries.counting(notifications.unread(reader.viewer), MOST_COUNTED)


@lru_cache(maxsize=512)
def _tasks(reader: queries.Reader) -> Part:
    return fulfilment.counting(reader.viewer, MOST_COUNTED)


@lru_cache(maxsize=512)
def _suggestions(reader: queries.Reader, _is_administrator: bool) -> Part:
    """Which articles one may see hangs on that role too."""
    return settled(queries.counting(feedback.mine(reader.viewer), MOST_COUNTED))


def navigation(
    viewer: Person, place: str, path: str, seen: Seen, *, counts_views: bool = False
) -> list[dict[str, Any]]:
    """The boxes with their counts (up to 99), the saved views, and what else has a place.

    counts_views: the views are counted too, by a further query; pages leave that to the part that scripts fetch.
    """
    views = seen.views
    counted = _counted(viewer, views) if counts_views else []
    items = [*_boxes(boxes.INBOX, seen, place), *_boxes(boxes.WORK, seen, place)]
    tasks = _place_item(boxes.WORK, _("Tasks"), "list", "desk:tasks", "tasks", path)
    items += [{**tasks, "count": bounded(seen.tasks + seen.suggestions)}, *_view_items(views, counted, place)]
    items += [_place_item("own", *words, path) for words in OWN]
    items += _boxes(boxes.DESK, seen, place)
    items.append(_place_item(boxes.DESK, _("Knowledge"), "book", "desk:knowledge", "knowledge", path))
    items.append(_place_item(boxes.DESK, _("Assets"), "laptop", "desk:asset_list", "asset-list", path))
    items.append(_place_item(boxes.DESK, _("Troubleshooters"), "help", "desk:troubleshooters", "troubleshooters", path))
    items.append(_place_item(boxes.DESK, _("Service status"), "globe", "desk:status", "status", path))
    items.append(_place_item(boxes.DESK, _("Procedures"), "numbers", "desk:procedures", "procedures", path))
    items.append(_place_item(boxes.DESK, _("Contracts"), "shield", "desk:contracts", "contracts", path))
    items.append(_place_item(boxes.DESK, _("On call"), "phone", "desk:oncall", "oncall", path))
    items.append(_place_item(boxes.DESK, _("Reports"), "chart", "desk:reports", "reports", path))
    if viewer.is_administrator:
        items.append(_place_item(boxes.DESK, _("Administration"), "gear", "desk:admin", "admin", path))
    return items


def _boxes(group: str, seen: Seen, place: str) -> list[dict[str, Any]]:
    return [_box_item(box, seen.counts.get(box.name, 0), place) for box in boxes.BOXES.values() if box.group == group]


def _place_item(group: str, label: Words, icon: str, view: str, command: str, path: str) -> dict[str, Any]:
    url = address(view)
    return {
        "group": GROUPS[group], "fold": group, "label": label, "icon": icon, "url": url, "command": command,
        "active": path.startswith(url),
    }  # fmt: skip


def _counted(viewer: Person, views: list[SavedView]) -> list[int]:
    return filters.counted(viewer, [saved.filters_of(view) for view in views[:COUNTED_VIEWS]], MOST_COUNTED)


def _view_items(views: list[SavedView], counts: list[int], place: str) -> list[dict[str, Any]]:
    if not views:
        return []
    group = {"group": _("Views"), "fold": "views"}
    items = [
        {
            **group, "label": view.name, "icon": "star", "url": f"{address('desk:list')}?view={view.pk}",
            "count": bounded(counts[n]) if n < len(counts) else "", "active": place == f"view-{view.pk}",
        }
        for n, view in enumerate(views)
    ]  # fmt: skip
    return [*items, {**group, "label": _("All views…"), "icon": "menu", "url": address("desk:views")}]


def _box_item(box: boxes.Box, count: int, place: str) -> dict[str, Any]:
    start = address("desk:list")
    url = start if box.name == "todo" else f"{start}?box={box.name}"
    return {
        "group": GROUPS[box.group], "fold": box.group, "label": box.label, "icon": box.icon, "url": url, "count": bounded(count),
        "active": box.name == place, "command": f"box-{box.name}",
    }  # fmt: skip


GROUPS: Mapping[str, Words] = {
    boxes.INBOX: "",
    boxes.WORK: _("Work"),
    "own": _("My tools"),
    boxes.DESK: _("The whole desk"),
}
# What everybody keeps for themselves: label, icon, page, command.
OWN = (
    (_("Escalation inbox"), "escalate", "desk:escalations", "escalations"),
    (_("My approvals"), "check", "desk:approvals", "approvals"),
    (_("Order for somebody"), "bag", "desk:ordering", "ordering"),
    (_("My drafts"), "pen", "desk:drafts", "drafts"),
    (_("Ready answers"), "chat", "desk:canned", "answers-list"),
    (_("Macros"), "macro", "desk:macros", "macros"),
    (_("My week"), "calendar", "desk:week", "week"),
)


def bounded(count: int) -> str:
    """A count for the navigation: "" for none, "99+" for what was not counted to its end."""
    return "99+" if count >= MOST_COUNTED else str(count or "")


class SeeOther(HttpResponseRedirect):
    """After a change: look at this page (303, RFC 9110, 15.4.4), so that a reload sends nothing twice."""

    status_code = 303
