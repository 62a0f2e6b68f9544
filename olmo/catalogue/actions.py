"""Verbs of administrators about the catalogue: services, items, the fields of a form, its versions. Each leaves an audit line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel import clock
from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import clean_line
from olmo.kernel.validation import refusing, require_valid
from olmo.people import audit
from olmo.people.administration import record, require_administrator, require_unchanged
from olmo.people.models import Person, Team
from olmo.tenancy.models import Client

from . import bilingual, definition
from .definition import Field, Form
from .models import Audience, FormVersion, Item, Offered, PriceKind, Service

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SERVICE_ONCE = {"catalogue_service_key_key": ("key", gettext_lazy("Another service has this key."))}
_ITEM_ONCE = {"catalogue_item_key_key": ("key", gettext_lazy("Another item has this key."))}
MOST_GRACE = 365


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Price and delivery. amount None: none is named; minutes: working time."""

    amount: Decimal | None = None
    currency: str = ""
    kind: str = PriceKind.PRICE
    delivery: Mapping[str, str] = field(default_factory=dict)
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """A service. clients, teams: for whom, where the audience is one of these."""

    key: str
    names: Mapping[str, str]
    owner: Person
    descriptions: Mapping[str, str] = field(default_factory=dict)
    audience: str = Audience.PUBLIC
    clients: Sequence[Client] = ()
    teams: Sequence[Team] = ()
    offer: Offer = field(default_factory=Offer)
    position: int = 0
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class ItemSettings:
    """What one orders of a service."""

    key: str
    names: Mapping[str, str]
    service: Service
    summaries: Mapping[str, str] = field(default_factory=dict)
    offer: Offer = field(default_factory=Offer)
    grace_days: int = 7
    position: int = 0
    is_active: bool = True


@transaction.atomic
def save_service(service: Service | None, wanted: ServiceSettings, *, by: Person, seen: str = "") -> Service:
    """Change a service, or make one. Raises NotAllowed, Conflict, Invalid (key, names, owner, audience, price)."""
    require_administrator(by)
    row = Service.objects.select_for_update(of=("self",)).get(pk=service.pk) if service else Service()
    before = state_of_service(row)
    require_unchanged(before, seen)
    row.key, row.names = _key(wanted.key), bilingual.lines(wanted.names, "names")
    row.descriptions = bilingual.paragraphs(wanted.descriptions)
    if not wanted.owner.is_agent or not wanted.owner.is_active:
        raise Invalid("owner", _("A service belongs to an active agent."))
    row.owner, row.audience = wanted.owner, wanted.audience
    row.position, row.is_active = wanted.position, wanted.is_active
    _require_audience(wanted)
    row.client_ids = sorted(one.pk for one in wanted.clients) if wanted.audience == Audience.CLIENTS else []
    _offer(row, wanted.offer)
    require_valid(row)
    with refusing(_SERVICE_ONCE):
        row.save()
    row.teams.set(wanted.teams if wanted.audience == Audience.TEAMS else ())
    record(by, f"service: {row.key}", before, state_of_service(row))
    return row


def _require_audience(wanted: ServiceSettings) -> None:
    if wanted.audience == Audience.CLIENTS and not wanted.clients:
        raise Invalid("clients", _("Choose the organisations."))
    if wanted.audience == Audience.TEAMS and not wanted.teams:
        raise Invalid("teams", _("Choose the teams."))


@transaction.atomic
def save_item(item: Item | None, wanted: ItemSettings, *, by: Person, seen: str = "") -> Item:
    """Change an item, or make one, without a form yet. Raises NotAllowed, Conflict, Invalid."""
    require_administrator(by)
    row = Item.objects.select_for_update(of=("self",)).get(pk=item.pk) if item else Item()
    before = state_of_item(row)
    require_unchanged(before, seen)
    row.key, row.names = _key(wanted.key), bilingual.lines(wanted.names, "names")
    row.summaries, row.service = bilingual.paragraphs(wanted.summaries, limit=1000), wanted.service
    row.position, row.is_active = wanted.position, wanted.is_active
    if wanted.grace_days > MOST_GRACE:
        raise Invalid("grace_days", _("At most %(most)d days.") % {"most": MOST_GRACE})
    row.grace_days = wanted.grace_days
    _offer(row, wanted.offer)
    require_valid(row)
    with refusing(_ITEM_ONCE):
        row.save()
    record(by, f"catalogue item: {row.key}", before, state_of_item(row))
    return row


