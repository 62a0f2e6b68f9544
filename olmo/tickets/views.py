"""Attachments, for the desk and the portal alike: whoever may see the message may open its files, and they can do no harm."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from olmo.kernel.errors import NotFound
from olmo.people.models import Person

from . import files, queries
from .models import Attachment

# Pictures that a browser only paints. All else is downloaded, whatever it claims to be: SVG, HTML, XML, PDF can run scripts.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
SANDBOX = "default-src 'none'; style-src 'none'; img-src 'self'; sandbox; frame-ancestors 'self'"


@require_safe
def file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """The content of an attachment, streamed. 404 for whoever may not see its message, and for a name that is not its own.

    Source: RFC 6266 (Content-Disposition), the HTML standard on sandboxing.
    """
    viewer: Person | None = getattr(request, "person", None)
    if viewer is None:
        raise NotFound
    return content(queries.attachment(viewer, pk), name)


def content(attachment: Attachment, name: str) -> FileResponse:
    """The content of an attachment that the viewer may open, so that it can do no harm. Raises NotFound."""
    path = files.path_of(attachment.sha256)
    if attachment.name != name or not path.is_file():
        raise NotFound
    answer = FileResponse(path.open("rb"), as_attachment=not _is_shown(attachment), filename=attachment.name)
    answer.headers["Content-Type"] = attachment.media_type if _is_shown(attachment) else "application/octet-stream"
    answer.headers["Content-Length"] = str(attachment.size)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _is_shown(attachment: Attachment) -> bool:
    return attachment.media_type.lower() in SHOWN
