"""Agreements: with whom, what is promised, from when on, what an amendment would change, and what was known when."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from olmo.catalogue.models import Service
from olmo.kernel.errors import Invalid
from olmo.people.models import Person, Team
from olmo.service_levels import actions
from olmo.service_levels.engine.case import BadCase
from olmo.service_levels.engine.terms import Hold
from olmo.service_levels.models import Agreement, AgreementKind, Calendar, Terms
from olmo.service_levels.promises import MARKS, METRICS, marks
from olmo.service_levels.rehearsal import rehearse
from olmo.tenancy.models import Client
from olmo.tickets.models import Category, HoldReason, Priority, Supplier, TicketKind
from olmo.tickets.sentences import METRICS as NAMES

from ..lists.files import Columns, listing
from ..shell import DeskRequest
from .forms import SettingsForm, line, one_of, paragraph, tick
from .pages import administrators, list_of, or_404, settle, show, typed

LENGTH = re.compile(r"(?:([0-9]{1,5})\s*h)?\s*(?:([0-9]{1,6})\s*(?:m|min)?)?", re.IGNORECASE)
CORRECTED = timedelta(minutes=5)  # so long before it was known terms begin that are a correction
HOLDS = (
    (Hold.REQUESTER, HoldReason.REQUESTER.label), (Hold.THIRD_PARTY, HoldReason.THIRD_PARTY.label),
    (Hold.SCHEDULED, HoldReason.DATE.label),
    (Hold.APPROVAL, HoldReason.APPROVAL.label),
)  # fmt: skip


NO_PAUSE = "!"  # behind the time of a target that nothing pauses


def cell(priority: int, metric: str) -> str:
    """The name of the field of one target."""
    return f"target_{priority}_{metric}"


class AgreementForm(SettingsForm):
    """A new agreement; its terms follow."""

    groups = (
        (
            "",
            _("The most specific agreement wins: organisation, then service, then category, then kind of ticket."),
            ["name", "kind", ("team", "supplier"), "client", "service", ("category", "ticket_kind")],
        ),
    )

    name = line(_("Name"))
    kind = forms.ChoiceField(
        label=_("Kind"), choices=AgreementKind.choices,
        help_text=_("A service level agreement is with a client, an operational one with a team, a contract with a supplier."),
    )  # fmt: skip
    team = one_of(
        _("Team"), Team.objects.filter(is_active=True), _("None"), hint=_("Its clocks run while it has the ticket.")
    )
    supplier = one_of(
        _("Supplier"),
        Supplier.objects.filter(is_active=True),
        _("None"),
        hint=_("Its clocks run while a ticket waits for it."),
    )
    client = one_of(_("Organisation"), Client.objects.order_by("name"), _("Every one that has none of its own"))
    service = one_of(_("Service"), Service.objects.all(), pgettext_lazy("category", "All"))
    category = one_of(_("Category"), Category.objects.all(), pgettext_lazy("category", "All"))
    ticket_kind = forms.ChoiceField(
        label=_("Kind of ticket"), required=False, choices=[("", _("All")), *TicketKind.choices]
    )

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Agreement:
        """Make the agreement."""
        data.pop("seen")
        return actions.agree(**data, by=by)


class AmendmentForm(SettingsForm):
    """A new version of the terms. thing: the agreement; the fields begin with the terms of its newest version."""

    groups = (
        (_("From when on"), "", [("version", "valid_from"), "is_for_running", "reason"]),
        (_("When time counts"), "", ["calendar", "pauses"]),
        (_("When somebody is warned"), "", ["warnings"]),
    )
    button = _("Put into force")

    version = line(_("Version"), limit=40)
    valid_from = forms.DateTimeField(
        label=_("Valid from"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In the past it is a correction: verdicts are made anew, beside the old ones."),
    )  # fmt: skip
    is_for_running = tick(_("Also for open tickets"), hint=_("Otherwise they keep the terms under which they opened."))
    reason = paragraph(_("Reason"), rows=2, limit=1000)
    calendar = forms.ChoiceField(label=_("Calendar"))
    pauses = forms.MultipleChoiceField(
        label=_("Pauses while it waits for"), required=False, choices=HOLDS, widget=forms.CheckboxSelectMultiple
    )

    warnings = line(
        _("Shares of the time, in percent"), limit=60, required=False,
        hint=_("Such as 75, 90. Above 100 is after the breach, which is always told. Empty: nobody is warned."),
    )  # fmt: skip

    def prepare(self) -> None:
        """Add calendars and a field for each target."""
        last = newest(self.thing)
        kept = last.content if last else {}
        calendars = self.fields["calendar"]
        assert isinstance(calendars, forms.ChoiceField)
        calendars.choices = [(name, name) for name in Calendar.objects.values_list("name", flat=True)]
        for priority in Priority:
            for metric in METRICS:
                label = f"{priority.label}: {NAMES[metric]}"
                name = cell(priority, metric)
                self.fields[name] = line(label, limit=120, required=False, placeholder=gettext("no promise"))
                self.fields[name].widget.attrs |= {"class": "input", "aria-label": label}
                self.initial[name] = as_text(kept.get("targets", {}).get(str(priority.value), {}).get(metric))

    def shown(self) -> dict[str, Any]:
        """The terms of the newest version."""
        last = newest(self.thing)
        levels = last.content.get("warnings", MARKS) if last else MARKS
        kept = {"calendar": last.content["calendar"], "pauses": last.content["pauses"]} if last else {}
        return {**kept, "warnings": ", ".join(map(str, levels))}

    def rows(self) -> list[dict[str, Any]]:
        """The targets as a table: a row for each priority, a cell for each metric."""
        return [{"priority": p.label, "cells": [(NAMES[m], self[cell(p, m)]) for m in METRICS]} for p in Priority]

    def clean(self) -> dict[str, Any]:
        """Read the targets and the reason."""
        data = super().clean() or {}
        if not str(data.get("reason", "")).strip():
            self.add_error("reason", gettext("Tell why the terms change; the history shows it."))
        for priority in Priority:
            for metric in METRICS:
                try:
                    data[cell(priority, metric)] = self._target(priority, metric, data)
                except Invalid as wrong:
                    self.add_error(cell(priority, metric), str(wrong.message))
        return data

    def clean_warnings(self) -> list[int]:
        """The warning levels."""
        words = re.split(r"[\s,;%]+", self.cleaned_data["warnings"].strip())
        try:
            return list(marks([int(word) for word in words if word]))
        except (ValueError, BadCase):
            raise forms.ValidationError(
                gettext("Write up to 8 whole percents from 1 to 1000, such as 75, 90; 100 is the breach itself.")
            ) from None

    def _target(self, priority: int, metric: str, data: dict[str, Any]) -> int | dict[str, Any] | None:
        name = cell(priority, metric)
        length, _at, calendar = (data.get(name) or "").partition("@")
        length, never_pauses = length.strip().removesuffix(NO_PAUSE).strip(), length.strip().endswith(NO_PAUSE)
        if not length and not never_pauses:
            return None
        found = LENGTH.fullmatch(length)
        minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
        if not minutes:
            raise Invalid(name, gettext("Write working time as 30 m, 4 h or 1 h 30 m; empty: no promise."))
        own: dict[str, Any] = {}
        if calendar.strip():
            if not Calendar.objects.filter(name=calendar.strip()).exists():
                raise Invalid(name, gettext("There is no calendar “%(name)s”.") % {"name": calendar.strip()[:80]})
            own["calendar"] = calendar.strip()
        last = newest(self.thing)
        before = last.content.get("targets", {}).get(str(priority), {}).get(metric) if last else None
        if never_pauses:
            own["pauses"] = []
        elif isinstance(before, dict) and before.get("pauses"):  # others than those of all, from a file
            own["pauses"] = before["pauses"]
        return {"minutes": minutes, **own} if own else minutes

    def content(self) -> dict[str, Any]:
        """The terms as they are kept."""
        data = self.cleaned_data
        targets = {str(p.value): {m: data[cell(p, m)] for m in METRICS} for p in Priority}
        kept = {"calendar": data["calendar"], "pauses": sorted(data["pauses"]), "targets": targets}
        return {**kept, "warnings": data["warnings"]}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Terms:
        """Amend the agreement."""
        return actions.amend(
            self.thing, self.content(), by=by, version=data["version"], valid_from=data["valid_from"],
            reason=data["reason"], is_for_running=data["is_for_running"],
        )  # fmt: skip

    def rehearsed(self) -> Any:
        """What would change, or None when the form is not whole; its errors say why."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        return rehearse(
            self.thing, self.content(), version=data["version"], valid_from=data["valid_from"],
            is_for_running=data["is_for_running"],
        )  # fmt: skip


