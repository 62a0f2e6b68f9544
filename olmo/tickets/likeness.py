"""Whether two tickets tell of the same thing: how near what they mean lies, where texts are understood (knowledge/meaning.py).

Tickets are told by their subject and how their first message begins. Vectors know nothing of names, so two that name different
persons, rooms or devices are not the same. `bench/run duplicates` measures how often this is right.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db.models.functions import Left

from olmo.knowledge import meaning
from olmo.people.models import Person

from . import queries
from .models import ACTIVE, Message, MessageKind, Ticket

LEAST = 0.7  # so near, two tickets are likely the same
READ = 200  # characters of a first message
AROUND, MOST_AROUND = (
    timedelta(days=2),
    15,
)  # open tickets of an organisation that are compared, with words in common or not
_NAMED = re.compile(r"\b\w*\d[\w-]*|(?<=[\w,;] )[A-Z]\w{2,}(?:-\w+)*")
_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        (
            "one first uno primo prima", "two second due secondo seconda", "three third tre terzo terza",
            "four fourth quattro quarto quarta", "five fifth cinque quinto quinta", "six sixth sei sesto sesta",
            "seven seventh sette settimo settima", "eight eighth otto ottavo ottava", "nine ninth nove nono nona",
            "ten tenth dieci decimo decima",
        ), 1,
    )
    for word in words.split()
}  # fmt: skip


def told(subject: str, text: str) -> str:
    """What is compared of a ticket."""
    return f"{subject}. {text[:READ]}"


def particulars(text: str) -> set[str]:
    """What a text names: numbers, and words written large within a sentence. Persons, floors, rooms, devices, products."""
    numbers = {_NUMBERS[word] for word in re.findall(r"\w+", text.lower()) if word in _NUMBERS}
    return numbers | {word.lower() for word in _NAMED.findall(text)}


def is_of_another(one: str, other: str) -> bool:
    """Whether each names something that the other does not: the same wish for another person, the same fault in another room."""
    ours, theirs = particulars(one), particulars(other)
    return bool(ours - theirs and theirs - ours)


def around(viewer: Person, ticket: Ticket) -> list[int]:
    """Open tickets of the same organisation, opened no more than two days before: a disturbance is reported by several."""
    since = ticket.opened_at - AROUND
    rows = queries.visible_to(viewer).filter(
        client=ticket.client_id, status__in=ACTIVE, updated_at__gte=since, opened_at__gte=since
    )  # fmt: skip
    return list(rows.order_by("-updated_at", "-pk").values_list("pk", flat=True)[:MOST_AROUND])


def likely_same(ticket: Ticket, others: Mapping[int, str]) -> dict[int, float]:
    """Those of a few other tickets (id -> subject) that likely tell of the same, and how near they lie (1: the same words).

    None where texts are not understood.
    """
    if not others or not meaning.is_installed():
        return {}
    first = Message.objects.filter(ticket__in=[ticket.pk, *others], kind=MessageKind.PUBLIC, withdrawn_at=None)
    rows = first.order_by("ticket", "at", "pk").distinct("ticket").values_list("ticket_id", Left("text", READ))
    said = dict(rows)
    own = told(ticket.subject, said.get(ticket.pk, ""))
    texts = {pk: told(subject, said.get(pk, "")) for pk, subject in others.items()}
    near = {pk: float(_vector(own) @ _vector(text)) for pk, text in texts.items() if not is_of_another(own, text)}
    return {pk: score for pk, score in near.items() if score >= LEAST}


@lru_cache(maxsize=1000)  # an agent goes from one open ticket to the next
def _vector(text: str) -> Any:
    return meaning.encode([text])[0]
