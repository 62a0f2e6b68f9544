"""Teams and the tiers that they stand on."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Prefetch
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.fulfilment import administration as fulfilment
from olmo.kernel.signatures import taken
from olmo.people import administration as people
from olmo.people.models import Kind, Person, Team, Tier
from olmo.tickets import administration

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from . import used
from .forms import Lines, SettingsForm, line, one_of, signature, some_of, tick
from .pages import administrators, list_of, or_404, settle, show


class TeamForm(SettingsForm):
    """A team, and who takes its tickets when it ends."""

    groups = (
        ("", "", ["name", "tier", "members", "leads"]),
        (
            _("Signature"),
            _("Under the mails of its agents who have none of their own."),
            ["signature_en", "signature_it"],
        ),
        (_("Escalation"), _("What its agents are asked when they escalate a ticket."), ["tried_first"]),
        (_("State"), "", ["is_active", "into"]),
    )

    name = line(_("Name"), limit=80)
    tier = one_of(_("Tier"), Tier.objects.all(), hint=_("Tickets are escalated from a team to one of the next tier."))
    members = some_of(_("Members"), Person.objects.filter(kind=Kind.AGENT, is_active=True).order_by("name"))
    leads = some_of(
        _("Leads"), Person.objects.filter(kind=Kind.AGENT, is_active=True).order_by("name"),
        hint=_("They see the numbers of the whole team in the reports, colleague by colleague."),
    )  # fmt: skip
    signature_en = signature(_("Signature in English"))
    signature_it = signature(_("Signature in Italian"))
    tried_first = Lines(
        label=_("What is tried first"), rows=5,
        help_text=_("One thing a line. Each is ticked or not, and the next team reads it below the note."),
    )  # fmt: skip
    is_active = tick(_("Active"), hint=_("Switched off, nobody can give it tickets."))
    into = one_of(
        _("Its open tickets go to"), Team.objects.filter(is_active=True), _("No team"),
        hint=_("Only needed when the team is switched off. Who works on a ticket goes on working on it."),
    )  # fmt: skip

    def prepare(self) -> None:
        """A new team has no tickets; a team does not hand over to itself."""
        if self.thing is None:
            del self.fields["into"]
        else:
            self.fields["into"].queryset = Team.objects.filter(is_active=True).exclude(pk=self.thing.pk)  # type: ignore[attr-defined]

    def shown(self) -> dict[str, Any]:
        """The settings, rows by their ids."""
        members = [member.pk for member in self.thing.members.all()]
        leads = [lead.pk for lead in self.thing.leads.all()]
        return {**self.state, "tier": self.thing.tier_id, "members": members, "leads": leads}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Team:
        """Change the team, or make it."""
        data.pop("seen")
        if self.thing is not None and self.thing.is_active and not data["is_active"]:
            used.require_unneeded(by, self.thing)
        into, members, leads = data.pop("into", None), tuple(data.pop("members")), data.pop("leads")
        values = people.TeamSettings(signatures=taken(data), **data, members=members, leads=tuple(leads))
        with transaction.atomic():
            team = administration.save_team(self.thing, values, by=by, into=into, seen=seen)
            if not team.is_active:
                fulfilment.hand_over(team, into, by=by)
        return team


class TierForm(SettingsForm):
    """A tier of support."""

    groups = (("", "", [("level", "name")]),)

    level = forms.IntegerField(label=_("Level"), min_value=1, max_value=99, help_text=_("1 is the first contact."))
    name = line(_("Name"), limit=80)

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Tier:
        """Change the tier, or make it."""
        return people.save_tier(self.thing, level=data["level"], name=data["name"], by=by, seen=seen)


_COLUMNS: Columns = {
    "tier.name": _("Tier"), "one.name": _("Team"), "one.members.all": _("Members"), "open": _("Open tickets"),
    "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def teams(request: DeskRequest) -> HttpResponse:
    """The tiers, each with its teams and how many people and open tickets those have."""
    found = Team.objects.prefetch_related("members").order_by("-is_active", "name")
    with_team = administration.open_of(team__isnull=False).order_by()
    open_tickets = dict(with_team.values_list("team").annotate(Count("pk")))
    tiers = list(Tier.objects.prefetch_related(Prefetch("teams", found)))
    rows = [
        {
            "tier": tier,
            "open": sum(open_tickets.get(team.pk, 0) for team in tier.teams.all()),
            "teams": [{"one": team, "open": open_tickets.get(team.pk, 0)} for team in tier.teams.all()],
        }
        for tier in tiers
    ]
    context = {"tiers": rows}
    every = [{"tier": row["tier"], **line} for row in rows for line in row["teams"]]
    return show(request, "teams", "teams", context, columns=_COLUMNS, listed=every)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def team(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One team, or a new one."""
    found = or_404(Team.objects.select_related("tier"), pk) if pk else None
    state = people.state_of_team(found) if found else {}
    form = TeamForm(request.POST or None, thing=found, state=state, **({} if found else _first(request)))
    return settle(
        request, "teams", form, title=found.name if found else _("New team"), said=_("%(name)s was saved."),
        way=[list_of("teams")], context={"used": used.of(request.person, "team", pk) + used.signed(found)} if found else {},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def tier(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One tier, or a new one."""
    found = or_404(Tier.objects.all(), pk) if pk else None
    state = {"level": found.level, "name": found.name} if found else {}
    form = TierForm(request.POST or None, thing=found, state=state)
    removal = reverse("desk:admin_tier_removal", args=[pk]) if found and not found.teams.exists() else ""
    return settle(
        request, "teams", form, title=found.name if found else _("New tier"), said=_("%(name)s was saved."),
        way=[list_of("teams")], context={"removal_url": removal},
    )  # fmt: skip


@require_POST
@administrators
def tier_removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a tier without teams."""
    found = or_404(Tier.objects.all(), pk)
    people.remove_tier(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found.name})
    return SeeOther(reverse("desk:admin_teams"))


def _first(request: DeskRequest) -> dict[str, Any]:
    return {"is_active": True, "tier": request.GET.get("tier", "")}
