"""Custom fields: what tickets of an organisation or a category hold beside the usual."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets import administration
from olmo.tickets.models import Category, CustomField

from ..lists.files import Columns, listing
from ..lists.filters import Filters
from ..shell import DeskRequest
from . import used
from .categories import counted
from .forms import Lines, SettingsForm, line, one_of, tick
from .pages import administrators, list_of, or_404, settle, show, typed
from .removing import remove


class FieldForm(SettingsForm):
    """A custom field. Its key and type are chosen once."""

    groups = (
        (_("Label"), "", ["label", ("label_it", "label_en")]),
        (_("What it holds"), "", [("kind", "key"), "choices"]),
        (_("Where it appears"), "", ["client", "category", "is_required", "is_for_requesters", "position"]),
    )

    label = line(_("Label"), limit=80)
    label_it = line(_("In Italian, when it differs"), limit=80, required=False)
    label_en = line(_("In English, when it differs"), limit=80, required=False)
    kind = forms.ChoiceField(label=_("Type"), choices=CustomField.Kind.choices)
    key = line(
        _("Key"), limit=40, spellcheck="false",
        hint=_("For searches and exports, such as “serial_number”. It cannot be changed later, nor can the type."),
    )  # fmt: skip
    choices = Lines(label=_("Choices"), rows=4, help_text=_("One in each line; only for the type “Choice”."))
    client = one_of(_("Organisation"), Client.objects.all(), _("All organisations"))
    category = one_of(_("Category"), Category.objects.all(), _("All categories"))
    is_required = tick(_("Required"), hint=_("Requesters cannot send a request without it."))
    is_for_requesters = tick(_("Shown to requesters"))
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=999, initial=0, help_text=_("Fields with a smaller number come first.")
    )

    def prepare(self) -> None:
        """Show categories as a tree; fix what cannot change."""
        category: Any = self.fields["category"]
        tree = [(c.pk, " — " * depth + str(c)) for c, depth in administration.tree()]
        category.choices = [("", category.empty_label), *tree]
        for name in ("key", "kind") if self.thing else ():
            self.fields[name].disabled = True

    def shown(self) -> dict[str, Any]:
        """The settings, rows by their ids, one field for each language."""
        labels = {"label_it": self.thing.labels.get("it", ""), "label_en": self.thing.labels.get("en", "")}
        return {**self.state, **labels, "client": self.thing.client_id, "category": self.thing.category_id}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> CustomField:
        """Change the field, or make it."""
        data.pop("seen")
        labels = {"it": data.pop("label_it"), "en": data.pop("label_en")}
        values = administration.FieldSettings(**data, labels=labels)
        return administration.save_field(self.thing, values, by=by, seen=seen)


_COLUMNS: Columns = {
    "": _("Label"), "get_kind_display": _("Type"), "key": _("Key"), "client": _("Organisation"), "category": _("Category"),
    "is_required": _("Required"), "is_for_requesters": _("For requesters too"),
}  # fmt: skip


@listing
@administrators
def fields(request: DeskRequest) -> HttpResponse:
    """All custom fields in their order."""
    words = typed(request).lower()
    rows = [
        one
        for one in CustomField.objects.select_related("client", "category")
        if not words or words in f"{one.label} {one} {one.key}".lower()
    ]
    return show(request, "fields", "fields", {"rows": rows, "typed": typed(request)}, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def field(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One field, or a new one."""
    found = or_404(CustomField.objects.select_related("client", "category"), pk) if pk else None
    state = administration.state_of_field(found) if found else {}
    form = FieldForm(request.POST or None, thing=found, state=state, **({} if found else {"is_for_requesters": True}))
    return settle(
        request, "fields", form, title=str(found) if found else _("New field"), said=_("%(name)s was saved."),
        way=[list_of("fields")], context=_used(request, found) if found else {}, template="field",
    )  # fmt: skip


def _used(request: DeskRequest, field: CustomField) -> dict[str, Any]:
    """How many tickets hold a value of the field, where they are, and what else names it; only then it cannot be removed."""
    count, named = administration.uses_of_field(field), used.of(request.person, "field", field.key)
    url = Filters(box="all", only=f"field:{field.key}").url()
    removal_url = "" if count or named else reverse("desk:admin_field_removal", args=[field.pk])
    return {"used": named, "uses": counted(count) if count else "", "url": url, "removal_url": removal_url}


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a field that nothing uses."""
    found = or_404(CustomField.objects.all(), pk)
    return remove(
        request, found, ("field", found.key), administration.remove_field, back="desk:admin_field", section="fields"
    )
