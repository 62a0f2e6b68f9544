"""Mentions in notes: `[@Alma Ferri](person:12)` names somebody who is told, and who follows the ticket from then on."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from olmo.kernel.errors import Invalid
from olmo.people.models import Person

from . import policy
from .models import Ticket

MENTION = re.compile(r"\[@([^\]\n]{1,120})\]\(person:([0-9]{1,18})\)")
MOST = 20


def plain(text: str) -> str:
    """A text with its mentions as words: "@Alma Ferri"."""
    return shown(text, lambda name: f"@{name}")


def shown(text: str, draw: Callable[[str], str]) -> str:
    """A text with each mention as `draw` makes it of the name."""
    return MENTION.sub(lambda match: draw(match.group(1)), text) if "(person:" in text else text


def written(person: Person) -> str:
    """The mention of a person, as it is typed."""
    return f"[@{re.sub(r'[\[\]\n]', ' ', person.name)}](person:{person.pk})"


def checked(text: str, ticket: Ticket, *, by: Person) -> list[Person]:
    """Whom a note of an agent mentions, the author left out.

    Raises Invalid("text"): somebody may not know of the ticket, or more are mentioned than are read.
    """
    names = {int(pk): name for name, pk in MENTION.findall(text)} if by.is_agent else {}
    names.pop(by.pk, None)
    if len(names) > MOST:
        raise Invalid("text", _("A note mentions at most %(most)d people.") % {"most": MOST})
    people = {person.pk: person for person in Person.objects.filter(pk__in=names)}
    for pk, name in names.items():
        person = people.get(pk)
        if person is None or not (person.is_active and person.is_agent and policy.may_work(person, ticket)):
            raise Invalid(
                "text", _("%(name)s cannot be mentioned here: only agents who see this ticket can.") % {"name": name}
            )
    return list(people.values())
