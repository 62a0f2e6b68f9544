"""The files of articles, for the desk and the portal alike: whoever reads the article may open them."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from olmo.kernel.errors import NotFound
from olmo.kernel.serving import content
from olmo.people.models import Person

from . import files


@require_safe
def file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """The content of a file, streamed. 404 for whoever may not read its article.

    The number alone says which: a file may have got another name after a text or a mail named it (`files.adopt`).
    """
    viewer: Person | None = getattr(request, "person", None)
    if viewer is None:
        raise NotFound
    found = files.one(viewer, pk)
    return content(found, found.name)
