"""Reads of the catalogue, each from the viewer."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from olmo.kernel import clock
from olmo.kernel.text import clean_line
from olmo.people.models import Person
from olmo.people.queries import clients_of, team_ids
from olmo.tenancy.models import Client
from olmo.tenancy.scope import EveryClient

from .models import Audience, FormVersion, Item, Service

MOST_FOUND = 50


def visible_to(viewer: Person, client: Client | None = None) -> QuerySet[Service]:
    """The active services that the viewer finds in the catalogue. client: as whose people an agent looks at it."""
    rows = Service.objects.filter(is_active=True)
    clients = [client.pk] if client is not None else clients_of(viewer)
    fits = Q(audience=Audience.PUBLIC)
    if isinstance(clients, EveryClient):
        fits |= Q(audience=Audience.CLIENTS)
    else:
        fits |= Q(audience=Audience.CLIENTS, client_ids__overlap=list(clients))
    if viewer.is_agent:
        through = Service.teams.through.objects
        mine = Exists(through.filter(service_id=OuterRef("pk"), team_id__in=list(team_ids(viewer))))
        own = Q(audience=Audience.TEAMS)
        fits |= own if viewer.is_administrator else own & Q(mine)
    return rows.filter(fits)


def items(viewer: Person, client: Client | None = None) -> QuerySet[Item]:
    """What the viewer can order now: active items of services that they see, with a form in force."""
    in_force = FormVersion.objects.filter(item=OuterRef("pk"), superseded_at=None, withdrawn_at=None)
    rows = Item.objects.filter(Exists(in_force), is_active=True, service__in=visible_to(viewer, client))
    return rows.select_related("service").order_by("service__position", "service__key", "position", "key")


def found(rows: QuerySet[Item], words: str) -> list[Item]:
    """Those in whose names, summaries or services every word occurs, in any language."""
    wanted = clean_line(words, 200).casefold().split()
    return [row for row in rows if all(word in _text(row) for word in wanted)][:MOST_FOUND]


def _text(item: Item) -> str:
    texts = (item.names, item.summaries, item.service.names, item.service.descriptions)
    return " ".join(text for each in texts for text in each.values()).casefold()


def popular(rows: QuerySet[Item], most: int = 6) -> list[Item]:
    """Those that are ordered most."""
    return list(rows.filter(orders__gt=0).order_by("-orders", "key")[:most])


def form_in_force(item: Item) -> FormVersion | None:
    """The version that is filled in now."""
    return FormVersion.objects.filter(item=item, superseded_at=None, withdrawn_at=None).first()


def is_still_taken(version: FormVersion) -> bool:
    """Whether answers to a version are accepted: it is in force, or was until some days ago and was not withdrawn."""
    version.refresh_from_db(fields=["superseded_at", "withdrawn_at"])  # it may have ended while it was filled in
    if version.withdrawn_at is not None:
        return False
    days = timedelta(days=version.item.grace_days)
    return version.superseded_at is None or clock.now() < version.superseded_at + days
