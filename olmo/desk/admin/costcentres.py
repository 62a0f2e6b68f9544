"""Cost centres: who pays within an organisation, and who approves what is charged."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.people import reporting
from olmo.people.models import CostCentre, Person
from olmo.tenancy.models import Client

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from .forms import SettingsForm, line, one_of
from .pages import administrators, list_of, or_404, settle, show, typed
from .removing import remove

MOST = 200


class CostCentreForm(SettingsForm):
    """A cost centre."""

    groups = (("", "", ["client", ("code", "name"), "owner"]),)

    client = one_of(_("Organisation"), Client.objects.order_by("name"))
    code = line(_("Code"), limit=40)
    name = line(_("Name"))
    owner = line(_("Owner"), limit=254, hint=_("The e-mail address of somebody of the organisation."))

    def shown(self) -> dict[str, Any]:
        """The settings, the organisation by its id."""
        return {**self.state, "client": self.thing.client_id}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> CostCentre:
        """Change it, or make it."""
        data.pop("seen")
        return reporting.save_cost_centre(self.thing, **data, by=by, seen=seen)


_COLUMNS: Columns = {
    "code": _("Code"), "name": _("Name"), "client.name": _("Organisation"), "owner.name": _("Owner"), "n": _("People"),
}  # fmt: skip


@listing
@administrators
def listed(request: DeskRequest) -> HttpResponse:
    """Every cost centre, with how many people are in it."""
    words = typed(request)
    rows = CostCentre.objects.select_related("client", "owner").annotate(n=Count("people"))
    if words:
        rows = rows.filter(Q(code__icontains=words) | Q(name__icontains=words) | Q(client__name__icontains=words))
    return show(
        request, "cost_centres", "cost_centres", {"rows": rows[:MOST], "typed": words}, columns=_COLUMNS, listed=rows
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def one(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One cost centre, or a new one."""
    found = or_404(CostCentre.objects.select_related("client", "owner"), pk) if pk else None
    form = CostCentreForm(request.POST or None, thing=found, state=reporting.state_of(found) if found else {})
    is_free = found is not None and not found.people.exists()
    return settle(
        request, "cost_centres", form, title=str(found) if found else _("New cost centre"), said=_("%(name)s was saved."),
        way=[list_of("cost_centres")],
        context={"removal_url": reverse("desk:admin_cost_centre_removal", args=[pk]) if is_free else ""},
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove one that nobody is in."""
    found = or_404(CostCentre.objects.all(), pk)
    named = ("cost_centre", found.pk)
    verb = reporting.remove_cost_centre
    return remove(request, found, named, verb, back="desk:admin_cost_centre", section="cost_centres")
