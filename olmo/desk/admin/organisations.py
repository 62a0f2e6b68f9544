"""Client organisations: their domains, times, priorities and mail."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.kernel.signatures import taken
from olmo.people import administration
from olmo.people.models import Person
from olmo.tenancy.actions import OrganisationSettings, state_of_organisation
from olmo.tenancy.models import Client, default_matrix
from olmo.tenancy.queries import provider
from olmo.tickets.models import Impact, Priority, Urgency

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from . import used
from .forms import Lines, SettingsForm, address, language, line, signature, tick, time_zone
from .pages import administrators, by_name, list_of, or_404, settle, show, typed

LEVELS = (1, 2, 3)
MOST_DAYS = 365


def cell(impact: int, urgency: int) -> str:
    """The name of the field for one cell of the matrix."""
    return f"priority_{impact}_{urgency}"


class OrganisationForm(SettingsForm):
    """Everything of a client organisation. The matrix is nine fields, `priority_<impact>_<urgency>`."""

    groups = (
        (_("Who it is"), "", ["name", "domains", "takes_strangers"]),
        (_("Language and time"), _("For its new people, and for working out its hours."), [("language", "time_zone")]),
        (
            _("Mail"),
            _("How the desk writes to its people. An agent’s or a team’s signature comes before this one."),
            ["address", "signature_en", "signature_it"],
        ),
        (_("After resolving"), "", [("close_after_days", "follow_up_days")]),
        (_("State"), "", ["is_active"]),
    )

    name = line(_("Name"))
    domains = Lines(
        label=_("Mail domains"),
        help_text=_(
            "One in each line, such as acme.example. Who writes from one of them becomes a person of this organisation."
        ),
    )
    takes_strangers = tick(
        _("Receives the mail of unknown senders"),
        hint=_("Mail from no known domain is kept here. One organisation does this."),
    )
    language = language()
    time_zone = time_zone()
    address = address(_("Sender address"), hint=_("Empty: the address of the desk."))
    signature_en = signature(_("Signature in English"))
    signature_it = signature(_("Signature in Italian"))
    close_after_days = forms.IntegerField(
        label=_("Closed after (days)"), min_value=0, max_value=MOST_DAYS, initial=5,
        help_text=_("A resolved ticket closes by itself, unless somebody answers."),
    )  # fmt: skip
    follow_up_days = forms.IntegerField(
        label=_("Reopened within (days)"), min_value=0, max_value=MOST_DAYS, initial=14,
        help_text=_("An answer reopens a closed ticket; a later one opens a new ticket, linked to it."),
    )  # fmt: skip
    is_active = tick(_("Active"), hint=_("Switched off, its mail domains count no more. People and tickets stay."))

    def prepare(self) -> None:
        """Add the nine choices of the matrix."""
        matrix = self.thing.matrix if self.thing else default_matrix()
        for impact in LEVELS:
            for urgency in LEVELS:
                name = cell(impact, urgency)
                words = {"impact": Impact(impact).label.lower(), "urgency": Urgency(urgency).label.lower()}
                label = gettext("Priority for impact %(impact)s and urgency %(urgency)s") % words
                self.fields[name] = forms.TypedChoiceField(
                    label=label, coerce=int, initial=matrix[impact - 1][urgency - 1],
                    choices=[(p.value, f"{p.value} · {p.label}") for p in Priority],
                    widget=forms.Select(attrs={"aria-label": label, "class": "input"}),
                )  # fmt: skip

    def shown(self) -> dict[str, Any]:
        """The settings, but for the matrix, whose fields show themselves."""
        return self.state

    def matrix_rows(self) -> list[dict[str, Any]]:
        """The matrix as a table: a row for each impact, a cell for each urgency."""
        return [
            {"level": Impact(impact).label, "cells": [self[cell(impact, urgency)] for urgency in LEVELS]}
            for impact in LEVELS
        ]

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Client:
        """Change the organisation, or make it."""
        matrix = [[data.pop(cell(impact, urgency)) for urgency in LEVELS] for impact in LEVELS]
        data.pop("seen")
        values = OrganisationSettings(signatures=taken(data), **data, matrix=matrix)
        return administration.save_organisation(self.thing, values, by=by, seen=seen)


_COLUMNS: Columns = {
    "name": _("Name"), "domains.all": _("Mail domains"), "persons": _("People"), "address": _("Sender address"),
    "time_zone": _("Time zone"), "is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def organisations(request: DeskRequest) -> HttpResponse:
    """The organisations by name, with how many people and domains they have."""
    words = typed(request)
    found = Client.objects.prefetch_related("domains").annotate(
        persons=Count("people", filter=Q(people__is_active=True), distinct=True)
    )
    if words:
        found = found.filter(Q(name__icontains=words) | Q(domains__name__icontains=words)).distinct()
    context = {"slice": by_name(request, found), "typed": words}
    return show(
        request, "organisations", "organisations", context, columns=_COLUMNS, listed=found.order_by("name", "pk")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def organisation(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One organisation, or a new one."""
    client = or_404(Client.objects.all(), pk) if pk else None
    form = OrganisationForm(request.POST or None, thing=client, state=state_of_organisation(client), **_first(client))
    return settle(
        request, "organisations", form, title=client.name if client else _("New organisation"), template="organisation",
        said=_("%(name)s was saved."), way=[list_of("organisations")],
        context={"levels": [Urgency(n).label for n in LEVELS], "client": client, "used": used.signed(client) if client else []},
    )  # fmt: skip


def _first(client: Client | None) -> dict[str, Any]:
    """What a new organisation begins with: the provider's language and time zone."""
    host = provider()
    if client is not None or host is None:
        return {}
    return {"language": host.language, "time_zone": host.time_zone, "is_active": True}
