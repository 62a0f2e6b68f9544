"""How tests take in an asset."""

from typing import Any

from olmo.assets import actions
from olmo.assets.models import Asset, AssetKind
from olmo.people.models import Person
from olmo.tenancy.models import Client


def kind(name: str = "Laptop") -> AssetKind:
    """One of the kinds that a desk begins with."""
    return AssetKind.objects.get(name=name)


def take_in(client: Client, tag: str, *, by: Person, **more: Any) -> Asset:
    """A laptop of an organisation."""
    settings = {"name": "ThinkPad", "kind": kind(), "state": "in_use", **more}
    return actions.create(client, actions.AssetSettings(tag=tag, **settings), by=by)
