"""Which signature goes under a mail: the writer's own, the team's, the organisation's, or the provider's; the first there is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from olmo.kernel import placeholders, prepared
from olmo.kernel.prepared import Part, as_json, joined
from olmo.kernel.signatures import in_language
from olmo.people.models import Person
from olmo.tenancy.queries import provider

from .models import Ticket
from .placeholders import filled

_HELD = """
(select json_build_object('team', (select signatures from people_team where id = %s),
    'organisation', (select signatures from tenancy_client where id = %s),
    'provider', (select signatures from tenancy_provider limit 1)))
"""


class Whose(StrEnum):
    """Where a signature was found."""

    AGENT = "agent"
    TEAM = "team"
    ORGANISATION = "organisation"
    PROVIDER = "provider"


@dataclass(frozen=True)
class Signature:
    """The words that stand under a mail, plain text, placeholders filled in."""

    text: str
    whose: Whose


def held(ticket: Ticket) -> Part:
    """The signatures of the ticket's team, its organisation and the provider, as an expression (see kernel.prepared)."""
    return _HELD, [ticket.team_id, ticket.client_id]


def signature_for(ticket: Ticket, by: Person, known: Any = None) -> Signature | None:
    """The signature under what `by` writes on a ticket, in the ticket's language; None when nobody has one.

    known: what `held` answered, where the caller has asked for it; else it is read when the writer has none of their own.
    """
    own = in_language(by.signatures, ticket.language) if by.is_agent else ""
    if own:
        return Signature(filled(own, ticket, by, is_markdown=False), Whose.AGENT)
    texts = as_json(known or prepared.rows(*joined([held(ticket)]))[0][0])
    for whose in (Whose.TEAM, Whose.ORGANISATION, Whose.PROVIDER):
        if text := in_language(texts[whose] or {}, ticket.language):
            return Signature(filled(text, ticket, by, is_markdown=False), whose)
    return None


def signature_to_strangers(ticket: Ticket) -> str:
    """The organisation's or the provider's, for mail to an address that nobody proved: no line that a placeholder stands in."""
    texts = ticket.client.signatures or getattr(provider(), "signatures", {})
    lines = in_language(texts, ticket.language).splitlines()
    return "\n".join(line for line in lines if not placeholders.are_in(line)).strip()
