"""What the support has written down as a requester's: each with the guides about it, and a press that reports a problem."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from olmo.assets import queries
from olmo.knowledge import queries as knowledge
from olmo.people.gate import for_requesters
from olmo.selfservice.queries import title_of

from .forms import MOST_DEVICES
from .shell import PortalRequest, page

GUIDES = 3  # beside each


@for_requesters
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The requester's devices, each with the guides about it, its model or its kind that they may read."""
    person = cast(PortalRequest, request).person
    found = queries.of_person(person, person, limit=MOST_DEVICES)
    told = knowledge.about_each(person, [queries.names_of(one) for one in found], limit=GUIDES)
    guides = [[{"pk": one.pk, "title": title_of(one)} for one in articles] for articles in told]
    return page(request, "portal/devices.html", {"devices": list(zip(found, guides, strict=True))})
