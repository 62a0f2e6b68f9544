"""The form with which somebody reports a problem, in their own words."""

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from olmo.assets import queries as assets
from olmo.kernel.text import whole_number
from olmo.people.models import Person
from olmo.tickets.actions.values import MAX_TEXT, fields_for
from olmo.tickets.models import Category, CustomField

PREFIX = "field_"
MOST_DEVICES = 50
# Impact and urgency as a requester would say them (ITIL 4: how many are affected, how soon it must be mended).
AFFECTED = [("3", _("Only me")), ("2", _("Several people")), ("1", _("Everybody, or a whole site"))]
PRESSING = [("3", _("It can wait")), ("2", _("I can work, but badly")), ("1", _("I cannot work at all"))]

NEEDED = {"required": _("Please write something here.")}
# With scripts, choosing a subject area fetches the fields that belong to it.
FIELDS_FOLLOW = {
    "hx-get": reverse_lazy("portal:new"), "hx-target": "#more", "hx-select": "#more", "hx-swap": "outerMorph",
}  # fmt: skip


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """A subject area under the name of the one above it."""

    def label_from_instance(self, category: Category) -> str:
        return f"{category.parent} › {category}" if category.parent else str(category)


class ReportForm(forms.Form):
    """A problem or a wish. The organisation's own fields follow the category that was chosen."""

    subject = forms.CharField(
        label=_("What is it about?"), max_length=255, error_messages=NEEDED,
        help_text=_("One line, for example: The printer on floor 2 prints blank pages"),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What happens?"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
        help_text=_("What you were doing, what you saw, and since when. Words of an error message help most."),
        error_messages=NEEDED,
    )  # fmt: skip
    affected = forms.ChoiceField(label=_("Who is affected?"), choices=AFFECTED, initial="3", widget=forms.RadioSelect)
    pressing = forms.ChoiceField(label=_("How bad is it?"), choices=PRESSING, initial="2", widget=forms.RadioSelect)
    category = CategoryField(
        label=_("Subject area, if you know it"), queryset=Category.objects.none(), required=False,
        empty_label=_("I do not know"), widget=forms.Select(attrs=FIELDS_FOLLOW),
    )  # fmt: skip
    asset = forms.TypedChoiceField(label=_("Which device is it about?"), required=False, coerce=int, empty_value=None)
    use_required_attribute = False

    def __init__(self, data: Any = None, *, reporter: Person, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.reporter = reporter
        own = [(one.pk, str(one)) for one in assets.of_person(reporter, reporter, limit=MOST_DEVICES)]
        self.fields["asset"].choices = [("", _("None of these, or I do not know")), *own]  # type: ignore[attr-defined]
        self.has_devices = bool(own)
        field = self.fields["category"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = categories(reporter)
        self.definitions = [f for f in fields_for(reporter.client_id or 0, self._category()) if f.is_for_requesters]
        for definition in self.definitions:
            self.fields[PREFIX + definition.key] = _field(definition)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The organisation's own fields."""
        return [self[PREFIX + definition.key] for definition in self.definitions]

    @property
    def values(self) -> dict[str, Any]:
        """What was filled into them, by key, as the verb wants it."""
        given = {definition.key: self.cleaned_data.get(PREFIX + definition.key) for definition in self.definitions}
        return {key: value for key, value in given.items() if value not in (None, "")}

    def refuse(self, field: str, reason: str) -> None:
        """Show why the verb refused a value."""
        name = next((n for n in (field, PREFIX + field) if n in self.fields), None)
        self.add_error(name, reason)

    def _category(self) -> int | None:
        chosen = str(self.data.get("category", "") if self.is_bound else self.initial.get("category", ""))
        return whole_number(chosen)


def categories(reporter: Person) -> Any:
    """The subject areas that a requester may choose."""
    own = Q(client=None) | Q(client_id=reporter.client_id)
    return Category.objects.filter(own, is_active=True).select_related("parent").order_by("parent__name", "name")


def _field(definition: CustomField) -> forms.Field:
    label, required = str(definition), definition.is_required
    match definition.kind:
        case CustomField.Kind.CHOICE:
            choices = [("", "–"), *((choice, choice) for choice in definition.choices)]
            return forms.ChoiceField(label=label, required=required, choices=choices)
        case CustomField.Kind.BOOLEAN:
            choices = [("", "–"), ("yes", str(_("Yes"))), ("no", str(_("No")))]
            return forms.ChoiceField(label=label, required=required, choices=choices)
        case CustomField.Kind.DATE:
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.CharField(label=label, required=required, max_length=10, widget=widget)
        case CustomField.Kind.NUMBER:
            plain = forms.TextInput(attrs={"inputmode": "decimal"})
            return forms.CharField(label=label, required=required, max_length=40, widget=plain)
        case _:
            return forms.CharField(label=label, required=required, max_length=5000)