@transaction.atomic
def remove_item(item: Item, *, by: Person) -> None:
    """Remove an item whose form was never published. Raises NotAllowed, Conflict."""
    require_administrator(by)
    row = _held(item)
    if row.versions.exists():
        raise Conflict(_("Its form was published, and requests keep it. Switch the item off instead."))
    audit.record(by, f"catalogue item: {row.key}", {"names": [row.names, None]})
    row.delete()


@transaction.atomic
def remove_service(service: Service, *, by: Person) -> None:
    """Remove a service that nothing uses. Raises NotAllowed, Conflict (it has items; agreements or tickets name it)."""
    require_administrator(by)
    row = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if row.items.exists():
        raise Conflict(_("This service has items. Remove them first, or switch it off."))
    audit.record(by, f"service: {row.key}", {"names": [row.names, None]})
    try:
        row.delete()
    except ProtectedError as error:
        raise Conflict(_("Agreements or tickets name this service, so it stays. Switch it off instead.")) from error


@transaction.atomic
def put_field(item: Item, wanted: Field, *, by: Person, instead_of: str = "", seen: str = "") -> Item:
    """Add a field at the end of the form that is being built, or put it in the place of one. A loop is refused at once.

    Raises NotAllowed, Conflict, NotFound (`instead_of` is gone), Invalid (key, labels, choices, columns, condition).
    """
    require_administrator(by)
    row = _held(item)
    require_unchanged(state_of_draft(row), seen)
    checked = _checked_field(wanted)
    fields = list(definition.read(row.draft).fields)
    if any(one.key == checked.key for one in fields if one.key != instead_of):
        raise Invalid("key", _("Another field of this form has this key."))
    if instead_of:
        fields[_place(fields, instead_of)] = checked
        fields = [_renamed(one, instead_of, checked.key) for one in fields]
    else:
        fields.append(checked)
    return _keep_draft(row, fields, by)


@transaction.atomic
def move_field(item: Item, key: str, *, up: bool, by: Person) -> Item:
    """Move a field by one place. Raises NotAllowed, NotFound, Invalid (a loop over its new section)."""
    require_administrator(by)
    row = _held(item)
    fields = list(definition.read(row.draft).fields)
    at = _place(fields, key)
    to = max(0, min(len(fields) - 1, at - 1 if up else at + 1))
    fields[at], fields[to] = fields[to], fields[at]
    return _keep_draft(row, fields, by)


@transaction.atomic
def remove_field(item: Item, key: str, *, by: Person) -> Item:
    """Take a field out of the form that is being built. Raises NotAllowed, NotFound, Conflict (others hang on it)."""
    require_administrator(by)
    row = _held(item)
    form = definition.read(row.draft)
    at = _place(list(form.fields), key)
    if leaning := form.leaning_on(key):
        names = ", ".join(str(one) for one in leaning)
        raise Conflict(_("Other fields hang on it: %(names)s. Change these first.") % {"names": names})
    return _keep_draft(row, [*form.fields[:at], *form.fields[at + 1 :]], by)


@transaction.atomic
def publish(item: Item, *, by: Person) -> FormVersion:
    """Put the form that was built into force; the former version ends now. Raises NotAllowed, Invalid, Conflict."""
    require_administrator(by)
    row = _held(item)
    form = definition.read(row.draft)
    definition.require_sound(form)
    last = row.versions.first()
    if last is not None and last.is_in_force and last.content == row.draft:
        raise Conflict(_("Nothing was changed since version %(number)d.") % {"number": last.number})
    now = clock.now()
    FormVersion.objects.filter(item=row, superseded_at=None, withdrawn_at=None).update(superseded_at=now)
    number = last.number + 1 if last else 1
    made = FormVersion.objects.create(item=row, number=number, content=row.draft, by=by, published_at=now)
    audit.record(by, f"form: {row.key}", {"version": [last.number if last else None, number]})
    return made


@transaction.atomic
def withdraw(version: FormVersion, *, by: Person) -> None:
    """Take a version back: it is filled in no more, and answers under way go to the next one. Raises NotAllowed, Conflict."""
    require_administrator(by)
    row = FormVersion.objects.select_for_update(of=("self",)).select_related("item").get(pk=version.pk)
    if row.withdrawn_at is not None:
        raise Conflict(_("This version was withdrawn already."))
    FormVersion.objects.filter(pk=row.pk).update(withdrawn_at=clock.now())
    audit.record(by, f"form: {row.item.key}", {"withdrawn": [None, row.number]})


