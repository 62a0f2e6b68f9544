"""Articles beside a ticket: found by what its requester wrote, put into the answer, or written from how it was solved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.assets import queries as assets
from olmo.kernel.errors import Invalid, NotFound
from olmo.kernel.text import clean_line, whole_number
from olmo.knowledge import anonymous, search
from olmo.knowledge import queries as knowledge
from olmo.knowledge.models import Article
from olmo.people.models import Person
from olmo.selfservice import queries as selfservice
from olmo.tickets import queries
from olmo.tickets.models import Event, Message, MessageKind, Status, Ticket
from olmo.writing import references, waiting
from olmo.writing.models import Kind, Reference

from .. import places
from ..assets.pages import about_it
from ..shell import DeskRequest, SeeOther, agents, is_part, page

SHOWN, ASKED, MOST_TEXT = 5, 200, 20_000
ACTS = ("text", "link", "wait", "stop")
SOLVED = (Status.RESOLVED, Status.CLOSED)


@require_safe
@agents
def beside(request: DeskRequest, number: int) -> HttpResponse:
    """The part of the panel, or a page of its own; `q` asks otherwise."""
    ticket = queries.by_number(request.person, number)
    words = clean_line(request.GET.get("q", ""), search.LONGEST)
    found = search.find(request.person, words or _question(ticket), language=ticket.language, limit=SHOWN)
    known = {one.article_id for one in found}
    waits = waiting.of_ticket(ticket)
    used = set(Reference.objects.filter(ticket=ticket).values_list("article_id", flat=True))
    context = {
        "tried": selfservice.tried(request.person, ticket),
        "ticket": ticket, "found": [(one, one.article_id in used, one.article_id in waits) for one in found], "words": words,
        "is_solved": ticket.status in SOLVED, "back_url": places.ticket(number),
        "about": [one for one in _about(request.person, ticket) if one["pk"] not in known] if not words else [],
    }  # fmt: skip
    if is_part(request):
        return render(request, "desk/knowledge/beside.html#found", context)
    return page(request, "desk/knowledge/beside.html", context)


def _about(viewer: Person, ticket: Ticket) -> list[dict[str, Any]]:
    """Articles about the assets that the ticket names."""
    things = (
        assets.visible_to(viewer).filter(pk__in=ticket.asset_ids).select_related("kind") if ticket.asset_ids else ()
    )
    return about_it(viewer, list(things)) if things else []


@require_POST
@agents
def use(request: DeskRequest, number: int) -> HttpResponse:
    """Put an article into the answer: its link (`link`), or its text (`text`). `wait`, `stop`: the ticket waits for it."""
    ticket = queries.by_number(request.person, number)
    chosen = next((value for name in ACTS if (value := request.POST.get(name))), "")
    if whole_number(chosen) is None:
        raise NotFound
    article = knowledge.by_id(request.person, int(chosen))
    try:
        if said := _waits(request, article, ticket):
            messages.success(request, said)
            return SeeOther(places.ticket(number))
        draft = references.insert(article, ticket, by=request.person, as_text="text" in request.POST)
    except Invalid as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(places.ticket(number))
    if draft.kind == Kind.NOTE:
        messages.info(request, _("The requester may not read this article: it stands in the note."))
    return SeeOther(f"{places.ticket(number)}?as={draft.kind}#{draft.kind}-text")


def _waits(request: DeskRequest, article: Article, ticket: Ticket) -> str:
    """Carry out `wait` or `stop`; returns what was done, nothing where another thing was asked."""
    if "wait" in request.POST:
        waiting.wait(ticket, article, by=request.person)
        return _("The ticket waits for this known error.")
    if "stop" in request.POST:
        waiting.stop(ticket, article, by=request.person)
        return _("The ticket no longer waits for this known error.")
    return ""


def _question(ticket: Ticket) -> str:
    """The subject and the beginning of what was asked."""
    first = Message.objects.filter(ticket=ticket, kind=MessageKind.PUBLIC).order_by("at", "pk").first()
    return f"{ticket.subject}. {(first.text if first else '')[:ASKED]}"


def draft_of(viewer: Person, number: int) -> dict[str, Any]:
    """An article from how a ticket was solved: its first words, without personal data, what was left out, similar articles.

    Raises NotFound, Invalid (the ticket is not solved).
    """
    ticket = queries.by_number(viewer, number)
    if ticket.status not in SOLVED:
        raise Invalid("ticket", _("Only a solved ticket becomes an article."))
    names = _names(ticket)
    first = (
        Message.objects.filter(ticket=ticket, kind=MessageKind.PUBLIC, withdrawn_at=None).order_by("at", "pk").first()
    )
    said = {"title": ticket.subject, "symptoms": first.text if first else "", "solution": _solution(ticket)}
    cleaned = {name: anonymous.cleaned(text[:MOST_TEXT], names, ticket.language) for name, text in said.items()}
    removed = list(dict.fromkeys(word for part in cleaned.values() for word in part.removed))
    similar = search.find(
        viewer, f"{ticket.subject}. {cleaned['symptoms'].text[:ASKED]}", language=ticket.language, limit=SHOWN
    )
    return {
        "text": {name: part.text for name, part in cleaned.items()}, "removed": removed, "similar": similar,
        "language": ticket.language,
    }  # fmt: skip


def _solution(ticket: Ticket) -> str:
    """What was written when it was resolved, else the desk's last reply."""
    events = Event.objects.filter(ticket=ticket, kind__in=["replied", "resolved"]).order_by("-seq")
    ids = [
        event.data["message"]
        for event in sorted(events, key=lambda one: one.kind != "resolved")
        if event.data.get("message")
    ]
    row = Message.objects.filter(pk=ids[0], withdrawn_at=None).first() if ids else None
    return row.text if row else ""


def _names(ticket: Ticket) -> list[str]:
    """Everybody who wrote on the ticket, asked, or follows it; and their organisation."""
    wrote = Message.objects.filter(ticket=ticket).values_list("author__name", flat=True).distinct()
    ids = [pk for pk in (ticket.requester_id, ticket.assignee_id, *ticket.watcher_ids) if pk]
    people = Person.objects.filter(pk__in=ids).values_list("name", flat=True)
    return [*wrote, *people, ticket.client.name]


def address(number: int) -> str:
    """Where an article is begun from a ticket."""
    return f"{reverse('desk:article_new')}?ticket={number}"
