"""Items: what one orders of a service."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.catalogue import actions, bilingual
from olmo.catalogue.models import FormVersion, Item, Service
from olmo.people.models import Person

from ..admin.forms import SettingsForm, line, one_of, paragraph, tick
from ..admin.pages import administrators, list_of, or_404, settle, show, typed
from ..admin.removing import remove
from ..lists.files import Columns, listing
from ..shell import DeskRequest
from . import offers


class ItemForm(SettingsForm):
    """What one orders. Price and delivery that are empty are the service's."""

    groups = (
        ("", "", ["service", ("names_en", "names_it"), ("summaries_en", "summaries_it"), "key"]),
        (offers.PRICE[0], _("Empty: as the service."), offers.PRICE[2]),
        (offers.DELIVERY[0], _("Empty: as the service."), offers.DELIVERY[2]),
        ("", "", ["grace_days", "position", "is_active"]),
    )

    service = one_of(_("Service"), Service.objects.all())
    names_en = line(_("Name in English"), required=False)
    names_it = line(_("Name in Italian"), required=False)
    summaries_en = paragraph(_("What one gets, in English"), limit=1000)
    summaries_it = paragraph(_("What one gets, in Italian"), limit=1000)
    key = line(_("Key"), limit=60, spellcheck="false", hint=_("For links and exports, such as new-laptop."))
    grace_days = forms.IntegerField(
        label=_("Days in which a former form is still taken"), min_value=0, max_value=actions.MOST_GRACE, initial=7,
        help_text=_("Who was filling in the form when a new one was published can still send it for so long."),
    )  # fmt: skip
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=999, initial=0, help_text=_("Those with a smaller number come first.")
    )
    is_active = tick(_("Active"), hint=_("Otherwise nobody can order it."))

    def prepare(self) -> None:
        """Price and delivery."""
        self.fields.update(offers.fields())

    def shown(self) -> dict[str, Any]:
        """The settings."""
        row: Item = self.thing
        texts = {**bilingual.fields(row.names, "names"), **bilingual.fields(row.summaries, "summaries")}
        plain = {name: getattr(row, name) for name in ("key", "grace_days", "position", "is_active")}
        return {**texts, **plain, "service": row.service_id, **offers.shown(row)}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Item:
        """Change the item, or make it."""
        plain = {name: data[name] for name in ("key", "service", "grace_days", "position", "is_active")}
        names, summaries = bilingual.taken(data, "names"), bilingual.taken(data, "summaries")
        wanted = actions.ItemSettings(**plain, names=names, summaries=summaries, offer=offers.taken(data))
        return actions.save_item(self.thing, wanted, by=by, seen=seen)


_COLUMNS: Columns = {
    "": _("Name"), "key": _("Key"), "service": _("Service"), "has_form": _("Form"), "orders": _("Orders"),
    "is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def items(request: DeskRequest) -> HttpResponse:
    """Everything that can be ordered, by service."""
    words = typed(request)
    in_force = FormVersion.objects.filter(item=OuterRef("pk"), superseded_at=None, withdrawn_at=None)
    rows = Item.objects.select_related("service").annotate(has_form=Exists(in_force))
    rows = rows.order_by("service__position", "service__key", "position", "key")
    if words:
        rows = rows.filter(Q(key__icontains=words) | Q(names__icontains=words) | Q(service__names__icontains=words))
    return show(request, "items", "desk/catalogue/items.html", {"rows": rows, "typed": words}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def item(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One item, or a new one; a new one goes on to its form."""
    found = or_404(Item.objects.select_related("service"), pk) if pk else None
    state = actions.state_of_item(found) if found else {}
    first = {} if found else {"is_active": True, "service": request.GET.get("service", "")}
    form = ItemForm(request.POST or None, thing=found, state=state, **first)
    removal = reverse("desk:admin_item_removal", args=[pk]) if found and not found.versions.exists() else ""
    return settle(
        request, "items", form, title=str(found) if found else _("New request form"), said=_("%(name)s was saved."),
        way=[list_of("items")], context={"removal_url": removal, "item": found}, template="desk/catalogue/item.html",
        then=None if found else lambda made: reverse("desk:admin_item_form", args=[made.pk]),
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove an item whose form was never published."""
    found = or_404(Item.objects.all(), pk)
    return remove(request, found, ("item", found.pk), actions.remove_item, back="desk:admin_item", section="items")
