"""Time: what agents are at while they work on a ticket, and how minutes are counted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.people.models import Person
from olmo.worklog import administration, queries
from olmo.worklog.models import Activity, Rules

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from .forms import SettingsForm, line, one_of, tick
from .pages import administrators, list_of, or_404, settle, show, typed


class ActivityForm(SettingsForm):
    """An activity."""

    groups = (
        (_("Name"), "", ["name", ("name_it", "name_en")]),
        (_("How it counts"), "", ["is_billable"]),
        (_("State"), "", ["position", "is_active"]),
    )

    name = line(_("Name"), limit=80)
    name_it = line(_("In Italian, when it differs"), limit=80, required=False)
    name_en = line(_("In English, when it differs"), limit=80, required=False)
    is_billable = tick(_("Billable"), hint=_("At first; each entry may say otherwise."))
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=999, initial=0, help_text=_("Smaller numbers come first.")
    )
    is_active = tick(_("Active"), hint=_("Switched off, nobody can choose it any more. Entries keep it."))

    def shown(self) -> dict[str, Any]:
        """The settings, one field for each language."""
        return {**self.state, "name_it": self.thing.names.get("it", ""), "name_en": self.thing.names.get("en", "")}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Activity:
        """Change the activity, or make it."""
        data.pop("seen")
        names = {"it": data.pop("name_it"), "en": data.pop("name_en")}
        settings = administration.ActivitySettings(**data, names=names)
        return administration.save_activity(self.thing, settings, by=by, seen=seen)


class RulesForm(SettingsForm):
    """How minutes are counted."""

    groups = (
        (
            _("How minutes are counted"),
            _("Agents see the rule beside what it does."),
            ["step_minutes", "idle_minutes", "call_activity"],
        ),
    )

    step_minutes = forms.IntegerField(
        label=_("Round up to (minutes)"),
        min_value=1,
        max_value=60,
        help_text=_("1: begun minutes count as whole ones."),
    )
    idle_minutes = forms.IntegerField(label=_("Ask about a timer that runs for (minutes)"), min_value=5, max_value=1440)
    call_activity = one_of(_("Calls are entered as"), Activity.objects.filter(is_active=True), _("No activity"))

    def shown(self) -> dict[str, Any]:
        """The rules, the activity by its id."""
        return {**self.state, "call_activity": self.thing.call_activity_id}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> str:
        """Change the rules."""
        data.pop("seen")
        administration.save_rules(**data, by=by, seen=seen)
        return gettext("The rule")


_COLUMNS: Columns = {
    "one": _("Activity"), "one.is_billable": _("Billable"), "uses": _("Entries"), "one.is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def activities(request: DeskRequest) -> HttpResponse:
    """All activities, with how often each was used, and the rules."""
    uses, words = queries.uses_of_activities(), typed(request).lower()
    rows = [
        {"one": one, "uses": "1000+" if uses.get(one.pk, 0) > 1000 else uses.get(one.pk, 0)}
        for one in Activity.objects.all()
        if not words or words in f"{one.name} {one}".lower()
    ]
    context = {"rows": rows, "typed": typed(request), "rules": queries.rules()}
    return show(request, "activities", "activities", context, columns=_COLUMNS)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def activity(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One activity, or a new one."""
    found = or_404(Activity.objects.all(), pk) if pk else None
    state = administration.state_of_activity(found) if found else {}
    form = ActivityForm(
        request.POST or None, thing=found, state=state, **({} if found else {"is_active": True, "is_billable": True})
    )
    removal = reverse("desk:admin_activity_removal", args=[pk]) if found and not administration.is_used(found) else ""
    return settle(
        request, "activities", form, title=str(found) if found else _("New activity"), said=_("%(name)s was saved."),
        way=[list_of("activities")], context={"removal_url": removal},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def rules(request: DeskRequest) -> HttpResponse:
    """How minutes are counted."""
    found = Rules.objects.select_related("call_activity").filter(pk=1).first() or Rules(pk=1)
    form = RulesForm(request.POST or None, thing=found, state=administration.state_of_rules(found))
    return settle(
        request, "activities", form, title=_("How minutes are counted"), said=_("%(name)s was saved."),
        way=[list_of("activities")],
    )  # fmt: skip


@require_POST
@administrators
def removal(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove an activity that no entry has."""
    found = or_404(Activity.objects.all(), pk)
    administration.remove_activity(found, by=request.person)
    messages.success(request, gettext("%(name)s was removed.") % {"name": found})
    return SeeOther(reverse("desk:admin_activities"))
