"""Assets beside a ticket: what it is about, and what its requester has."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from olmo.assets import queries
from olmo.kernel.prepared import Part, as_json
from olmo.people.models import Person
from olmo.tickets import concerns
from olmo.tickets.models import Ticket

from .. import places


def part(ticket: Ticket) -> dict[str, Part]:
    """What the page's statement asks for: nothing for the many tickets that name none."""
    return {"assets": concerns.named(ticket.asset_ids)} if ticket.asset_ids else {}


def fact(ticket: Ticket, also: Mapping[str, Any]) -> dict[str, Any]:
    """The property; each asset leads to its page."""
    known = as_json(also.get("assets")) or []
    return {
        "label": _("Assets"), "noun": "assets", "tags": [tag for _pk, tag, _name in known],
        "leads": [{"url": reverse("desk:asset", args=[pk]), "label": f"{tag} {name}"} for pk, tag, name in known],
    }  # fmt: skip


def devices(viewer: Person, ticket: Ticket) -> dict[str, Any]:
    """What the requester has, and which of it the ticket names already."""
    rows = queries.of_person(viewer, ticket.requester)
    return {
        "devices": [{"one": row, "is_named": row.pk in ticket.asset_ids} for row in rows],
        "attach_url": places.ticket(ticket.number, "assets"),
    }
