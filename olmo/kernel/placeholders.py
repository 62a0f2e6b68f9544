"""Placeholders in prepared words: `{requester}`, `{number}`. Only those listed here exist; nothing is evaluated.

The names and their meaning are known to all rooms, so that each checks what it keeps. What they stand for on a ticket is read in
`tickets.placeholders`.
"""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .errors import Invalid, Words

_PLACE = re.compile(r"\{([a-z_]+)\}")
_UNKNOWN = re.compile(r"\{\{[^{}]*\}\}|\{[a-z_]+\}")
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")

KNOWN: Mapping[str, Words] = {
    "requester": gettext_lazy("name of the requester"),
    "first_name": gettext_lazy("first name of the requester"),
    "organisation": gettext_lazy("organisation"),
    "number": gettext_lazy("number of the ticket"),
    "subject": gettext_lazy("subject"),
    "due": gettext_lazy("due date"),
    "team": gettext_lazy("team"),
    "agent": gettext_lazy("name of whoever writes"),
    "agent_first_name": gettext_lazy("first name of whoever writes"),
    "agent_title": gettext_lazy("role of whoever writes"),
}


def replaced(text: str, value: Callable[[str], str], *, is_markdown: bool) -> str:
    """The words with every known placeholder replaced, once; in Markdown the marks of a value are escaped."""

    def found(match: re.Match[str]) -> str:
        if match.group(1) not in KNOWN:
            return match.group(0)
        words = value(match.group(1))
        return _MARKS.sub(r"\\\1", words) if is_markdown else words

    return _PLACE.sub(found, text)


def checked(text: str, field: str) -> str:
    """The words, when every placeholder in them is known. Raises Invalid that names the first one that is not."""
    unknown = next((found for found in _UNKNOWN.findall(text) if found[1:-1] not in KNOWN), None)
    if unknown is not None:
        words = {"name": unknown[:60], "known": ", ".join(f"{{{name}}}" for name in KNOWN)}
        raise Invalid(field, _("“%(name)s” stands for nothing. Known are: %(known)s.") % words)
    return text


def are_in(text: str) -> bool:
    """Whether there is something to be filled in."""
    return any(name in KNOWN for name in _PLACE.findall(text))


def offered() -> list[tuple[str, Words]]:
    """("{requester}", "name of the requester"), ...: for the list beside a field."""
    return [(f"{{{name}}}", words) for name, words in KNOWN.items()]
