"""Files that people sent, answered so that they can do no harm.

Source: RFC 6266 (Content-Disposition), the HTML standard on sandboxing.
"""

from typing import Protocol

from django.http import FileResponse

from .errors import NotFound
from .files import path_of

# Pictures that a browser only paints. All else is downloaded, whatever it claims to be: SVG, HTML, XML, PDF can run scripts.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
SANDBOX = "default-src 'none'; style-src 'none'; img-src 'self'; sandbox; frame-ancestors 'self'"


class Kept(Protocol):
    """A row that names a file of the store."""

    name: str
    media_type: str
    size: int
    sha256: str


def content(file: Kept, name: str) -> FileResponse:
    """The content of a file that the viewer may open. name: as the address has it. Raises NotFound."""
    path = path_of(file.sha256)
    if file.name != name or not path.is_file():
        raise NotFound
    answer = FileResponse(path.open("rb"), as_attachment=not is_shown(file), filename=file.name)
    answer.headers["Content-Type"] = file.media_type if is_shown(file) else "application/octet-stream"
    answer.headers["Content-Length"] = str(file.size)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def is_shown(file: Kept) -> bool:
    """Whether a browser may paint it in the page."""
    return file.media_type.lower() in SHOWN
