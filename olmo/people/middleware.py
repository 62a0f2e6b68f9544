"""Who asks, and what the database shows them: one scope, and so one transaction, around each request."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare

from olmo.tenancy.scope import EVERY_CLIENT, narrow, scope

from .models import Person
from .queries import clients_of, with_access

Responder = Callable[[HttpRequest], HttpResponse]


class PersonMiddleware:
    """Sets `request.person` (and Django's `request.user`), language and time zone, and opens the scope.

    Signed in: the scope shows the person's clients. Signed out: it shows none; pages for strangers open what they need.
    An answer of 500 or above undoes what the request wrote.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        pk = request.session.get(SESSION_KEY)
        with scope(EVERY_CLIENT if pk else []):
            person = _person(request, int(pk)) if pk else None
            request.person = person  # type: ignore[attr-defined]
            if person is not None:
                request.user = person
                narrow(clients_of(person))
            elif pk:
                narrow([])
            with translation.override(_language(request, person)), timezone.override(_zone(person)):
                response = self.get_response(request)
                response.headers.setdefault("Content-Language", translation.get_language() or "en")
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def _person(request: HttpRequest, pk: int) -> Person | None:
    """The person of the session, unless they left, or changed their password elsewhere."""
    person = with_access(pk)
    kept = request.session.get(HASH_SESSION_KEY, "")
    if person is None or not constant_time_compare(kept, person.get_session_auth_hash()):
        request.session.flush()
        return None
    return person


def _language(request: HttpRequest, person: Person | None) -> str:
    chosen = person.language if person else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    known = dict(settings.LANGUAGES)
    return chosen if chosen in known else translation.get_language_from_request(request)


def _zone(person: Person | None) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(person.time_zone if person else "UTC")
    except (KeyError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
