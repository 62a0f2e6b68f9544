"""Forms of assets."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from olmo.assets import actions, queries
from olmo.assets.actions import AssetSettings
from olmo.assets.models import Asset, State
from olmo.kernel.errors import Invalid
from olmo.people.models import Identity, Kind, Person
from olmo.tenancy.models import Client

from ..admin.forms import SettingsForm, line, one_of, paragraph
from ..lists.filters import clients

MOST_OFFERED = 300  # people of an organisation that the browser offers while one types


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"])


class AssetForm(SettingsForm):
    """One asset. Who has it is typed: a name or an address of the organisation."""

    groups = (
        (pgettext_lazy("asset", "What it is"), "", ["client", ("tag", "name"), "kind", ("maker", "model"), "serial"]),
        (gettext_lazy("Who has it"), "", ["state", ("person", "place")]),
        (gettext_lazy("Purchase"), "", [("bought_on", "warranty_until"), "note"]),
    )

    client = one_of(gettext_lazy("Organisation"), Client.objects.none())
    tag = line(
        gettext_lazy("Tag"), limit=40, hint=gettext_lazy("What is written on it, such as LT-0042."), spellcheck="false"
    )
    name = line(gettext_lazy("Name"), limit=120)
    kind = forms.TypedChoiceField(label=gettext_lazy("Kind"), coerce=int)
    maker = line(gettext_lazy("Maker"), limit=80, required=False)
    model = line(gettext_lazy("Model"), limit=80, required=False)
    serial = line(gettext_lazy("Serial number"), limit=80, required=False, spellcheck="false")
    person = line(
        gettext_lazy("Used by"), limit=254, required=False, list="people-of-organisation",
        hint=gettext_lazy("A name or an address of the organisation; empty: nobody."),
    )  # fmt: skip
    place = line(gettext_lazy("Place"), limit=120, required=False)
    state = forms.ChoiceField(  # type: ignore[assignment]  # a field of the page; `state` is what is kept
        label=gettext_lazy("State"), choices=State.choices
    )
    bought_on = _day(gettext_lazy("Bought on"))
    warranty_until = _day(gettext_lazy("Warranty until"))
    note = paragraph(gettext_lazy("Note"), limit=2000, rows=3)

    def __init__(self, data: Any = None, *, by: Person, house: Client | None = None, **more: Any) -> None:
        self.by, self.house = by, house
        super().__init__(data, **more)

    def prepare(self) -> None:
        """Offer organisations and kinds; an asset stays with its organisation."""
        if self.thing:
            del self.fields["client"]
        else:
            self.initial["state"] = State.IN_USE.value
            self.fields["client"].queryset = clients(self.by)  # type: ignore[attr-defined]
        offered = queries.kinds(self.thing.kind_id if self.thing else None)
        self.fields["kind"].choices = [("", _("Choose…")), *((kind.pk, str(kind)) for kind in offered)]  # type: ignore[attr-defined]

    def shown(self) -> dict[str, Any]:
        """What it is now."""
        one: Asset = self.thing
        person = (one.person.email or one.person.name) if one.person else ""
        return {**actions.state_of(one), "person": person, "kind": one.kind_id}

    def offered(self) -> list[str]:
        """Names and addresses that the browser offers for who has it."""
        if self.house is None:
            return []
        people = Person.objects.filter(client=self.house, kind=Kind.REQUESTER, is_active=True).order_by("name")
        return [person.email or person.name for person in people[:MOST_OFFERED]]

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Asset:
        """Take it in, or change it."""
        client: Client = self.thing.client if self.thing else data["client"]
        settings = AssetSettings(**self._values(data), person=holder(client, data["person"]))
        return (
            actions.change(self.thing, settings, by=by, seen=seen)
            if self.thing
            else actions.create(client, settings, by=by)
        )

    def _values(self, data: dict[str, Any]) -> dict[str, Any]:
        names = ("tag", "name", "maker", "model", "serial", "place", "state", "bought_on", "warranty_until", "note")
        kind = next(one for one in queries.kinds(self.thing.kind_id if self.thing else None) if one.pk == data["kind"])
        return {**{name: data[name] for name in names}, "kind": kind}


def holder(client: Client, typed: str) -> Person | None:
    """The person of an organisation whom a name or an address means. Raises Invalid("person")."""
    text = typed.strip()
    if not text:
        return None
    people = Person.objects.filter(client=client, kind=Kind.REQUESTER, is_active=True)
    by_address = Q(identities__kind=Identity.Kind.EMAIL, identities__value=text.lower())
    found = list(people.filter(by_address).distinct()[:1]) or list(people.filter(name__iexact=text)[:2])
    if not found:
        raise Invalid("person", _("Nobody of this organisation has the name or address “%(name)s”.") % {"name": text})
    if len(found) > 1:
        raise Invalid("person", _("More than one person is called “%(name)s”: write the address.") % {"name": text})
    return found[0]


class LoadForm(forms.Form):
    """A file of assets, or its lines."""

    use_required_attribute = False

    client = one_of(gettext_lazy("Organisation"), Client.objects.none())
    file = forms.FileField(
        label=gettext_lazy("CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
    text = forms.CharField(
        label=gettext_lazy("Or its lines"), required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "lines-field"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, *, by: Person, **more: Any) -> None:
        super().__init__(data, files, label_suffix="", **more)
        self.fields["client"].queryset = clients(by)  # type: ignore[attr-defined]
