"""Components of the service status, and whose status is public."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from olmo.catalogue.models import Service
from olmo.kernel.errors import Conflict
from olmo.people.models import Person
from olmo.status import administration as kept
from olmo.status.models import Component, Page
from olmo.tenancy.models import Client

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .categories import counted
from .forms import SettingsForm, line, one_of, tick
from .pages import administrators, list_of, or_404, settle, show, typed


class ComponentForm(SettingsForm):
    """A component."""

    groups = (
        (_("Service"), "", [("name", "name_it"), "client", "service", "position"]),
        (_("State"), "", ["is_active"]),
    )

    name = line(_("Name in English"), limit=80)
    name_it = line(_("Name in Italian"), limit=80, required=False)
    client = one_of(_("Organisation"), Client.objects.none(), _("Everybody’s"))
    service = one_of(
        _("Service in the catalogue"), Service.objects.all(), pgettext_lazy("service", "None"),
        hint=_("While something is the matter with this, what can be ordered of that service says so."),
    )  # fmt: skip
    position = forms.IntegerField(label=_("Place"), min_value=0, max_value=9999, initial=0)
    is_active = tick(_("Active"), hint=_("Switched off, it is shown no more. What was told of it stays."))

    def prepare(self) -> None:
        """The organisations that there are."""
        field = self.fields["client"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Client.objects.order_by("name")

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Component:
        """Change it, or make it."""
        settings = kept.ComponentSettings(
            name=data["name"], names={"it": data["name_it"]}, client=data["client"], service=data["service"],
            position=data["position"], is_active=data["is_active"],
        )  # fmt: skip
        return kept.save_component(self.thing, settings, by=by, seen=seen)


class PageForm(SettingsForm):
    """Whether a status is read without signing in."""

    groups = ((_("Who may read it"), "", ["is_public", "slug"]), (_("Feed"), "", ["renews"]))

    is_public = tick(_("Public"), hint=_("Whoever knows the address reads it, without signing in."))
    slug = line(_("Address"), limit=40, required=False, hint=_("Small letters, digits and hyphens: /status/of/…"))
    renews = tick(_("New address of the feed"), hint=_("The old one ends at once, for everybody who has it."))

    def prepare(self) -> None:
        """The desk's own page has one address, and a feed that is no secret."""
        if self.thing.client_id is None:
            del self.fields["slug"], self.fields["renews"]

    def shown(self) -> dict[str, Any]:
        """As it is set."""
        return kept.state_of_page(self.thing)

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Page:
        """Set it."""
        return kept.save_page(
            self.thing.client,
            by=by,
            is_public=data["is_public"],
            slug=data.get("slug", ""),
            renews=data.get("renews", False),
        )


_COLUMNS: Columns = {
    "one": _("Name"), "one.client": _("Organisation"), "one.service": _("Service in the catalogue"),
    "uses": pgettext_lazy("times", "Told of"), "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def components(request: DeskRequest) -> HttpResponse:
    """All of them, with how often each was named, and the pages below."""
    words = typed(request).lower()
    rows = [
        {"one": one, "uses": counted(kept.uses(one))}
        for one in Component.objects.select_related("client", "service")
        if not words or words in f"{one.name} {one.names}".lower()
    ]
    pages: dict[int | None, Page] = {page.client_id: page for page in Page.objects.all()}
    whose = [
        (None, _t("The desk: what concerns everybody")),
        *((c.pk, c.name) for c in Client.objects.filter(is_active=True)),
    ]
    listed = [{"name": name, "pk": pk or 0, "page": pages.get(pk)} for pk, name in whose]
    return show(
        request, "components", "components", {"rows": rows, "typed": typed(request), "pages": listed}, columns=_COLUMNS
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def component(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One component, or a new one."""
    found = or_404(Component.objects.all(), pk) if pk else None
    known = kept.state_of(found) if found else {}
    form = ComponentForm(request.POST or None, thing=found, state=known, **({} if found else {"is_active": True}))
    removal = reverse("desk:admin_component_removal", args=[pk]) if found and not kept.uses(found) else ""
    return settle(
        request, "components", form, title=str(found) if found else _("New service"), said=_("%(name)s was saved."),
        way=[list_of("components")], context={"removal_url": removal},
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove what was never told of."""
    found = or_404(Component.objects.all(), pk)
    try:
        kept.remove_component(found, by=request.person)
        messages.success(request, _t("%(name)s was removed.") % {"name": found})
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    return SeeOther(reverse("desk:admin_components"))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def status_page(request: DeskRequest, pk: int) -> HttpResponse:
    """Who may read the status of an organisation; 0: the desk's own."""
    client = or_404(Client.objects.all(), pk) if pk else None
    row = kept.page_of(client)
    form = PageForm(request.POST or None, thing=row, state=kept.state_of_page(row))
    title = client.name if client else _("The desk: what concerns everybody")
    return settle(request, "components", form, title=title, said=_("It was saved."), way=[list_of("components")])
