"""The list of tickets: its filters, groups and pages, and how it is drawn."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean_line, whole_numbers
from olmo.people import signin
from olmo.tickets import boxes, queries

from ..models import SavedView
from ..shell import DeskRequest, SeeOther, agents, is_part, page
from . import following, saved, taste
from . import sentence as sentences
from .filters import GROUPS, Filters
from .grouping import groups
from .rows import Row, listed
from .taste import AFTER, COLUMNS, DENSITIES, Taste

SIZE = 25
GROUPED = 100  # chosen groups put the rows of a page together, so a page is longer
WORDS = frozenset(Filters.__dataclass_fields__) - {"view"}


@require_safe
@agents
def tickets(request: DeskRequest) -> HttpResponse:
    """A page of a list. A script that looks again, or asks for more, gets the list alone."""
    view, filters = asked(request)
    context = _list(request, view, filters)
    if is_part(request):
        return render(request, "desk/list.html#list", context)
    context |= {"sentence": sentences.sentence(request.person, filters), **_around(request, view, filters)}
    answer = page(request, "desk/list.html", context)
    following.remember(request, answer, filters)
    return answer


def asked(request: DeskRequest) -> tuple[SavedView | None, Filters]:
    """The saved view and the filters that an address names: a view alone brings its own words."""
    filters = Filters.read(request.GET)
    if not filters.view:
        return None, filters
    view = saved.by_id(request.person, int(filters.view))
    is_alone = not any(request.GET.get(word) for word in WORDS)
    return view, saved.filters_of(view) if is_alone else filters


def _list(request: DeskRequest, view: SavedView | None, filters: Filters) -> dict[str, Any]:
    viewer, after = request.person, request.GET.get("after", "")
    columns, density = _drawn(request, view)
    size = GROUPED if filters.group not in ("", "none") else SIZE
    found = filters.page(viewer, after, size)
    unread = queries.unread(viewer, found.rows)
    first = filters.url()

    def drawn(rows: Sequence[Row]) -> str:
        explains = filters.order == "urgency"
        return listed(rows, unread, columns=columns, can_select=True, explains=explains)

    return {
        "title": view.name if view else boxes.BOXES[filters.box].label,
        "groups": [
            {"title": title, "is_late": is_late, "rows": drawn(rows)}
            for title, is_late, rows in groups(found.rows, sort=filters.order, group=filters.group)
        ],
        "density": density,
        "blank": None if found.rows else _blank(filters, found),
        "first_url": first if after else "",
        "more_url": f"{first}{'&' if '?' in first else '?'}{urlencode({'after': found.after})}" if found.after else "",
        "is_deep": found.is_deep,
        "depth": queries.DEPTH,
        "here": first,
        "now_url": request.get_full_path(),
        "export_url": filters.url(reverse("desk:exports")),
        "bulk_url": _address("desk:bulk"),
        "bulk_all_url": f"{reverse('desk:bulk')}?{urlencode({**filters.given(), 'all': 1, 'back': first})}",
    }


def _drawn(request: DeskRequest, view: SavedView | None) -> tuple[tuple[str, ...], str]:
    """Columns and density: the view's, until its reader draws it otherwise."""
    own = Taste.of(request.person)
    return (taste.columns(view.columns), view.density) if view else (own.columns, own.density)


