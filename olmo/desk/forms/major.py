"""What is filled in about a major incident."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from olmo.escalation.major import LONGEST
from olmo.people.models import Person
from olmo.people.queries import clients_seen_by
from olmo.tenancy.models import Client
from olmo.tickets.models import ResolutionCode, Ticket

from .values import Moment


def _text(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )


class Words(forms.Form):
    """The words for requesters, in two languages."""

    text_en = _text(_("Words in English"))
    text_it = _text(_("Words in Italian"))


class Declaration(Words):
    """A major incident begins."""

    clients = forms.ModelMultipleChoiceField(
        Client.objects.none(), label=_("Organisations that it concerns"), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("None means all of them."),
    )  # fmt: skip
    until = Moment(label=_("Shown until"), required=False, help_text=_("Empty: until it is resolved."))

    def __init__(self, data: Any = None, *, by: Person) -> None:
        super().__init__(data)
        clients: Any = self.fields["clients"]
        clients.queryset = clients_seen_by(by).order_by("name")


class Ending(Words):
    """It is resolved, with its children."""

    code = forms.ChoiceField(label=_("How it was resolved"), choices=ResolutionCode.choices)


class StandDown(forms.Form):
    """It was none."""

    reason = forms.CharField(
        label=_("Why it is none"), required=False, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )


class Followers(forms.Form):
    """Which tickets follow it."""

    tickets = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: Any = None, *, candidates: list[Ticket]) -> None:
        super().__init__(data)
        self.fields["tickets"].choices = [(each.pk, str(each)) for each in candidates]  # type: ignore[attr-defined]
