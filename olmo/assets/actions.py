"""Verbs of assets. Each checks that the author works for the organisation, and leaves a line in the asset's trail."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean, clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people import administration as people
from olmo.people import audit
from olmo.people.models import Person
from olmo.tenancy.models import Client

from . import policy, words
from .models import Asset, AssetKind, State, Step, Term

_LINES = {"tag": 40, "name": 120, "maker": 80, "model": 80, "serial": 80, "place": 120}
_COLUMNS = (*_LINES, "kind", "person", "state", "bought_on", "warranty_until", "note")
_SEARCHED = {"tag", "serial", "name", "maker", "model"}


@dataclass(frozen=True, kw_only=True)
class AssetSettings:
    """What an asset is. tag: unique in its organisation; person: who has it, of the same organisation."""

    tag: str
    name: str
    kind: AssetKind
    maker: str = ""
    model: str = ""
    serial: str = ""
    person: Person | None = None
    place: str = ""
    state: str = State.IN_STOCK
    bought_on: date | None = None
    warranty_until: date | None = None
    note: str = ""


def create(client: Client, settings: AssetSettings, *, by: Person) -> Asset:
    """Take in an asset. Raises NotFound, NotAllowed, Invalid (a field and why)."""
    policy.require_keeping(by, client.pk)
    return _write(Asset(client=client, created_at=clock.now()), settings, by)


def change(asset: Asset, settings: AssetSettings, *, by: Person, seen: str = "") -> Asset:
    """Change an asset. seen: the mark of the state on the author's page.

    Raises NotFound, NotAllowed, Conflict (changed meanwhile), Invalid.
    """
    with transaction.atomic():
        row = _held(asset, by)
        people.require_unchanged(state_of(row), seen)
        return _write(row, settings, by)


def retire(asset: Asset, *, by: Person) -> Asset:
    """Take an asset out of use: nobody has it any more, and what happened to it is kept. Raises Conflict (it is already)."""
    return _enter(asset, by, State.RETIRED, _("This asset is retired already."))


def restore(asset: Asset, *, by: Person) -> Asset:
    """Bring a retired asset back into the stock. Raises Conflict (it is not retired)."""
    return _enter(asset, by, State.IN_STOCK, _("This asset is not retired."))


def settings_of(asset: Asset) -> AssetSettings:
    """What an asset is now, to be changed in parts."""
    return AssetSettings(**{name: getattr(asset, name) for name in _COLUMNS})


def state_of(asset: Asset) -> dict[str, Any]:
    """What is kept of an asset, as its trail tells it: people and kinds by their ids; {} for one that is not there yet."""
    return _columns(asset) if asset.pk else {}


@transaction.atomic
def write_many(client: Client, wanted: Iterable[tuple[Asset | None, AssetSettings]], *, by: Person, name: str) -> int:
    """Take in or change many assets of an organisation, all or none, with one line in the change log. name: of the file.

    Returns how many were new or differ. Raises NotFound, NotAllowed, Invalid.
    """
    policy.require_keeping(by, client.pk)
    pairs = list(wanted)
    held = Asset.objects.select_for_update().filter(client=client).in_bulk([one.pk for one, _what in pairs if one])
    now = clock.now()
    changes: list[tuple[Asset, dict[str, Any]]] = []
    for one, what in pairs:
        row = held[one.pk] if one else Asset(client=client, created_at=now)
        if change := fill(row, what):
            row.updated_at = now
            require_valid(row, without=["client", "kind", "person"])  # rows that were just read
            changes.append((row, change))
    save_many([row for row, _change in changes])
    Step.objects.bulk_create((Step(asset=row, by=by, at=now, change=change) for row, change in changes), 1000)
    audit.arranged(by, f"assets: {client.name}", {"imported": [None, len(changes)], "file": [None, name[:120]]})
    return len(changes)


def save_many(rows: list[Asset]) -> None:
    """Save rows that `fill` has filled, and the words by which they are found. Raises Invalid("tag")."""
    new, known = [row for row in rows if not row.pk], [row for row in rows if row.pk]
    with refusing({"asset_tag_once": ("tag", _("Another asset of this organisation has one of these tags."))}):
        Asset.objects.bulk_create(new, 1000)
        Asset.objects.bulk_update(known, [*_COLUMNS, "client", "tag_key", "updated_at"], 500)
    Term.objects.filter(asset__in=[row.pk for row in known]).delete()
    Term.objects.bulk_create(
        (Term(asset=row, client_id=row.client_id, word=word) for row in rows for word in sorted(words.of(row))), 2000
    )  # fmt: skip


def checked(client_id: int, settings: AssetSettings) -> AssetSettings:
    """The settings with every line made plain. Raises Invalid (a field and why)."""
    lines: dict[str, Any] = {name: clean_line(getattr(settings, name), limit) for name, limit in _LINES.items()}
    made = replace(settings, **lines, note=clean(settings.note, 2000).strip())
    if not made.tag:
        raise Invalid("tag", _("An asset needs a tag: what is written on it."))
    if not made.name:
        raise Invalid("name", _("An asset needs a name."))
    if made.state not in State.values:
        raise Invalid("state", _("“%(value)s” is not one of the choices.") % {"value": made.state})
    _require_holder(client_id, made)
    if made.bought_on and made.warranty_until and made.warranty_until < made.bought_on:
        raise Invalid("warranty_until", _("The warranty cannot end before the asset was bought."))
    return made


def _require_holder(client_id: int, settings: AssetSettings) -> None:
    person = settings.person
    if person is None:
        return
    if person.client_id != client_id or not person.is_requester:
        raise Invalid("person", _("%(name)s belongs to another organisation.") % {"name": person.name})
    if settings.state == State.RETIRED:
        raise Invalid("person", _("Nobody has a retired asset. Leave the person empty, or choose another state."))


@transaction.atomic
def _write(row: Asset, settings: AssetSettings, by: Person) -> Asset:
    change = fill(row, settings)
    if not change:
        return row
    row.updated_at = clock.now()
    require_valid(row, without=["client", "kind", "person"])
    taken = _("Another asset of this organisation has the tag “%(tag)s”.") % {"tag": row.tag}
    with refusing({"asset_tag_once": ("tag", taken)}):
        row.save()
    if change.keys() & _SEARCHED:
        _index(row)
    Step.objects.create(asset=row, by=by, at=row.updated_at, change=change)
    return row


def fill(row: Asset, settings: AssetSettings) -> dict[str, Any]:
    """Write the settings into the row; returns what the trail says of it. Raises Invalid."""
    before, made = state_of(row), checked(row.client_id, settings)
    for name in _COLUMNS:
        setattr(row, name, getattr(made, name))
    row.tag_key = words.key(row.tag)
    return _told(before, _columns(row))


def _columns(asset: Asset) -> dict[str, Any]:
    plain = {name: getattr(asset, name) for name in (*_LINES, "state", "bought_on", "warranty_until", "note")}
    return {**plain, "kind": asset.kind_id, "person": asset.person_id}


def _told(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What the trail says: what differs (of a new asset what is filled in), and of a note only whether there is one."""
    change = audit.difference(before, after)
    if not before:
        change = {name: pair for name, pair in change.items() if pair[1] not in (None, "")}
    if "note" in change:
        change["note"] = [bool(before.get("note")), bool(after["note"])]
    return change


def _index(row: Asset) -> None:
    """Keep the words by which it is found."""
    wanted = words.of(row)
    Term.objects.filter(asset=row).exclude(word__in=wanted).delete()
    known = set(Term.objects.filter(asset=row).values_list("word", flat=True))
    Term.objects.bulk_create(Term(asset=row, client_id=row.client_id, word=word) for word in sorted(wanted - known))


def _held(asset: Asset, by: Person) -> Asset:
    """The row, locked. Raises NotFound, NotAllowed."""
    row = (
        Asset.objects.select_for_update(of=("self",))
        .select_related("client", "kind", "person")
        .filter(pk=asset.pk)
        .first()
    )
    if row is None:
        raise NotFound
    policy.require_keeping(by, row.client_id)
    return row


@transaction.atomic
def _enter(asset: Asset, by: Person, state: str, refusal: str) -> Asset:
    row = _held(asset, by)
    if row.is_retired == (state == State.RETIRED):
        raise Conflict(refusal)
    return _write(row, replace(settings_of(row), state=state, person=None), by)
