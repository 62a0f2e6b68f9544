"""Kinds of assets: what sorts of things people work with."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.assets import administration
from olmo.assets.models import ICONS, AssetKind
from olmo.people.models import Person

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from . import used
from .categories import counted
from .forms import SettingsForm, line, tick
from .pages import administrators, list_of, or_404, settle, show, typed
from .removing import remove


class KindForm(SettingsForm):
    """A kind of assets."""

    groups = (
        (_("Name"), "", ["name", ("name_it", "name_en")]),
        (_("Place"), "", [("icon", "position")]),
        (_("State"), "", ["is_active"]),
    )

    name = line(_("Name"), limit=60)
    name_it = line(_("In Italian, when it differs"), limit=60, required=False)
    name_en = line(_("In English, when it differs"), limit=60, required=False)
    icon = forms.ChoiceField(label=_("Icon"), choices=ICONS)
    position = forms.IntegerField(
        label=_("Order"), required=False, min_value=0, max_value=999, help_text=_("The lowest comes first.")
    )
    is_active = tick(_("Active"), hint=_("Switched off, nobody can choose it any more. Assets keep it."))

    def shown(self) -> dict[str, Any]:
        """The settings, one field for each language."""
        return {**self.state, "name_it": self.thing.names.get("it", ""), "name_en": self.thing.names.get("en", "")}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> AssetKind:
        """Change the kind, or make it."""
        values = administration.KindSettings(
            name=data["name"], names={"it": data["name_it"], "en": data["name_en"]}, icon=data["icon"],
            position=data["position"] or 0, is_active=data["is_active"],
        )  # fmt: skip
        return administration.save_kind(self.thing, values, by=by, seen=seen)


_COLUMNS: Columns = {
    "one": _("Name"), "uses": _("Assets"), "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def kinds(request: DeskRequest) -> HttpResponse:
    """All of them in their order, with how many assets are of each."""
    uses, words = administration.uses(), typed(request).lower()
    rows = [
        {"one": one, "uses": counted(uses.get(one.pk, 0)), "url": f"{reverse('desk:asset_list')}?kind={one.pk}"}
        for one in AssetKind.objects.all()
        if not words or words in f"{one.name} {one}".lower()
    ]
    return show(request, "kinds", "kinds", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def kind(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One kind, or a new one."""
    found = or_404(AssetKind.objects.all(), pk) if pk else None
    state = administration.state_of(found) if found else {}
    first = {} if found else {"is_active": True}
    form = KindForm(request.POST or None, thing=found, state=state, **first)
    return settle(
        request, "kinds", form, title=str(found) if found else _("New kind of assets"), said=_("%(name)s was saved."),
        way=[list_of("kinds")], context=_used(request, found) if found else {},
    )  # fmt: skip


def _used(request: DeskRequest, found: AssetKind) -> dict[str, Any]:
    """Where it is used; only one that nothing uses can be removed."""
    count, named = administration.uses_of(found), used.of(request.person, "asset_kind", found.pk)
    removal = "" if count or named else reverse("desk:admin_kind_removal", args=[found.pk])
    return {"used": named, "removal_url": removal}


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a kind that nothing uses."""
    found = or_404(AssetKind.objects.all(), pk)
    return remove(
        request, found, ("asset_kind", found.pk), administration.remove_kind, back="desk:admin_kind", section="kinds"
    )
