"""The colours and logos of organisations, at addresses that name their content, so that browsers keep them for ever."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from olmo.kernel.errors import NotFound

from . import branding
from .models import Brand

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def stylesheet(request: HttpRequest, code: str) -> HttpResponse:
    """The colours whose digest this is."""
    row = Brand.objects.filter(css_digest=code).exclude(css_digest="").defer("logo").first()
    if row is None:
        raise NotFound
    return _kept(branding.stylesheet(row).encode(), "text/css; charset=utf-8")


@require_safe
def logo(request: HttpRequest, code: str) -> HttpResponse:
    """The logo whose digest this is."""
    row = Brand.objects.filter(logo_digest=code).exclude(logo_digest="").first()
    if row is None:
        raise NotFound
    return _kept(bytes(row.logo), "image/png")


def _kept(content: bytes, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
