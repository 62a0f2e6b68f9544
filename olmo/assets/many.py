"""Many assets at once: what shall be the same for all is shown asset by asset, then changed, and taken back within an hour.

All of it is done or nothing. Each asset keeps a line in its trail, with the mark of the batch; the change log has one for each
organisation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.people import audit
from olmo.people.administration import mark_of
from olmo.people.models import Person
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import actions, policy, queries
from .actions import AssetSettings
from .models import Asset, State, Step

MOST, UNDO_HOURS = 500, 1


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What is to be the same for all: place, state, person (None: nobody), organisation. What is not named stays."""

    values: Mapping[str, Any] = field(default_factory=dict)
    client: Client | None = None

    def of(self, asset: Asset) -> AssetSettings:
        """What an asset becomes. Nobody has what is retired, and people stay with their organisation."""
        wanted = dict(self.values)
        if wanted.get("state") == State.RETIRED or (self.client and self.client.pk != asset.client_id):
            wanted.setdefault("person", None)
        return replace(actions.settings_of(asset), **wanted)


@dataclass(frozen=True)
class Effect:
    """What would become of one asset: what differs, or why it cannot be. mark: of the state that was looked at."""

    asset: Asset
    mark: str
    change: Mapping[str, Any]
    refusal: str = ""


def preview(assets: Iterable[Asset], edit: Edit, *, by: Person) -> list[Effect]:
    """What would become of each; nothing is written."""
    rows = list(assets)
    held = _staying(rows, edit)
    return [_effect(row, edit, by, held) for row in rows]


@transaction.atomic
def change(pairs: Sequence[tuple[int, str]], edit: Edit, *, by: Person, batch: UUID | None = None) -> UUID:
    """Change all of these (id, mark of the state that was shown), and return the mark of the batch.

    batch: what the page that was shown gives it, so that its button pressed twice is answered with what the first press did.
    Raises NotFound, NotAllowed, Invalid (nothing chosen, too many), Conflict (one cannot be or was changed meanwhile); nothing is
    written then.
    """
    if not 0 < len(pairs) <= MOST:
        raise Invalid("assets", _("Choose from one to %(most)d assets.") % {"most": MOST})
    rows = _locked([pk for pk, _mark in pairs], by)
    former = _steps_of(batch) if batch else set()
    held = _staying(rows.values(), edit)
    effects = [_effect(rows[pk], edit, by, held) for pk, _mark in pairs]
    for effect, (_pk, mark) in zip(effects, pairs, strict=True):
        if effect.refusal or effect.mark != mark:
            if batch and former == {(pk, by.pk) for pk in rows}:
                return batch
            words = effect.refusal or _("somebody changed it meanwhile")
            raise Conflict(_("Nothing was changed. %(name)s: %(why)s") % {"name": effect.asset, "why": words})
    done = {e.asset.pk: (edit.of(e.asset), edit.client or e.asset.client) for e in effects if e.change}
    return _written([(rows[pk], *what) for pk, what in done.items()], by, None if former else batch)


def _steps_of(batch: UUID) -> set[tuple[int, int]]:
    """The assets of a batch, each with its author, also those that nobody here may see (any more)."""
    with scope(EVERY_CLIENT):
        return set(Step.objects.filter(batch=batch).values_list("asset", "by"))


def steps(viewer: Person, batch: UUID) -> list[Step]:
    """What a batch did, by tag, as far as the viewer may know it. Raises NotFound."""
    found = Step.objects.filter(batch=batch, asset__in=queries.visible_to(viewer)).select_related("by", "asset__client")
    rows = list(found.order_by("asset__tag_key", "asset"))
    if not rows or not viewer.is_agent:
        raise NotFound
    return rows


def may_undo(viewer: Person, done: Sequence[Step]) -> bool:
    """Whether the author may still take it back."""
    return done[0].by_id == viewer.pk and done[0].at > clock.now() - timedelta(hours=UNDO_HOURS)


@transaction.atomic
def undo(batch: UUID, *, by: Person) -> UUID:
    """Give the assets of a batch back what they were, all of them or none.

    Raises NotFound, Conflict (too late, not the author's, not all theirs any more, changed since, cannot go back).
    """
    done = steps(by, batch)
    if not may_undo(by, done) or len(done) < len(_steps_of(batch)):
        raise Conflict(_("This can no longer be undone."))
    rows = _locked([step.asset_id for step in done], by)
    wanted = [_former(rows[step.asset_id], step.change) for step in done]
    _require_way_back(wanted, by)
    return _written(wanted, by)


