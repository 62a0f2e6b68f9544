"""Parents and children: a large piece of work in parts, or one disturbance that many reported.

A ticket has at most one parent, and nobody is their own ancestor. A parent's end neither waits for its children nor ends them by
itself: whoever resolves it is asked, and `actions.resolve_family` then resolves those that are open with the same words.
"""

from django.db import connection
from django.utils.translation import gettext as _

from olmo.kernel.errors import Conflict
from olmo.people.models import Person

from .models import ACTIVE, LinkKind, Ticket
from .queries import visible_to

MOST_GENERATIONS = 20
AT_ONCE = 100  # children that are answered or resolved while somebody waits for the page


def parent_of(ticket: Ticket) -> int | None:
    """The id of a ticket's parent."""
    return _end(ticket.links, LinkKind.CHILD)


def children_of(ticket: Ticket) -> list[int]:
    """The ids of a ticket's children, in the order in which they became so."""
    return [link["ticket"] for link in ticket.links if link["kind"] == LinkKind.PARENT]


def open_children(viewer: Person, ticket: Ticket, most: int | None = None) -> list[Ticket]:
    """The children that are not finished and that the viewer may see; all of them, so that what is said to all leaves nobody out.

    most: where only the first of them are shown.
    """
    ids = children_of(ticket)
    return list(visible_to(viewer).filter(pk__in=ids, status__in=ACTIVE).order_by("pk")[:most]) if ids else []


def require_tree(child: Ticket, parent: Ticket) -> None:
    """Raise Conflict when `child` has another parent, or is an ancestor of `parent`. Until the end of the transaction families
    change one after the other, so that two people cannot close a circle together."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('family', 0))")
    known = parent_of(child)
    if known is not None and known != parent.pk:
        raise Conflict(_("This ticket has a parent already; take that link away first."))
    above: int | None = parent.pk
    for _generation in range(MOST_GENERATIONS):
        if above == child.pk:
            raise Conflict(_("That would be a circle: the one ticket is above the other already."))
        if above is None:
            return
        links = Ticket.objects.filter(pk=above).values_list("links", flat=True).first()
        above = _end(links or [], LinkKind.CHILD)
    raise Conflict(_("There are too many generations above this ticket."))


def is_child_link(kind: str) -> bool:
    """Whether a link of this kind makes one ticket the child of the other."""
    return kind in (LinkKind.CHILD, LinkKind.PARENT)


def _end(links: list[dict[str, object]], kind: str) -> int | None:
    found = next((link["ticket"] for link in links if link["kind"] == kind), None)
    return found if isinstance(found, int) else None