def count_order(item: Item) -> None:
    """One more was ordered: what is ordered most is shown first."""
    Item.objects.filter(pk=item.pk).update(orders=F("orders") + 1)


def state_of_service(row: Service) -> dict[str, Any]:
    """What is set for a service, for the change log."""
    if not row.pk:
        return {}
    names = ("key", "names", "descriptions", "audience", "position", "is_active")
    teams = sorted(row.teams.values_list("name", flat=True))
    clients = sorted(Client.objects.filter(pk__in=row.client_ids).values_list("name", flat=True))
    known = {"owner": row.owner.name, "clients": clients, "teams": teams}
    return {**{name: getattr(row, name) for name in names}, **known, **_state_of_offer(row)}


def state_of_draft(row: Item) -> dict[str, Any]:
    """The form that is being built, for the change log."""
    return {"fields": row.draft}


def state_of_item(row: Item) -> dict[str, Any]:
    """What is set for an item, for the change log."""
    if not row.pk:
        return {}
    names = ("key", "names", "summaries", "grace_days", "position", "is_active")
    return {**{name: getattr(row, name) for name in names}, "service": row.service.key, **_state_of_offer(row)}


def _state_of_offer(row: Offered) -> dict[str, Any]:
    price = f"{row.price_amount} {row.price_currency} ({row.price_kind})" if row.price_amount is not None else ""
    return {"price": price, "delivery": row.delivery_words, "delivery_minutes": row.delivery_minutes}


def _offer(row: Offered, offer: Offer) -> None:
    if offer.amount is not None and not offer.currency.strip():
        raise Invalid("currency", _("An amount needs a currency."))
    if offer.amount is not None and not 0 <= offer.amount < 10**10:
        raise Invalid("amount", _("An amount is 0 or more, and below 10,000,000,000."))
    row.price_amount = offer.amount
    row.price_currency = clean_line(offer.currency, 3).upper() if offer.amount is not None else ""
    row.price_kind, row.delivery_minutes = offer.kind, offer.minutes
    row.delivery_words = bilingual.lines(offer.delivery, "delivery", is_needed=False)


def _key(text: str) -> str:
    key = clean_line(text, 200)
    if not _KEY.fullmatch(key) or len(key) > 60:
        raise Invalid("key", _("A key is made of up to 60 small letters, digits, - and _, such as new-laptop."))
    return key


def _held(item: Item) -> Item:
    row = Item.objects.select_for_update(of=("self",)).filter(pk=item.pk).first()
    if row is None:
        raise NotFound
    return row


def _place(fields: Sequence[Field], key: str) -> int:
    at = next((n for n, one in enumerate(fields) if one.key == key), None)
    if at is None:
        raise NotFound
    return at


def _renamed(one: Field, old: str, new: str) -> Field:
    """A field whose condition, or whose date, follows another one's new key."""
    if one.not_before == old:
        one = replace(one, not_before=new)
    if one.when is None or one.when.field != old:
        return one
    return replace(one, when=replace(one.when, field=new))


def _checked_field(wanted: Field) -> Field:
    if wanted.kind not in definition.FieldKind.values:
        raise Invalid("kind", _("“%(value)s” is not a kind of field.") % {"value": wanted.kind})
    if wanted.source and wanted.source not in definition.Source.values:
        raise Invalid("source", _("“%(value)s” is not known of a person.") % {"value": wanted.source})
    found = replace(
        wanted, key=_key(wanted.key), labels=bilingual.lines(wanted.labels, "labels", limit=200),
        hints=bilingual.lines(wanted.hints, "hints", limit=500, is_needed=False),
    )  # fmt: skip
    definition.require_field(found)
    return found


def _keep_draft(row: Item, fields: Sequence[Field], by: Person) -> Item:
    form = Form(tuple(fields))
    if len(form.fields) > definition.MOST_FIELDS:
        raise Invalid("form", _("A form has at most %(most)d fields.") % {"most": definition.MOST_FIELDS})
    definition.require_no_loop(form)
    before = state_of_draft(row)
    row.draft = form.as_data()
    row.save(update_fields=["draft"])
    audit.record(by, f"form being built: {row.key}", audit.difference(before, state_of_draft(row)))
    return row
