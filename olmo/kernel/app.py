"""Olmo as an app on a device: its manifest, its service worker, and the page that is shown without a connection."""

from functools import lru_cache
from json import dumps
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

SHELL = ("app.css", "desk.js", "portal.js", "icons.svg", "rings.svg", "olmo.svg")
PAPER = "#fbfaf5"
ELM = "#2f7a4d"
_ICONS = (
    ("olmo-192.png", "192x192", "any"),
    ("olmo-512.png", "512x512", "any"),
    ("olmo-mask.png", "512x512", "maskable"),
)


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a device needs to install Olmo (W3C Web Application Manifest)."""
    icons = [
        {"src": static(f"built/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in _ICONS
    ]
    return JsonResponse(
        {
            "id": "/", "name": "Olmo", "short_name": "Olmo", "description": _("The help desk"), "lang": get_language(),
            "start_url": "/", "scope": "/", "display": "standalone", "background_color": PAPER, "theme_color": PAPER,
            "icons": [*icons, {"src": static("built/olmo.svg"), "sizes": "any", "type": "image/svg+xml"}],
            "shortcuts": [
                {"name": _("New ticket"), "url": "/desk/tickets/new"}, {"name": _("Search"), "url": "/desk/search"},
            ],
        },
        content_type="application/manifest+json",
    )  # fmt: skip


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the addresses of the shell in front of it; its scope is the whole site."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a device shows when Olmo cannot be reached. It says nothing about anybody, so a device may keep it."""
    return render(request, "offline.html", {"person": None})


@lru_cache(maxsize=1)
def _worker() -> str:
    code = Path(settings.PACKAGE, "static", "built", "sw.js").read_text(encoding="utf-8")
    shell = dumps([static(f"built/{name}") for name in SHELL])
    return f"const SHELL = {shell};\nconst ICON = {dumps(static('built/olmo-192.png'))};\n{code}"
