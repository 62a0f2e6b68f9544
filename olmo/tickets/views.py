"""Attachments, for the desk and the portal alike: whoever may see the message may open its files, and they can do no harm."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from olmo.kernel.errors import NotFound
from olmo.kernel.serving import content
from olmo.people.models import Person

from . import queries


@require_safe
def file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """The content of an attachment, streamed. 404 for whoever may not see its message, and for a name that is not its own."""
    viewer: Person | None = getattr(request, "person", None)
    if viewer is None:
        raise NotFound
    return content(queries.attachment(viewer, pk), name)
