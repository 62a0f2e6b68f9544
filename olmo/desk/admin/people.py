"""Agents and requesters: who they are, how they are reached, what they may do."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from olmo.fulfilment import administration as fulfilment
from olmo.people import administration as people
from olmo.people.models import CostCentre, Identity, Kind, Person, Team
from olmo.tenancy.models import Client
from olmo.tenancy.queries import provider
from olmo.tickets import administration

from ..lists.files import Columns, listing
from ..shell import DeskRequest, SeeOther
from . import used
from .forms import Lines, SettingsForm, language, line, one_of, some_of, tick, time_zone
from .pages import administrators, by_name, list_of, or_404, settle, show, typed


class PersonForm(SettingsForm):
    """What agents and requesters share."""

    name = line(_("Name"))
    addresses = Lines(label=_("E-mail addresses"), rows=2, help_text=_("One in each line; the first is written to."))
    phones = Lines(label=_("Phone numbers"), rows=2, help_text=_("One in each line."))
    title = line(_("Role or department"), required=False)
    language = language()
    time_zone = time_zone()
    invite = tick(_("Mail an invitation with a link to sign in"))
    is_active = tick(_("Active"), hint=_("Switched off, they are signed out at once and cannot come in again."))

    def prepare(self) -> None:
        """An invitation is offered to somebody new; those who are here have a button for it."""
        if self.thing is not None:
            del self.fields["invite"]

    def shown(self) -> dict[str, Any]:
        """The settings, related rows by their ids."""
        return {**self.state, "client": self.thing.client_id, "cost_centre": self.thing.cost_centre_id}

    def welcome(self, person: Person, wanted: bool, by: Person) -> Person:
        """Invite somebody new, when that is wanted."""
        if wanted:
            people.invite(person, by=by)
        return person


class AgentForm(PersonForm):
    """An agent."""

    groups = (
        (_("Who it is"), "", ["name", "title", ("addresses", "phones"), ("language", "time_zone")]),
        (_("Work"), "", ["teams", "clients", "is_administrator"]),
        (_("Access"), "", ["invite", "is_active"]),
    )

    teams = some_of(_("Teams"), Team.objects.select_related("tier"))
    clients = some_of(
        _("Works only for"), Client.objects.all(), hint=_("None chosen: for every organisation, also for new ones.")
    )
    is_administrator = tick(_("Administrator"), hint=_("May use these pages and erase messages."))

    def shown(self) -> dict[str, Any]:
        """The settings, teams and organisations by their ids."""
        return {**super().shown(), "teams": _ids(self.thing.teams), "clients": _ids(self.thing.clients)}

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Person:
        """Change the agent, or make them."""
        data.pop("seen")
        wanted = data.pop("invite", False)
        data.update(teams=tuple(data["teams"]), clients=tuple(data["clients"]))
        with transaction.atomic():
            agent = administration.save_agent(self.thing, people.AgentSettings(**data), by=by, seen=seen)
            if not agent.is_active:
                fulfilment.release(agent, by=by)
        return self.welcome(agent, wanted, by)


class RequesterForm(PersonForm):
    """Somebody who asks for help."""

    groups = (
        (_("Who it is"), "", ["name", "client", "title", ("addresses", "phones"), ("language", "time_zone")]),
        (_("Place in the organisation"), "", ["location", "manager", "cost_centre"]),
        (_("Rights"), "", ["is_vip", "sees_organisation"]),
        (_("Access"), "", ["invite", "is_active"]),
    )

    client = one_of(_("Organisation"), Client.objects.all())
    location = line(_("Location"), required=False, hint=_("Where they work, such as a site and a room."))
    manager = line(
        _("Manager"), limit=254, required=False, hint=_("E-mail address. Approves what asks for the manager.")
    )
    cost_centre = one_of(_("Cost centre"), CostCentre.objects.select_related("client"), _("None"))
    is_vip = tick(_("VIP"), hint=_("Agents see it beside the name."))
    sees_organisation = tick(_("Sees all tickets of the organisation"))

    def save(self, data: dict[str, Any], seen: str, by: Person) -> Person:
        """Change the requester, or make them."""
        data.pop("seen")
        wanted = data.pop("invite", False)
        requester = administration.save_requester(self.thing, people.RequesterSettings(**data), by=by, seen=seen)
        return self.welcome(requester, wanted, by)


_AGENTS: Columns = {
    "name": _("Name"), "email": _("Address"), "title": _("Role or department"), "teams.all": _("Teams"),
    "clients.all": _("Works only for"),
    "is_administrator": _("Administrator"), "is_active": _("Active"),
}  # fmt: skip
_REQUESTERS: Columns = {
    "name": _("Name"), "email": _("Address"), "client.name": _("Organisation"), "title": _("Role or department"),
    "location": _("Location"), "is_vip": _("VIP"), "is_active": _("Active"),
}  # fmt: skip


@listing
@administrators
def agents(request: DeskRequest) -> HttpResponse:
    """The agents by name."""
    words, found = typed(request), _found(request, Kind.AGENT).prefetch_related("teams", "clients")
    context = {"slice": by_name(request, found), "typed": words}
    return show(request, "agents", "agents", context, columns=_AGENTS, listed=_in_order(found))


@listing
@administrators
def requesters(request: DeskRequest) -> HttpResponse:
    """The requesters by name, of one organisation or of all."""
    clients = list(Client.objects.all())
    chosen = next((client for client in clients if str(client.pk) == request.GET.get("client")), None)
    found = _found(request, Kind.REQUESTER).select_related("client")
    if chosen:
        found = found.filter(client=chosen)
    context = {"slice": by_name(request, found), "typed": typed(request), "clients": clients, "chosen": chosen}
    return show(request, "requesters", "requesters", context, columns=_REQUESTERS, listed=_in_order(found))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def agent(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One agent, or a new one."""
    person = or_404(_of_kind(Kind.AGENT), pk) if pk else None
    state = people.state_of_agent(person) if person else {}
    form = AgentForm(request.POST or None, thing=person, state=state, **_first(person, request))
    named = used.of(request.person, "person", pk) if person else []
    answer = settle(
        request, "agents", form, title=person.name if person else _("New agent"), said=_("%(name)s was saved."),
        template="person", way=[list_of("agents")], context={**_beside(person), "used": named},
    )  # fmt: skip
    if person is not None and named and isinstance(answer, SeeOther):
        _tell_where_named(request, person, named)
    return answer


