"""What the support has written down as a requester's: each with a press that reports a problem with it."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from olmo.assets import queries
from olmo.people.gate import for_requesters

from .forms import MOST_DEVICES
from .shell import PortalRequest, page


@for_requesters
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The requester's devices."""
    person = cast(PortalRequest, request).person
    return page(request, "portal/devices.html", {"devices": queries.of_person(person, person, limit=MOST_DEVICES)})
