"""The sections of a requester's start, in their order. Each asks the database once or twice, and is left out when it has nothing.

A room that has a place there adds one line to `SECTIONS` and a template, which gets what `read` answered as `section`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from olmo.guides import queries as troubleshooters
from olmo.guides.models import Guide
from olmo.knowledge import queries
from olmo.knowledge.models import Translation
from olmo.people.models import Person

from . import ordering, progress, reading
from .forms import categories
from .suggesting import language

REQUESTS, GUIDES, WALKS, AREAS, BENEATH = 10, 6, 6, 9, 3


@dataclass(frozen=True)
class Section:
    """A part of the start page. read: what its template shows of a person's; nothing (None, []) leaves it out."""

    name: str
    template: str
    read: Callable[[Person], Any]


def requests(person: Person) -> dict[str, Any]:
    """The open requests, in plain words; also when there are none."""
    found = reading.listed(person, done=False, size=REQUESTS)
    return {"requests": rows(found), "has_more": bool(found.after)}


def rows(found: reading.Rows) -> list[dict[str, Any]]:
    """Requests as look/requests.html prints them."""
    return [
        {**progress.in_list(row), "url": reverse("portal:ticket", args=[row.ticket["number"]])} for row in found.rows
    ]


def guides(person: Person) -> list[dict[str, Any]]:
    """The articles that helped most, in the reader's language where they have it."""
    found = queries.visible_to(person).order_by("-helped", "-uses", "key")
    shown = []
    for article in found.prefetch_related(Prefetch("translations", _titles()))[:GUIDES]:
        text = queries.in_language(article, language())
        if text is not None and text.shown is not None:
            shown.append({"pk": article.pk, "title": text.shown.title, "summary": text.shown.summary})
    return shown


def _titles() -> QuerySet[Translation]:
    texts = Translation.objects.filter(shown__isnull=False).select_related("shown")
    return texts.only("article_id", "language", "shown__title", "shown__summary")


def walks(person: Person) -> list[Guide]:
    """Troubleshooters."""
    return list(troubleshooters.usable(person)[:WALKS])


def areas(person: Person) -> list[dict[str, Any]]:
    """The subject areas, with some of those beneath each."""
    found = list(categories(person))
    tops = [one for one in found if one.parent is None]
    return [
        {"pk": top.pk, "name": str(top), "beneath": [str(one) for one in found if one.parent_id == top.pk][:BENEATH]}
        for top in sorted(tops, key=str)[:AREAS]
    ]


SECTIONS: tuple[Section, ...] = (
    Section("requests", "portal/home/requests.html", requests),
    Section("orders", "portal/home/orders.html", ordering.popular),
    Section("guides", "portal/home/guides.html", guides),
    Section("troubleshooters", "portal/home/troubleshooters.html", walks),
    Section("areas", "portal/home/areas.html", areas),
)


def of(person: Person) -> list[dict[str, Any]]:
    """The sections that have something to show to this person: template and data."""
    found = [(one.template, one.read(person)) for one in SECTIONS]
    return [{"template": template, "data": data} for template, data in found if data]
