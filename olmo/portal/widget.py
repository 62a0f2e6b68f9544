"""The pages inside the widget: plain, without scripts, cookies or anybody's name; whoever wants more is led to the portal.

They stand in a frame on somebody else's page. The frame keeps that page from reading what is typed here, and its styles from
changing how this looks; only the origins of the organisation may frame it.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from olmo.kernel.errors import NotFound
from olmo.kernel.text import clean_line
from olmo.knowledge import queries, search, showing
from olmo.people import throttle
from olmo.people.throttle import TooOften
from olmo.people.whence import place_of
from olmo.selfservice import widget
from olmo.selfservice.models import Widget
from olmo.status import queries as status
from olmo.tenancy import branding
from olmo.tenancy.scope import EVERY_CLIENT, scope

LANGUAGES = ("en", "it")


@xframe_options_exempt
@require_safe
def start(request: HttpRequest, token: str) -> HttpResponse:
    """A search over what everybody may read, known disturbances, and the ways into the portal."""
    words = clean_line(request.GET.get("q", ""), search.LONGEST)
    return _framed(request, token, "portal/widget.html", lambda own, code: _found(own, words, code))


@xframe_options_exempt
@require_safe
def article(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """One public article."""
    return _framed(request, token, "portal/widget_article.html", lambda _own, code: _read(pk, code))


def _found(own: Widget, words: str, code: str) -> dict[str, Any]:
    with scope([own.client_id]):
        banners = status.banners(own.client_id)
    return {"words": words, "answers": widget.answers(words, code), "banners": banners}


def _read(pk: int, code: str) -> dict[str, Any]:
    text = queries.in_language(widget.article(pk, code), code)
    if text is None or text.shown is None:
        raise NotFound
    return {"version": text.shown, "parts": showing.parts(text.shown), "language": text.language}


def _framed(request: HttpRequest, token: str, template: str, read: Any) -> HttpResponse:
    """A page of the widget: in the language of its tag, for frames of its organisation's origins alone."""
    with scope(EVERY_CLIENT):
        own = widget.by_key(token)
    code = request.GET.get("lang", "")
    code = code if code in LANGUAGES else own.client.language
    try:
        throttle.require_room(widget.FROM_PLACE, place_of(request))
        throttle.note(widget.FROM_PLACE, place_of(request))
    except TooOften as refusal:
        return _policed(HttpResponse(str(refusal), status=429, content_type="text/plain; charset=utf-8"), own)
    with translation.override(code):
        brand = branding.shown(branding.of_client(own.client_id), own.client.name)
        around = {"brand": brand, "code": code, "token": token, "base": settings.BASE_URL}
        answer = render(request, template, {**around, **read(own, code)})
    answer.headers["Content-Language"] = code
    return _policed(answer, own)


def _policed(answer: HttpResponse, own: Widget) -> HttpResponse:
    """The policy: nothing but our own styles and pictures, framed by exactly the origins that are allowed."""
    site = [CSP.SELF, settings.BASE_URL]
    answer._csp_config = {  # type: ignore[attr-defined]  # noqa: SLF001  (what `csp_override` sets)
        "default-src": [CSP.NONE], "style-src": site, "img-src": site, "form-action": site, "base-uri": [CSP.NONE],
        "frame-ancestors": own.origins or [CSP.NONE],
    }  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
