"""Verbs that write the provider and its client organisations. Who may call them is decided in `people.administration`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import signatures
from olmo.kernel.errors import Invalid
from olmo.kernel.text import clean, clean_line
from olmo.kernel.validation import refusing, require_valid

from .models import Client, Domain, Matrix, Provider

_is_domain = DomainNameValidator()
_BETWEEN = re.compile(r"[\s,;]+")
_ONCE = {
    "client_name_once": ("name", gettext_lazy("Another organisation has this name.")),
    "client_of_strangers_once": (
        "takes_strangers", gettext_lazy("Another organisation receives the mail of unknown senders already."),
    ),
    "domain_of_one_client": ("domains", gettext_lazy("One of these domains belongs to another organisation.")),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """Who runs the desk. signatures: language -> plain text under the mails of those who have none of their own."""

    name: str
    address: str
    language: str
    time_zone: str
    signatures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OrganisationSettings:
    """All that is set for a client organisation.

    domains: mail domains whose senders belong to it; matrix: 3 rows (impact high to low) of 3 priorities (urgency high to
    low), each 1 to 4; close_after_days: from resolved to closed; follow_up_days: how long an answer reopens a closed ticket.
    """

    name: str
    language: str
    time_zone: str
    domains: tuple[str, ...] = ()
    matrix: Matrix
    address: str = ""
    signatures: Mapping[str, str] = field(default_factory=dict)
    close_after_days: int = 5
    follow_up_days: int = 14
    takes_strangers: bool = False
    is_active: bool = True


def change_provider(settings: ProviderSettings) -> Provider:
    """Write who runs the desk. Raises Invalid (a field and why)."""
    provider = Provider.objects.get()
    provider.name = _needed_name(settings.name)
    provider.address = clean_line(settings.address, 254).lower()
    provider.language, provider.time_zone = settings.language, settings.time_zone
    provider.signatures = signatures.checked(settings.signatures)
    require_valid(provider)
    provider.save()
    return provider


@transaction.atomic
def save_organisation(client: Client | None, settings: OrganisationSettings) -> Client:
    """Write a client organisation, a new one when `client` is None.

    Raises Invalid: a name or domain that another organisation has (which one is said), a second one for unknown senders,
    no time zone, no matrix.
    """
    client = client or Client()
    client.name = _needed_name(settings.name)
    client.address = clean_line(settings.address, 254).lower()
    client.signatures = signatures.checked(settings.signatures)
    for name in (
        "language",
        "time_zone",
        "matrix",
        "close_after_days",
        "follow_up_days",
        "takes_strangers",
        "is_active",
    ):
        setattr(client, name, getattr(settings, name))
    require_valid(client)
    _require_one_for_strangers(client)
    domains = checked_domains(settings.domains)
    _require_free(client, domains)
    with refusing(_ONCE):
        client.save()
        client.domains.exclude(name__in=domains).delete()
        known = set(client.domains.values_list("name", flat=True))
        Domain.objects.bulk_create(Domain(client=client, name=name) for name in domains if name not in known)
    return client


def checked_domains(names: tuple[str, ...]) -> list[str]:
    """Mail domains as they are compared: lower case, without "@". Raises Invalid("domains") (RFC 5321, section 2.3.5)."""
    found = [
        part.removeprefix("@") for name in names for part in _BETWEEN.split(clean(name).lower()) if part.strip("@")
    ]
    for domain in found:
        try:
            _is_domain(domain)
        except ValidationError as error:
            raise Invalid("domains", _("“%(domain)s” is not a mail domain.") % {"domain": domain}) from error
    return list(dict.fromkeys(found))


def state_of_provider(provider: Provider) -> dict[str, Any]:
    """The settings of the provider, for the change log."""
    known = {name: getattr(provider, name) for name in ("name", "address", "language", "time_zone")}
    return {**known, **signatures.fields(provider.signatures)}


def state_of_organisation(client: Client | None) -> dict[str, Any]:
    """The settings of an organisation, for the change log; nothing for one that is not there yet."""
    if client is None:
        return {}
    names = (
        "name", "language", "time_zone", "matrix", "address", "close_after_days", "follow_up_days",
        "takes_strangers", "is_active",
    )  # fmt: skip
    domains = sorted(client.domains.values_list("name", flat=True))
    known = {name: getattr(client, name) for name in names}
    return {**known, **signatures.fields(client.signatures), "domains": domains}


def _needed_name(text: str) -> str:
    name = clean_line(text, 120)
    if not name:
        raise Invalid("name", _("A name is needed."))
    return name


def _require_one_for_strangers(client: Client) -> None:
    if not client.takes_strangers:
        return
    if not client.is_active:
        raise Invalid(
            "is_active", _("It receives the mail of unknown senders. Give that to another organisation first.")
        )
    other = Client.objects.filter(takes_strangers=True).exclude(pk=client.pk).first()
    if other is not None:
        raise Invalid(
            "takes_strangers",
            _("%(name)s receives the mail of unknown senders already. Switch it off there first.")
            % {"name": other.name},
        )


def _require_free(client: Client, domains: list[str]) -> None:
    clash = Domain.objects.filter(name__in=domains).exclude(client_id=client.pk).select_related("client").first()
    if clash is not None:
        words = _("%(domain)s belongs to %(name)s already.") % {"domain": clash.name, "name": clash.client.name}
        raise Invalid("domains", words)
