"""Words in double braces that stand for something of a ticket. Only those listed here exist: nothing is evaluated.

`{{requester.first_name}}` becomes "Rui". What a value holds is never looked at again, so a customer's words cannot
name another one.
"""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from olmo.kernel.errors import Invalid, Words
from olmo.people.models import Person
from olmo.tickets.models import Ticket

_BRACES = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+\.[a-z_]+)\s*\}\}")

KNOWN: Mapping[str, tuple[Words, Callable[[Ticket, Person], str]]] = {
    "requester.first_name": (gettext_lazy("first name of the requester"), lambda t, by: t.requester.first_name),
    "requester.name": (gettext_lazy("name of the requester"), lambda t, by: t.requester.name),
    "ticket.number": (gettext_lazy("number of the ticket"), lambda t, by: str(t.number)),
    "ticket.subject": (gettext_lazy("subject of the ticket"), lambda t, by: t.subject),
    "client.name": (gettext_lazy("name of the organisation"), lambda t, by: t.client.name),
    "agent.first_name": (gettext_lazy("first name of whoever writes"), lambda t, by: by.first_name),
    "agent.name": (gettext_lazy("name of whoever writes"), lambda t, by: by.name),
    "agent.title": (gettext_lazy("role of whoever writes"), lambda t, by: by.title),
}


def require_known(text: str, field: str) -> None:
    """Raise Invalid, naming the word, when a text holds a placeholder that does not exist."""
    for name in _BRACES.findall(text):
        if name not in KNOWN:
            words = {"name": name[:60], "known": ", ".join(KNOWN)}
            raise Invalid(field, _("There is no “{{%(name)s}}”. There are: %(known)s.") % words)


def filled(text: str, ticket: Ticket, by: Person) -> str:
    """The text with the ticket's values in the place of known placeholders; all else stays as it is."""

    def value(match: re.Match[str]) -> str:
        found = KNOWN.get(match.group(1))
        return found[1](ticket, by) if found else match.group()

    return _PLACEHOLDER.sub(value, text)