def newest(agreement: Agreement) -> Terms | None:
    """The version that begins last, as it is known now."""
    return Terms.objects.filter(agreement=agreement, superseded_at=None).order_by("valid_from").last()


def corrections(history: list[Terms]) -> set[int]:
    """The rows of a history that came into force before they were known.

    The first terms correct nothing, nor does a row that only ends the time of another.
    """
    first: dict[tuple[str, Any], Terms] = {}
    for row in sorted(history, key=lambda row: (row.recorded_at, row.pk)):
        first.setdefault((row.version, row.valid_from), row)
    later = list(first.values())[1:]
    return {row.pk for row in later if row.valid_from < row.recorded_at - CORRECTED}


def as_text(promised: Any) -> str:
    """A target as the form reads it: "1 h 30 m", with ! where nothing pauses it, and a calendar of its own after @."""
    if promised is None:
        return ""
    minutes = promised["minutes"] if isinstance(promised, dict) else promised
    hours, rest = divmod(minutes, 60)
    text = " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} m" if rest else "")))
    own = promised if isinstance(promised, dict) else {}
    if own.get("pauses") == []:
        text = f"{text} {NO_PAUSE}"
    return f"{text} @ {own['calendar']}" if own.get("calendar") else text


_COLUMNS: Columns = {
    "one.get_kind_display": _("Kind"), "one.name": _("Name"), "one.party": _("With"), "one.client": _("Organisation"),
    "one.service": _("Service"), "one.category": _("Category"), "terms.version": _("Version"),
    "terms.valid_from": _("In force from"),
}  # fmt: skip


