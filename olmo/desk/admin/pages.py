"""What the administrators' pages share: who may come in, the list of sections, and the way of every form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from olmo.kernel.errors import Invalid, NotFound, Words
from olmo.kernel.text import clean, clean_line, whole_number
from olmo.people.queries import clients_of
from olmo.tenancy.scope import EveryClient

from ..lists.files import Columns, Table, leave, offered
from ..shell import AnyView, DeskRequest, SeeOther, View, agents, page
from .forms import SettingsForm

PAGE = 50

# name of the address -> what the section is called; a heading stands where a group begins
SECTIONS: Sequence[tuple[Words, Sequence[tuple[str, Words]]]] = (
    (_("The desk"), (("provider", _("Provider")), ("organisations", _("Organisations")))),
    (
        _("People"),
        (
            ("agents", _("Agents")),
            ("teams", _("Teams and tiers")),
            ("requesters", _("Requesters")),
            ("cost_centres", _("Cost centres")),
        ),
    ),
    (
        _("Tickets"),
        (
            ("states", _("Working states")),
            ("categories", _("Categories")),
            ("fields", _("Custom fields")),
            ("tags", _("Tags")),
            ("macros", _("Macros")),
            ("answers", _("Ready answers")),
            ("words", _("Words of the search")),
            ("templates", _("Templates")),
            ("kinds", _("Kinds of assets")),
            ("plans", _("Plans")),
            ("activities", _("Time")),
            ("rules", _("Rules")),
            ("triage", _("Triage")),
        ),
    ),
    (_("Service catalogue"), (("services", _("Services")), ("items", _("Request forms")))),
    (
        _("Service levels"),
        (
            ("agreements", _("Agreements")),
            ("calendars", _("Calendars")),
            ("policies", _("Escalation policies")),
            ("suppliers", _("Suppliers")),
            ("surveys", _("Ratings")),
        ),
    ),
    (
        _("Staffing"),
        (
            ("assignment", _("Assignment")),
            ("skills", _("Skills")),
            ("capacity", _("Capacity")),
            ("oncall", _("On-call schedules")),
        ),
    ),
    (_("Portal"), (("brands", _("Branding")), ("widgets", _("Widget")), ("components", _("Service status")))),
    (_("Mail"), (("mailboxes", _("Mailboxes")), ("incoming", _("Incoming mail")), ("outgoing", _("Outgoing mail")))),
    (_("Record"), (("changes", _("Change log")),)),
)


@dataclass(frozen=True)
class Step:
    """One word of the way back at the head of a page."""

    label: Words
    url: str


def administrators[**P](view: View[P]) -> AnyView[P]:
    """Let administrators of the whole desk in; to other agents and to requesters there is no such page."""

    @wraps(view)
    def guarded(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (request.person.is_administrator and isinstance(clients_of(request.person), EveryClient)):
            raise NotFound
        return view(request, *args, **kwargs)

    return agents(cast("View[P]", guarded))


def show(
    request: DeskRequest, section: str, template: str, context: dict[str, Any] | None = None, *, status: int = 200,
    way: Sequence[Step] = (), columns: Columns | None = None, listed: Any = None,
) -> HttpResponse:  # fmt: skip
    """A page of `section`, with the sections beside it. way: what stands between the overview and this page.

    template: a name in desk/admin, or a whole path. columns: of the file in which a list leaves when its address is posted to
    (`files.listing`), with the rows of the context or those that are `listed`.
    """
    around = {"sections": _sections(section), "way": [Step(_("Administration"), reverse("desk:admin")), *way]}
    if columns is not None:
        rows = (context or {}).get("rows", ()) if listed is None else listed
        table = Table(list_of(section).label, columns, rows)
        if request.method == "POST":
            return leave(request, table)
        around |= offered(request, table)
    return page(
        request,
        template if "/" in template else f"desk/admin/{template}.html",
        {**around, **(context or {})},
        status=status,
    )


def settle(
    request: DeskRequest, section: str, form: SettingsForm, *, title: Words, said: Words, template: str = "form",
    context: dict[str, Any] | None = None, way: Sequence[Step] = (), then: Callable[[Any], str] | None = None,
) -> HttpResponse:  # fmt: skip
    """Show a form, or do what it says: afterwards the list of the section (or `then` of what was saved), with a toast."""
    if request.method == "POST" and form.is_done(request.person):
        messages.success(request, str(said) % {"name": form.saved})
        return SeeOther(then(form.saved) if then else _home(section))
    around = {
        "form": form,
        "title": title,
        "cancel_url": _home(section) if way else reverse("desk:admin"),
        **(context or {}),
    }
    return show(request, section, template, around, status=form.status, way=way)


def list_of(section: str) -> Step:
    """The way back to the list of a section."""
    labels = {name: label for _group, items in SECTIONS for name, label in items}
    return Step(labels[section], _home(section))


def or_404[M: Model](rows: QuerySet[M], pk: int) -> M:
    """The row with this id. Raises NotFound."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Slice[M: Model]:
    """A page of rows by name, and where the next and the first one are ("" when this is it)."""

    rows: list[M]
    older_url: str
    newer_url: str


def by_name[M: Model](request: DeskRequest, rows: QuerySet[M]) -> Slice[M]:
    """One page in the order of names, by keyset: `after` is the name and the id of the last row. Raises Invalid."""
    after = request.GET.get("after", "")
    if after:
        rows = rows.filter(_beyond(after))
    found = list(rows.order_by("name", "pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = _with(request, after=f"{getattr(last, 'name')}~{last.pk}") if last else ""  # noqa: B009  (any model with a name)
    return Slice(found[:PAGE], older, _with(request, after="") if after else "")


def typed(request: DeskRequest) -> str:
    """What is searched for, in one line."""
    return clean_line(request.GET.get("q", ""), 100)


def _beyond(after: str) -> Q:
    name, _tilde, pk = clean(after, 300).rpartition("~")
    if whole_number(pk) is None:
        raise Invalid("after", after[:80])
    return Q(name__gt=name) | Q(name=name, pk__gt=int(pk))


def _with(request: DeskRequest, **changed: str) -> str:
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return f"{request.path}?{query.urlencode()}"


def _home(section: str) -> str:
    return reverse(f"desk:admin_{section}") if section else reverse("desk:admin")


def _sections(current: str) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "items": [{"label": label, "url": _home(name), "active": name == current} for name, label in items],
        }
        for title, items in SECTIONS
    ]
