"""The founding of a desk: provider, first client organisation, first tier and team, first administrator, in one transaction."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict, Invalid
from olmo.kernel.text import clean_line
from olmo.people.actions import enrol_agent
from olmo.people.identities import normal_address
from olmo.people.models import Person, Team, Tier
from olmo.tenancy.models import Client, Provider
from olmo.tenancy.scope import EVERY_CLIENT, scope

ONE_AT_A_TIME = 0x6F6C6D6F  # "olmo": the key of the lock that makes a second founding wait for the first


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """Whoever looks after the desk. Without a password they sign in by mailed link."""

    name: str
    email: str
    password: str | None = None


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a new desk is called, where it is written to, how it speaks, and its first client organisation."""

    provider: str
    address: str
    client: str
    language: str = "en"
    time_zone: str = "UTC"


def found(desk: Desk, administrator: Administrator) -> Person:
    """Set Olmo up; returns the first administrator. Raises Invalid (a field and why), Conflict (it was set up already)."""
    with scope(EVERY_CLIENT):
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if is_founded():
            raise Conflict(_("This Olmo is set up already."))
        _make_provider(desk)
        _make_client(desk)
        return add_administrator(administrator)


def is_founded() -> bool:
    """Whether an administrator looks after this desk."""
    with scope(EVERY_CLIENT):
        return Person.objects.filter(is_administrator=True, is_active=True).exists()


def add_administrator(administrator: Administrator) -> Person:
    """Make an administrator, a member of the first team, in the provider's language. Raises Invalid, Conflict."""
    with scope(EVERY_CLIENT):
        host = Provider.objects.get()
        return enrol_agent(
            administrator.name, administrator.email, password=administrator.password, is_administrator=True,
            teams=[_first_team(host.language)], language=host.language, time_zone=host.time_zone,
        )  # fmt: skip


def _make_provider(desk: Desk) -> None:
    provider = Provider(
        pk=1, name=_name(desk.provider, "provider"), address=_address(desk.address), language=desk.language,
        time_zone=desk.time_zone,
    )  # fmt: skip
    try:
        provider.clean_fields()
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise Invalid(field, reasons[0]) from error
    provider.save()


def _make_client(desk: Desk) -> None:
    """The first organisation; until others have their domains, the mail of everybody unknown is its."""
    name = _name(desk.client, "client")
    if Client.objects.exists():
        return
    Client.objects.create(name=name, language=desk.language, time_zone=desk.time_zone, takes_strangers=True)


def _first_team(language: str) -> Team:
    team = Team.objects.order_by("tier__level", "pk").first()
    if team is not None:
        return team
    with translation.override(language):
        tier, _made = Tier.objects.get_or_create(level=1, defaults={"name": _("Tier 1")})
        return Team.objects.create(name=_("Service desk"), tier=tier)


def _name(text: str, field: str) -> str:
    name = clean_line(text, 120)
    if not name:
        raise Invalid(field, _("A name is needed."))
    return name


def _address(text: str) -> str:
    try:
        return normal_address(text)
    except Invalid as error:
        raise Invalid("address", error.message) from error
