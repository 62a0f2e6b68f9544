"""Suppliers: third parties that work is handed to."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.people.models import Person
from olmo.tickets import suppliers as kept
from olmo.tickets.models import Supplier

from ..lists.files import Columns, listing
from ..lists.filters import Filters
from ..shell import DeskRequest
from .categories import counted
from .forms import SettingsForm, address, line, tick
from .pages import administrators, list_of, or_404, settle, show, typed


class SupplierForm(SettingsForm):
    """A supplier."""

    groups = (
        (_("Supplier"), "", ["name", "email"]),
        (_("State"), "", ["is_active"]),
    )

    name = line(_("Name"))
    email = address(_("Mail address"), hint=_("Where its desk is written to. It may stay empty."))
    is_active = tick(_("Active"), hint=_("Switched off, nobody can choose it any more. Tickets keep it."))

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Supplier:
        """Change the supplier, or make it."""
        values = kept.SupplierSettings(name=data["name"], email=data["email"], is_active=data["is_active"])
        return kept.save(self.thing, values, by=by, seen=seen)


_COLUMNS: Columns = {
    "one": _("Name"), "one.email": _("Mail address"), "uses": _("Waiting for it"), "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def suppliers(request: DeskRequest) -> HttpResponse:
    """All of them, with how many tickets wait for each."""
    uses, words = kept.uses(), typed(request).lower()
    rows = [
        {"one": one, "uses": counted(uses.get(one.pk, 0)), "url": Filters(box="waiting", supplier=str(one.pk)).url()}
        for one in Supplier.objects.all()
        if not words or words in f"{one.name} {one.email}".lower()
    ]
    return show(request, "suppliers", "suppliers", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def supplier(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One supplier, or a new one."""
    found = or_404(Supplier.objects.all(), pk) if pk else None
    known = kept.state_of(found) if found else {}
    form = SupplierForm(request.POST or None, thing=found, state=known, **({} if found else {"is_active": True}))
    return settle(
        request, "suppliers", form, title=str(found) if found else _("New supplier"), said=_("%(name)s was saved."),
        way=[list_of("suppliers")],
    )  # fmt: skip
