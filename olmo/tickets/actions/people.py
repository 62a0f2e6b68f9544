"""Who asked and who follows."""

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people.models import Person

from .. import policy
from ..changes import AssetsNamed, RequesterChanged, Unwatched, Watched
from ..log import changing
from ..models import Attachment, ChecklistItem, Event, Message, PartnerCase, SearchDocument, Ticket


def change_requester(ticket: Ticket, *, by: Person, requester: Person, seen: int | None = None) -> Event | None:
    """Make somebody else the requester; a person of another client takes the ticket and its messages with them.

    Raises NotFound, NotAllowed (the author does not work for the new client), Invalid, Stale.
    """
    if not requester.is_active or requester.is_robot:
        raise Invalid("requester", _("%(name)s cannot be a requester.") % {"name": requester.name})
    with changing(ticket, by=by, seen=seen, touching=["requester"]) as log:
        policy.require_work(by, ticket)
        client_id = requester.client_id or ticket.client_id
        policy.require(policy.may_know_client(by, client_id))
        if ticket.requester_id == requester.pk:
            return None
        if client_id != ticket.client_id:
            move(ticket, client_id)
            if ticket.asset_ids:  # they stay with their organisation
                log.record(AssetsNamed(assets_removed=ticket.asset_ids))
        return log.record(RequesterChanged(requester=requester.pk, client=client_id))


def watch(ticket: Ticket, *, by: Person, person: Person) -> Event | None:
    """Let a person follow the ticket: an agent who works for its client, or a person of the client (who then sees it).

    Raises NotFound, NotAllowed, Invalid.
    """
    with changing(ticket, by=by) as log:
        _require_may_watch(ticket, by, person)
        if person.is_requester and person.client_id != ticket.client_id:
            raise Invalid("person", _("%(name)s belongs to another organisation.") % {"name": person.name})
        return None if person.pk in ticket.watcher_ids else log.record(Watched(person=person.pk))


def unwatch(ticket: Ticket, *, by: Person, person: Person) -> Event | None:
    """Let a person follow no more. Raises NotFound, NotAllowed."""
    with changing(ticket, by=by) as log:
        _require_may_watch(ticket, by, person)
        return log.record(Unwatched(person=person.pk)) if person.pk in ticket.watcher_ids else None


def _require_may_watch(ticket: Ticket, by: Person, person: Person) -> None:
    """Agents choose the followers; everybody else may only stop following, or follow what they see."""
    policy.require_sight(by, ticket)
    policy.require(policy.may_work(by, ticket) or by.pk == person.pk)


def move(ticket: Ticket, client_id: int) -> None:
    """Everything that carries the client moves in this transaction; the row itself moves by the change."""
    Attachment.objects.filter(message__ticket=ticket).update(client_id=client_id)
    ChecklistItem.objects.filter(ticket=ticket).update(client_id=client_id)
    Message.objects.filter(ticket=ticket).update(client_id=client_id)
    SearchDocument.objects.filter(ticket=ticket).update(client_id=client_id)
    PartnerCase.objects.filter(ticket=ticket).update(client_id=client_id)
