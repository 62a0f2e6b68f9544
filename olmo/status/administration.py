"""Verbs of administrators: components, and whose status is public."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.catalogue.models import Service
from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.kernel.tokens import new_token
from olmo.kernel.validation import refusing, require_valid
from olmo.people.administration import record, require_administrator, require_unchanged
from olmo.people.models import Person
from olmo.tenancy.models import Client

from .models import Component, Happening, Page

_ONCE = {"component_once": ("name", gettext_lazy("There is a component of this name already."))}
_PAGE_ONCE = {"page_address_once": ("slug", gettext_lazy("Another organisation’s page has this address."))}


@dataclass(frozen=True, kw_only=True)
class ComponentSettings:
    """names: language -> name; client: whose alone; None: everybody's; service: of the catalogue."""

    name: str
    names: Mapping[str, str]
    client: Client | None = None
    service: Service | None = None
    position: int = 0
    is_active: bool = True


@transaction.atomic
def save_component(row: Component | None, settings: ComponentSettings, *, by: Person, seen: str = "") -> Component:
    """Change a component, or make one. Raises NotAllowed, NotFound, Conflict, Invalid (no name; one that is there)."""
    require_administrator(by)
    kept = Component.objects.select_for_update(of=("self",)).filter(pk=row.pk).first() if row else Component()
    if kept is None:
        raise NotFound
    before = _told(kept) if kept.pk else {}
    require_unchanged(state_of(kept) if kept.pk else {}, seen)
    kept.name, kept.client, kept.service = clean_line(settings.name, 80), settings.client, settings.service
    kept.names = {code: said for code, text in settings.names.items() if (said := clean_line(text, 80))}
    kept.position, kept.is_active = settings.position, settings.is_active
    require_valid(kept, without=["client", "service"])
    with refusing(_ONCE):
        kept.save()
    record(by, f"component: {kept.name}", before, _told(kept))
    return kept


@transaction.atomic
def remove_component(row: Component, *, by: Person) -> None:
    """Remove a component of which nothing was ever told. Raises NotAllowed, Conflict (which says how often it was)."""
    require_administrator(by)
    if used := uses(row):
        raise Conflict(_("It stands in %(n)d happenings. Switch it off instead.") % {"n": used})
    record(by, f"component: {row.name}", _told(row), dict.fromkeys(_told(row)))
    row.delete()


def uses(row: Component) -> int:
    """In how many happenings it stands."""
    return Happening.objects.filter(components__contains=[row.pk]).count()


def state_of(row: Component) -> dict[str, Any]:
    """What is set, by ids, to see whether it was changed since."""
    return {
        "name": row.name, "name_it": row.names.get("it", ""), "client": row.client_id, "service": row.service_id,
        "position": row.position, "is_active": row.is_active,
    }  # fmt: skip


def _told(row: Component) -> dict[str, Any]:
    """What is set, as the change log calls it: an organisation by its name, a service by its key."""
    named = {"client": row.client.name if row.client else None, "service": row.service.key if row.service else None}
    return {**state_of(row), **named}


@transaction.atomic
def save_page(client: Client | None, *, by: Person, is_public: bool, slug: str = "", renews: bool = False) -> Page:
    """Say whether the status of an organisation (None: the desk's) is read without signing in, and where.

    renews: its feed gets a new address. Raises NotAllowed, Invalid (a public page has no address, or a taken one).
    """
    require_administrator(by)
    row = page_of(client)
    before = state_of_page(row)
    row.is_public, row.slug = is_public, slug.strip().lower() if client else ""
    if client is not None and is_public and not row.slug:
        raise Invalid("slug", _("A public page needs an address."))
    if renews:
        row.secret = new_token(24)
    require_valid(row, without=["client", "secret"])
    with refusing(_PAGE_ONCE):
        row.save()
    whose = client.name if client else _("the desk")
    record(
        by, f"status page: {whose}", before, {**state_of_page(row), **({"renewed": str(clock.now())} if renews else {})}
    )
    return row


def page_of(client: Client | None) -> Page:
    """The page of an organisation, made when it is asked for the first time."""
    return Page.objects.filter(client=client).first() or Page(client=client, secret=new_token(24))


def state_of_page(row: Page) -> dict[str, Any]:
    """What is set, for the change log."""
    return {"is_public": row.is_public, "slug": row.slug}
