"""Working states: the desk's own words beneath each status."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.people.models import Person
from olmo.tickets import working
from olmo.tickets.models import Status, WorkingState

from ..lists.files import Columns, listing
from ..lists.filters import Filters
from ..shell import DeskRequest
from . import used
from .categories import counted
from .forms import SettingsForm, line, tick
from .pages import administrators, list_of, or_404, settle, show, typed
from .removing import remove


class StateForm(SettingsForm):
    """A working state."""

    groups = (
        (_("Name"), "", ["name", ("name_it", "name_en")]),
        (_("Place"), "", ["status", "position"]),
        (_("State"), "", ["is_active"]),
    )

    name = line(_("Name"), limit=60)
    name_it = line(_("In Italian, when it differs"), limit=60, required=False)
    name_en = line(_("In English, when it differs"), limit=60, required=False)
    status = forms.ChoiceField(  # type: ignore[assignment]  # a field of the page; `status` is the answer's
        label=_("Status"), choices=Status.choices,
        help_text=_("A ticket can have it while it has this status; with another status it falls away."),
    )  # fmt: skip
    position = forms.IntegerField(
        label=_("Order"), required=False, min_value=0, max_value=999, help_text=_("The lowest comes first.")
    )
    is_active = tick(_("Active"), hint=_("Switched off, nobody can choose it any more. Tickets keep it."))

    def shown(self) -> dict[str, Any]:
        """The settings, one field for each language."""
        return {
            **self.state,
            "name_it": self.thing.names.get("it", ""),
            "name_en": self.thing.names.get("en", ""),
        }

    def save(self, data: dict[str, Any], seen: str, by: Person) -> WorkingState:
        """Change the working state, or make it."""
        values = working.StateSettings(
            name=data["name"], names={"it": data["name_it"], "en": data["name_en"]}, status=data["status"],
            position=data["position"] or 0, is_active=data["is_active"],
        )  # fmt: skip
        return working.save(self.thing, values, by=by, seen=seen)


_COLUMNS: Columns = {
    "one": _("Name"), "status": _("Status"), "uses": _("Tickets"), "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def states(request: DeskRequest) -> HttpResponse:
    """All of them beneath their statuses, with how often each is used."""
    uses, words = working.uses(), typed(request).lower()
    rows = [
        {
            "one": one,
            "status": Status(one.status).label,
            "uses": counted(uses.get(one.pk, 0)),
            "url": Filters(box="all", working_state=str(one.pk)).url(),
        }
        for one in working.in_order()
        if not words or words in f"{one.name} {one}".lower()
    ]
    return show(request, "states", "states", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def state(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One working state, or a new one."""
    found = or_404(WorkingState.objects.all(), pk) if pk else None
    known = working.state_of(found) if found else {}
    first = {} if found else {"is_active": True, "status": Status.OPEN.value}
    form = StateForm(request.POST or None, thing=found, state=known, **first)
    return settle(
        request, "states", form, title=str(found) if found else _("New working state"), said=_("%(name)s was saved."),
        way=[list_of("states")], context=_used(request, found) if found else {},
    )  # fmt: skip


def _used(request: DeskRequest, found: WorkingState) -> dict[str, Any]:
    """Where it is used; only one that nothing uses can be removed."""
    count, named = working.uses_of(found), used.of(request.person, "working_state", found.pk)
    url = Filters(box="all", working_state=str(found.pk)).url()
    removal_url = "" if count or named else reverse("desk:admin_state_removal", args=[found.pk])
    return {"used": named, "uses": counted(count) if count else "", "url": url, "removal_url": removal_url}


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a working state that nothing uses."""
    found = or_404(WorkingState.objects.all(), pk)
    return remove(
        request, found, ("working_state", found.pk), working.remove, back="desk:admin_state", section="states"
    )