def _require_way_back(wanted: Sequence[tuple[Asset, AssetSettings, Client]], by: Person) -> None:
    """As on the way there: the author works for both organisations, no ticket names what leaves, no tag is taken."""
    for client in {client for row, _what, client in wanted if row.client_id != client.pk}:
        if not policy.may_know_client(by, client.pk):
            raise Conflict(_("This can no longer be undone."))
        rows = {row.pk: row for row, _what, its in wanted if its == client}
        for pk, why in _staying(rows.values(), Edit(client=client)).items():
            raise Conflict(_("Nothing was undone. %(name)s: %(why)s") % {"name": rows[pk], "why": why})


def _former(row: Asset, change: Mapping[str, Any]) -> tuple[Asset, AssetSettings, Client]:
    now = _told(row)
    if any(now[name] != after for name, (_before, after) in change.items()):
        raise Conflict(_("Nothing was undone: %(name)s was changed since.") % {"name": row})
    was: dict[str, Any] = {name: before for name, (before, _after) in change.items() if name != "client"}
    if "person" in was:
        was["person"] = Person.objects.filter(pk=was["person"]).first()
    client = Client.objects.get(pk=change["client"][0]) if "client" in change else row.client
    return row, replace(actions.settings_of(row), **was), client


def _locked(ids: Iterable[int], by: Person) -> dict[int, Asset]:
    """The rows, locked in one order. Raises NotFound, NotAllowed."""
    wanted = set(ids)
    rows = Asset.objects.select_for_update(of=("self",)).select_related("client", "kind", "person").order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=wanted)}
    if len(found) < len(wanted):
        raise NotFound
    for client_id in {row.client_id for row in found.values()}:
        policy.require_keeping(by, client_id)
    return found


def _written(wanted: Iterable[tuple[Asset, AssetSettings, Client]], by: Person, batch: UUID | None = None) -> UUID:
    """Write what differs in a few statements. Raises Conflict when one is not right (any more)."""
    batch, now = batch or uuid4(), clock.now()
    told: list[tuple[Asset, Client, dict[str, Any]]] = []
    for row, what, client in wanted:
        before, house = _told(row), row.client
        row.client = client
        try:
            actions.fill(row, what)
        except Invalid as refusal:
            raise Conflict(f"{row}: {refusal.message}") from refusal
        row.updated_at = now
        told.append((row, house, audit.difference(before, _told(row))))
    try:
        actions.save_many([row for row, _house, _said in told])
    except Invalid as refusal:
        raise Conflict(refusal.message) from refusal
    Step.objects.bulk_create(Step(asset=row, by=by, at=now, change=said, batch=batch) for row, _house, said in told)
    for client in {client for row, house, _said in told for client in (row.client, house)}:
        changes = [said for row, house, said in told if client in (row.client, house)]
        audit.arranged(by, f"assets: {client.name}", _summary(changes))
    return batch


def _summary(changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """For the change log: how many, and which fields."""
    return {
        "changed": [None, len(changes)],
        "fields": [None, ", ".join(sorted({name for one in changes for name in one}))],
    }


def _told(row: Asset) -> dict[str, Any]:
    return {**actions.state_of(row), "client": row.client_id}


def _effect(row: Asset, edit: Edit, by: Person, held: Mapping[int, str]) -> Effect:
    """What would become of a row, which is left as it is."""
    before, client = _told(row), edit.client or row.client
    mark = mark_of(before)
    try:
        policy.require_keeping(by, client.pk)
        made = actions.checked(client.pk, edit.of(row))
    except Invalid as refusal:
        return Effect(row, mark, {}, str(refusal.message))
    after = {name: getattr(made, name) for name in edit.values} | {"person": made.person.pk if made.person else None}
    change = audit.difference({name: before[name] for name in after}, after)
    if client.pk != row.client_id:
        change["client"] = [row.client_id, client.pk]
    return Effect(row, mark, change, held.get(row.pk, ""))


def _staying(rows: Iterable[Asset], edit: Edit) -> dict[int, str]:
    """Which cannot go to the other organisation, and why."""
    moved = [row for row in rows if edit.client and row.client_id != edit.client.pk]
    if not moved or edit.client is None:
        return {}
    keys = [row.tag_key for row in moved]
    taken = set(Asset.objects.filter(client=edit.client, tag_key__in=keys).values_list("tag_key", flat=True))
    words = _("Another asset of this organisation has the tag “%(tag)s”.")
    found = {row.pk: words % {"tag": row.tag} for row in moved if row.tag_key in taken or keys.count(row.tag_key) > 1}
    for names in getattr(import_module(settings.OLMO_WIRING), "ASSETS_NAMED", ()):
        for pk in names([row.pk for row in moved]):
            found[pk] = _("Tickets of its organisation name it: retire it here, and take it in anew there.")
    return found
