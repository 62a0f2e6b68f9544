"""People on the desk: finding them, and the card of a requester with their tickets."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from olmo.assets import queries as things
from olmo.kernel.errors import NotFound
from olmo.kernel.text import clean_line, whole_number
from olmo.people import queries
from olmo.people.identities import number_keys
from olmo.people.models import Identity, Kind, Person
from olmo.tickets import queries as tickets
from olmo.tickets.models import Ticket

from .assets import calling as assets
from .calls import callers
from .forms import ChangeForm
from .lists.rows import listed
from .lists.taste import USUAL
from .shell import DeskRequest, agents, page

MOST = 8
SHORTEST = 2
TICKETS = 50
MOST_NOTES = 20


def find(viewer: Person, text: str, *, whom: str, client_id: int | None = None) -> list[dict[str, Any]]:
    """At most 8 people whose name, address or number holds `text`. whom: "requesters", "followers" (agents too), or "everybody".

    client_id: followers who are requesters must be of this organisation.
    """
    words = clean_line(text, 100)
    if len(words) < SHORTEST:
        return []
    found = _matching(queries.visible_to(viewer).filter(is_active=True), words, viewer.time_zone)
    if whom == "followers":
        found = found.filter(Q(kind=Kind.AGENT) | Q(kind=Kind.REQUESTER, client_id=client_id))
    elif whom == "everybody":
        found = found.exclude(kind=Kind.ROBOT)
    else:
        found = found.filter(kind=Kind.REQUESTER)
    people = [as_candidate(person) for person in found.select_related("client").order_by("name")[:MOST]]
    return [*assets.callers(viewer, words), *people][:MOST] if whom == "callers" else people


def _matching(people: QuerySet[Person], words: str, zone: str) -> QuerySet[Person]:
    """By an address, a number in any spelling, or the beginnings of words: of the name and of the organisation, in any order."""
    known = Q(identities__value__icontains=words.lower())
    for key in number_keys(words, zone):
        known |= Q(identities__kind=Identity.Kind.PHONE, identities__value__contains=key)
    named = Q()
    for word in words.split():
        named &= Q(name__icontains=word) | Q(client__name__icontains=word)
    return people.filter(Q(name__icontains=words.split(maxsplit=1)[0]) & named | known).distinct()


def as_candidate(person: Person) -> dict[str, Any]:
    """A person as desk/found.html prints them: enough to tell two of the same name apart."""
    place = person.client.name if person.client else ""
    note = " · ".join(word for word in (place, person.email or "") if word)
    return {"pk": person.pk, "name": person.name, "kind": person.kind, "note": note, "is_vip": person.is_vip}


def around_pick(request: DeskRequest, form: ChangeForm) -> dict[str, Any]:
    """For a form that asks for a person: those found by `q`, as a step without scripts."""
    whom = getattr(form, "whom", "")
    typed = clean_line(request.GET.get("q", ""), 100) if whom else ""
    found = find(request.person, typed, whom=whom, client_id=form.ticket.client_id) if typed else []
    return {"typed": typed, "candidates": found}


@require_safe
@agents
def suggestions(request: DeskRequest) -> HttpResponse:
    """People who match `q`, as buttons of the form that asked (`whom`, and `ticket` whose organisation bounds followers)."""
    whom, number, typed = (request.GET.get(name, "") for name in ("whom", "ticket", "q"))
    client_id = _client_of(request.person, number)
    context = {
        "candidates": find(request.person, typed, whom=whom, client_id=client_id),
        "typed": clean_line(typed, 100) if len(typed.strip()) >= SHORTEST else "",
        "name": "choose" if whom == "callers" else "person",
    }
    return render(request, "desk/found.html", context)


def _client_of(viewer: Person, number: str) -> int | None:
    if whole_number(number) is None:
        return None
    return tickets.by_number(viewer, int(number)).client_id


@require_safe
@agents
def card(request: DeskRequest, pk: int) -> HttpResponse:
    """A person: how to reach them, what they have, what agents noted, and their newest tickets."""
    person = queries.visible_to(request.person).select_related("client").filter(pk=pk).first()
    if person is None or person.is_robot:
        raise NotFound
    found = tickets.page(_tickets_of(request.person, person), size=TICKETS)
    notes = queries.notes(person)
    context = {
        "one": person,
        "speaks": dict(settings.LANGUAGES).get(person.language, person.language),
        "local_time": callers.local_time(person.time_zone),
        "devices": things.of_person(request.person, person) if person.is_requester else [],
        "notes": notes[:MOST_NOTES] if person.is_requester else [],
        "identities": list(person.identities.order_by("kind", "pk")),
        "rows": listed(found.rows, tickets.unread(request.person, found.rows), columns=_columns(person)),
        "is_empty": not found.rows,
        "contract_url": reverse("desk:contract", args=[person.client_id]) if person.client_id else "",
    }
    return page(request, "desk/person.html", context)


def _columns(person: Person) -> list[str]:
    """What a row shows: not the requester’s name again and again under that name."""
    return [name for name in USUAL if person.is_agent or name != "people"]


def _tickets_of(viewer: Person, person: Person) -> QuerySet[Ticket]:
    seen = tickets.visible_to(viewer)
    return seen.filter(assignee=person) if person.is_agent else seen.filter(requester=person)
