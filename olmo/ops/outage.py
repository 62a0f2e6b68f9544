"""The page for the minutes without a database: plain, self-contained, honest.

It needs no template, no session and no static file, because any of these may need what is missing.
"""

import logging
import sys
from collections.abc import Callable
from html import escape

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_request, gettext, override
from django.views import defaults
from psycopg_pool import PoolTimeout, TooManyRequests

from olmo.kernel.spoken import size

log = logging.getLogger("olmo.outage")

RETRY_SECONDS = 10
# SQLSTATE classes and codes (PostgreSQL manual, appendix A) that mean "not now": connection exceptions, the
# server going down, starting or out of connections. A deadlock or a time-out is an ordinary error instead.
LOST_STATES = ("08", "57P01", "57P02", "57P03", "57P05", "53300")
FULL_STATES = ("53100",)


class OutageMiddleware:
    """Answers 503 when the database is lost, or full, in a view.

    A request's writes are one transaction, and an answer of 500 or above undoes it, so nothing is half done;
    the next request opens a new connection, so nothing needs a restart. It goes before all that uses the
    database; what breaks there, outside of views, comes by `server_error`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The 503 page for a lost database; None, and so the usual way, for any other error."""
        if not (is_lost(error) or is_full(error)):
            return None
        log.error("No database at %s %s: %s", request.method, request.path, _first_line(error))
        return page(request, full=is_full(error))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """The site's handler500: the 503 page when the database is what failed, else the plain 500 page."""
    error = sys.exception()
    if isinstance(error, Exception) and (is_lost(error) or is_full(error)):
        return page(request, full=is_full(error))
    return defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The site's handler400: a form with more words than it may carry is told the limit; else the plain 400 page."""
    if not isinstance(exception, RequestDataTooBig):
        return defaults.bad_request(request, exception)
    limit = size(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
    return HttpResponse(render_to_string("413.html", {"limit": limit}), status=413)


def is_lost(error: Exception) -> bool:
    """Whether the error says that the database cannot be reached (any more)."""
    if isinstance(error, PoolTimeout | TooManyRequests | InterfaceError):
        return True
    if not isinstance(error, DatabaseError):
        return False
    if isinstance(error.__cause__, PoolTimeout | TooManyRequests):
        return True
    state = _state(error)
    # A connection that broke or never came about has no SQLSTATE: the server could not send one.
    return state.startswith(LOST_STATES) if state else type(error).__name__ == "OperationalError"


def is_full(error: Exception) -> bool:
    """Whether the database has no room left on its disk."""
    return isinstance(error, DatabaseError) and _state(error) in FULL_STATES


def _state(error: Exception) -> str:
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def page(request: HttpRequest, *, full: bool = False) -> HttpResponse:
    """The 503 page in the browser's language."""
    language = get_language_from_request(request)
    with override(language):
        title = gettext("No space is left") if full else gettext("The database cannot be reached")
        body = [
            gettext("Nothing was changed, and nothing you typed is lost: go back and send it again in a moment."),
            gettext("If this lasts, tell the people who run this service; Olmo's log tells them the reason."),
        ]
    html = (
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<h1>{escape(title)}</h1>{''.join(f'<p>{escape(text)}</p>' for text in body)}</html>\n"
    )
    headers = {
        "Retry-After": str(RETRY_SECONDS),
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'",
    }
    return HttpResponse(html, status=503, headers=headers)