def _tell_where_named(request: DeskRequest, person: Person, named: list[used.Use]) -> None:
    """Whoever left may still be named: the rest goes on without them, and an administrator ought to know."""
    person.refresh_from_db(fields=["is_active", "name"])
    if not person.is_active:
        words = {"name": person.name, "uses": used.listed(named)}
        messages.warning(request, gettext("%(name)s left, and is still named here: %(uses)s.") % words)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def requester(request: DeskRequest, pk: int = 0) -> HttpResponse:
    """One requester, or a new one."""
    person = or_404(_of_kind(Kind.REQUESTER), pk) if pk else None
    state = people.state_of_requester(person) if person else {}
    form = RequesterForm(request.POST or None, thing=person, state=state, **_first(person, request))
    return settle(
        request, "requesters", form, title=person.name if person else _("New requester"), said=_("%(name)s was saved."),
        template="person", way=[list_of("requesters")], context=_beside(person),
    )  # fmt: skip


@require_POST
@administrators
def invitation(request: DeskRequest, pk: int) -> HttpResponse:
    """Mail somebody a link to sign in."""
    person = or_404(Person.objects.exclude(kind=Kind.ROBOT), pk)
    people.invite(person, by=request.person)
    messages.success(request, gettext("An invitation is on its way to %(address)s.") % {"address": person.email})
    return SeeOther(reverse(f"desk:admin_{person.kind}", args=[person.pk]))


def _found(request: DeskRequest, kind: Kind) -> QuerySet[Person]:
    """People of a kind whose name, address or number holds what was typed; those who left only when asked for."""
    words, found = typed(request), _of_kind(kind)
    if not request.GET.get("left"):
        found = found.filter(is_active=True)
    if not words:
        return found
    known = Identity.objects.filter(value__icontains=words.lower()).values("person_id")
    return found.filter(Q(name__icontains=words) | Q(pk__in=known))


def _in_order(found: QuerySet[Person]) -> QuerySet[Person]:
    return found.order_by("name", "pk")


def _of_kind(kind: Kind) -> QuerySet[Person]:
    return Person.objects.filter(kind=kind)


def _first(person: Person | None, request: DeskRequest) -> dict[str, Any]:
    """What somebody new begins with: the provider's language and time zone, and the organisation of the list."""
    host = provider()
    if person is not None or host is None:
        return {}
    first = {"language": host.language, "time_zone": host.time_zone, "is_active": True, "invite": True}
    return {**first, "client": request.GET.get("client", "")}


def _beside(person: Person | None) -> dict[str, Any]:
    if person is None:
        return {}
    return {"one": person, "invite_url": reverse("desk:admin_invitation", args=[person.pk])}


def _ids(rows: Any) -> list[int]:
    return [row.pk for row in rows.all() if isinstance(row, Model)]
