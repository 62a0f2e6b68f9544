"""What the placeholders of prepared words (`kernel.placeholders`) stand for on a ticket.

A value is looked for by its name in a fixed table: nothing of the ticket can be reached that is not in it, and a value is never
read again.
"""

from collections.abc import Callable, Mapping

from django.utils.translation import override

from olmo.kernel import placeholders, spoken
from olmo.people.models import Person

from .models import Ticket

type Reader = Callable[[Ticket, Person], str]
READERS: Mapping[str, Reader] = {
    "requester": lambda ticket, _by: ticket.requester.name,
    "first_name": lambda ticket, _by: ticket.requester.first_name,
    "organisation": lambda ticket, _by: ticket.client.name,
    "number": lambda ticket, _by: str(ticket.number),
    "subject": lambda ticket, _by: ticket.subject,
    "due": lambda ticket, _by: spoken.moment(ticket.due_at) if ticket.due_at else "",
    "team": lambda ticket, _by: ticket.team.name if ticket.team else "",
    "agent": lambda _ticket, by: by.name,
    "agent_first_name": lambda _ticket, by: by.first_name,
    "agent_title": lambda _ticket, by: by.title,
}


def filled(text: str, ticket: Ticket, by: Person, *, is_markdown: bool = True) -> str:
    """The words with every known placeholder replaced, in the language of the ticket; unknown ones stay as they are."""
    with override(ticket.language):
        return placeholders.replaced(text, lambda name: READERS[name](ticket, by), is_markdown=is_markdown)
