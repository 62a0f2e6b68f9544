"""Tickets like this one, fetched after the page: open ones that likely tell of the same, solved ones with their solution."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import Conflict, Invalid, NotFound
from olmo.kernel.text import whole_number
from olmo.people.models import Person
from olmo.tickets import actions, likeness, queries
from olmo.tickets import search as words
from olmo.tickets.models import Event, LinkKind, Message, MessageKind, Status, Ticket

from .. import places
from ..shell import DeskRequest, SeeOther, agents, is_part, page

SHOWN, MOST_WORDS, LEAST_LETTERS, LOOKED_AT = 6, 8, 4, 25
SOLUTION, COMPARED, MOST_SAME = 400, 10, 3
TOGETHER = timedelta(days=14)  # no further apart, two tickets may tell of the same
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
    """Open tickets that likely tell of the same; then those that share words with its subject, solved ones first."""
    scores, is_open = _by_words(ticket.subject), ticket.status not in _SOLVED
    known = {ticket.pk, *ticket.absorbed_ids, *(link["ticket"] for link in ticket.links)}
    alike = scores.keys() - known
    around = {*likeness.around(viewer, ticket)} - known if is_open else set()
    rows = queries.visible_to(viewer).filter(pk__in=alike | around, merged_into=None)
    ranked = sorted(
        rows.values("id", "number", "subject", "status", "opened_at", "client"),
        key=lambda row: (row["status"] not in _SOLVED, -scores.get(row["id"], 0), -row["id"]),
    )
    same = _best(likeness.likely_same(ticket, _open(ranked, ticket, around))) if is_open else {}
    shown = sorted(
        (row for row in ranked if row["id"] in alike | same.keys()), key=lambda row: -same.get(row["id"], 0)
    )[:SHOWN]
    solutions = _solutions([row["id"] for row in shown])
    return [
        {
            **row, "url": places.ticket(row["number"]), "state": Status(row["status"]).label,
            "solution": solutions.get(row["id"], ""), "is_same": row["id"] in same,
        }
        for row in shown
    ]  # fmt: skip


def _by_words(subject: str) -> dict[int, int]:
    """Ticket -> how many words of a subject it holds: two at least, where there are as many."""
    telling, scores = _words(subject), Counter[int]()
    for word in telling:
        scores.update(words.candidates(words.Query(words=[word]), limit=LOOKED_AT, public_only=False))
    least = 2 if len(telling) > 1 else 1
    return {pk: score for pk, score in scores.items() if score >= least}


def _best(same: dict[int, float]) -> dict[int, float]:
    """The first few, so that room is left for solved ones."""
    return dict(sorted(same.items(), key=lambda item: -item[1])[:MOST_SAME])


def _open(ranked: Sequence[Any], ticket: Ticket, around: set[int]) -> dict[int, str]:
    """The open ones of the organisation that are compared as a whole, opened about then. Id -> subject."""
    rows = [
        row for row in ranked
        if row["status"] not in _SOLVED and row["client"] == ticket.client_id
        and abs(row["opened_at"] - ticket.opened_at) <= TOGETHER
    ]  # fmt: skip
    some = [row for row in rows if row["id"] in around] + [row for row in rows if row["id"] not in around][:COMPARED]
    return {row["id"]: row["subject"] for row in some}


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
    if whole_number(chosen) is None:
        raise NotFound
    other = queries.by_number(request.person, int(chosen))
    try:
        actions.link(ticket, other, by=request.person, kind=LinkKind.RELATED)
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(reverse("desk:ticket", args=[number]))
    if name == "solution" and (text := _solutions([other.pk]).get(other.pk)):
        _note_once(ticket, _said(other, text), request.person)
        messages.success(request, _("Linked; what solved it stands in a note."))
    else:
        messages.success(request, _("Linked to %(number)s.") % {"number": other.number})
    return SeeOther(reverse("desk:ticket", args=[number]))


def _note_once(ticket: Ticket, text: str, by: Person) -> None:
    """A second press finds the note there: the link before has locked the ticket."""
    if not Message.objects.filter(ticket=ticket, kind=MessageKind.INTERNAL, text=text, withdrawn_at=None).exists():
        actions.note(ticket, by=by, message=actions.NewMessage(text=text))


def _said(other: Ticket, text: str) -> str:
    return _("Ticket %(number)s was solved by this:") % {"number": other.number} + f"\n\n{text}"
