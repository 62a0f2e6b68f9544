"""What a ticket is about: the assets that it names. `Ticket.asset_ids` is the truth, which the log proves."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from olmo.assets import queries as assets
from olmo.assets.models import Asset
from olmo.kernel.errors import Invalid
from olmo.kernel.prepared import Part
from olmo.people.models import Person
from olmo.tenancy.models import Client

MOST = 50  # assets of one ticket
_NAMED = "(select json_agg(json_build_array(id, tag, name) order by tag_key, id) from assets_asset where id = any(%s::bigint[]))"


class Concern(models.Model):
    """Which tickets are about an asset: `Ticket.asset_ids` to be looked up from the asset's side. Kept by a trigger."""

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "ticket"], name="concern_once")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.ticket_id}"


def about(*asset_ids: int) -> Q:
    """The condition that a ticket is about one of these assets."""
    return Q(pk__in=Concern.objects.filter(asset__in=asset_ids).values("ticket_id"))


def named(asset_ids: list[int]) -> Part:
    """Id, tag and name of these, as an expression for the page's statement."""
    return _NAMED, [asset_ids]


def checked(ids: Iterable[int], client_id: int, by: Person) -> list[int]:
    """Assets that a ticket of this client may name by this author: a requester's are their own. Raises Invalid("assets").

    They stay with the client until the transaction ends: nobody moves one while it is being named.
    """
    wanted = sorted(set(ids))
    if len(_held(assets.visible_to(by), client_id, wanted)) < len(wanted):
        raise Invalid("assets", _("This asset belongs to another organisation, or is no longer there."))
    if len(wanted) > MOST:
        raise Invalid("assets", _("A ticket names at most %(most)d assets.") % {"most": MOST})
    return wanted


def naming(ids: list[int]) -> set[int]:
    """Which of these assets tickets name (`wiring.ASSETS_NAMED`)."""
    return set(Concern.objects.filter(asset__in=ids).values_list("asset", flat=True).distinct())


def still_of(client_id: int, ids: list[int]) -> list[int]:
    """Of former assets those that belong to the client: what an undo may give back."""
    return _held(Asset.objects.all(), client_id, ids) if ids else []


def _held(rows: QuerySet[Asset], client_id: int, ids: Iterable[int]) -> list[int]:
    """Those of the client, by their ids, locked in the order in which all lock them."""
    found = rows.filter(client_id=client_id, pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return list(found.values_list("pk", flat=True))
