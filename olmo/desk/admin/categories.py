"""Categories: a tree of what tickets are about."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.people.models import Person, Team
from olmo.tenancy.models import Client
from olmo.tickets import administration
from olmo.tickets.models import Category, Ticket

from ..lists.files import Columns, listing
from ..lists.filters import Filters
from ..shell import DeskRequest
from . import used
from .forms import SettingsForm, line, one_of, tick
from .pages import administrators, list_of, or_404, settle, show, typed
from .removing import remove


class CategoryForm(SettingsForm):
    """A category."""

    groups = (
        (_("Name"), "", ["name", ("name_it", "name_en")]),
        (_("Place"), "", ["parent", "client", "team"]),
        (_("State"), "", ["is_active"]),
    )

    name = line(_("Name"), limit=80)
    name_it = line(_("In Italian, when it differs"), limit=80, required=False)
    name_en = line(_("In English, when it differs"), limit=80, required=False)
    parent = one_of(_("Below"), Category.objects.all(), _("Nothing: it stands at the top"))
    client = one_of(_("Organisation"), Client.objects.all(), _("All organisations"))
    team = one_of(_("First team"), Team.objects.all(), _("None"), hint=_("Takes new tickets of this category."))
    is_active = tick(_("Active"), hint=_("Switched off, nobody can choose it any more. Tickets keep it."))

    def prepare(self) -> None:
        """Offer as parents all that are not below this one, as a tree."""
        choices = [(c.pk, " — " * depth + str(c)) for c, depth in administration.tree(skip=self.thing)]
        parent: Any = self.fields["parent"]
        parent.choices = [("", parent.empty_label), *choices]

    def shown(self) -> dict[str, Any]:
        """The settings, rows by their ids, one field for each language."""
        names = {"name_it": self.thing.names.get("it", ""), "name_en": self.thing.names.get("en", "")}
        ids = {name: getattr(self.thing, f"{name}_id") for name in ("parent", "client", "team")}
        return {**self.state, **names, **ids}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Category:
        """Change the category, or make it."""
        data.pop("seen")
        names = {"it": data.pop("name_it"), "en": data.pop("name_en")}
        values = administration.CategorySettings(**data, names=names)
        return administration.save_category(self.thing, values, by=by, seen=seen)


_COLUMNS: Columns = {
    "one": _("Name"), "one.client": _("Organisation"), "one.team": _("First team"), "uses": _("Tickets"),
    "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def categories(request: DeskRequest) -> HttpResponse:
    """The tree, with how often each is used."""
    uses, words = administration.uses_of_categories(), typed(request).lower()
    rows = [
        {
            "one": category,
            "depth": depth,
            "uses": counted(uses.get(category.pk, 0)),
            "url": Filters(box="all", only=f"category:{category.pk}").url(),
        }
        for category, depth in administration.tree()
        if not words or words in f"{category.name} {category}".lower()
    ]
    return show(request, "categories", "categories", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def category(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One category, or a new one."""
    found = or_404(Category.objects.select_related("parent", "client", "team"), pk) if pk else None
    state = administration.state_of_category(found) if found else {}
    first = {} if found else {"is_active": True, "parent": request.GET.get("below", "")}
    form = CategoryForm(request.POST or None, thing=found, state=state, **first)
    return settle(
        request, "categories", form, title=str(found) if found else _("New category"), said=_("%(name)s was saved."),
        way=[list_of("categories")], context=_used(request, found) if found else {},
    )  # fmt: skip


def _used(request: DeskRequest, found: Category) -> dict[str, Any]:
    """Where it is used; only one that nothing uses can be removed."""
    count, named = (
        Ticket.objects.filter(category=found)[: administration.MOST_COUNTED + 1].count(),
        used.of(request.person, "category", found.pk),
    )
    url = Filters(box="all", only=f"category:{found.pk}").url()
    removal_url = "" if count or named else reverse("desk:admin_category_removal", args=[found.pk])
    return {"used": named, "uses": counted(count) if count else "", "url": url, "removal_url": removal_url}


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a category that nothing uses."""
    found = or_404(Category.objects.all(), pk)
    return remove(
        request, found, ("category", found.pk), administration.remove_category, back="desk:admin_category", section="categories"
    )  # fmt: skip


def counted(count: int) -> str:
    """A count that was not taken to its end says so."""
    return f"{count - 1}+" if count > administration.MOST_COUNTED else str(count)
