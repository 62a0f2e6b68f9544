"""What every page of the desk shares: who may come in, the navigation, the shape of an answer."""

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Words
from olmo.notifications import queries as notifications
from olmo.people.gate import for_agents
from olmo.people.models import Person
from olmo.tickets import queries

MOST_COUNTED = 100

# box -> (label, icon, whether the navigation counts it: those where somebody is expected to act)
BOXES: Mapping[str, tuple[Words, str, bool]] = {
    "mine": (_("Mine"), "inbox", True),
    "teams": (_("My teams"), "users", True),
    "unassigned": (_("Unassigned"), "newcomer", True),
    "callbacks": (_("Call-backs"), "phone", True),
    "mentions": (_("Mentions"), "at", False),
    "waiting": (_("Waiting"), "waiting", False),
    "open": (_("All open"), "todo", False),
    "done": (_("Done"), "done", False),
    "all": (_("All tickets"), "archive", False),
}
COUNTED = tuple(name for name, (_label, _icon, is_counted) in BOXES.items() if is_counted)


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
    box = request.GET.get("box", "mine") if request.path == reverse("desk:list") else ""
    counts = queries.counts(
        request.person, COUNTED, MOST_COUNTED, beside={"notices": notifications.unread(request.person)}
    )
    return {
        "nav": navigation(request.person, box, request.path, counts),
        "bell": bell(bounded(counts["notices"]), request.path == reverse("desk:notices")),
        "list_url": reverse("desk:list"),
        "new_url": reverse("desk:new"),
        "search_url": reverse("desk:search"),
        "search_query": request.GET.get("q", "") if request.path == reverse("desk:search") else "",
    }


def bell(count: str, is_here: bool) -> dict[str, Any]:
    """The bell of the navigation. count: how many notices are not read, in words."""
    ring = reverse("desk:ring") + ("?at=notices" if is_here else "")
    return {"url": reverse("desk:notices"), "ring_url": ring, "count": count, "active": is_here}


def navigation(viewer: Person, box: str, path: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The boxes with their counts (up to 99), and what an administrator looks after."""
    start = reverse("desk:list")
    items: list[dict[str, Any]] = [
        {
            "group": "", "label": label, "icon": icon, "url": _box_url(start, name),
            "count": bounded(counts.get(name, 0)), "active": name == box, "command": f"box-{name}",
        }
        for name, (label, icon, _is_counted) in BOXES.items()
    ]  # fmt: skip
    drafts = reverse("desk:drafts")
    items.append({"group": "", "label": _("My drafts"), "icon": "pen", "url": drafts, "active": path == drafts})
    week = reverse("desk:week")
    mine = {"group": _("Desk"), "label": _("My week"), "icon": "calendar", "url": week, "command": "week"}
    items.append({**mine, "active": path.startswith(week)})
    reports = reverse("desk:reports")
    items.append({
        "group": _("Desk"), "label": _("Reports"), "icon": "chart", "url": reports, "command": "reports",
        "active": path.startswith(reports),
    })  # fmt: skip
    if viewer.is_administrator:
        home = reverse("desk:admin")
        group = {"group": _("Desk"), "label": _("Administration"), "icon": "gear", "url": home, "command": "admin"}
        items.append({**group, "active": path.startswith(home)})
    return items


def _box_url(start: str, name: str) -> str:
    if name == "callbacks":
        return f"{start}?box=callbacks&sort=callback"
    return start if name == "mine" else f"{start}?box={name}"


def bounded(count: int) -> str:
    """A count for the navigation: "" for none, "99+" for what was not counted to its end."""
    return "99+" if count >= MOST_COUNTED else str(count or "")


class SeeOther(HttpResponseRedirect):
    """After a change: look at this page (303, RFC 9110, 15.4.4), so that a reload sends nothing twice."""

    status_code = 303
