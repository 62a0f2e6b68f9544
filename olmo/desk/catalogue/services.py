"""Services: what the desk provides, to whom, by whom."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from olmo.catalogue import actions, bilingual
from olmo.catalogue.models import Audience, Service
from olmo.catalogue.usual import left
from olmo.people import queries as people
from olmo.people.models import Person, Team
from olmo.requests import usual
from olmo.tenancy.models import Client

from ..admin import used
from ..admin.forms import SettingsForm, line, one_of, paragraph, some_of, tick
from ..admin.pages import administrators, list_of, or_404, settle, show, typed
from ..admin.removing import remove
from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from . import offers


class ServiceForm(SettingsForm):
    """A service."""

    groups = (
        ("", "", [("names_en", "names_it"), ("descriptions_en", "descriptions_it"), "key"]),
        (_("Who looks after it"), "", ["owner"]),
        (_("Who orders from it"), "", ["audience", "clients", "teams"]),
        offers.PRICE,
        offers.DELIVERY,
        ("", "", ["position", "is_active"]),
    )

    names_en = line(_("Name in English"), required=False)
    names_it = line(_("Name in Italian"), required=False)
    descriptions_en = paragraph(_("Description in English"))
    descriptions_it = paragraph(_("Description in Italian"))
    key = line(_("Key"), limit=60, spellcheck="false", hint=_("For links and exports, such as new-laptop."))
    owner = one_of(_("Owner"), Person.objects.none(), hint=_("Approves what asks for the service’s owner."))
    audience = forms.ChoiceField(label=_("Audience"), choices=Audience.choices)
    clients = some_of(_("Organisations"), Client.objects.order_by("name"))
    teams = some_of(_("Teams"), Team.objects.all())
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=999, initial=0, help_text=_("Those with a smaller number come first.")
    )
    is_active = tick(_("Active"), hint=_("Otherwise nobody finds it in the catalogue."))

    def prepare(self) -> None:
        """The agents who can own it, price and delivery."""
        owner: Any = self.fields["owner"]
        owner.queryset = people.agents()
        self.fields.update(offers.fields())

    def shown(self) -> dict[str, Any]:
        """The settings."""
        row: Service = self.thing
        texts = {**bilingual.fields(row.names, "names"), **bilingual.fields(row.descriptions, "descriptions")}
        plain = {name: getattr(row, name) for name in ("key", "audience", "position", "is_active")}
        chosen = {"owner": row.owner_id, "clients": row.client_ids, "teams": [team.pk for team in row.teams.all()]}
        return {**texts, **plain, **chosen, **offers.shown(row)}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Service:
        """Change the service, or make it."""
        plain = {name: data[name] for name in ("key", "owner", "audience", "position", "is_active")}
        names, descriptions = bilingual.taken(data, "names"), bilingual.taken(data, "descriptions")
        wanted = actions.ServiceSettings(
            **plain, names=names, descriptions=descriptions, clients=tuple(data["clients"]), teams=tuple(data["teams"]),
            offer=offers.taken(data),
        )  # fmt: skip
        return actions.save_service(self.thing, wanted, by=by, seen=seen)


_COLUMNS: Columns = {
    "": _("Name"), "key": _("Key"), "owner.name": _("Owner"), "n": _("Request forms"), "is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def services(request: DeskRequest) -> HttpResponse:
    """Every service, with how many items it has."""
    words = typed(request)
    rows = Service.objects.select_related("owner").annotate(
        n=Count("items", filter=Q(items__is_active=True), distinct=True)
    )
    if words:
        rows = rows.filter(Q(key__icontains=words) | Q(names__icontains=words) | Q(owner__name__icontains=words))
    context = {"rows": rows, "typed": words, "usual_left": left()}
    return show(request, "services", "desk/catalogue/services.html", context, columns=_COLUMNS)


@require_POST
@administrators
def add_usual(request: DeskRequest) -> HttpResponse:
    """Add the usual services that are missing."""
    made = usual.add(by=request.person)
    words = ngettext("%(n)d request form was added.", "%(n)d request forms were added.", len(made))
    messages.success(request, words % {"n": len(made)})
    return SeeOther(reverse("desk:admin_items"))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def service(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One service, or a new one."""
    found = or_404(Service.objects.select_related("owner"), pk) if pk else None
    state = actions.state_of_service(found) if found else {}
    first = {} if found else {"is_active": True}
    form = ServiceForm(request.POST or None, thing=found, state=state, **first)
    items = list(found.items.all()) if found else []
    uses = used.of(request.person, "service", pk) if found else []
    removal = reverse("desk:admin_service_removal", args=[pk]) if found and not (items or uses) else ""
    return settle(
        request, "services", form, title=str(found) if found else _("New service"), said=_("%(name)s was saved."),
        way=[list_of("services")], context={"removal_url": removal, "items": items, "used": uses},
        template="desk/catalogue/service.html",
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a service without items."""
    found = or_404(Service.objects.all(), pk)
    named = ("service", found.pk)
    return remove(request, found, named, actions.remove_service, back="desk:admin_service", section="services")
