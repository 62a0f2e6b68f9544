"""Who calls: found by number, name, address or organisation in one field, and what the desk knows of them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from olmo.kernel import clock, spoken
from olmo.people import queries as people
from olmo.people.identities import number_keys
from olmo.people.models import Identity, Person
from olmo.tenancy import queries as tenancy
from olmo.tickets import queries as tickets
from olmo.tickets.models import Status

OPEN_SHOWN = 5
NOTES_SHOWN = 3


def card(viewer: Person, person: Person) -> dict[str, Any]:
    """What an agent needs in the first seconds of a call: who it is, where, how late it is there, what is open."""
    identities = list(Identity.objects.filter(person=person).order_by("kind", "pk").values_list("kind", "value"))
    return {
        "pk": person.pk,
        "name": person.name,
        "kind": person.kind,
        "title": person.title,
        "client": person.client.name if person.client else "",
        "is_vip": person.is_vip,
        "language": dict(settings.LANGUAGES).get(person.language, person.language),
        "local_time": local_time(person.time_zone),
        "addresses": [value for kind, value in identities if kind == Identity.Kind.EMAIL],
        "numbers": [value for kind, value in identities if kind == Identity.Kind.PHONE],
        "notes": list(people.notes(person)[:NOTES_SHOWN]),
        "open": open_tickets(viewer, person),
        "url": reverse("desk:person", args=[person.pk]),
    }


def local_time(time_zone: str) -> str:
    """How late it is for a person whose zone is not the reader's; "" where it is the same time."""
    now = clock.now()
    there = now.astimezone(ZoneInfo(time_zone))
    if there.utcoffset() == timezone.localtime(now).utcoffset():
        return ""
    with timezone.override(ZoneInfo(time_zone)):
        return spoken.hours(now)


def open_tickets(viewer: Person, person: Person) -> list[dict[str, Any]]:
    """What this person has open already: perhaps the call is about that."""
    found = tickets.box(viewer, "open").filter(requester=person).order_by("-updated_at")
    rows = found.values("number", "subject", "updated_at", "status")[:OPEN_SHOWN]
    return [
        {**row, "url": reverse("desk:ticket", args=[row["number"]]), "state": Status(row["status"]).label}
        for row in rows
    ]


def newcomer(typed: str, client_ids: Sequence[int], time_zone: str) -> dict[str, Any]:
    """What was typed to find a person whom nobody knows, as the first words about them: an address, a number or a name."""
    if "@" in typed:
        client = tenancy.client_of_domain(typed.rpartition("@")[2].strip())
        known = {"client": client.pk} if client is not None and client.pk in client_ids else {}
        return {"email": typed, **known}
    return {"phone": typed} if number_keys(typed, time_zone) else {"name": typed}
