"""The requester beside a ticket: who it is, how late it is there, what else is open, and what agents should know of them."""

from html import escape
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from olmo.kernel.errors import NotFound
from olmo.kernel.text import whole_number
from olmo.people import actions, queries
from olmo.people.models import Identity, Person
from olmo.tickets import queries as tickets
from olmo.tickets.conversation import Around
from olmo.tickets.models import ACTIVE, Ticket

from .. import places
from ..assets import beside as assets
from ..calls import callers
from ..lists.filters import Filters
from ..reports import numbers
from ..shell import DeskRequest, SeeOther, agents, is_part, page

MOST_IDENTITIES = 6
MOST_COUNTED = 100
_LAZY = (
    '<div id="{id}" hx-get="{url}" hx-trigger="load" hx-push-url="false" hx-swap="innerHTML" hx-morph-skip>'
    '<a class="word" href="{url}">{label}</a></div>'
)


def section(ticket: Ticket, around: Around) -> dict[str, Any]:
    """The section of the panel; history, other tickets and notes follow when the page is there."""
    person = ticket.requester
    words = {Identity.Kind.EMAIL: (_("E-mail"), "mailto:"), Identity.Kind.PHONE: (_("Phone"), "tel:")}
    note = ", ".join(w for w in (_("VIP") if person.is_vip else "", person.title, around.client) if w)
    facts = [
        {"label": words[Identity.Kind(kind)][0], "value": value, "href": f"{words[Identity.Kind(kind)][1]}{value}"}
        for kind, value in around.identities[:MOST_IDENTITIES]
    ]
    if there := callers.local_time(person.time_zone):
        facts.append({"label": _("Local time"), "value": there})
    facts.append({"label": _("Speaks"), "value": str(dict(settings.LANGUAGES).get(person.language, person.language))})
    contract = reverse("desk:contract", args=[ticket.client_id])
    facts.append({"label": _("Contract"), "value": around.client, "href": contract})
    return {
        "title": _("Requester"),
        "link": {"url": reverse("desk:person", args=[person.pk]), "label": _("All tickets")},
        "person": {
            "name": person.name, "kind": person.kind, "note": note, "noun": "requester",
            "url": places.ticket(ticket.number, "requester"),
        },
        "facts": facts,
        "html": lazy("history", places.ticket(ticket.number, "history"), _("History and notes")),
    }  # fmt: skip


def lazy(name: str, url: str, label: str) -> SafeString:
    """A part that is fetched when the page is there; without scripts, a link to the same as a page."""
    return SafeString(_LAZY.format(id=f"panel-{name}", url=escape(url), label=escape(label)))


@require_safe
@agents
def history(request: DeskRequest, number: int) -> HttpResponse:
    """What the desk knows of the requester of a ticket: counts, other open tickets, the last ones, notes."""
    ticket = tickets.by_number(request.person, number)
    context = {**_known(request.person, ticket), "ticket": ticket, "back_url": places.ticket(number)}
    if is_part(request):
        return render(request, "desk/history.html#history", context)
    return page(request, "desk/history.html", context)


def _known(viewer: Person, ticket: Ticket) -> dict[str, Any]:
    person = ticket.requester
    theirs = tickets.visible_to(viewer).filter(requester=person)
    others = [row for row in callers.open_tickets(viewer, person) if row["number"] != ticket.number]
    rows = theirs.exclude(pk=ticket.pk).exclude(status__in=ACTIVE).order_by("-updated_at")
    return {
        **assets.devices(viewer, ticket),
        "asker": person,
        "open": others,
        "last": [
            {**row, "url": places.ticket(row["number"])} for row in rows.values("number", "subject", "updated_at")[:3]
        ],
        "counts": _counts(person, theirs),
        "notes": list(queries.notes(person)[:10]),
    }


def _counts(person: Person, theirs: QuerySet[Ticket]) -> SafeString:
    """How many tickets they have, and how many of them are open, both leading there."""
    words = _("%(open)s open of %(all)s tickets")
    return numbers.said(
        words, open=_counted(theirs.filter(status__in=ACTIVE), Filters(box="open", requester=str(person.pk))),
        all=_counted(theirs, Filters(box="all", requester=str(person.pk))),
    )  # fmt: skip


def _counted(tickets: QuerySet[Ticket], to: Filters) -> SafeString:
    count = tickets.order_by()[: MOST_COUNTED + 1].count()
    return numbers.led(count, to, f"{MOST_COUNTED}+" if count > MOST_COUNTED else "")


@require_POST
@agents
def notes(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep a note about a person (`text`), or erase one (`erase`)."""
    person = queries.visible_to(request.person).filter(pk=pk).first()
    if person is None or person.is_robot:
        raise NotFound
    if erase := request.POST.get("erase", ""):
        actions.erase_note(person, whole_number(erase) or 0)
    else:
        actions.note_person(person, by=request.person, text=request.POST.get("text", ""))
    back = whole_number(request.POST.get("ticket", ""))
    return SeeOther(reverse("desk:person", args=[pk]) if back is None else places.ticket(back))
