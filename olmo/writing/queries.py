"""Reads of the writing room; each starts from who looks."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from olmo.kernel.errors import NotFound
from olmo.kernel.prepared import Part
from olmo.people.models import Person
from olmo.people.queries import clients_of
from olmo.tenancy.scope import EveryClient
from olmo.tickets.models import Attachment, Ticket

from .models import Draft


def visible_to(viewer: Person) -> QuerySet[Draft]:
    """An agent's own drafts, those shared or given to them, and replies that wait for their moment."""
    if not viewer.is_agent:
        return Draft.objects.none()
    theirs = Q(author=viewer) | Q(is_shared=True) | Q(approver=viewer) | Q(send_at__isnull=False)
    clients = clients_of(viewer)
    drafts = Draft.objects.filter(theirs).select_related("author", "approver")
    return drafts if isinstance(clients, EveryClient) else drafts.filter(ticket__client_id__in=list(clients))


def of_ticket(viewer: Person, ticket: Ticket) -> list[Draft]:
    """Every draft of a ticket that the viewer may see, the oldest first. Most tickets have none, so people are not joined."""
    drafts = visible_to(viewer).select_related(None).prefetch_related("author", "approver")
    return list(drafts.filter(ticket=ticket).order_by("pk"))


def any_of_ticket(ticket: Ticket) -> Part:
    """Whether anybody has a draft of a ticket, as an expression of a statement that asks for more (see kernel.prepared)."""
    return "(select exists (select 1 from writing_draft where ticket_id = %s))", [ticket.pk]


def open_draft(author: Person, ticket: Ticket, kind: str, *, locked: bool = False) -> Draft | None:
    """What `author` is writing on a ticket."""
    rows = Draft.objects.filter(ticket=ticket, author=author, kind=kind, send_at=None, approver=None)
    return (rows.select_for_update(of=("self",)) if locked else rows).first()


def by_id(viewer: Person, pk: int) -> Draft:
    """A draft with its ticket. Raises NotFound: there is none, or the viewer may not know."""
    found = visible_to(viewer).select_related("ticket__requester", "ticket__client").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def files_of(drafts: Iterable[Draft]) -> dict[int, list[Attachment]]:
    """The files that go along with drafts which the viewer may see, by draft, in their order. No query when there are none."""
    found = list(drafts)
    ids = {pk for draft in found for pk in draft.uploads}
    rows = {row.pk: row for row in Attachment.objects.filter(pk__in=ids, message=None)} if ids else {}
    return {
        draft.pk: [rows[pk] for pk in draft.uploads if pk in rows and rows[pk].uploader_id == draft.author_id]
        for draft in found
    }


def file_of(viewer: Person, pk: int) -> Attachment:
    """A file of a draft that the viewer may see: whoever is asked to approve it, or shares it. Raises NotFound."""
    for files in files_of(visible_to(viewer).filter(uploads__contains=[pk])).values():
        for file in files:
            if file.pk == pk:
                return file
    raise NotFound


def mine(viewer: Person, limit: int = 100) -> list[Draft]:
    """The viewer's drafts and those they are asked to approve, the newest first."""
    rows = visible_to(viewer).filter(Q(author=viewer) | Q(approver=viewer))
    return list(rows.select_related("ticket__requester").order_by("-updated_at", "-pk")[:limit])
