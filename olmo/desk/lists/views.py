"""Pages of saved views: save a list under a name, rename, share, put in order, delete; and the navigation alone."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.kernel.errors import Invalid, NotAllowed

from ..shell import DeskRequest, SeeOther, agents, is_part, look, navigation, page
from . import saved, sentence
from .files import Columns, Table, listing, page_or_file
from .filters import Filters
from .listing import asked


@require_safe
@agents
def nav(request: DeskRequest) -> HttpResponse:
    """The navigation alone, with the counts of the saved views; `at` is the page that it stands beside."""
    at = urlsplit(request.GET.get("at", ""))
    words = QueryDict(at.query)
    place = "" if at.path != reverse("desk:list") else words.get("box", "todo")
    place = f"view-{words['view']}" if words.get("view") and place else place
    found = navigation(request.person, place, at.path, look(request.person), counts_views=True)
    return render(request, "desk/nav.html", {"nav": found, "nav_url": request.get_full_path()})


_COLUMNS: Columns = {
    "view.name": gettext_lazy("Name"), "words": gettext_lazy("What it shows"),
    "view.get_sharing_display": gettext_lazy("Who sees it"), "view.team": gettext_lazy("Team"),
}  # fmt: skip


@listing
@agents
def index(request: DeskRequest) -> HttpResponse:
    """All views that the person sees: in order, with what may be done to them."""
    views = saved.shown_to(request.person)
    context: dict[str, Any] = {
        "title": _("Saved views"),
        "views": [
            {"view": view, "may_edit": saved.may_edit(request.person, view), "is_first": n == 0,
             "is_last": n == len(views) - 1,
             "words": " ".join(
                 str(p.get("word") or p.get("text"))
                 for p in sentence.sentence(request.person, saved.filters_of(view))[:-1])}
            for n, view in enumerate(views)
        ],
    }  # fmt: skip
    table = Table(gettext_lazy("Saved views"), _COLUMNS, context["views"])
    return page_or_file(request, "desk/views.html", context, table)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """Save the list of the address under a name."""
    if request.method != "POST":
        _view, filters = asked(request)
        return _form(request, saved.ViewForm(by=request.person), filters)
    filters = Filters.read(QueryDict(request.POST.get("query", "")))
    form = saved.ViewForm(request.POST, by=request.person)
    if form.is_valid():
        try:
            view = saved.create(form, filters)
        except Invalid as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("The view “%(name)s” is in the navigation.") % {"name": view.name})
            return SeeOther(f"{reverse('desk:list')}?view={view.pk}")
    return _form(request, form, filters, status=422)


def _form(request: DeskRequest, form: saved.ViewForm, filters: Filters, *, status: int = 200) -> HttpResponse:
    view = form.instance if form.instance.pk else None
    context = {
        "title": _("Edit the view") if view else _("Save this list as a view"),
        "form": form,
        "view": view,
        "action": reverse("desk:view", args=[view.pk]) if view else reverse("desk:views_new"),
        "query": filters.query(),
        "back_url": reverse("desk:views") if view else filters.url(),
    }
    if request.method != "POST" and is_part(request):
        return render(request, "desk/view_form.html#form", context)
    return page(request, "desk/view_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """Rename or share a view."""
    view = saved.by_id(request.person, pk)
    if not saved.may_edit(request.person, view):
        raise NotAllowed
    form = saved.ViewForm(request.POST if request.method == "POST" else None, instance=view, by=request.person)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, saved.filters_of(view), status=422 if request.method == "POST" else 200)
    saved.edit(form)
    messages.success(request, _("The view was changed."))
    return SeeOther(reverse("desk:views"))


@require_POST
@agents
def refill(request: DeskRequest, pk: int) -> HttpResponse:
    """Let the view show what the list shows now."""
    view = saved.by_id(request.person, pk)
    saved.refill(view, Filters.read(QueryDict(request.POST.get("query", ""))), by=request.person)
    messages.success(request, _("The view “%(name)s” now shows this list.") % {"name": view.name})
    return SeeOther(f"{reverse('desk:list')}?view={view.pk}")


@require_POST
@agents
def delete(request: DeskRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    view = saved.by_id(request.person, pk)
    saved.delete(view, by=request.person)
    messages.success(
        request, _("The view “%(name)s” was deleted; its tickets stay where they are.") % {"name": view.name}
    )
    return SeeOther(reverse("desk:views"))


@require_POST
@agents
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """One place up or down, in this person's navigation only."""
    view = saved.by_id(request.person, pk)
    saved.move(view, by=request.person, step=-1 if request.POST.get("to") == "up" else 1)
    return SeeOther(reverse("desk:views"))
