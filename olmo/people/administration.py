"""Verbs of administrators about the desk's settings and its people.

Each checks that the author administers (now, not when the page was shown), writes in one transaction, and leaves a line in
the change log when anything changed. seen: the mark of the state that the author had on the page (`mark_of`); with it, a
change by somebody else in the meantime raises Conflict and nothing is overwritten.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import live, signatures
from olmo.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from olmo.kernel.text import clean_line, digest
from olmo.kernel.validation import refusing, require_valid
from olmo.outbox import actions as outbox
from olmo.outbox.models import Envelope
from olmo.tenancy import actions as tenancy
from olmo.tenancy import branding
from olmo.tenancy.models import Brand, Client, Provider

from . import audit, reporting, signin
from .identities import normal_address, normal_number
from .models import CostCentre, Identity, Kind, Person, Team, Tier

MOST_ITEMS, LONGEST_ITEM = 20, 200  # of what is tried before escalating
_TEAM_ONCE = {"people_team_name_key": ("name", gettext_lazy("Another team has this name."))}
_TIER_ONCE = {"people_tier_level_key": ("level", gettext_lazy("Another tier has this level."))}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What agents and requesters share. addresses: the first is the one that is written to."""

    name: str
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    title: str = ""
    language: str
    time_zone: str
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class AgentSettings(Known):
    """An agent. clients: the only organisations they work for, none means all."""

    teams: tuple[Team, ...] = ()
    clients: tuple[Client, ...] = ()
    is_administrator: bool = False


@dataclass(frozen=True, kw_only=True)
class RequesterSettings(Known):
    """Somebody of a client organisation who asks for help. manager: the address of somebody there, "" for nobody known."""

    client: Client
    is_vip: bool = False
    sees_organisation: bool = False
    location: str = ""
    manager: str = ""
    cost_centre: CostCentre | None = None


@dataclass(frozen=True, kw_only=True)
class TeamSettings:
    """A team of a tier and its agents. leads: who sees the numbers of the whole team. signatures: language -> text.

    tried_first: what is tried before a ticket is escalated from it, 1 to 200 characters an item, at most 20.
    """

    name: str
    tier: Tier
    members: tuple[Person, ...] = field(default=())
    leads: tuple[Person, ...] = field(default=())
    is_active: bool = True
    signatures: Mapping[str, str] = field(default_factory=dict)
    tried_first: tuple[str, ...] = ()


def require_administrator(by: Person, *others: Person) -> None:
    """Lock the author's row (and those of `others`, always in the same order) and see that they administer the whole desk.

    Raises NotAllowed: they do not any more, or work for some organisations only.
    """
    rows = Person.objects.select_for_update(of=("self",)).filter(pk__in={by.pk, *(person.pk for person in others)})
    author = next((row for row in rows.order_by("pk") if row.pk == by.pk), None)
    if author is None or not (author.is_administrator and author.is_active) or author.clients.exists():
        raise NotAllowed(_("Only an administrator may change the desk’s settings."))


def mark_of(state: dict[str, Any]) -> str:
    """A short mark of a state, to see later whether it is still the same."""
    return digest(json.dumps(state, sort_keys=True, default=str)) if state else ""


def require_unchanged(before: dict[str, Any], seen: str) -> None:
    """Raise Conflict when a form was filled in on a state that is gone."""
    if seen and seen != mark_of(before):
        raise Conflict(
            _(
                "Somebody changed this while you were writing. Nothing was saved; save again to replace it with what is here."
            )
        )


@transaction.atomic
def save_brand(client: Client, given: branding.BrandSettings, *, by: Person, seen: str = "") -> Brand:
    """Change how an organisation's portal and mails look. Raises NotAllowed, Conflict, and what `branding.save` raises."""
    require_administrator(by)
    before = branding.state_of(Brand.objects.filter(client=client).first())
    require_unchanged(before, seen)
    row = branding.save(client, given)
    record(by, f"brand: {client.name}", before, branding.state_of(row))
    return row


