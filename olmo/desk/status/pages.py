"""Happenings at the desk: the list, a new one with its preview, and one of them with what was said."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.middleware import status_of
from olmo.kernel.text import whole_number
from olmo.people import signin
from olmo.people.administration import mark_of
from olmo.status import actions, policy, queries
from olmo.status.models import Happening, Kind, Level, State
from olmo.status.showing import BADGES
from olmo.tickets import queries as tickets

from .. import places
from ..lists.files import Columns, Table, listing, page_or_file
from ..shell import DeskRequest, SeeOther, agents, page
from .forms import HappeningForm, UpdateForm, preview, shown

MOST, PAST = 200, 50


_COLUMNS: Columns = {
    "title": gettext_lazy("Title"), "get_kind_display": gettext_lazy("Kind"), "get_level_display": gettext_lazy("Level"),
    "begins_at": gettext_lazy("Beginning"), "until": gettext_lazy("End"), "in_portal": gettext_lazy("Requesters see it"),
}  # fmt: skip


@listing
@agents
def index(request: DeskRequest) -> HttpResponse:
    """What is told now and soon, and what was."""
    rows = queries.listed(request.person)
    now = clock.now()
    current, past = list(rows.filter(queries.not_over(now))[:MOST]), list(rows.exclude(queries.not_over(now))[:PAST])
    names = queries.names_of(request.person, [*current, *past])
    context = {
        "current": [_row(row, names[row.pk], row.last) for row in current],
        "past": [_row(row, names[row.pk], row.last) for row in past],
        "may_tell": policy.may_tell(request.person), "kinds": Kind.choices,
    }  # fmt: skip
    table = Table(gettext_lazy("Service status"), _COLUMNS, rows)
    return page_or_file(request, "desk/status/list.html", context, table)


def _row(row: Happening, names: list[str], last: str) -> dict[str, Any]:
    """A happening as the templates print it. names: of the organisations that it concerns; last: the state of its last words."""
    end = row.over(last)
    return {
        "row": row, "kind": Kind(row.kind).label, "badge": BADGES[Level(row.level)] if end is None else "",
        "stands": Level(row.level).label if end is None else end.label, "whom": _whom(row, names), "is_over": end is not None,
    }  # fmt: skip


def _whom(row: Happening, names: list[str]) -> str:
    if row.team is not None:
        return row.team.name
    return ", ".join(names) if row.clients else _("everybody")


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: DeskRequest) -> HttpResponse:
    """A new happening; `preview` shows its banner first."""
    policy.require(policy.may_tell(request.person))
    kind = request.POST.get("kind") or request.GET.get("kind") or Kind.ANNOUNCEMENT
    if kind not in Kind.values:
        raise NotFound
    is_level = Level.INFO if kind == Kind.ANNOUNCEMENT else Level.WARNING
    form = HappeningForm(request.POST or None, by=request.person, begins_at=clock.now(), level=is_level)
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            return _new_page(request, form, kind, previews=preview(form))
        try:
            texts = {name: form.cleaned_data[name] for name in ("text_en", "text_it")}
            made = actions.tell(actions.plain({"kind": kind, **form.values}), by=request.person, **texts)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is told."))
            return SeeOther(reverse("desk:happening", args=[made.pk]))
    return _new_page(request, form, kind, status=422 if request.method == "POST" else 200)


def _new_page(request: DeskRequest, form: HappeningForm, kind: str, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "kind": kind, "kind_label": Kind(kind).label, **more}
    return page(request, "desk/status/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One happening; POST changes what is told to whom."""
    found = queries.by_id(queries.visible_to(request.person), pk)
    state = actions.state_of(found)
    form = HappeningForm(request.POST or None, by=request.person, happening=found, seen=mark_of(state), **shown(found))
    if request.method != "POST":
        return _one_page(request, found, form)
    status = 422
    if form.is_valid():
        try:
            settings = actions.plain({"kind": found.kind, **form.values})
            actions.change(found, settings, by=request.person, seen=form.cleaned_data["seen"])
            messages.success(request, _("It was changed."))
            return SeeOther(reverse("desk:happening", args=[pk]))
        except (Invalid, Conflict) as refusal:
            status = form.refuse(refusal)
    return _one_page(request, found, form, status=status)


@require_POST
@agents
def updates(request: DeskRequest, pk: int) -> HttpResponse:
    """Say how it stands."""
    found = queries.by_id(queries.visible_to(request.person), pk)
    form = UpdateForm(request.POST, kind=found.kind)
    status = 422
    if form.is_valid():
        try:
            actions.update(found, by=request.person, **form.cleaned_data)
            messages.success(request, _("It is told."))
            return SeeOther(reverse("desk:happening", args=[pk]))
        except (Invalid, Conflict) as refusal:
            form.add_error(getattr(refusal, "field", None), str(refusal.message))
            status = status_of(refusal)
    own = HappeningForm(by=request.person, happening=found, seen=mark_of(actions.state_of(found)), **shown(found))
    return _one_page(request, found, own, form, status=status)


@require_POST
@agents
def heard(request: DeskRequest) -> HttpResponse:
    """Read: it leaves the head of this agent's pages until more is said of it."""
    pk = whole_number(request.POST.get("happening", "")) or 0
    actions.hear(queries.by_id(queries.visible_to(request.person), pk), by=request.person)
    return SeeOther(signin.local(request.POST.get("next", "")) or reverse("desk:list"))


def _one_page(
    request: DeskRequest, found: Happening, form: HappeningForm, saying: UpdateForm | None = None, *, status: int = 200
) -> HttpResponse:
    ticket = tickets.visible_to(request.person).filter(pk=found.ticket_id).first() if found.ticket_id else None
    may = policy.may_change(request.person, found) and found.ended_at is None
    names = queries.names_of(request.person, [found])[found.pk]
    updates = list(found.updates.all())
    context = {
        **_row(found, names, updates[0].state if updates else ""), "form": form if may else None,
        "saying": (saying or UpdateForm(kind=found.kind)) if may else None,
        "updates": [(State(update.state).label, update) for update in updates],
        "ticket": ticket, "ticket_url": places.ticket(ticket.number) if ticket else "", "may": may,
    }  # fmt: skip
    return page(request, "desk/status/one.html", context, status=status)
