"""Placeholders in prepared words: `{requester}`, `{number}`. They are filled in once, and never read as anything but words.

A value is looked for by its name in a fixed table: nothing of the ticket can be reached that is not in it. What looks like
a placeholder stays as it is, and in Markdown its marks are escaped.
"""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from olmo.kernel import spoken
from olmo.kernel.errors import Invalid, Words
from olmo.people.models import Person

from .models import Ticket

_PLACE = re.compile(r"\{([a-z_]+)\}")
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")

type Reader = Callable[[Ticket, Person], str]
# name -> (what it stands for, how it is found)
KNOWN: Mapping[str, tuple[Words, Reader]] = {
    "requester": (gettext_lazy("name of the requester"), lambda ticket, _by: ticket.requester.name),
    "first_name": (gettext_lazy("first name of the requester"), lambda ticket, _by: ticket.requester.first_name),
    "organisation": (gettext_lazy("organisation"), lambda ticket, _by: ticket.client.name),
    "number": (gettext_lazy("number of the ticket"), lambda ticket, _by: str(ticket.number)),
    "subject": (gettext_lazy("subject"), lambda ticket, _by: ticket.subject),
    "due": (gettext_lazy("due date"), lambda ticket, _by: spoken.moment(ticket.due_at) if ticket.due_at else ""),
    "team": (gettext_lazy("team"), lambda ticket, _by: ticket.team.name if ticket.team else ""),
    "agent": (gettext_lazy("your name"), lambda _ticket, by: by.name),
}


def filled(text: str, ticket: Ticket, by: Person, *, is_markdown: bool = True) -> str:
    """The words with every known placeholder replaced, in the language of the ticket; unknown ones stay as they are."""

    def value(match: re.Match[str]) -> str:
        known = KNOWN.get(match.group(1))
        if known is None:
            return match.group(0)
        words = known[1](ticket, by)
        return _MARKS.sub(r"\\\1", words) if is_markdown else words

    with override(ticket.language):
        return _PLACE.sub(value, text)


def checked(text: str, field: str) -> str:
    """The words, when every placeholder in them is known. Raises Invalid that names the first one that is not."""
    unknown = next((name for name in _PLACE.findall(text) if name not in KNOWN), None)
    if unknown is not None:
        words = {"name": f"{{{unknown}}}", "known": ", ".join(f"{{{name}}}" for name in KNOWN)}
        raise Invalid(field, _("“%(name)s” stands for nothing. Known are: %(known)s.") % words)
    return text
