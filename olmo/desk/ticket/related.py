"""The tickets beside a ticket: its parent, its children, those linked with it and those merged into it, each with its state."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from olmo.people.models import Person
from olmo.tickets import family, queries
from olmo.tickets.models import ACTIVE, LinkKind, Status, Ticket

from .. import places

MOST = 100
Section = dict[str, Any]


def sections(viewer: Person, ticket: Ticket) -> list[Section]:
    """What the panel shows of them, as far as the viewer may see them. One query, none for a ticket that stands alone."""
    if not (ticket.links or ticket.absorbed_ids):
        return []
    links = sorted(
        ticket.links, key=lambda link: family.is_child_link(link["kind"])
    )  # the nearest kinship is what is said
    how = {link["ticket"]: link["kind"] for link in links}
    found = queries.visible_to(viewer).filter(pk__in=[*how, *ticket.absorbed_ids]).order_by("-number")
    rows = list(found.values("id", "number", "subject", "status")[:MOST])
    kin = [row for row in rows if family.is_child_link(how.get(row["id"], ""))]
    others = [row for row in rows if row not in kin]
    parts: list[Section] = []
    if kin:
        kin.sort(key=lambda row: (how[row["id"]] != LinkKind.CHILD, row["status"] not in ACTIVE))
        parts.append({"title": _family(kin, how), "lines": [_line(row, _role(how[row["id"]])) for row in kin]})
    if others:
        lines = [_line(row, _kind(how.get(row["id"], ""))) for row in others]
        parts.append({"title": _("Related tickets"), "lines": lines})
    return parts


def _family(kin: list[Any], how: dict[int, str]) -> str:
    """The heading: how many of the children are still open."""
    children = [row for row in kin if how[row["id"]] == LinkKind.PARENT]
    if not children:
        return _("Parent")
    left = sum(row["status"] in ACTIVE for row in children)
    words = ngettext("%(n)d child, %(open)d open", "%(n)d children, %(open)d open", len(children))
    return words % {"n": len(children), "open": left}


def _role(kind: str) -> str:
    return _("parent of this one") if kind == LinkKind.CHILD else _("child of this one")


def _kind(kind: str) -> str:
    return str(LinkKind(kind).label) if kind else _("merged into this one")


def _line(row: Any, role: str) -> dict[str, Any]:
    return {
        "url": places.ticket(row["number"]), "number": row["number"], "label": row["subject"],
        "note": f"{role}, {str(Status(row['status']).label).lower()}",
    }  # fmt: skip
