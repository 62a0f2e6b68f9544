"""The list of tickets: its boxes, filters, groups and pages."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from olmo.kernel import clock
from olmo.kernel.errors import NotFound
from olmo.tickets import queries

from . import filters as sentences
from .filters import Filters
from .rows import Row, listed
from .shell import BOXES, DeskRequest, agents, is_part, page

SIZE = 25


@require_safe
@agents
def tickets(request: DeskRequest) -> HttpResponse:
    """A page of a box. A script that looks again gets the list alone."""
    filters = Filters.read(request.GET)
    context = _list(request, filters)
    if is_part(request):
        return render(request, "desk/list.html#list", context)
    context["sentence"] = sentences.sentence(request.person, filters)
    return page(request, "desk/list.html", context)


@require_safe
@agents
def choices(request: DeskRequest, name: str) -> HttpResponse:
    """The other words that one word of the sentence may become: a menu for scripts, a page without."""
    if name not in sentences.LABELS:
        raise NotFound
    filters = Filters.read(request.GET)
    context = {
        "title": sentences.LABELS[name],
        "options": sentences.choices(request.person, filters, name),
        "name": name,
        "typed": filters.tag,
        "hidden": filters.hidden(but=name),
        "back_url": filters.url(),
    }
    if is_part(request):
        return render(request, "desk/choices.html#options", context)
    return page(request, "desk/choices.html", context)


def _list(request: DeskRequest, filters: Filters) -> dict[str, Any]:
    after = request.GET.get("after", "")
    found = queries.page(filters.tickets(request.person), sort=filters.sort, after=after, size=SIZE)
    unread = queries.unread(request.person, found.rows)
    first = filters.url()
    more = f"{first}{'&' if '?' in first else '?'}{urlencode({'after': found.after})}" if found.after else ""
    return {
        "title": BOXES[filters.box][0],
        "groups": _groups(found.rows, unread, filters.sort),
        "blank": None if found.rows else _blank(filters),
        "first_url": first if after else "",
        "more_url": more,
        "export_url": filters.url(reverse("desk:exports")),
    }


def _groups(rows: Sequence[Row], unread: set[int], sort: str) -> list[dict[str, Any]]:
    """Rows under headings that the order suggests: how soon it is due, or how long ago it changed."""
    heading = _HEADINGS.get(sort)
    if heading is None:
        return [{"title": "", "rows": listed(rows, unread)}] if rows else []
    moments = _Moments()
    parts = groupby(rows, key=lambda row: heading(row, moments))
    return [{"title": title, "is_late": title == moments.late, "rows": listed(part, unread)} for title, part in parts]


class _Moments:
    """Today, yesterday and so on, for the one who looks."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.today = timezone.localtime(self.now).date()
        self.late = _("Late")

    def due(self, row: Row) -> str:
        at: datetime | None = row["due_at"]
        if at is None:
            return _("Without a date")
        if at <= self.now:
            return self.late
        if at - self.now < timedelta(hours=1):
            return _("Within the hour")
        return _("Today") if timezone.localtime(at).date() == self.today else _("Later")

    def passed(self, at: datetime) -> str:
        days = (self.today - timezone.localtime(at).date()).days
        return _("Today") if days <= 0 else _("Yesterday") if days == 1 else _("Earlier")


_HEADINGS: dict[str, Callable[[Row, _Moments], str]] = {
    "due": lambda row, moments: moments.due(row),
    "updated": lambda row, moments: moments.passed(row["updated_at"]),
    "newest": lambda row, moments: moments.passed(row["opened_at"]),
}


def _blank(filters: Filters) -> dict[str, Any]:
    """An empty list: what that means, and what to do next."""
    if filters != Filters(box=filters.box, sort=filters.sort):
        return {
            "title": _("No ticket fits"),
            "text": _("Nothing in this list matches every word above."),
            "acts": [{"label": _("Show all of the list"), "url": Filters(box=filters.box).url(), "main": True}],
        }
    if filters.box in ("mine", "teams", "unassigned"):
        return {
            "title": _("All done here"),
            "text": _("Nobody waits for you in this list."),
            "drawing": True,
            "acts": [{"label": _("See all open tickets"), "url": Filters(box="open").url()}],
        }
    return {"title": _("Nothing here yet"), "text": _("Tickets appear here as soon as there are some.")}
