"""Tickets like this one, found by the words of its subject, fetched after the page: solved ones first, with what solved them."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.people.models import Person
from olmo.tickets import actions, queries
from olmo.tickets import search as words
from olmo.tickets.models import Event, LinkKind, Message, Status, Ticket

from .. import places
from ..shell import DeskRequest, SeeOther, agents, is_part, page

SHOWN, MOST_WORDS, LEAST_LETTERS, LOOKED_AT = 6, 8, 4, 25
SOLUTION = 400
_WORD = re.compile(r"\w+")


@require_safe
@agents
def similar(request: DeskRequest, number: int) -> HttpResponse:
    """The part of the panel, or a page of its own."""
    ticket = queries.by_number(request.person, number)
    context = {"ticket": ticket, "found": found(request.person, ticket), "back_url": places.ticket(number)}
    if is_part(request):
        return render(request, "desk/similar.html#found", context)
    return page(request, "desk/similar.html", context)


def found(viewer: Person, ticket: Ticket) -> list[dict[str, Any]]:
    """Tickets that the viewer may see and that share words with this one's subject, solved ones first, the best first."""
    scores: dict[int, int] = {}
    for word in _words(ticket.subject):
        for pk in words.candidates(words.Query(words=[word]), limit=LOOKED_AT, public_only=False):
            scores[pk] = scores.get(pk, 0) + 1
    known = {ticket.pk, *ticket.absorbed_ids, *(link["ticket"] for link in ticket.links)}
    least = 2 if len(_words(ticket.subject)) > 1 else 1
    ids = [pk for pk, score in scores.items() if score >= least and pk not in known]
    rows = queries.visible_to(viewer).filter(pk__in=ids, merged_into=None).values("id", "number", "subject", "status")
    ranked = sorted(rows, key=lambda row: (row["status"] not in _SOLVED, -scores[row["id"]], -row["id"]))[:SHOWN]
    solutions = _solutions([row["id"] for row in ranked])
    return [
        {
            **row, "url": places.ticket(row["number"]), "state": Status(row["status"]).label,
            "solution": solutions.get(row["id"], ""),
        }
        for row in ranked
    ]  # fmt: skip


_SOLVED = (Status.RESOLVED, Status.CLOSED)


def _words(subject: str) -> list[str]:
    """The words of a subject that say something: the longest ones, and whatever holds a digit."""
    every = dict.fromkeys(word.lower() for word in _WORD.findall(subject))
    telling = [word for word in every if len(word) >= LEAST_LETTERS or any(c.isdecimal() for c in word)]
    return sorted(telling, key=lambda word: -len(word))[:MOST_WORDS]


def _solutions(ids: list[int]) -> dict[int, str]:
    """What resolved these tickets: the words that went with the last resolution, else the desk's last reply."""
    messages_of: dict[int, int] = {}
    for event in Event.objects.filter(ticket__in=ids, kind__in=["replied", "resolved"]).order_by("seq"):
        if event.data.get("message"):
            messages_of[event.ticket_id] = event.data["message"]
    texts = Message.objects.filter(pk__in=messages_of.values(), withdrawn_at=None).values_list("pk", "text")
    known = dict(texts)
    return {pk: known.get(message, "")[:SOLUTION] for pk, message in messages_of.items()}


@require_POST
@agents
def take(request: DeskRequest, number: int) -> HttpResponse:
    """Link a similar ticket (`link`), or link it and put its solution into the reply (`solution`)."""
    ticket = queries.by_number(request.person, number)
    name = "solution" if "solution" in request.POST else "link"
    chosen = request.POST.get(name, "")
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        raise NotFound
    other = queries.by_number(request.person, int(chosen))
    try:
        actions.link(ticket, other, by=request.person, kind=LinkKind.RELATED)
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal.message))
    if name == "solution" and (text := _solutions([other.pk]).get(other.pk)):
        actions.note(ticket, by=request.person, message=actions.NewMessage(text=_said(other, text)))
        messages.success(request, _("Linked; what solved it stands in a note."))
    else:
        messages.success(request, _("Linked to %(number)s.") % {"number": other.number})
    return SeeOther(reverse("desk:ticket", args=[number]))


def _said(other: Ticket, text: str) -> str:
    return _("Ticket %(number)s was solved by this:") % {"number": other.number} + f"\n\n{text}"
