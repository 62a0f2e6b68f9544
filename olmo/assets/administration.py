"""Kinds of assets, as administrators keep them. Each change leaves a line in the change log."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person

from .models import Asset, AssetKind

MOST_COUNTED = 1000  # counted one further, to tell "1000" from "more"
_USES = (
    "select k.id, (select count(*) from (select from assets_asset a where a.kind_id = k.id limit %s) used)"
    " from assets_assetkind k"
)


@dataclass(frozen=True, kw_only=True)
class KindSettings:
    """A kind of assets. names: {language: name} where it differs from `name`; position: its place in the list."""

    name: str
    names: dict[str, str]
    icon: str = "laptop"
    position: int = 0
    is_active: bool = True


@transaction.atomic
def save_kind(kind: AssetKind | None, settings: KindSettings, *, by: Person, seen: str = "") -> AssetKind:
    """Change a kind, or make one. Raises NotAllowed, Conflict (changed meanwhile), Invalid (no name; another kind's name)."""
    people.require_administrator(by)
    row = AssetKind.objects.select_for_update().get(pk=kind.pk) if kind else AssetKind()
    before = state_of(row)
    people.require_unchanged(before, seen)
    row.name = clean_line(settings.name, 60)
    row.names = {language: clean_line(name, 60) for language, name in settings.names.items() if name.strip()}
    row.icon, row.position, row.is_active = settings.icon, settings.position, settings.is_active
    require_valid(row)
    with refusing({"asset_kind_once": ("name", _("There is a kind of this name."))}):
        row.save()
    people.record(by, f"asset kind: {row.name}", before, state_of(row))
    return row


@transaction.atomic
def remove_kind(kind: AssetKind, *, by: Person) -> None:
    """Remove a kind that no asset has. Raises NotAllowed, Conflict (assets have it: it can be switched off)."""
    people.require_administrator(by)
    row = AssetKind.objects.select_for_update().get(pk=kind.pk)
    if uses_of(row):
        raise Conflict(_("Assets are of this kind, so it stays. Switch it off instead."))
    audit.record(by, f"asset kind: {row.name}", {name: [value, None] for name, value in state_of(row).items()})
    row.delete()


def uses() -> dict[int, int]:
    """How many assets are of each kind, counted up to 1,001: {id: count}."""
    with connection.cursor() as cursor:
        cursor.execute(_USES, [MOST_COUNTED + 1])
        return dict(cursor.fetchall())


def uses_of(kind: AssetKind) -> int:
    """How many assets are of this kind, counted up to 1,001."""
    return Asset.objects.filter(kind=kind)[: MOST_COUNTED + 1].count()


def state_of(kind: AssetKind) -> dict[str, Any]:
    """What is set, for the change log; nothing for one that is not there yet."""
    if not kind.pk:
        return {}
    names = ("name", "icon", "position", "is_active")
    return {**{name: getattr(kind, name) for name in names}, "names": dict(kind.names)}