def _around(request: DeskRequest, view: SavedView | None, filters: Filters) -> dict[str, Any]:
    """What stands above the list: the view it belongs to, and the menus to save it and to draw it."""
    is_changed = view is not None and saved.filters_of(view) != filters
    return {
        "view": view,
        "is_changed": is_changed,
        "may_edit": view is not None and saved.may_edit(request.person, view),
        "query": filters.query(),
        "can_save": view is None or is_changed,
        "drawing_url": filters.url(reverse("desk:drawing")),
        "saving_url": filters.url(reverse("desk:views_new")),
    }


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@require_safe
@agents
def choices(request: DeskRequest, name: str) -> HttpResponse:
    """The other words that one word of the sentence may become: a menu for scripts, a page without."""
    if name not in sentences.LABELS:
        raise NotFound
    _view, filters = asked(request)
    typed = clean_line(request.GET.get("find", ""), 120)
    context = {
        "title": sentences.LABELS[name],
        "options": sentences.choices(request.person, filters, name, typed),
        "name": name,
        "is_typed": name in sentences.TYPED,
        "typed": typed if name in ("requester", "asset") else getattr(filters, name, ""),
        "hidden": filters.hidden(but=name),
        "back_url": filters.url(),
    }
    if is_part(request):
        return render(request, "desk/choices.html#options", context)
    return page(request, "desk/choices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def drawing(request: DeskRequest) -> HttpResponse:
    """How lists are drawn: columns, groups, density, and what comes after an action. POST keeps it and shows the list."""
    if request.method == "POST":
        return _keep_drawing(request)
    view, filters = asked(request)
    columns, density = _drawn(request, view)
    context = {
        "title": _("How the list is drawn"),
        "columns": [(name, label, name in columns) for name, label in COLUMNS.items()],
        "densities": [(name, label, name == density) for name, label in DENSITIES.items()],
        "group_choices": [(name, label, name == filters.group) for name, label in GROUPS.items()],
        "afters": [(name, label, name == Taste.of(request.person).after) for name, label in AFTER.items()],
        "hidden": filters.hidden(but="group"),
        "back_url": filters.url(),
    }
    if is_part(request):
        return render(request, "desk/drawing.html#drawing", context)
    return page(request, "desk/drawing.html", context)


def _keep_drawing(request: DeskRequest) -> HttpResponse:
    """Choices of a view that may be edited are the view's; otherwise they are the person's."""
    filters = Filters.read(request.POST)
    given, density, after = request.POST, request.POST.get("density", ""), request.POST.get("after_action", "")
    for name, value, known in (("density", density, DENSITIES), ("after_action", after, AFTER)):
        if value not in known:
            raise Invalid(name, _("“%(value)s” is not one of the choices.") % {"value": value[:60]})
    columns = taste.columns(given.getlist("column"))
    taste.keep(request.person, columns=columns, density=density, after=after)
    if filters.view:
        view = saved.by_id(request.person, int(filters.view))
        if saved.may_edit(request.person, view):
            view.columns, view.density = list(columns), density
            view.save(update_fields=["columns", "density"])
    return SeeOther(filters.url())


@require_POST
@agents
def reads(request: DeskRequest) -> HttpResponse:
    """Mark the chosen tickets as read (1) or unread (0)."""
    numbers = whole_numbers(request.POST.getlist("ticket")[:500])
    is_read = request.POST.get("read") == "1"
    count = queries.mark_all(request.person, numbers, is_read=is_read)
    said = (
        ngettext("%(n)d ticket marked as read.", "%(n)d tickets marked as read.", count)
        if is_read
        else ngettext("%(n)d ticket marked as unread.", "%(n)d tickets marked as unread.", count)
    )
    messages.success(request, said % {"n": count})
    return SeeOther(signin.local(request.POST.get("next", "")) or reverse("desk:list"))


def _blank(filters: Filters, found: queries.Page) -> dict[str, Any]:
    """An empty list: what that means, and what to do next."""
    if found.is_deep:
        return {
            "title": _("Nothing found so far"),
            "text": _("The first %(count)d tickets of this list do not match every word above.")
            % {"count": queries.DEPTH},
            "acts": [{"label": _("Show all of the list"), "url": Filters(box=filters.box).url(), "main": True}],
        }
    if filters.is_narrowed:
        return {
            "title": _("No ticket fits"),
            "text": _("Nothing in this list matches every word above."),
            "acts": [{"label": _("Show all of the list"), "url": Filters(box=filters.box).url(), "main": True}],
        }
    if boxes.BOXES[filters.box].is_counted:
        return {
            "title": _("All done here"),
            "text": _("Nobody waits for you in this list."),
            "drawing": True,
            "acts": [{"label": _("See all open tickets"), "url": Filters(box="open").url()}],
        }
    return {"title": _("Nothing here yet"), "text": _("Tickets appear here as soon as there are some.")}
