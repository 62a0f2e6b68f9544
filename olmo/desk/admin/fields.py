"""Custom fields: what tickets of an organisation or a category hold beside the usual."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tickets import administration
from olmo.tickets.models import Category, CustomField

from ..filters import Filters
from ..shell import DeskRequest, SeeOther
from .categories import counted
from .forms import Lines, SettingsForm, line, one_of, tick
from .pages import administrators, list_of, or_404, settle, show


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


@require_safe
@administrators
def fields(request: DeskRequest) -> HttpResponse:
    """All custom fields in their order."""
    rows = CustomField.objects.select_related("client", "category")
    return show(request, "fields", "fields", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def field(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One field, or a new one."""
    found = or_404(CustomField.objects.select_related("client", "category"), pk) if pk else None
    state = administration.state_of_field(found) if found else {}
    form = FieldForm(request.POST or None, thing=found, state=state, **({} if found else {"is_for_requesters": True}))
    removal = reverse("desk:admin_field_removal", args=[pk]) if found and not administration.is_used(found) else ""
    return settle(
        request, "fields", form, title=str(found) if found else _("New field"), said=_("%(name)s was saved."),
        way=[list_of("fields")], context={"removal_url": removal, **_used(found)}, template="field",
    )  # fmt: skip


def _used(field: CustomField | None) -> dict[str, Any]:
    """How many tickets hold a value of the field, and where they are."""
    if field is None:
        return {}
    count = administration.uses_of_field(field)
    return {"uses": counted(count), "url": Filters(box="all", only=f"field:{field.key}").url()} if count else {}


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a field that no ticket has used."""
    found = or_404(CustomField.objects.all(), pk)
    administration.remove_field(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_fields"))