def record(by: Person, subject: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """A line in the change log, when anything differs."""
    if change := audit.difference(before, after):
        audit.record(by, subject, change)


@transaction.atomic
def change_provider(settings: tenancy.ProviderSettings, *, by: Person, seen: str = "") -> Provider:
    """Change who runs the desk. Raises NotAllowed, Invalid, Conflict."""
    require_administrator(by)
    before = tenancy.state_of_provider(Provider.objects.select_for_update().get())
    require_unchanged(before, seen)
    provider = tenancy.change_provider(settings)
    record(by, f"provider: {provider.name}", before, tenancy.state_of_provider(provider))
    return provider


@transaction.atomic
def save_organisation(
    client: Client | None, settings: tenancy.OrganisationSettings, *, by: Person, seen: str = ""
) -> Client:
    """Change a client organisation, or make one. Raises NotAllowed, Invalid, Conflict."""
    require_administrator(by)
    client = Client.objects.select_for_update().get(pk=client.pk) if client else None
    before = tenancy.state_of_organisation(client)
    require_unchanged(before, seen)
    client = tenancy.save_organisation(client, settings)
    record(by, f"organisation: {client.name}", before, tenancy.state_of_organisation(client))
    return client


@transaction.atomic
def save_agent(person: Person | None, settings: AgentSettings, *, by: Person, seen: str = "") -> Person:
    """Change an agent, or make one, who signs in by mailed link until they set a password.

    Somebody who leaves is signed out at once. Their open tickets are `tickets.administration.save_agent`'s care.
    Raises NotAllowed, NotFound (no agent), Conflict, Invalid: no or somebody else's address; an administrator of some
    organisations only; one's own right or account taken away.
    """
    _require_whole(person, settings, by)
    agent = _hold(person, Kind.AGENT, by)
    before = state_of_agent(agent)
    require_unchanged(before, seen)
    agent.is_administrator = settings.is_administrator
    _write(agent, settings)
    agent.clients.set(settings.clients)
    agent.teams.set(settings.teams)
    record(by, f"agent: {agent.name}", before, state_of_agent(agent))
    live.tell(person=agent.pk)
    return agent


@transaction.atomic
def save_requester(person: Person | None, settings: RequesterSettings, *, by: Person, seen: str = "") -> Person:
    """Change a requester, or make one. Raises NotAllowed, NotFound (no requester), Conflict, Invalid."""
    requester = _hold(person, Kind.REQUESTER, by)
    before = state_of_requester(requester)
    require_unchanged(before, seen)
    requester.client, requester.is_vip = settings.client, settings.is_vip
    requester.sees_organisation = settings.sees_organisation
    requester.location = clean_line(settings.location, 120)
    requester.manager = reporting.manager(settings.manager, requester, settings.client)
    requester.cost_centre = reporting.cost_centre(settings.cost_centre, settings.client)
    _write(requester, settings)
    record(by, f"requester: {requester.name}", before, state_of_requester(requester))
    live.tell(person=requester.pk)
    return requester


@transaction.atomic
def invite(person: Person, *, by: Person) -> None:
    """Mail a link that signs them in and explains what it is. Raises NotAllowed, Invalid (no address; not active)."""
    require_administrator(by)
    if not person.email:
        raise Invalid("addresses", _("An invitation needs an e-mail address."))
    if not person.is_active:
        raise Invalid("is_active", _("Somebody who is not active cannot be invited."))
    signin.send_link(person, person.email, invites=True)
    audit.record(by, f"{person.kind}: {person.name}", {"invited": [None, person.email]})


@transaction.atomic
def save_team(team: Team | None, settings: TeamSettings, *, by: Person, seen: str = "") -> Team:
    """Change a team, or make one. Its open tickets are `tickets.administration.save_team`'s care.

    Raises NotAllowed, Conflict, Invalid (no name, another team's name, a member who is no active agent).
    """
    require_administrator(by)
    team = Team.objects.select_for_update(of=("self",)).get(pk=team.pk) if team else Team()
    before = state_of_team(team)
    require_unchanged(before, seen)
    team.name, team.tier, team.is_active = clean_line(settings.name, 80), settings.tier, settings.is_active
    team.signatures = signatures.checked(settings.signatures)
    team.tried_first = _checked_items(settings.tried_first)
    require_valid(team)
    if any(not member.is_agent for member in settings.members):
        raise Invalid("members", _("Only agents can be members of a team."))
    if any(not lead.is_agent for lead in settings.leads):
        raise Invalid("leads", _("Only agents can lead a team."))
    with refusing(_TEAM_ONCE):
        team.save()
    team.members.set(settings.members)
    team.leads.set(settings.leads)
    record(by, f"team: {team.name}", before, state_of_team(team))
    return team


@transaction.atomic
def save_tier(tier: Tier | None, *, level: int, name: str, by: Person, seen: str = "") -> Tier:
    """Change a tier, or make one. level: 1 is the first contact. Raises NotAllowed, Conflict, Invalid (no name; level taken)."""
    require_administrator(by)
    tier = Tier.objects.select_for_update().get(pk=tier.pk) if tier else Tier()
    before = {"level": tier.level, "name": tier.name} if tier.pk else {}
    require_unchanged(before, seen)
    tier.level, tier.name = level, clean_line(name, 80)
    require_valid(tier)
    with refusing(_TIER_ONCE):
        tier.save()
    record(by, f"tier: {tier.name}", before, {"level": tier.level, "name": tier.name})
    return tier


@transaction.atomic
def remove_tier(tier: Tier, *, by: Person) -> None:
    """Remove a tier without teams. Raises NotAllowed, Conflict (it has teams)."""
    require_administrator(by)
    if tier.teams.exists():
        raise Conflict(_("This tier has teams. Move them to another tier first."))
    audit.record(by, f"tier: {tier.name}", {"level": [tier.level, None], "name": [tier.name, None]})
    tier.delete()


@transaction.atomic
def retry_envelope(envelope: Envelope, *, by: Person) -> None:
    """Send a mail again that was given up or held back. Raises NotAllowed, Conflict (it is on its way)."""
    require_administrator(by)
    held = Envelope.objects.select_for_update(of=("self",)).get(pk=envelope.pk)
    outbox.retry(held)
    audit.record(by, f"outgoing mail: {held.to}", {"state": [held.state, "queued"]})


def state_of_agent(person: Person) -> dict[str, Any]:
    """What is set for an agent, for the change log; nothing for one that is not there yet."""
    if not person.pk:
        return {}
    return {
        **_state(person), "is_administrator": person.is_administrator,
        "teams": sorted(person.teams.values_list("name", flat=True)),
        "clients": sorted(person.clients.values_list("name", flat=True)),
    }  # fmt: skip


def state_of_requester(person: Person) -> dict[str, Any]:
    """What is set for a requester, for the change log; nothing for one that is not there yet."""
    if not person.pk:
        return {}
    client = person.client.name if person.client else ""
    given = {"client": client, "is_vip": person.is_vip, "sees_organisation": person.sees_organisation}
    above = {"location": person.location, "manager": (person.manager.email or "") if person.manager else ""}
    return {**_state(person), **given, **above, "cost_centre": str(person.cost_centre or "")}


def state_of_team(team: Team) -> dict[str, Any]:
    """What is set for a team, for the change log; nothing for one that is not there yet."""
    if not team.pk:
        return {}
    members = sorted(team.members.values_list("name", flat=True))
    leads = sorted(team.leads.values_list("name", flat=True))
    return {
        "name": team.name, "tier": team.tier.name, "members": members, "leads": leads, "is_active": team.is_active,
        "tried_first": list(team.tried_first), **signatures.fields(team.signatures),
    }  # fmt: skip


def addresses_of(person: Person) -> list[str]:
    """Their e-mail addresses, the one that is written to first."""
    known = person.identities.filter(kind=Identity.Kind.EMAIL).order_by("pk").values_list("value", flat=True)
    return sorted(known, key=lambda address: address != person.email)


def phones_of(person: Person) -> list[str]:
    """Their phone numbers."""
    return list(person.identities.filter(kind=Identity.Kind.PHONE).order_by("pk").values_list("value", flat=True))


def _state(person: Person) -> dict[str, Any]:
    names = ("name", "title", "language", "time_zone", "is_active")
    known = {"addresses": addresses_of(person), "phones": phones_of(person)}
    return {**{name: getattr(person, name) for name in names}, **known}


def _hold(person: Person | None, kind: str, by: Person) -> Person:
    """Lock the person (and the author); somebody new when there is none."""
    if person is None:
        require_administrator(by)
        new = Person(kind=kind)
        new.set_unusable_password()
        return new
    require_administrator(by, person)
    found = Person.objects.select_related("client").filter(pk=person.pk, kind=kind).first()
    if found is None:
        raise NotFound
    return found


def _require_whole(person: Person | None, settings: AgentSettings, by: Person) -> None:
    """An administrator looks after the whole desk, and cannot lock themselves out."""
    if settings.is_administrator and settings.clients:
        raise Invalid("clients", _("An administrator looks after the whole desk: choose no organisation."))
    if person is None or person.pk != by.pk:
        return
    if not settings.is_administrator:
        raise Invalid("is_administrator", _("You cannot take this right from yourself. Another administrator can."))
    if not settings.is_active:
        raise Invalid("is_active", _("You cannot switch yourself off. Another administrator can."))


def _write(person: Person, settings: Known) -> None:
    addresses = _checked(settings.addresses, "addresses", normal_address)
    phones = _checked(settings.phones, "phones", lambda number: normal_number(number, settings.time_zone))
    if person.is_agent and not addresses:
        raise Invalid("addresses", _("An agent needs an e-mail address to sign in."))
    person.name, person.title = clean_line(settings.name, 120), clean_line(settings.title, 120)
    person.language, person.time_zone = settings.language, settings.time_zone
    person.is_active, person.email = settings.is_active, addresses[0] if addresses else None
    require_valid(person, without=["password", "theme"])
    _require_free(person, Identity.Kind.EMAIL, "addresses", addresses)
    _require_free(person, Identity.Kind.PHONE, "phones", phones)
    try:
        with transaction.atomic():
            person.save()
            _put(person, Identity.Kind.EMAIL, addresses)
            _put(person, Identity.Kind.PHONE, phones)
    except IntegrityError as error:  # somebody else took it this moment
        raise Invalid("addresses", _("One of these addresses or numbers belongs to somebody else.")) from error


def _checked(values: Iterable[str], name: str, normal: Any) -> list[str]:
    try:
        return list(dict.fromkeys(normal(value) for value in values if value.strip()))
    except Invalid as error:
        raise Invalid(name, error.message) from error


def _require_free(person: Person, kind: str, name: str, values: list[str]) -> None:
    others = Identity.objects.filter(kind=kind, value__in=values).exclude(person_id=person.pk)
    if clash := others.select_related("person__client").first():
        whose = clash.person.name + (f" ({clash.person.client})" if clash.person.client else "")
        raise Invalid(name, _("%(value)s belongs to %(name)s.") % {"value": clash.value, "name": whose})


def _put(person: Person, kind: str, values: list[str]) -> None:
    person.identities.filter(kind=kind).exclude(value__in=values).delete()
    known = set(person.identities.filter(kind=kind).values_list("value", flat=True))
    for value in values:
        if value not in known:
            Identity.objects.create(person=person, kind=kind, value=value)


def _checked_items(items: Sequence[str]) -> list[str]:
    """What is tried before escalating, each item once."""
    if len(items) > MOST_ITEMS:
        raise Invalid("tried_first", _("At most %(most)d items.") % {"most": MOST_ITEMS})
    if too_long := next((item for item in items if len(item) > LONGEST_ITEM), None):
        words = _("“%(item)s” is too long: at most %(most)d characters an item.")
        raise Invalid("tried_first", words % {"item": too_long[:40] + "…", "most": LONGEST_ITEM})
    return list(dict.fromkeys(found for item in items if (found := clean_line(item, LONGEST_ITEM))))
