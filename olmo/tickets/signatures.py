"""Which signature goes under a mail: the writer's own, the team's, the organisation's, or the provider's; the first there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from olmo.kernel import placeholders
from olmo.kernel.signatures import in_language
from olmo.people.models import Person
from olmo.tenancy.queries import provider

from .models import Ticket
from .placeholders import filled


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


def signature_for(ticket: Ticket, by: Person) -> Signature | None:
    """The signature under what `by` writes on a ticket, in the ticket's language; None when nobody has one."""
    for whose in Whose:
        if text := in_language(_texts(whose, ticket, by), ticket.language):
            return Signature(filled(text, ticket, by, is_markdown=False), whose)
    return None


def signature_to_strangers(ticket: Ticket) -> str:
    """The organisation's or the provider's, for mail to an address that nobody proved: no line that a placeholder stands in."""
    texts = ticket.client.signatures or getattr(provider(), "signatures", {})
    lines = in_language(texts, ticket.language).splitlines()
    return "\n".join(line for line in lines if not placeholders.are_in(line)).strip()


def _texts(whose: Whose, ticket: Ticket, by: Person) -> Mapping[str, str]:
    """Read one after the other: the provider is only asked when nobody else has one."""
    holder: Any = {
        Whose.AGENT: lambda: by if by.is_agent else None,
        Whose.TEAM: lambda: ticket.team,
        Whose.ORGANISATION: lambda: ticket.client,
        Whose.PROVIDER: provider,
    }[whose]()
    return cast("Mapping[str, str]", holder.signatures) if holder else {}
