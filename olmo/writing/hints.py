"""What an author should know before a reply leaves. A hint never stops anybody."""

from django.conf import settings
from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.tickets.models import Ticket

from .languages import language_of
from .models import Draft, Kind
from .recipients import addresses, domains_of


def of_draft(ticket: Ticket, draft: Draft) -> list[str]:
    """Sentences about a draft: readers outside the organisation, another language than the ticket's."""
    if draft.kind != Kind.REPLY:
        return []
    return [*_outside(ticket, draft), *_other_language(ticket, draft)]


def _outside(ticket: Ticket, draft: Draft) -> list[str]:
    """Addresses outside the client's domains, other than the requester's own."""
    try:
        named = [*addresses(draft.to, "to"), *addresses(draft.cc, "cc")]
    except Invalid as wrong:
        return [str(wrong.message)]
    domains = domains_of(ticket.client_id) if named else []
    own = (ticket.requester.email or "").lower()
    outside = [address for address in named if address != own and address.rpartition("@")[2] not in domains]
    if not outside or not domains:
        return []
    words = {"addresses": ", ".join(outside), "organisation": ticket.client.name}
    return [_("Outside %(organisation)s: %(addresses)s") % words]


def _other_language(ticket: Ticket, draft: Draft) -> list[str]:
    found = language_of(draft.text)
    if found is None or found == ticket.language:
        return []
    names = dict(settings.LANGUAGES)
    words = {"written": names[found], "wanted": names.get(ticket.language, ticket.language)}
    return [_("This looks like %(written)s; the ticket’s language is %(wanted)s.") % words]