@listing
@administrators
def listed(request: DeskRequest) -> HttpResponse:
    """The agreements by name, with the version that begins last."""
    words = typed(request)
    found = (
        Agreement.objects.filter(name__icontains=words)
        .select_related("client", "service", "category", "team", "supplier")
        .order_by("name", "pk")
    )
    groups: list[dict[str, Any]] = [
        {"kind": kind.label, "rows": [{"one": one, "terms": newest(one)} for one in found if one.kind == kind]}
        for kind in AgreementKind
    ]
    shown = [group for group in groups if group["rows"]]
    context = {"groups": shown, "typed": words}
    every = [row for group in shown for row in group["rows"]]
    return show(request, "agreements", "agreements", context, columns=_COLUMNS, listed=every)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def new(request: DeskRequest) -> HttpResponse:
    """A new agreement."""
    return settle(
        request, "agreements", AgreementForm(request.POST or None), title=_("New agreement"), said=_("%(name)s was saved."),
        way=[list_of("agreements")], then=lambda made: reverse("desk:admin_agreement", args=[made.pk]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def agreement(request: DeskRequest, pk: int) -> HttpResponse:
    """An agreement: its terms, an amendment with what it would change, and the history."""
    found = or_404(Agreement.objects.select_related("client", "service", "category", "team", "supplier"), pk)
    form = AmendmentForm(request.POST or None, thing=found)
    history = list(Terms.objects.filter(agreement=found).select_related("by").order_by("-recorded_at", "-pk"))
    context = {
        "agreement": found, "history": history, "corrections": corrections(history), "metrics": [NAMES[m] for m in METRICS],
        "has_calendars": Calendar.objects.exists(),
    }  # fmt: skip
    way = [list_of("agreements")]
    if request.POST.get("fill"):
        context |= {
            "form": form,
            "title": found.name,
            "cancel_url": reverse("desk:admin_agreements"),
            "rehearsal": form.rehearsed(),
        }
        return show(request, "agreements", "agreement", context, status=422 if form.errors else 200, way=way)
    return settle(
        request, "agreements", form, title=found.name, said=_("The terms are in the history now."), template="agreement",
        way=way, context=context, then=lambda _made: reverse("desk:admin_agreement", args=[pk]),
    )  # fmt: skip
