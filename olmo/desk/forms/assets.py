"""Which assets a ticket is about."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.assets import queries
from olmo.assets.models import Asset
from olmo.kernel.errors import Invalid
from olmo.kernel.text import whole_numbers
from olmo.people.models import Person
from olmo.tickets import actions
from olmo.tickets.models import Ticket

from .base import ChangeForm

MOST_NAMED = 5  # that a refusal tells


class Assets(ChangeForm):
    """The assets of a ticket: ticked among its own and its requester's, or named by tag or serial number. add: one id."""

    noun, title, button = "assets", gettext_lazy("Assets"), gettext_lazy("Save")
    said = gettext_lazy("Assets changed.")

    assets = forms.TypedMultipleChoiceField(
        label=gettext_lazy("It is about"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    find = forms.CharField(
        label=gettext_lazy("Another one"), required=False, max_length=80, help_text=gettext_lazy("Its tag or serial number."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    shown_assets = forms.CharField(required=False, widget=forms.HiddenInput)
    add = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"assets": ticket.asset_ids, "shown_assets": " ".join(map(str, ticket.asset_ids))}

    def prepare(self) -> None:
        found = choices(self.by, self.ticket.requester, self.ticket.asset_ids)
        self.fields["assets"].choices = found  # type: ignore[attr-defined]
        if not found:
            self.fields["assets"].widget = forms.MultipleHiddenInput()

    def change(self, data: dict[str, Any], seen: int | None) -> object:
        before = set(whole_numbers(data["shown_assets"].split()))
        wanted = set(data["assets"])
        added = wanted - before | ({data["add"]} if data["add"] else set())
        if data["find"].strip():
            added.add(named(self.by, self.ticket.client_id, data["find"]).pk)
        return actions.name_assets(self.ticket, by=self.by, add=added, remove=before - wanted - added)


def choices(viewer: Person, person: Person | None, chosen: list[int]) -> list[tuple[int, str]]:
    """Those that were chosen, and what a person has: id and words."""
    rows = list(queries.visible_to(viewer).filter(pk__in=chosen).select_related("kind").order_by("tag_key", "pk"))
    rows += [one for one in (queries.of_person(viewer, person) if person else []) if one.pk not in chosen]
    return [(one.pk, f"{one} ({one.kind})") for one in rows]


def named(viewer: Person, client_id: int, text: str) -> Asset:
    """The one asset of an organisation that a tag, a serial number or their beginning means. Raises Invalid("find")."""
    exact = list(queries.exactly(viewer, text).filter(client_id=client_id)[:2])
    if len(exact) == 1:
        return exact[0]
    found = queries.visible_to(viewer).filter(queries.holding(text), client_id=client_id).order_by("tag_key", "pk")
    some = exact or list(found[: MOST_NAMED + 1])
    if len(some) == 1:
        return some[0]
    if not some:
        raise Invalid(
            "find", _("No asset of this organisation has the tag or serial number “%(text)s”.") % {"text": text}
        )
    words = ", ".join(one.tag for one in some[:MOST_NAMED])
    raise Invalid("find", _("Several assets fit: %(tags)s. Write the whole tag.") % {"tags": words})
